"""Mail as an article: newsletters (RFC 5322, MIME)."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from email.message import EmailMessage

from nkcorpus.errors import BadRecord, EmptyItem
from nkcorpus.extract.dates import parse_date
from nkcorpus.extract.decode import decode, replace_unstorable, replacement_repairs
from nkcorpus.extract.evidence import evidence_of
from nkcorpus.extract.fields import single_line
from nkcorpus.model import Document, Repair, SourceItem

MAIL_EXTRACTOR = "mail/1"
_NO_TEXT: tuple[str, tuple[Repair, ...]] = ("", ())
_MOST_PARTS = 1_000
_MOST_BORDERS = 20_000  # lines that may part a message
_LONGEST_HEADER = 10_000  # characters
_ADDRESS = re.compile(r"(?P<name>[^<>]*)<(?P<mail>[^<>]*)>\s*")


def extract_mail(item: SourceItem) -> Document:
    """Return a message as an article: the subject is its title, who sent it the publisher, Message-ID its id.

    The first HTML part with text is preferred to plain text; attachments are left. Raises EmptyItem, BadRecord,
    NotText.
    """
    message = read_message(item.payload)
    title = header(message, "Subject")
    bodies = (*_parts(message, "text/html"), *_parts(message, "text/plain"))
    raw_text, repairs = next((found for found in map(_text, bodies) if found[0].strip()), _NO_TEXT)
    if not title and not raw_text.strip():
        raise EmptyItem("the message has neither subject nor text")
    date = parse_date(header(message, "Date") or "", "meta")
    sender = _sender(header(message, "From"))
    external_id = (header(message, "Message-ID") or "").strip("<> ") or None
    places = {"title": "field:Subject", "date": "field:Date", "source": "field:From"}
    found = {"title": title, "date": date, "source": sender}
    return Document(
        raw_text=raw_text,
        extractor=MAIL_EXTRACTOR,
        title=title,
        date=date,
        source=sender,
        external_id=external_id,
        repairs=repairs,
        evidence=evidence_of({field: place for field, place in places.items() if found[field]}),
    )


def read_message(payload: bytes) -> EmailMessage:
    """Return a message. Raises BadRecord for one that cannot be read, or only in very long time."""
    if payload.count(b"\n--") > _MOST_BORDERS:
        raise BadRecord(f"a message of more than {_MOST_BORDERS:,} parts")
    try:
        return email.message_from_bytes(payload, policy=email.policy.default)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError, IndexError) as error:
        raise BadRecord(f"a broken message: {type(error).__name__}") from None


def header(message: EmailMessage, name: str) -> str | None:
    """Return a header on one line, None where there is none that can be read."""
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), None)
    if raw is None or len(raw) > _LONGEST_HEADER:
        return None
    try:
        value = str(message.policy.header_fetch_parse(name, raw))
    except Exception:  # the parser of the standard library raises errors of many types on broken headers
        value = raw
    return single_line(value)


def part_bytes(part: EmailMessage) -> tuple[bytes, str | None]:
    """Return the content of a part without its transfer encoding, and its charset."""
    try:
        payload = part.get_payload(decode=True)
        charset = part.get_content_charset()
    except (ValueError, LookupError, TypeError, AttributeError):
        return b"", None
    return (payload if isinstance(payload, bytes) else b""), charset


def leaves(message: EmailMessage) -> Iterator[EmailMessage]:
    """Yield the parts of a message that hold no others, the first thousand. Nesting of any depth is no matter."""
    stack: list[EmailMessage] = [message]
    for _ in range(_MOST_PARTS):
        if not stack:
            return
        part = stack.pop()
        inner = part.get_payload() if part.is_multipart() else None
        if isinstance(inner, list):
            stack.extend(child for child in reversed(inner) if isinstance(child, EmailMessage))
        else:
            yield part


def _text(part: EmailMessage) -> tuple[str, tuple[Repair, ...]]:
    """Return the text of a part, and where bytes of it could not be decoded."""
    payload, charset = part_bytes(part)
    if not payload.strip():
        return "", ()
    is_html = part.get_content_type() == "text/html"
    decoded = decode(payload, charset=charset, html=is_html)
    if not is_html:
        return decoded.text, decoded.repairs
    from nkcorpus.extract.html import html_fragment_text

    text, _ = replace_unstorable(html_fragment_text(decoded.text))
    return text, replacement_repairs(text) if decoded.repairs else ()


def _parts(message: EmailMessage, media_type: str) -> Iterator[EmailMessage]:
    """Yield the parts of a type that are shown, not attached."""
    for part in leaves(message):
        disposition = str(part.get("Content-Disposition") or "").strip().lower()
        if part.get_content_type() == media_type and not disposition.startswith("attachment"):
            yield part


def _sender(line: str | None) -> str | None:
    """Return the name of the sender, without the address."""
    match = _ADDRESS.fullmatch(line or "")
    name = (match["name"].strip().strip('"').strip() or match["mail"].strip()) if match else line
    return name or None
