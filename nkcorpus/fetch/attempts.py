"""What came of a fetch, as the journal keeps it, and what the journal gives for the next one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from nkcorpus.errors import FetchError, HttpStatus
from nkcorpus.fetch.answer import Fetched, Validators
from nkcorpus.model import Attempt, FetchEntry

_GONE = (404, 410)
"""There is nothing at the address (RFC 9110, 15.5.5 and 15.5.11)."""
_LONGEST_WAIT = 365 * 86_400


def answered(fetched: Fetched, source: str) -> Attempt:
    """Return that an address was answered, with content or that it is not modified.

    `source` is the name of the followed source, or the address, that led to it.
    """
    validators = fetched.validators
    return Attempt(
        url=fetched.url_asked,
        source=source,
        state="done",
        status=fetched.status,
        validated_url=validators.url if validators else None,
        etag=validators.etag if validators else None,
        last_modified=validators.last_modified if validators else None,
        tried_at=fetched.retrieved_at.replace("+00:00", "Z"),
    )


def refused(url: str, source: str, error: FetchError) -> Attempt:
    """Return that `url` gave nothing, and what follows: it is gone, failed for good, or is pending.

    The address is that which was asked, as in `Fetched.url_asked`; that of the error may be another one.
    """
    status = error.status if isinstance(error, HttpStatus) else None
    if status in _GONE:
        return Attempt(url, source, "gone", status, str(error))
    wait = error.retry_after
    retry_at = None if wait is None else datetime.now(UTC) + timedelta(seconds=min(wait, _LONGEST_WAIT))
    return Attempt(
        url=url,
        source=source,
        state="failed" if error.is_final else "pending",
        status=status,
        error=str(error),
        retry_at=retry_at.strftime("%Y-%m-%dT%H:%M:%SZ") if retry_at else None,
    )


def validators_of(entry: FetchEntry) -> Validators | None:
    """Return what asks for changed content only, None where the host gave nothing to compare."""
    if not entry.validated_url or not (entry.etag or entry.last_modified):
        return None
    return Validators(entry.validated_url, entry.etag, entry.last_modified)
