"""One request and its answer: no redirects, no robots.txt, no waiting; limits, and every failure as a FetchError."""

from __future__ import annotations

import io
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import h11
import httpcore
import httpx
from h2.exceptions import H2Error

from nkcorpus.errors import AnswerTooLarge, BadAnswer, BadEncoding, BadUrl, FetchError, Unreachable
from nkcorpus.fetch.network import Budget, GuardedBackend, Resolver
from nkcorpus.fetch.policy import FetchPolicy
from nkcorpus.fetch.urls import public_form
from nkcorpus.httpcoding import ACCEPT_ENCODING, decoded

CONTENT = (httpx.codes.OK, httpx.codes.NON_AUTHORITATIVE_INFORMATION)
"""The statuses whose body is content to keep."""
MOST_RATIO = 100
"""How many times as large as what came an answer may be once decompressed, beyond RATIO_FREE bytes. Text packs 3 to 10
times, repetitive XML up to about 50, bombs 1,000 times and more."""
RATIO_FREE = 4_000_000
_CONNECTIONS = 32
_KEEPALIVE = 15.0  # seconds that an idle connection is kept
_TOO_LONG = "Receive buffer too long"
"""What h11 says of headers, or lines of chunks, beyond what httpcore lets it keep (102,400 bytes)."""
_MOST_DRAINED = 65_536


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came. `body` is decompressed; `seconds` is how long its headers took."""

    url: httpx.URL
    status: int
    headers: httpx.Headers
    body: bytes = field(repr=False)
    seconds: float


class Exchange:
    """The connections of a Fetcher. Threads may share one."""

    def __init__(self, policy: FetchPolicy, resolver: Resolver, ssl_context: ssl.SSLContext | None) -> None:
        self._backend = GuardedBackend(policy, resolver)
        self._transport = _Transport(
            httpcore.ConnectionPool(
                ssl_context=ssl_context or httpx.create_ssl_context(trust_env=False),
                max_connections=None,
                max_keepalive_connections=_CONNECTIONS,
                keepalive_expiry=_KEEPALIVE,
                http2=True,
                network_backend=self._backend,
            )
        )
        self._headers = {"User-Agent": policy.user_agent, "Accept": "*/*", "Accept-Encoding": ACCEPT_ENCODING}

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()

    def send(
        self,
        url: httpx.URL,
        headers: dict[str, str],
        cookies: httpx.Cookies,
        budget: Budget,
        max_bytes: int,
        *,
        truncate: bool = False,
    ) -> Answer:
        """Ask for `url` and return the answer, its body only for the statuses of CONTENT.

        `cookies` are sent, and take those that come. With `truncate` a body beyond `max_bytes` is cut, not refused.
        Raises the children of FetchError other than HttpStatus, with `url` set.
        """
        bare = url.copy_with(username=None, password=None)
        request = httpx.Request("GET", bare, headers=self._headers | headers)
        cookies.set_cookie_header(request)
        self._backend.budget = budget
        started = time.monotonic()
        with _typed_errors(public_form(url), budget):
            response = self._transport.handle_request(request)
            try:
                seconds = time.monotonic() - started
                budget.begin_body()
                response.request = request
                cookies.extract_cookies(response)
                if response.status_code in CONTENT:
                    body = _read_body(response, budget, max_bytes, truncate)
                else:
                    body = b""
                    _drain(response, budget)
            finally:
                response.close()
        return Answer(url, response.status_code, response.headers, body, seconds)


class _Transport(httpx.BaseTransport):
    """httpx over a pool of ours: `httpx.HTTPTransport` takes no network backend."""

    def __init__(self, pool: httpcore.ConnectionPool) -> None:
        self._pool = pool

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Stream(answer))

    def close(self) -> None:
        self._pool.close()


class _Stream(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


def _wire(response: httpx.Response, budget: Budget) -> Iterator[bytes]:
    """Yield the body as it comes, still encoded."""
    for chunk in response.iter_raw():
        budget.take_content(response.num_bytes_downloaded)
        yield chunk


def _content(response: httpx.Response, budget: Budget) -> Iterator[bytes]:
    """Yield the body decoded, in small pieces. Raises BadAnswer."""
    try:
        yield from decoded(_wire(response, budget), response.headers.get("content-encoding", ""))
    except BadEncoding as error:
        advice = "; try again later" if error.is_known else ", and was not asked for"
        raise BadAnswer(f"the answer cannot be decoded: {error}{advice}", is_final=not error.is_known) from None


def _read_body(response: httpx.Response, budget: Budget, max_bytes: int, truncate: bool) -> bytes:
    """Return the decompressed body. Raises AnswerTooLarge, BadAnswer."""
    declared = response.headers.get("content-length", "")
    if not truncate and declared.isascii() and declared.isdigit() and int(declared[:20]) > max_bytes:
        raise _too_large(max_bytes)
    body = io.BytesIO()
    size = 0
    for piece in _content(response, budget):
        size += len(piece)
        if size > max_bytes and truncate:
            body.write(piece[: max_bytes - size])
            break
        if size > max_bytes:
            raise _too_large(max_bytes)
        if size > RATIO_FREE and size > MOST_RATIO * response.num_bytes_downloaded:
            raise AnswerTooLarge(
                f"the answer grew to more than {MOST_RATIO} times its size when decompressed, as bombs do; not taken"
            )
        body.write(piece)
    return body.getvalue()


def _drain(response: httpx.Response, budget: Budget) -> None:
    """Read a short body that nobody needs, so that the next request to the host can use the same connection."""
    # The status has come, and is the answer.
    with suppress(httpcore.RemoteProtocolError, httpcore.NetworkError, AnswerTooLarge):
        for _ in _wire(response, budget):
            if response.num_bytes_downloaded > _MOST_DRAINED:
                return


def _too_large(max_bytes: int) -> AnswerTooLarge:
    return AnswerTooLarge(f"the answer is larger than the limit of {max_bytes:,} bytes; raise max_bytes in [fetch]")


@contextmanager
def _typed_errors(shown: str, budget: Budget) -> Iterator[None]:
    """Turn what goes wrong in a request for the address `shown` into FetchErrors that name it."""
    try:
        yield
    except FetchError as error:
        error.url = error.url or shown
        raise
    except httpcore.TimeoutException:
        raise budget.overdrawn(shown) from None
    except (httpcore.ProtocolError, H2Error, ValueError) as error:  # httpcore lets some of h2 and int() through
        if isinstance(error.__cause__, h11.LocalProtocolError):
            raise BadUrl(f"this address cannot be asked for: {_one_line(error)}", url=shown) from None
        if _TOO_LONG in str(error):
            raise AnswerTooLarge("the headers of the answer are larger than 100 KiB; not taken", url=shown) from None
        raise BadAnswer(
            f"the answer is cut off or is no HTTP: {_one_line(error)}; try again later", url=shown, is_final=False
        ) from None
    except (httpcore.UnsupportedProtocol, httpx.InvalidURL) as error:
        raise BadUrl(f"this address cannot be asked for: {_one_line(error)}", url=shown) from None
    except (httpcore.NetworkError, OSError) as error:
        if certificate := _certificate_error(error):
            raise Unreachable(f"the certificate of the host is not valid: {certificate}", url=shown) from None
        raise Unreachable(
            f"the connection failed: {_one_line(error)}; try again later", url=shown, is_final=False
        ) from None


def _certificate_error(error: BaseException | None) -> str | None:
    """Return what OpenSSL says against the host's certificate, if that is the cause of `error`."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error.verify_message
        error = error.__cause__ or error.__context__
    return None


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
