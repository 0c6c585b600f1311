"""`python -m nkcorpus` and the console script."""

from __future__ import annotations

import gc
import sys

from nkcorpus.config import COLLECT_EVERY


def main() -> None:
    """Run the command line and exit with its code."""
    gc.set_threshold(COLLECT_EVERY)
    from nkcorpus.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
