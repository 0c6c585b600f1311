"""Repair of a corpus: its store where that is damaged, else its index."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace

from nkcorpus.checking import INDEX, check
from nkcorpus.errors import CorpusDamaged, CorpusTooNew, ForeignSchema, NotACorpus
from nkcorpus.opened import Opened
from nkcorpus.results import RepairReport

Confirm = Callable[[RepairReport], bool]


def repair(
    opened: Opened, confirm: Confirm, on_checked: Callable[[int], None] = lambda done: None
) -> RepairReport | None:
    """Make a damaged corpus whole, if `confirm` says so, and return what was done; None if it did not.

    `Opened.mend` tells what becomes of a damaged store. Raises CorpusError where it is no
    corpus, nothing can be read, or nothing be written.
    """
    found = None
    with (
        contextlib.suppress(NotACorpus, CorpusDamaged, CorpusTooNew, ForeignSchema),
        opened.as_it_is() as (store, index),
    ):
        found = check(store, index, on_checked=on_checked)
        if found.is_clean:
            return RepairReport(opened.tidy(), (), (), found)
    opened.close()
    if found is None or any(problem.kind != INDEX for problem in found.problems):
        return opened.mend(found, confirm, on_checked)
    mended = tuple(replace(problem, detail="built anew") for problem in found.problems)
    report = RepairReport(mended, (), (), replace(found, problems=(), found=0))
    if not confirm(report):
        return None
    opened.rebuild()
    return report
