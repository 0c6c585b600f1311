"""Dates as articles, records, file names and addresses write them.

Only exact patterns are read: what fits none, or lies outside `EARLIEST` .. now + `AHEAD`, is no date.
A part that the source does not give (day, time, offset) is left out, never filled in.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, unquote, urlsplit

from nkcorpus.dates import interval, parse_iso
from nkcorpus.model import ArticleDate, DateSource

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=2)
"""How far in the future a date may lie: time zones and clocks differ, embargoed items come early."""

_LONGEST_DATE = 80  # code points

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAY = (
    r"(?:(?:mon|tue(?:s(?=day|\b))?|wed(?:nes(?=day))?|thu(?:r(?:s(?=day|\b))?)?|fri|sat(?:ur(?=day))?|sun)"
    r"(?:day)?\.?,? )?"
)
_OFFSETS = {"utc": "Z", "gmt": "Z", "z": "Z", "kst": "+09:00", "jst": "+09:00"}
_TIME = (
    r"(?:[,.]? (?:at )?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?"
    r"(?: ?(?P<half>a\.?m\.?|p\.?m\.?)(?![a-z]))?"
    r"(?: ?\(?(?P<offset>utc|gmt|kst|jst|z|[+-]\d{2}:?\d{2})\)?)?)?"
)
_FLAGS = re.ASCII | re.IGNORECASE
_DAY = r"(?P<day>\d{1,2})"
_YEAR = r"(?P<year>\d{4})"
_WRITTEN = tuple(
    re.compile(pattern, _FLAGS)
    for pattern in (
        # 2019.6.13.  2019/06/13 09:30  2019-6-13
        rf"\[?{_YEAR}(?P<separator>[-./]) ?(?P<month>\d{{1,2}})(?P=separator) ?{_DAY}\.?\]?{_TIME}",
        # 2019년 6월 13일  2019年6月13日
        rf"{_YEAR}[년年] ?(?P<month>\d{{1,2}})[월月](?: ?{_DAY}[일日])?{_TIME}",
        # Thursday, June 13th, 2019  June 2019
        rf"{_WEEKDAY}{_MONTH} (?:{_DAY}(?:st|nd|rd|th)?,? )?{_YEAR}{_TIME}",
        # 13 June 2019
        rf"{_WEEKDAY}{_DAY}(?:st|nd|rd|th)? {_MONTH},? {_YEAR}{_TIME}",
        # 17.05.2021: only days that can be no month
        rf"(?P<day>1[3-9]|2\d|3[01])\.(?P<month>0?\d|1[0-2])\.{_YEAR}{_TIME}",
    )
)

_CLOCK = r"\d{1,2}:\d{2}(?P<second>:\d{2})?"
_MAIL = (
    # RFC 5322 sections 3.3 and 4.3 (two digits of the year), and RFC 9110 section 5.6.7 (IMF-fixdate, obsolete forms)
    re.compile(
        rf"(?:[a-z]{{3}}, ?)?\d{{1,2}} [a-z]{{3}} (?:\d\d){{1,2}} {_CLOCK}(?: ?(?:[+-]\d{{4}}|[a-z]+))?", _FLAGS
    ),
    re.compile(rf"[a-z]{{6,9}}, \d{{2}}-[a-z]{{3}}-\d{{2}} {_CLOCK} gmt", _FLAGS),
    re.compile(rf"[a-z]{{3}} [a-z]{{3}} \d{{1,2}} {_CLOCK} \d{{4}}", _FLAGS),
)

_EPOCH = re.compile(r"(?P<whole>\d{9,10}|\d{12,13})(?:\.\d+)?", re.ASCII)
_STAMP = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?", re.ASCII)
_NAME = re.compile(r"(\d{4})([-._])(\d{2})\2(\d{2})(?=[-_., )\]]|$)", re.ASCII)


def parse_date(value: object, source: DateSource) -> ArticleDate | None:
    """Return the date that `value` is, or None when it is none that can be read without guessing.

    Strings: ISO 8601, RFC 5322, HTTP, `2019.6.13`, `June 13, 2019`, `13 June 2019`, `2019년 6월 13일`,
    `20190613093000`, Unix time. Numbers: Unix time in seconds (9 to 10 digits) or milliseconds (12 to 13),
    or a year or `YYYYMMDD`. Also `datetime` and `date` objects.
    """
    if isinstance(value, datetime):
        return _from_datetime(value, source)
    if isinstance(value, date):
        return _checked(value.isoformat(), source)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _from_number(value, source)
    if not isinstance(value, str) or len(value) > _LONGEST_DATE:
        return None
    text = " ".join(value.split())
    readers: tuple[Callable[[str, DateSource], ArticleDate | None], ...] = (
        _checked,
        _from_digits,
        _from_mail,
        _from_written,
    )
    for reader in readers:
        if found := reader(text, source):
            return found
    return None


def date_from_name(filename: str) -> ArticleDate | None:
    """Return the date at the very start of a base name, as in `2019-06-13-title.txt` and `2019.06.13 title.txt`.

    Eight digits alone may be anything.
    """
    match = _NAME.match(filename)
    return _checked(f"{match[1]}-{match[3]}-{match[4]}", "file") if match else None


def date_from_url(url: str) -> ArticleDate | None:
    """Return the date that an address tells by its site's pattern, else by a usual form of path.

    Such are `/YYYY/MM/DD/`, `/YYYY/mon/DD/`, `/YYYYMMDD/`, `YYYY-MM-DD` in a slug, `/YYYY/MM/`.
    The precision is never finer than a day: a clock time in an address has no time zone.
    """
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    for sites, reader in _URL_READERS:
        if any(host == site or host.endswith("." + site) for site in sites):
            value = reader(parts)
            found = _checked(value, "url") if value else None
            if found:
                return found
    value = _from_path(parts)
    return _checked(value, "url") if value else None


def _checked(text: str, source: DateSource) -> ArticleDate | None:
    """Return the ISO 8601 date `text` when it is one and within bounds."""
    parsed = parse_iso(text)
    if not parsed:
        return None
    first, _ = interval(parsed[0])
    if not EARLIEST.timestamp() <= first <= (datetime.now(UTC) + AHEAD).timestamp():
        return None
    return ArticleDate(parsed[0], parsed[1], source)


def _from_datetime(moment: datetime, source: DateSource) -> ArticleDate | None:
    offset = moment.utcoffset()
    if offset is not None and (offset % timedelta(minutes=1) or abs(offset) >= timedelta(days=1)):
        try:  # ISO 8601 has no offset in seconds
            moment = moment.astimezone(UTC)
        except OverflowError:
            return None
    text = moment.replace(microsecond=0).isoformat()
    return _checked(text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text, source)


def _from_number(number: float, source: DateSource) -> ArticleDate | None:
    if isinstance(number, float) and not math.isfinite(number):
        return None
    if not 0 < number < 10**13:
        return None
    digits = str(int(number))
    if number == int(number) and len(digits) in (4, 8) and (found := _checked(digits, source)):
        return found
    return _from_digits(digits, source)


def _from_digits(text: str, source: DateSource) -> ArticleDate | None:
    """Read Unix time or a `YYYYMMDDhhmmss` stamp.

    Twelve digits that are a valid `YYYYMMDDhhmm` as well as milliseconds of 1976 are left unread.
    """
    if stamp := _STAMP.fullmatch(text):
        year, month, day, hour, minute, second = stamp.groups()
        written = _checked(f"{year}-{month}-{day}T{hour}:{minute}:{second or '00'}", source)
        if second:
            return written
        if written:
            return None
    match = _EPOCH.fullmatch(text)
    if not match:
        return None
    whole = match["whole"]
    seconds = int(whole) // 1000 if len(whole) >= 12 else int(whole)
    return _from_datetime(datetime.fromtimestamp(seconds, UTC), source)


def _from_mail(text: str, source: DateSource) -> ArticleDate | None:
    for pattern in _MAIL:
        match = pattern.fullmatch(text)
        if not match:
            continue
        try:
            moment = parsedate_to_datetime(re.sub(r"\b[KJ]ST$", "+0900", text, flags=re.IGNORECASE))
        except (ValueError, OverflowError):
            return None
        found = _from_datetime(moment, source)
        if found is None or match["second"]:
            return found
        return _checked(found.value[:16] + found.value[19:], source)
    return None


def _from_written(text: str, source: DateSource) -> ArticleDate | None:
    for pattern in _WRITTEN:
        if match := pattern.fullmatch(text):
            return _checked(_iso_of(match.groupdict()), source)
    return None


def _iso_of(parts: dict[str, str | None]) -> str:
    """Return the ISO 8601 form of a match of `_WRITTEN`; "" when hour and half of the day contradict."""
    month = parts["month"] or ""
    number = int(month) if month.isdigit() else _MONTHS.index(month[:3].lower()) + 1
    value = f"{parts['year']}-{number:02d}"
    if not parts["day"]:
        # A clock time without a day says nothing.
        return "" if parts["hour"] else value
    value += f"-{int(parts['day']):02d}"
    if not parts["hour"]:
        return value
    hour = int(parts["hour"])
    if half := parts["half"]:
        if not 1 <= hour <= 12:
            return ""
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    value += f"T{hour:02d}:{parts['minute']}"
    if parts["second"]:
        value += f":{parts['second']}"
    offset = parts["offset"] or ""
    return value + _OFFSETS.get(offset.lower(), offset)


def _dashed(digits: str) -> str:
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}"


def _from_daily_nk(parts: SplitResult) -> str | None:
    match = re.match(r"/(\d{8})-\d+(?:/|$)", parts.path, re.ASCII)
    return _dashed(match[1]) if match else None


def _from_kcna_japan(parts: SplitResult) -> str | None:
    match = re.search(r"/(\d{8})-\d+[a-z]*\.html?$", parts.path, re.ASCII)
    return _dashed(match[1]) if match else None


def _from_kcna_watch(parts: SplitResult) -> str | None:
    match = re.search(r"/newstream/(\d{9,10})-", parts.path, re.ASCII)
    return datetime.fromtimestamp(int(match[1]), UTC).date().isoformat() if match else None


def _from_rodong(parts: SplitResult) -> str | None:
    match = re.search(r"(?:^|&)newsID=(\d{4}-\d{2}-\d{2})-", parts.query, re.ASCII | re.IGNORECASE)
    if not match:
        # The newer query is base64 of `section@YYYY-MM-DD-NNN@...`, often without its padding.
        query = unquote(parts.query).partition("&")[0].rstrip("=")
        try:
            decoded = base64.b64decode(query + "=" * (-len(query) % 4), validate=True)
        except (binascii.Error, ValueError):
            return None
        match = re.search(r"@(\d{4}-\d{2}-\d{2})-", decoded.decode("latin-1"), re.ASCII)
    return match[1] if match else None


def _from_yonhap(parts: SplitResult) -> str | None:
    match = re.search(r"/view/[A-Z]{3}(\d{8})\d", parts.path, re.ASCII)
    return _dashed(match[1]) if match else None


def _from_rfa(parts: SplitResult) -> str | None:
    match = re.search(r"-(\d{2})(\d{2})(\d{4})\d{6}\.html?$", parts.path, re.ASCII)
    return f"{match[3]}-{match[1]}-{match[2]}" if match else None


def _from_korea_herald(parts: SplitResult) -> str | None:
    match = re.search(r"(?:^|&)ud=(\d{8})", parts.query, re.ASCII)
    return _dashed(match[1]) if match else None


def _from_path(parts: SplitResult) -> str | None:
    for pattern in _PATHS:
        if match := pattern.search(parts.path):
            year, month, *day = match.groups()
            number = _MONTHS.index(month[:3].lower()) + 1 if month.isalpha() else int(month)
            return "-".join([year, *(f"{part:02}" for part in (number, *map(int, day)))])
    return None


_PATHS = tuple(
    re.compile(pattern, _FLAGS)
    for pattern in (
        r"/(\d{4})/(\d{1,2})/(\d{1,2})(?=/|$)",
        rf"/(\d{{4}})/((?:{'|'.join(_MONTHS)})[a-z]{{0,6}})/(\d{{1,2}})(?=/|$)",
        r"/(\d{4})/(\d{2})(\d{2})(?=/|$)",
        r"/((?:19|20)\d{2})(\d{2})(\d{2})(?=/|$)",
        r"(?<!\d)(?<!\d-)((?:19|20)\d{2})-(\d{2})-(\d{2})(?![\d-]?\d)",
        r"/(\d{4})/(\d{2})(?=/|$)",
        r"/((?:19|20)\d{2})-(\d{2})(?=/|$)",
    )
)
"""Dates that the paths of many sites hold, the most exact first."""

_URL_READERS: tuple[tuple[tuple[str, ...], Callable[[SplitResult], str | None]], ...] = (
    (("dailynk.com",), _from_daily_nk),
    (("kcna.co.jp",), _from_kcna_japan),
    (("kcnawatch.org", "kcnawatch.co", "kcnawatch.xyz"), _from_kcna_watch),
    (("rodong.rep.kp",), _from_rodong),
    (("yna.co.kr",), _from_yonhap),
    (("rfa.org",), _from_rfa),
    (("koreaherald.com",), _from_korea_herald),
)
