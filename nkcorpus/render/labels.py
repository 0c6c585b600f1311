"""What people read above a text: its heading and the facts about it."""

from __future__ import annotations

from nkcorpus.dataclass import dataclass
from nkcorpus.model import Article, Document, Gone, Retrieval
from nkcorpus.render.safe import one_line
from nkcorpus.results import Hit

LEAD_MARK = "(lead)"
_LEAD_LENGTH = 100

Fact = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Heading:
    """One safe line that stands for a text; `is_lead` when its source gives no title."""

    text: str
    is_lead: bool

    def __str__(self) -> str:
        return f"{LEAD_MARK} {self.text}" if self.is_lead else self.text


def heading(document: Document, text: str) -> Heading:
    """Return the title or, where there is none, the start of the first line of the clean `text`, marked."""
    title = one_line(document.title or "").strip()
    if title:
        return Heading(title, is_lead=False)
    lead = one_line(text.lstrip().partition("\n")[0]).strip()
    if len(lead) > _LEAD_LENGTH:
        lead = f"{lead[:_LEAD_LENGTH].rsplit(' ', 1)[0].rstrip()}…"
    return Heading(lead or "no title, no text", is_lead=True)


def hit_facts(hit: Hit) -> list[str]:
    """Return date and source, as far as known, then the whole id and the number of near duplicates."""
    document = hit.article.document
    facts = [document.date.value if document.date else "", document.source or "", hit.id]
    return [one_line(fact) for fact in facts if fact] + near_duplicate_facts(hit)


def near_duplicate_facts(hit: Hit) -> list[str]:
    """Return `+N similar` in a list, empty where the article has no near duplicate."""
    count = len(hit.article.near_duplicates)
    return [f"+{count} similar"] if count else []


def document_facts(document: Document) -> list[Fact]:
    """Return what is known about a document as labelled one-line values; unknown facts are left out."""
    date = document.date
    facts = [
        ("date", f"{date.value} ({date.precision}, from {date.source})" if date else ""),
        ("place", document.place or ""),
        ("source", document.source or ""),
        ("authors" if len(document.authors) > 1 else "author", "; ".join(document.authors)),
        ("translator", document.translator or ""),
        ("editor", document.editor or ""),
        ("url", document.url or ""),
    ]
    return [(label, one_line(value)) for label, value in facts if value]


def _retrieved(retrieval: Retrieval | None) -> str:
    if retrieval is None:
        return ""
    return retrieval.retrieved_at + (f", status {retrieval.status}" if retrieval.status else "")


def gone_line(gone: Gone) -> str:
    """Return that a page is gone, in words."""
    status = f" ({gone.status})" if gone.status else ""
    return f"found gone from its address on {gone.found_at}{status}"


def article_facts(article: Article) -> list[Fact]:
    """Return what is known about a stored article as labelled one-line values."""
    facts = [
        ("origin", article.origin),
        ("retrieved", _retrieved(article.version.retrieval)),
        ("id", article.id),
        ("words", str(article.words)),
        ("versions", str(len(article.versions))),
    ]
    facts = [fact for fact in facts if fact[1]]
    if article.gone:
        facts.append(("page", gone_line(article.gone)))
    if article.near_duplicates:
        facts.append(("similar", "; ".join(article.near_duplicates)))
    if article.user_tags:
        facts.append(("your tags", "; ".join(article.user_tags)))
    facts += [(f"your note {number}", note.text) for number, note in enumerate(article.notes, 1)]
    return document_facts(article.document) + [(label, one_line(value)) for label, value in facts]
