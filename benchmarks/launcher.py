"""`python -I -S launcher.py COMMAND...`: run it and print exit code, wall and CPU seconds and peak bytes as JSON.

The command's stdout is discarded, its stderr passed on. A process of its own, since Linux counts the memory of the
process that starts a program into that program's peak; so nothing is imported here that is not needed.
"""

import os
import sys
import time


def main(command: list[str]) -> None:
    """Run `command` and print what it took, its children that it waited for included (wait4(2))."""
    null = os.open(os.devnull, os.O_RDWR)
    start = time.perf_counter()
    process = os.posix_spawn(
        command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, null, 0), (os.POSIX_SPAWN_DUP2, null, 1)]
    )
    _, status, usage = os.wait4(process, 0)
    wall = time.perf_counter() - start
    # ru_maxrss is in KiB but on macOS, where it is in bytes (getrusage(2) of each).
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(f"[{os.waitstatus_to_exitcode(status)}, {wall}, {usage.ru_utime + usage.ru_stime}, {peak}]")


if __name__ == "__main__":
    main(sys.argv[1:])
