"""Small records, as a site gives them."""

from __future__ import annotations

import json


def record(name: str, text: str, **fields: object) -> str:
    return json.dumps({"_id": name, "title": name, "text": text, **fields}, ensure_ascii=False) + "\n"
