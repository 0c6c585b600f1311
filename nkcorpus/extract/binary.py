"""Telling binary content from text by its first bytes and its control characters."""

from __future__ import annotations

from nkcorpus.errors import NotText

_SAMPLE = 65_536  # bytes

# First bytes as listed by the formats' own specifications (and the magic file of the `file` command).
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"PK\x05\x06", "a ZIP archive"),
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"\x7fELF", "a program"),
    (b"\xcf\xfa\xed\xfe", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"\x00asm", "a program"),
    (b"\x1f\x8b", "a gzip file"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ\x00", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
    (b"{\\rtf", "an RTF document"),
    (b"OggS\x00", "an audio or video file"),
    (b"ID3\x02\x00", "an audio file"),
    (b"ID3\x03\x00", "an audio file"),
    (b"ID3\x04\x00", "an audio file"),
    (b"\x1aE\xdf\xa3", "a video file"),
)
_TEXT_LIKE_SIGNATURES = frozenset({b"BZh", b"PAR1"})
"""Signatures that prose may begin with: they count only when bytes follow that no text has."""

_NOT_IN_TEXT = bytes(set(range(32)) - set(b"\b\t\n\v\f\r\x0e\x0f\x1a\x1b")) + b"\x7f"
"""Control characters beyond white space, overstrikes, shifts of ISO 2022, DOS end of file and escape."""

_CONTROL_SHARE = 0.03
"""Compressed data has about 9% of `_NOT_IN_TEXT`, text none."""

_NUL_SHARE = 0.01


def reject_signature(payload: bytes) -> None:
    """Raise NotText when `payload` begins like a common binary format."""
    for signature, kind in _SIGNATURES:
        if payload.startswith(signature) and (
            signature not in _TEXT_LIKE_SIGNATURES or _controls(payload[:_SAMPLE]) > 0
        ):
            raise _not_text(kind)
    if payload.startswith(b"MZ") and b"\0" in payload[:_SAMPLE]:
        raise _not_text("a program")
    if payload.startswith(b"RIFF") and b"\0" in payload[:16]:
        raise _not_text("an image, audio or video file")
    if payload[4:8] == b"ftyp":
        raise _not_text("a video or image file")


def reject_controls(payload: bytes, *, stray_nul: bool) -> None:
    """Raise NotText when `payload` (no UTF-16 or UTF-32) holds NUL bytes or a high share of control characters.

    `stray_nul` lets up to 1% of NUL bytes pass, for markup and tables that were damaged on their way.
    """
    nuls = payload.count(0)
    if nuls and (not stray_nul or nuls > _NUL_SHARE * len(payload)):
        raise NotText("binary content (NUL bytes), no text")
    sample = payload[:_SAMPLE]
    controls = _controls(sample) - sample.count(0)
    if controls > max(3, _CONTROL_SHARE * len(sample)):
        raise NotText("binary content (control characters), no text")


def _controls(sample: bytes) -> int:
    return len(sample) - len(sample.translate(None, _NOT_IN_TEXT))


def _not_text(kind: str) -> NotText:
    return NotText(f"binary content ({kind}); convert it to text first")
