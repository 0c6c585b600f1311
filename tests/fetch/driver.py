"""`python -m tests.fetch.driver ALLOWED URL...`: fetch each by the settings of the environment; a JSON line for each.

Its memory is its own: a test process that has seen much would hide what a fetch takes.
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

from nkcorpus.errors import FetchError
from nkcorpus.fetch.client import Fetcher
from nkcorpus.fetch.policy import policy_from_settings


def peak() -> int:
    """Return the most memory that this process has had, in bytes (proc(5): VmHWM)."""
    match = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert match
    return int(match[1]) * 1024


def main(allowed: str, *urls: str) -> None:
    with Fetcher(policy_from_settings({"delay": 0.0, "allow_hosts": [allowed]})) as fetcher:
        before = peak()
        for url in urls:
            started = time.monotonic()
            try:
                outcome = f"{len(fetcher.get(url).body)} bytes"
            except FetchError as error:
                outcome = type(error).__name__
            report = {"outcome": outcome, "seconds": time.monotonic() - started, "grown": peak() - before}
            print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
