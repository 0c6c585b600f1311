"""The command line: validate, one call into the public API, render. One module a command."""

from nkcorpus.cli.app import run

__all__ = ["run"]
