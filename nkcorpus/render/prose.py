"""Hits and articles for reading: text, Markdown, HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nkcorpus.model import Article, Document
from nkcorpus.render.environment import Environment
from nkcorpus.render.fields import Fields, removed_fields
from nkcorpus.render.labels import Fact, article_facts, document_facts, heading, hit_facts
from nkcorpus.render.markup import (
    html_paragraphs,
    html_text,
    language_tag,
    markdown_block,
    markdown_line,
    markdown_link,
    web_address,
)
from nkcorpus.render.safe import one_line, visible
from nkcorpus.results import Hit

_STYLE = (
    "body{max-width:42rem;margin:2rem auto;padding:0 1rem;font:1.05rem/1.6 serif}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:0 1rem;font:.85rem/1.5 sans-serif}"
    "dd{margin:0;overflow-wrap:anywhere}.lead{font-style:italic}"
)


def hit_as_text(hit: Hit) -> str:
    """Return a hit as a block of lines: rank and heading, date, source and id, snippets."""
    article = hit.article
    lines = [
        f"{hit.rank}. {heading(article.document, article.text)}",
        f"   {' · '.join(hit_facts(hit))}",
    ]
    texts = (one_line(snippet.text).strip(" ") for snippet in hit.snippets)
    lines += [f"   {text}" for text in texts if text]
    return "\n".join(lines) + "\n"


def hit_as_markdown(hit: Hit) -> str:
    """Return a hit as an item of a numbered list, linked to its address, with the snippets as quotations."""
    article = hit.article
    title = markdown_link(str(heading(article.document, article.text)), article.document.url)
    item = f"{hit.rank}. {title} — {markdown_line(' · '.join(hit_facts(hit)))}\n"
    indent = " " * (len(str(hit.rank)) + 2)
    quoted = [f"\n{indent}> {text}\n" for snippet in hit.snippets if (text := markdown_line(snippet.text))]
    return item + "".join(quoted)


def body_text(text: str) -> str:
    """Return a text made safe that ends with exactly one line feed, otherwise as it is."""
    return visible(text, newlines=True).rstrip("\n") + "\n"


def article_header(article: Article, env: Environment) -> str:
    """Return heading and facts above an article on a terminal, with a blank line after them."""
    title = heading(article.document, article.text)
    facts = article_facts(article)
    width = max(len(label) for label, _ in facts)
    lines = [env.paint(str(title), "dim" if title.is_lead else "bold")]
    lines += [f"{env.paint(label.ljust(width), 'dim')}  {value}" for label, value in facts]
    return "\n".join(lines) + "\n\n"


def article_as_markdown(article: Article, body: str) -> str:
    """Return an article as Markdown, with `body` (clean or raw text) under its heading and facts."""
    return _markdown(article.document, article.text, article_facts(article), body)


def document_as_markdown(document: Document) -> str:
    """Return a cleaned document, which no corpus holds, as Markdown."""
    text = document.text
    return _markdown(document, text, document_facts(document), text)


def articles_as_html(articles: Sequence[Article], bodies: Sequence[str]) -> str:
    """Return one standalone page with an `article` element for each; nothing in it can run or load."""
    return _page(articles, [html_paragraphs(body) for body in bodies])


def removed_as_html(articles: Sequence[Article], explanations: Mapping[str, str]) -> str:
    """Return one standalone page with the cuts of each article as a list."""
    return _page(articles, [_html_cuts(removed_fields(article.document), explanations) for article in articles])


def removed_as_markdown(article: Article, explanations: Mapping[str, str]) -> str:
    """Return the cuts of an article as a Markdown list under its heading."""
    cuts = "".join(
        f"- {markdown_line(_place(cut, explanations))}: {markdown_line(cut['text'].strip())}\n"
        for cut in removed_fields(article.document)
    )
    return f"# {markdown_line(str(heading(article.document, article.text)))}\n\n{cuts}"


def _markdown(document: Document, text: str, facts: Sequence[Fact], body: str) -> str:
    blocks = [f"# {markdown_line(str(heading(document, text)))}"]
    if facts:
        blocks.append("\n".join(f"- **{label}:** {_markdown_value(label, value)}" for label, value in facts))
    content = markdown_block(body)
    return "\n\n".join([*blocks, content] if content else blocks) + "\n"


def _markdown_value(label: str, value: str) -> str:
    return markdown_link(value, value) if label == "url" else markdown_line(value)


def _page(articles: Sequence[Article], contents: Sequence[str]) -> str:
    headings = [str(heading(article.document, article.text)) for article in articles]
    title = headings[0] if len(headings) == 1 else f"{len(headings)} articles"
    sections = "".join(_section(article, content) for article, content in zip(articles, contents, strict=True))
    return (
        f"<!DOCTYPE html>\n<html{_lang(articles[0].document) if articles else ''}>\n<head>\n"
        '<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{html_text(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"{sections}</body>\n</html>\n"
    )


def _section(article: Article, content: str) -> str:
    title = heading(article.document, article.text)
    marked = ' class="lead"' if title.is_lead else ""
    facts = "".join(
        f'<dt>{label}</dt><dd dir="auto">{_html_value(label, value)}</dd>\n' for label, value in article_facts(article)
    )
    return (
        f'<article{_lang(article.document)}>\n<h1{marked} dir="auto">{html_text(str(title))}</h1>\n'
        f"<dl>\n{facts}</dl>\n{content}</article>\n"
    )


def _lang(document: Document) -> str:
    language = language_tag(document.lang)
    return f' lang="{language}"' if language else ""


def _html_value(label: str, value: str) -> str:
    address = web_address(value) if label == "url" else None
    if address is None:
        return html_text(value)
    return f'<a href="{html_text(address)}" rel="nofollow noopener noreferrer">{html_text(value)}</a>'


def _html_cuts(removed: Sequence[Fields], explanations: Mapping[str, str]) -> str:
    items = "".join(
        f'<li dir="auto"><code>{html_text(_place(cut, explanations))}</code><br>{html_text(cut["text"].strip())}</li>\n'
        for cut in removed
    )
    return f"<ul>\n{items}</ul>\n"


def _place(cut: Fields, explanations: Mapping[str, str]) -> str:
    place = f"{cut['rule']}, {cut['kind']}, {cut['start']}-{cut['end']}"
    explanation = explanations.get(cut["rule"])
    return one_line(f"{place} ({explanation})" if explanation else place)
