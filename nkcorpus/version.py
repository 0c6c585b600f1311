"""The version of this program, apart from the package's front door so that every layer may know it."""

__version__ = "0.1.0"

TOOL = f"nkcorpus/{__version__}"
"""What the program calls itself in what it writes."""
