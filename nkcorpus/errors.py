"""Every error that nkcorpus raises on purpose.

    NkcorpusError
    ├── UsageError            exit 2   the request itself is wrong
    │   ├── QueryError                 the query does not parse
    │   ├── ArticleNotFound            no article has that id
    │   ├── AmbiguousId                several articles share that prefix
    │   ├── SourceNotFound             none of the SOURCE arguments exists
    │   ├── NotAnExport                a file to import is something else
    │   └── SettingsError              a settings file or value is unusable
    ├── CorpusError           exit 3   the corpus cannot be used
    │   ├── CorpusMissing
    │   ├── NotACorpus
    │   ├── CorpusDamaged
    │   ├── CorpusTooNew
    │   ├── ForeignSchema              somebody else put triggers, views, tables ... into it
    │   ├── CorpusLocked               another process writes it, or its index, for too long
    │   ├── CorpusNotWritable          read-only, disk full, I/O error
    │   ├── IndexNotWritable           the cache folder cannot be written
    │   ├── EngineMissing              its search engine is not installed
    │   ├── ClusterUnreachable         no node of its cluster answers, or none that can be trusted
    │   ├── ClusterUnavailable         its cluster lacks nodes or shards, or takes too long
    │   ├── ClusterRefused             its cluster does not take a document or a query
    │   └── AccessDenied               its cluster refuses the user
    ├── WorkersFailed         exit 3   no worker process can be kept alive, or no cluster works
    ├── IndexDamaged          exit 3   the derived index cannot be read; callers rebuild it
    └── ItemError             exit 1   one input item cannot be taken; the rest goes on
        ├── UnreadableItem             permission, vanished, not a regular file
        ├── ItemTooLarge
        ├── UnsafeArchive              unpacks to far more than it holds, overlaps, is nested too deeply
        ├── MissingExtra               reading it takes a package that is not installed
        ├── NotText                    binary content under a text name
        ├── EmptyItem
        ├── BadRecord                  broken JSON, CSV without a text column
        ├── BadEncoding                content that is not encoded as its HTTP header says
        ├── ExtractionFailed           no article found in a page
        ├── ItemOutOfBounds            time or memory bound of the worker exceeded
        └── FetchError                 an address on the web gave nothing usable; tells whether a retry makes sense
            ├── BadUrl                 not http or https, malformed
            ├── AddressRefused         the host is not on the public internet
            ├── DisallowedByRobots
            ├── HostDeferred           the host is left alone until a time that is known
            ├── Unreachable            no such host, connection refused or cut, bad certificate
            ├── TimedOut
            ├── HttpStatus             the answer is an error
            ├── TooManyRedirects
            ├── AnswerTooLarge         also when it is decompressed
            └── BadAnswer              breaks HTTP or its own encoding, ends too early

The message of each is one line that says what is wrong, with what, and what to do next.
"""

from __future__ import annotations


class NkcorpusError(Exception):
    """Root of the tree. `exit_code` is what the command line ends with."""

    exit_code = 1

    def __str__(self) -> str:
        """Return the message on one line, whatever names and parsers' words it repeats."""
        return " ".join(super().__str__().splitlines())


class UsageError(NkcorpusError):
    """The request itself is wrong."""

    exit_code = 2


class QueryError(UsageError):
    """The query does not parse.

    `position` is the 0-based code point in `query` where the fault starts.
    """

    def __init__(self, message: str, query: str, position: int) -> None:
        super().__init__(message)
        self.query = query
        self.position = position


class ArticleNotFound(UsageError):
    """No article has that id."""


class AmbiguousId(UsageError):
    """Several articles share that id prefix."""


class SourceNotFound(UsageError):
    """None of the given sources exists."""


class NotAnExport(UsageError):
    """A file that is to be imported is no export of a corpus."""


class SettingsError(UsageError):
    """A settings file or a setting is unusable."""


class CorpusError(NkcorpusError):
    """The corpus cannot be used."""

    exit_code = 3


class CorpusMissing(CorpusError):
    """There is no file at the corpus path, or no corpus at the address."""


class NotACorpus(CorpusError):
    """The file at the corpus path, or what answers at the address, is something else."""


class CorpusDamaged(CorpusError):
    """SQLite reports the corpus file as malformed."""


class CorpusTooNew(CorpusError):
    """The corpus was written by a newer version with another schema."""


class ForeignSchema(CorpusError):
    """The file has triggers, views, tables or indices that nkcorpus did not make, or changed ones."""


