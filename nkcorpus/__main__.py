"""`python -m nkcorpus` and the console script."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run the command line and exit with its code."""
    gc.disable()  # little of what is made while modules load is garbage
    try:
        from nkcorpus.cli import run
        from nkcorpus.config import COLLECT_EVERY

        gc.set_threshold(COLLECT_EVERY)
        gc.enable()
        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # before or after `run` could deal with it
        code = 130
    except Exception:  # which `run` lets through only when asked for tracebacks
        from nkcorpus.cli.app import show_traceback

        code = show_traceback()
    gc.freeze()  # or the interpreter would look for cycles among all objects twice before it ends
    sys.exit(code)


if __name__ == "__main__":
    main()
