"""Articles in every format of `show`, and cleaned items in every format of `clean`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, get_args

from nkcorpus.model import Article, Document
from nkcorpus.render.environment import Environment
from nkcorpus.render.fields import Fields, article_fields, clean_fields, removed_fields
from nkcorpus.render.jsonout import json_array, json_document, json_line
from nkcorpus.render.prose import (
    article_as_markdown,
    article_header,
    articles_as_html,
    body_text,
    document_as_markdown,
    removed_as_html,
    removed_as_markdown,
)
from nkcorpus.render.reports import render_failure, render_links
from nkcorpus.render.safe import one_line
from nkcorpus.results import Cleaned

if TYPE_CHECKING:
    from nkcorpus.clean import Rule

ArticleFormat = Literal["text", "json", "markdown", "html"]
CleanFormat = Literal["text", "json", "jsonl", "markdown", "diff"]

ARTICLE_FORMATS: tuple[str, ...] = get_args(ArticleFormat)
CLEAN_FORMATS: tuple[str, ...] = get_args(CleanFormat)


def render_article(
    article: Article,
    format: ArticleFormat,
    env: Environment,
    *,
    raw: bool = False,
    removed: bool = False,
    explanations: Mapping[str, str] | None = None,
) -> None:
    """Write one article to stdout; see `render_articles`."""
    render_articles([article], format, env, raw=raw, removed=removed, explanations=explanations)


def render_articles(
    articles: Sequence[Article],
    format: ArticleFormat,
    env: Environment,
    *,
    raw: bool = False,
    removed: bool = False,
    explanations: Mapping[str, str] | None = None,
) -> None:
    """Write articles to stdout, with their raw text instead of the clean one when `raw`.

    As text, a pipe gets nothing but the text, a terminal a header with the facts before it. One article as
    JSON is an object, several are JSON lines, which hold both texts anyway.

    With `removed`, what cleaning cut is written instead: to a pipe `rule  kind  start-end  text` a line,
    tab-separated, to a terminal a table, as JSON a list, for several articles one list a line.
    `explanations` says in words what a rule id stands for.
    """
    if removed:
        _render_removed(articles, format, env, explanations or {})
        return
    bodies = [article.document.raw_text if raw else article.text for article in articles]
    match format:
        case "json":
            _write_json([article_fields(article) for article in articles], env)
        case "html":
            env.write(articles_as_html(articles, bodies))
        case "text" | "markdown":
            for index, (article, body) in enumerate(zip(articles, bodies, strict=True)):
                block = _as_text(article, body, env) if format == "text" else article_as_markdown(article, body)
                env.write(f"\n{block}" if index else block)


def render_cleaned(
    items: Iterable[Cleaned], format: CleanFormat, env: Environment, *, explain_by: Sequence[Rule] | None = None
) -> int:
    """Write cleaned items to stdout as they come; return the number of failures, each named on stderr.

    JSON keeps failed items, with their error; the formats for reading leave them out. With the rules that
    cuts are to be explained by, JSON has the explanation of each item too, and text has it instead of the article.
    """

    def fields(item: Cleaned) -> Fields:
        if explain_by is None:
            return clean_fields(item)
        from nkcorpus.render.explanation import explanation_fields

        return clean_fields(item) | {"explanation": explanation_fields(item, explain_by)}

    failed = 0

    def counted() -> Iterator[Cleaned]:
        nonlocal failed
        for item in items:
            if item.error is not None:
                failed += 1
                render_failure(item.origin, item.error, env)
                render_links(item.links, env)
            yield item

    if format == "json":
        for piece in json_array(map(fields, counted())):
            env.write(piece)
        return failed
    separator = ""
    for item in counted():
        if format == "jsonl":
            env.write(json_line(fields(item)))
        elif item.document is None:
            continue
        elif explain_by is not None:
            from nkcorpus.render.explanation import explanation_lines

            env.write(separator + "".join(explanation_lines(item, explain_by)))
            separator = "\n"
        elif format == "diff":
            from nkcorpus.render.diff import cleaning_diff

            for line in cleaning_diff(item.origin, item.document, env):
                env.write(line)
        else:
            env.write(separator + _clean_text(item.document, format))
            separator = "\n"
    return failed


def render_preview(items: Iterable[Cleaned], env: Environment) -> int:
    """Write a line for each article that an ingest would take: origin, date, source and title, parted by tabs.

    Return the number of failures, each named on stderr.
    """
    taken = failed = 0
    for item in items:
        if item.document is None:
            failed += 1
            render_failure(item.origin, item.error or "", env)
            continue
        taken += 1
        document = item.document
        date = document.date.value if document.date else ""
        columns = (item.origin, date, document.source or "", document.title or "")
        env.write("\t".join(map(one_line, columns)) + "\n")
    env.note(f"would take {taken:,} article{'' if taken == 1 else 's'}" + (f", {failed:,} failed" if failed else ""))
    return failed


def _render_removed(
    articles: Sequence[Article], format: ArticleFormat, env: Environment, explanations: Mapping[str, str]
) -> None:
    match format:
        case "json":
            _write_json(
                [[_explained(cut, explanations) for cut in removed_fields(article.document)] for article in articles],
                env,
            )
        case "html":
            env.write(removed_as_html(articles, explanations))
        case "markdown":
            env.write("\n".join(removed_as_markdown(article, explanations) for article in articles))
        case "text":
            for article in articles:
                _write_cuts(removed_fields(article.document), env, explanations)


def _write_json(values: Sequence[object], env: Environment) -> None:
    for value in values:
        env.write(json_document(value, pretty=env.stdout_is_tty and len(values) == 1))


def _write_cuts(removed: Sequence[Fields], env: Environment, explanations: Mapping[str, str]) -> None:
    if env.stdout_is_tty:
        from nkcorpus.render.tables import draw_removed

        draw_removed(removed, env, explanations)
        return
    for cut in removed:
        env.write(_removed_line(cut))


def _as_text(article: Article, body: str, env: Environment) -> str:
    header = article_header(article, env) if env.stdout_is_tty else ""
    return header + body_text(body)


def _clean_text(document: Document, format: CleanFormat) -> str:
    return body_text(document.text) if format == "text" else document_as_markdown(document)


def _explained(cut: Fields, explanations: Mapping[str, str]) -> Fields:
    explanation = explanations.get(cut["rule"])
    return cut if explanation is None else cut | {"explanation": explanation}


def _removed_line(cut: Fields) -> str:
    columns = [cut["rule"], cut["kind"], f"{cut['start']}-{cut['end']}", cut["text"].strip("\r\n")]
    return "\t".join(one_line(column) for column in columns) + "\n"
