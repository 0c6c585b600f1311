"""`nkcorpus search QUERY`"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, cast, get_args

import click

from nkcorpus.cli.context import (
    Count,
    Session,
    engine_option,
    narrow_keywords,
    narrowing,
    pass_session,
    snippets_option,
)
from nkcorpus.cli.matching import match_mode, matching, none_left, why_none
from nkcorpus.errors import UsageError
from nkcorpus.render import (
    HIT_FORMATS,
    QUERIES_FORMATS,
    WITHOUT_SNIPPETS,
    Environment,
    default_hit_format,
    feedback_line,
    render_count,
    render_hits,
    render_queries,
)
from nkcorpus.results import FacetField

if TYPE_CHECKING:
    from nkcorpus.asking import SearchKeywords
    from nkcorpus.corpus import Corpus
    from nkcorpus.render import FacetFormat
    from nkcorpus.results import SearchResult

FACETS: tuple[FacetField, ...] = get_args(FacetField)


@click.command("search")
@click.argument("query", nargs=-1)
@click.option("-n", "--limit", type=Count(min=0), default=10, show_default=True, help="Hits at most; 0: all.")
@click.option("--offset", type=Count(min=0), default=0, help="Hits to pass over first.")
@matching
@narrowing
@engine_option
@click.option(
    "--sort",
    type=click.Choice(["relevance", "newest", "oldest"]),
    default="relevance",
    show_default=True,
    help="The order of the hits.",
)
@click.option(
    "--feedback",
    is_flag=True,
    help="Rank anew with the words that the best ten articles have in common: better as a rule, and slower.",
)
@click.option("--format", type=click.Choice(HIT_FORMATS), help="[default: table on a terminal, else plain]")
@click.option("--no-collapse", is_flag=True, help="Show every article, also those with (nearly) the same text.")
@snippets_option
@click.option(
    "--facet",
    type=click.Choice(FACETS),
    multiple=True,
    help="Print how many of all matches have each source, author ... instead of hits; json gives both. Repeatable.",
)
@click.option("--count", is_flag=True, help="Print only how many articles match.")
@click.option(
    "--queries", metavar="FILE", help='Ask many: one a line, or JSON lines with "_id" and "text"; - is stdin.'
)
@click.option("--save", metavar="NAME", help="Keep the search; 'nkcorpus new NAME' shows what has come in since.")
@click.option("--force", is_flag=True, help="With --save: replace a saved search of that name.")
@click.option("--explain-query", is_flag=True, help="Print what the query is understood as, and do not search.")
@click.option("-0", "--null", is_flag=True, help="With --format ids: end ids with NUL instead of a line end.")
@pass_session
def command(session: Session, /, query: tuple[str, ...], **options: Any) -> int:
    """Find articles. QUERY is words, "phrases", "words near"~5, a NEAR/5 b, begin*, fuzzy~1, /regex/, field:word
    (title text author translator source lang place url id tag note removed), date:2019..2020, since:"last month",
    weight^2, +required, -excluded, AND, OR, NOT and (groups).

    Exit code 1: no hit.
    """
    text, queries = " ".join(query), options["queries"]
    if queries is not None and query:
        raise UsageError("give either QUERY or --queries, not both")
    if queries is None and not text.strip():
        raise UsageError("the query is empty; 'nkcorpus list' shows articles without one")
    if options["feedback"] and options["sort"] != "relevance":
        session.env.note(f"--feedback has no effect with --sort {options['sort']}")
    with session.open(engine=options["engine"]) as corpus:
        keywords = _keywords(options)
        if queries is not None:
            return _ask_many(corpus, queries, options, keywords, session.env)
        return _ask(corpus, text, options, keywords, session.env)


def _ask(corpus: Corpus, query: str, options: dict[str, Any], keywords: SearchKeywords, env: Environment) -> int:
    format = options["format"] or default_hit_format(env)
    if options["explain_query"]:
        return _explain(corpus, query, options, env)
    facets_only = options["facet"] and format != "json"
    if facets_only:
        from nkcorpus.render import FACET_FORMATS

        if options["count"] or format not in FACET_FORMATS:
            given = "--count" if options["count"] else f"format {format}"
            raise UsageError(f"--facet has no {given}; formats are {', '.join(FACET_FORMATS)}")
        keywords["limit"], keywords["offset"] = 1, 0
    if facets_only or options["count"] or format in WITHOUT_SNIPPETS:
        keywords["snippets"] = 0
    if format == "trec":
        keywords["collapse"] = False
    if options["count"]:
        keywords["limit"], keywords["offset"] = 1, 0
    if facets_only or options["count"]:
        keywords["feedback"] = False
    if options["save"] is not None:
        kept: SearchKeywords = {
            **keywords,
            "collapse": not options["no_collapse"],
            "feedback": options["feedback"],
        }
        corpus.searches.save(options["save"], query, kept, replace=options["force"])
        env.note("saved; 'nkcorpus new NAME' shows what comes in for it from now on")
    result = corpus.search(query, **keywords)
    if options["count"]:
        render_count(result.total, env)
    elif facets_only:
        from nkcorpus.render import render_facets

        render_facets(result.facets, cast("FacetFormat", format), env)
    else:
        render_hits(result, format, env, null=options["null"])
    for note in filter(
        None, (result.also, feedback_line(result), *result.notes, none_left(result, keywords["offset"]))
    ):
        env.note(note)
    if not options["count"] and not result.total:
        env.note(why_none("hits", corpus, query, literal=options["literal"]))
        if result.suggestions:
            env.note(f"did you mean: {' | '.join(result.suggestions)}")
    return 0 if result.total else 1


def _ask_many(corpus: Corpus, file: str, options: dict[str, Any], keywords: SearchKeywords, env: Environment) -> int:
    format: Any = options["format"] or "plain"
    if format not in QUERIES_FORMATS:
        raise UsageError(f"--queries has no format {format}; formats are {', '.join(QUERIES_FORMATS)}")
    for option in ("count", "explain_query", "save", "facet"):
        if options[option]:
            name = option.replace("_", "-")
            raise UsageError(f"--{name} takes one query; leave out --queries or --{name}")
    if format in WITHOUT_SNIPPETS:
        keywords["snippets"] = 0
    if format == "trec":
        keywords["collapse"] = False
    results = _noted(corpus.search_many(_queries(file, env), **keywords), env)
    return 0 if render_queries(results, format, env, null=options["null"]) else 1


def _explain(corpus: Corpus, query: str, options: dict[str, Any], env: Environment) -> int:
    if options["save"]:
        raise UsageError("--explain-query does not search; leave out --save or --explain-query")
    if options["format"] not in (None, "table", "plain", "text", "json"):
        raise UsageError(f"--explain-query has no format {options['format']}; formats are text, json")
    from nkcorpus.render import render_explained

    parsed, expanded, tree = corpus.explain(query, literal=options["literal"], exact=options["exact"])
    render_explained(query, parsed, expanded, tree, env, as_json=options["format"] == "json")
    return 0


def _noted(results: Iterable[tuple[str, SearchResult]], env: Environment) -> Iterator[tuple[str, SearchResult]]:
    """Pass results on and tell their notes on stderr."""
    for name, result in results:
        for note in result.notes:
            env.note(f"query {name}: {note}")
        yield name, result


def _queries(file: str, env: Environment) -> Iterator[tuple[str, str]]:
    """Yield the id and the text of each query of a file; a plain line has its number as id."""
    import json

    try:
        if file == "-":
            content = env.stdin.read()
        else:
            with open(file, "rb") as stream:  # noqa: PTH123 - a pipe such as /dev/fd/63 is welcome
                content = stream.read()
    except OSError as error:
        raise UsageError(f"{file}: cannot read the queries: {error.strerror}") from None
    for number, line in enumerate(content.decode("utf-8-sig", "replace").splitlines(), 1):
        if not line.strip():
            continue
        if line.lstrip().startswith("{"):
            try:
                record = json.loads(line)
                text = record["text"]
                name = record.get("_id", number)
                if not isinstance(text, str) or not isinstance(name, str | int):
                    raise TypeError
            except (ValueError, KeyError, TypeError, RecursionError):
                raise UsageError(
                    f'{file}: line {number} is no query; write words or an object with "_id" and "text"'
                ) from None
            yield str(name), text
        else:
            yield str(number), line


def _keywords(options: dict[str, Any]) -> SearchKeywords:
    return {
        **narrow_keywords(options),
        "limit": options["limit"],
        "offset": options["offset"],
        "match": match_mode(options),
        "sort": options["sort"],
        "literal": options["literal"],
        "exact": options["exact"],
        "collapse": not options["no_collapse"],
        "snippets": options["snippets"],
        "facets": options["facet"],
        "feedback": options["feedback"],
    }
