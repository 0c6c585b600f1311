from __future__ import annotations

import re
import time

import pytest

from nkcorpus.render import progress

from .builders import HOSTILE, Screen

# What Rich itself sends to move the cursor and to style.
OWN_SEQUENCES = re.compile(r"\x1b\[[0-9;]*[mAK]|\x1b\[\?25[lh]|\r")


def test_a_pipe_or_quiet_or_a_dumb_terminal_gets_no_bar() -> None:
    for screen in (Screen(), Screen(tty=True, verbosity=-1), Screen(tty=True, environ={"TERM": "dumb"})):
        with progress(screen.env, "reading") as update:
            update(1, 2, "a.txt")
        assert screen.err == screen.out == ""


def test_a_terminal_gets_a_bar_on_stderr_only() -> None:
    screen = Screen(tty=True)
    with progress(screen.env, "reading") as update:
        update(1, 4, "a.txt")
        update(4, 4)
    assert "reading" in screen.err
    assert "4/4" in screen.err
    assert screen.out == ""


def test_the_bar_tells_rate_and_remaining_time() -> None:
    screen = Screen(tty=True, columns=80)
    with progress(screen.env, "reading") as update:
        for done in range(1, 9):
            time.sleep(0.05)
            update(done * 10, 5_000 + done, "a.warc.gz")  # an estimate of the whole is another one each time
    text = OWN_SEQUENCES.sub("", screen.err)
    (rate, minutes, seconds) = map(int, re.findall(r"80/5008 (\d+)/s (\d+):(\d\d)", text)[-1])
    assert 20 < rate <= 200
    assert abs(60 * minutes + seconds - 4_928 / rate) < 3


@pytest.mark.parametrize(
    ("done", "total", "shown"), [(5, 100, r"\d+/min \d+:\d\d"), (4, None, r"\d+/min"), (3, 10**9, r"-:--:--")]
)
def test_a_slow_pace_and_what_cannot_be_told(
    monkeypatch: pytest.MonkeyPatch, done: int, total: int | None, shown: str
) -> None:
    screen = Screen(tty=True, columns=80)
    clock = iter([0.0, 10.0, 10.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock, 10.0))
    with progress(screen.env, "reading") as update:
        update(done, total, "a.warc.gz")
    assert re.search(shown, OWN_SEQUENCES.sub("", screen.err))


@pytest.mark.parametrize("text", HOSTILE)
def test_names_are_safe_and_literal(text: str) -> None:
    screen = Screen(tty=True, columns=200)
    with progress(screen.env, text) as update:
        update(1, 2, text)
        screen.env.error(text)
    rest = OWN_SEQUENCES.sub("", screen.err)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ud800-\udfff]", rest)


def test_messages_stand_on_lines_of_their_own_and_the_sink_is_put_back() -> None:
    screen = Screen(tty=True)
    with pytest.raises(KeyboardInterrupt), progress(screen.env, "reading") as update:
        update(1, 2, "a.txt")
        screen.env.error("b.bin: [bold] is binary " + "x" * 100)
        raise KeyboardInterrupt
    assert "nkcorpus: b.bin: [bold] is binary " + "x" * 100 + "\n" in screen.err
    screen.env.error("after")
    assert screen.err.endswith("nkcorpus: after\n")
