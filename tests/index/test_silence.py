"""What a panic writes to the process' standard error by itself."""

from __future__ import annotations

import os

import pytest

from nkcorpus.index.tantivy.silence import silenced


def test_standard_error_is_back_when_the_last_thread_that_silenced_it_is_done(
    capfd: pytest.CaptureFixture[str],
) -> None:
    one, other = silenced(), silenced()
    one.__enter__()
    other.__enter__()
    one.__exit__(None, None, None)
    os.write(2, b"of the other\n")
    other.__exit__(None, None, None)
    os.write(2, b"after both\n")
    assert capfd.readouterr().err == "after both\n"