class CorpusLocked(CorpusError):
    """Another process holds the corpus, or the lock of its index, longer than the wait."""


class CorpusNotWritable(CorpusError):
    """The corpus cannot be written: read-only, disk full, I/O error."""


class IndexNotWritable(CorpusError):
    """The folder of the derived index cannot be written. The corpus itself is not touched by that."""


class EngineMissing(CorpusError):
    """The search engine that the corpus uses is not installed, or this version does not know it."""


class ClusterUnreachable(CorpusError):
    """No node of the corpus' cluster can be connected to, or its certificate does not verify."""


class ClusterUnavailable(CorpusError):
    """The corpus' cluster lacks nodes or shards, is overloaded, or does not answer in time."""


class ClusterRefused(CorpusError):
    """The corpus' cluster does not take a document or a query. `kind` is OpenSearch's name of the reason."""

    def __init__(self, message: str, kind: str = "") -> None:
        super().__init__(message)
        self.kind = kind


class AccessDenied(CorpusError):
    """The corpus' cluster refuses user and password, or the user lacks a right."""


class WorkersFailed(NkcorpusError):
    """No worker process can be kept alive, or a cluster cannot be worked with. What was stored before stays stored."""

    exit_code = 3


class IndexDamaged(NkcorpusError):
    """The derived index cannot be read. It holds nothing of its own, so it is rebuilt."""

    exit_code = 3


class ItemError(NkcorpusError):
    """One input item cannot be taken."""


class UnreadableItem(ItemError):
    """The operating system does not let the item be read."""


class ItemTooLarge(ItemError):
    """The item exceeds the size limit of its kind."""


class UnsafeArchive(ItemError):
    """The archive is made to harm whoever unpacks it, or might as well be."""


class MissingExtra(ItemError):
    """Reading the item takes a package that comes with an extra of nkcorpus."""


class NotText(ItemError):
    """The item is binary although it was taken for text."""


class EmptyItem(ItemError):
    """The item holds no text at all."""


class BadRecord(ItemError):
    """A structured record is broken or holds no usable field."""


class BadEncoding(ItemError):
    """Content is not encoded as its HTTP header says.

    `is_known` tells that the encoding is one that can be undone, `is_cut_off` that the content ends too early and what
    came before is right.
    """

    def __init__(self, message: str, *, is_known: bool = True, is_cut_off: bool = False) -> None:
        super().__init__(message)
        self.is_known = is_known
        self.is_cut_off = is_cut_off


class ExtractionFailed(ItemError):
    """No article was found in a page. `links` are the addresses of the articles that it lists, as far as it does."""

    def __init__(self, message: str, links: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.links = links


class ItemOutOfBounds(ItemError):
    """Reading the item exceeded the time or memory bound."""


class FetchError(ItemError):
    """An address on the web gave nothing usable.

    `url` is the address that failed, without credentials; after a redirect it is not the one asked. `is_final` tells
    that asking again would not help. `retry_after` are the seconds after which to ask again, where the host said so.
    """

    def __init__(self, message: str, *, url: str = "", is_final: bool = True, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.url = url
        self.is_final = is_final
        self.retry_after = retry_after


class BadUrl(FetchError):
    """The address is malformed, or its scheme is neither http nor https."""


class AddressRefused(FetchError):
    """The host has no address on the public internet, and nobody allowed it by name."""


class DisallowedByRobots(FetchError):
    """The host's robots.txt disallows the address."""


class HostDeferred(FetchError):
    """The host is not asked now: it said to wait, or its robots.txt cannot be had. `retry_after` is always set."""


class Unreachable(FetchError):
    """No connection: no such host, refused, cut, or its certificate is not valid."""


class TimedOut(FetchError):
    """The host took too long, or sent too slowly."""


class HttpStatus(FetchError):
    """The host answered with a status that carries no content; `status` is it."""

    def __init__(
        self, message: str, status: int, *, url: str = "", is_final: bool = True, retry_after: float | None = None
    ) -> None:
        super().__init__(message, url=url, is_final=is_final, retry_after=retry_after)
        self.status = status


class TooManyRedirects(FetchError):
    """The address leads on and on, or in a circle."""


class AnswerTooLarge(FetchError):
    """The answer exceeds the size limit, as it comes or decompressed, or is a decompression bomb."""


class BadAnswer(FetchError):
    """The answer breaks HTTP, ends before it is whole, or is not encoded as it says."""
