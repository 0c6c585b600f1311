"""Clusters of duplicates in every format of `dupes`."""

from __future__ import annotations

from typing import Literal, get_args

from nkcorpus.render.environment import Environment
from nkcorpus.render.fields import cluster_fields, duplicates_fields
from nkcorpus.render.jsonout import json_document, json_line
from nkcorpus.render.labels import heading
from nkcorpus.render.safe import one_line
from nkcorpus.results import Duplicate, Duplicates

DuplicatesFormat = Literal["table", "plain", "jsonl", "json"]
DUPLICATES_FORMATS: tuple[str, ...] = get_args(DuplicatesFormat)


def render_duplicates(duplicates: Duplicates, format: DuplicatesFormat, env: Environment) -> None:
    """Write clusters to stdout: a table, an article or a cluster a line, or one JSON object."""
    match format:
        case "table":
            from nkcorpus.render.tables import draw_rows

            rows = [row for cluster in duplicates.clusters for row in _rows(cluster.members)]
            draw_rows(["", "jaccard", "date", "source", "id", "title"], rows, env)
        case "plain":
            for cluster in duplicates.clusters:
                for member in cluster.members:
                    env.write(_plain_line(cluster.id, member))
        case "jsonl":
            for cluster in duplicates.clusters:
                env.write(json_line(cluster_fields(cluster)))
        case "json":
            env.write(json_document(duplicates_fields(duplicates), pretty=env.stdout_is_tty))


def _plain_line(cluster: str, member: Duplicate) -> str:
    document = member.article.document
    values = [
        cluster,
        member.likeness or "first",
        f"{member.jaccard:.3f}",
        member.article.id,
        document.date.value if document.date else "",
        document.source or "",
        document.title or "",
    ]
    return "\t".join(map(one_line, values)) + "\n"


def _rows(members: tuple[Duplicate, ...]) -> list[list[str]]:
    """Return the rows of a cluster: its first article with the size of the cluster, then what is like it."""
    rows = []
    for member in members:
        document = member.article.document
        rows.append(
            [
                member.likeness or str(len(members)),
                f"{member.jaccard:.2f}" if member.likeness == "near" else "",
                document.date.value[:10] if document.date else "",
                document.source or "",
                member.article.id[:12],
                str(heading(document, member.article.text)),
            ]
        )
    return rows
