"""What the harnesses share: a warmed-up process with sources and an undisturbed session, and trials in children."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nkcorpus.index.engines import EngineName
from tests.crash import child, session
from tests.crash.faults import UNDISTURBED, Call, Fault, Library
from tests.crash.session import Place, Undisturbed

_MEMORY = Path("/dev/shm")  # where there is one, a sync costs nothing, and a kill shows the same as on a disk


@dataclass(slots=True)
class Bench:
    """A folder for trials, and what they are compared with."""

    folder: Path
    engine: EngineName
    expected: Undisturbed
    library: Library = field(default_factory=Library)
    problems: Counter[str] = field(default_factory=Counter)
    trials: int = 0
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @contextlib.contextmanager
    def place(self) -> Iterator[Place]:
        """Yield a new, empty place, which is gone afterwards."""
        place = Place(self.folder / f"trial{next(self._numbers)}", self.engine)
        place.make()
        os.environ["NKCORPUS_CACHE_DIR"] = str(place.cache)
        try:
            yield place
        finally:
            shutil.rmtree(place.home)

    def session(
        self,
        place: Place,
        fault: Fault = UNDISTURBED,
        *,
        unarmed: int = 0,
        kill_after: float | None = None,
        log: Path | None = None,
    ) -> child.Ended:
        """Run a session under a fault that counts from the step after `unarmed` ones.

        It says the number of each step that is done, and at its end the calls by kind; its exit code is the session's.
        """

        def work(say: child.Say) -> int:
            def arm(step: int) -> None:
                if step == unarmed:
                    self.library.arm(place.folders, fault, log)

            def after(step: int) -> None:
                say(str(step))
                self.library.mark(str(step))
                arm(step)

            arm(0)
            code = session.session(place, self.expected.sources, after)
            say(" ".join(f"{kind.name}={count}" for kind, count in self.library.counts().items()))
            return code

        return child.run(work, kill_after=kill_after)

    def measure(self, unarmed: int = 0) -> tuple[Counter[Call], float]:
        """Run a session that nobody disturbs, and return its calls by kind and how many seconds it took."""
        with self.place() as place:
            started = time.monotonic()
            ended = self.session(place, unarmed=unarmed)
            seconds = time.monotonic() - started
            if ended.code:
                raise RuntimeError(f"an undisturbed session failed: {ended.stderr}")
            self.examine(place, steps_done(ended), "undisturbed")
        counts = (part.partition("=") for part in ended.said[-1].split())
        return Counter({Call[name]: int(count) for name, _, count in counts}), seconds

    def examine(self, place: Place, done: int, what: str) -> None:
        """Count a trial, and what is wrong in it after a session that was broken off after `done` steps."""
        self.count(lambda: session.examine(place, self.expected, done), what)

    def count(self, problems: Callable[[], list[str]], what: str) -> None:
        """Count a trial, and the problems that are found in a child, where an exception is one too."""

        def work(say: child.Say) -> int:
            for line in problems():
                say(line.replace("\n", "; "))
            return 0

        self.trials += 1
        try:
            ended = child.run(work)
            found = [*ended.said, *([f"corrupt: {ended.stderr.strip()}"] if ended.code else [])]
        except TimeoutError as error:
            found = [f"hung: {error}"]
        self.tell(found, what)

    def tell(self, problems: list[str], what: str) -> None:
        """Print and count problems: one of each category a trial."""
        for problem in problems[:5]:
            print(f"{what}: {problem}", flush=True)
        self.problems.update({problem.partition(":")[0] for problem in problems})

    def counts(self) -> str:
        """Return the counts in a line."""
        names = ("lost", "corrupt", "different")
        others = sorted(set(self.problems) - set(names))
        return ", ".join([f"{self.trials} trials", *(f"{self.problems[name]} {name}" for name in (*names, *others))])


@contextlib.contextmanager
def bench(engine: EngineName) -> Iterator[Bench]:
    """Yield a bench whose process has imported and warmed up what a session needs.

    That is done with Whoosh, which has no threads: those of another engine would not live on in a child.
    """
    with tempfile.TemporaryDirectory(dir=_MEMORY if os.access(_MEMORY, os.W_OK) else None) as name:
        folder = Path(name)
        sources = folder / "sources"
        session.write_sources(sources)
        place = Place(folder / "undisturbed")
        place.make()
        os.environ["NKCORPUS_CACHE_DIR"] = str(place.cache)
        with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
            expected = session.undisturbed(place, sources)
        yield Bench(folder, engine, expected)


def steps_done(ended: child.Ended) -> int:
    """Return how many steps a session said to be done."""
    return max((int(line) for line in ended.said if line.isdigit()), default=0)
