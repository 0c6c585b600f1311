"""`python -m tests.cluster [--nodes N] [--folder DIR]`: a cluster of OpenSearch on this machine until Ctrl-C.

Its address goes to standard output, for `nkcorpus -C` and for NKCORPUS_TEST_OPENSEARCH. `--prepare` has Maven fetch
what is needed and starts it once: exit 0 if that goes well or there is no Java, 1 if there is and it does not start.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from threading import Event

from tests.cluster.nodes import NoCluster, Nodes, NoJava, StartFailed


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.cluster", description="Run OpenSearch on this machine.")
    parser.add_argument("--nodes", type=int, choices=(1, 2, 3), default=1, help="how many nodes")
    parser.add_argument("--prepare", action="store_true", help="fetch the packages, start it once, and end")
    parser.add_argument("--folder", help="where they store what they have [in memory, where there is room]")
    asked = parser.parse_args()
    try:
        if asked.folder:
            Path(asked.folder).mkdir(parents=True, exist_ok=True)
        with Nodes(asked.nodes, place=asked.folder) as nodes:
            print(f"http://{nodes.hosts}", flush=True)
            if not asked.prepare:
                print(f"nkcorpus -C opensearch://{nodes.hosts}/NAME ... (Ctrl-C ends it)", file=sys.stderr)
                Event().wait()
    except KeyboardInterrupt:
        return 130
    except NoJava as reason:
        print(f"no cluster: {reason}", file=sys.stderr)
        return 0 if asked.prepare else 1
    except (NoCluster, StartFailed, OSError) as reason:
        print(f"no cluster: {reason}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
