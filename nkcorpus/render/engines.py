"""Search engines in every format of `engine`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, get_args

from nkcorpus.render.environment import Environment
from nkcorpus.render.fields import SCHEMA, Fields
from nkcorpus.render.jsonout import json_document
from nkcorpus.render.safe import one_line

if TYPE_CHECKING:
    from nkcorpus.opened import EngineState

EnginesFormat = Literal["table", "plain", "json"]
ENGINES_FORMATS: tuple[str, ...] = get_args(EnginesFormat)

_STATES = {"current": "up to date", "behind": "behind the corpus", "none": "not built"}


def render_engines(engines: Sequence[EngineState], format: EnginesFormat, env: Environment) -> None:
    """Write engines to stdout: `name  used|  state  bytes  index` a line, tab-separated; JSON."""
    match format:
        case "table":
            from nkcorpus.render.tables import draw_rows

            rows = [
                [one.name, _used(one), _state(one), f"{one.index_bytes:,}", str(one.index or "")] for one in engines
            ]
            draw_rows(["engine", "used", "index", "bytes", "folder"], rows, env)
        case "plain":
            for one in engines:
                values = [one.name, _used(one), _state(one), str(one.index_bytes), str(one.index or "")]
                env.write("\t".join(map(one_line, values)) + "\n")
        case "json":
            value = {"schema": SCHEMA, "engines": [_fields(one) for one in engines]}
            env.write(json_document(value, pretty=env.stdout_is_tty))


def _used(engine: EngineState) -> str:
    return "used" if engine.chosen else ""


def _state(engine: EngineState) -> str:
    return _STATES[engine.state] if engine.installed else "not installed"


def _fields(engine: EngineState) -> Fields:
    return {
        "name": engine.name,
        "used": engine.chosen,
        "installed": engine.installed,
        "state": engine.state,
        "index": {"path": str(engine.index), "bytes": engine.index_bytes} if engine.index else None,
    }
