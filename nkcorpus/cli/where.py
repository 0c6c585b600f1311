"""`nkcorpus where`"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from nkcorpus.cli.context import Session, pass_session
from nkcorpus.render import default_pairs_format, render_pairs


@click.command("where")
@click.option(
    "--format", type=click.Choice(["table", "plain", "json"]), help="[default: table on a terminal, else plain]"
)
@pass_session
def command(session: Session, format: Any) -> int:
    """Tell the paths and sizes of the corpus, its index and the settings file. Of a corpus in a cluster: its address,
    and the indices that it has there, with their bytes, replicas counted, and their documents.
    """
    env = session.env
    with session.open() as corpus:
        places = corpus.locations()
    data: dict[str, object] = {
        name: {"path": str(path), "bytes": size}
        for name, path, size in (
            ("corpus", places.corpus, places.corpus_bytes),
            ("index", places.index, places.index_bytes),
            ("settings", places.settings, places.settings_bytes),
        )
    }
    pairs = [
        ("corpus", f"{places.corpus}  {_size(places.corpus_bytes)}"),
        ("index", f"{places.index}  {_size(places.index_bytes)}"),
        ("settings", f"{places.settings}  {_size(places.settings_bytes)}"),
    ]
    if places.indices:
        data["indices"] = [asdict(one) for one in places.indices]
        pairs += [(one.name, f"{one.documents:,} documents  {_size(one.bytes)}") for one in places.indices]
    render_pairs(pairs, format or default_pairs_format(env), env, data=data)
    return 0


def _size(count: int) -> str:
    """Return bytes as a person reads them (IEC 80000-13 prefixes)."""
    if not count:
        return "(not there)"
    size, units = float(count), ["B", "KiB", "MiB", "GiB", "TiB"]
    while size >= 1024 and len(units) > 1:
        size /= 1024
        del units[0]
    return f"({size:.0f} {units[0]})" if units[0] == "B" else f"({size:.1f} {units[0]})"
