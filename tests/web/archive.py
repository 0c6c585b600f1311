"""A web archive that answers as the Wayback Machine does."""

from __future__ import annotations

import json

from tests.web.server import Reply, Request, Server

PER_LIST = 2
"""Captures of a list."""


class Archive:
    """An archive on a server. What is kept there is listed in the order in which it was kept: by page and time."""

    def __init__(self, server: Server) -> None:
        self.rows: list[list[str]] = []
        self.server = server
        server.routes["/cdx/search/cdx"] = self._list

    @property
    def fetched(self) -> list[str]:
        """The captures that were asked for, in order."""
        return [path for path in self.server.paths if path.startswith("/web/")]

    def keep(self, time: str, url: str, reply: Reply) -> str:
        """Keep a capture and return its path."""
        path = f"/web/{time}id_/{url}"
        self.rows.append([url, time, url, time])
        self.server.routes[path] = reply
        return path

    def _list(self, request: Request) -> Reply:
        key = "gone%2Cexample%29%2F+"
        start = int(request.path.partition(f"resumeKey={key}")[2] or 0)
        end = start + PER_LIST
        rows = [["urlkey", "timestamp", "original", "digest"], *self.rows[start:end]]
        if end < len(self.rows):
            rows += [[], [f"{key}{end}"]]
        return Reply(body=json.dumps(rows).encode(), headers={"Content-Type": "application/json"})
