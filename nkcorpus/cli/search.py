"""`nkcorpus search QUERY`"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, cast

import click
from click.core import ParameterSource

from nkcorpus.cli.context import Session, narrowing, pass_session
from nkcorpus.errors import UsageError
from nkcorpus.render import (
    HIT_FORMATS,
    QUERIES_FORMATS,
    Environment,
    default_hit_format,
    render_count,
    render_explained,
    render_hits,
    render_queries,
)

if TYPE_CHECKING:
    from nkcorpus.corpus import Corpus, SearchKeywords
    from nkcorpus.index import MatchMode
    from nkcorpus.model import SearchResult

_WITHOUT_SNIPPETS = frozenset({"plain", "ids", "trec"})


@click.command("search", short_help="Find articles, ranked.")
@click.argument("query", nargs=-1)
@click.option("-n", "--limit", type=click.IntRange(min=0), default=10, show_default=True, help="Hits at most; 0: all.")
@click.option("--offset", type=click.IntRange(min=0), default=0, help="Hits to pass over first.")
@click.option(
    "--match",
    type=click.Choice(["best", "any", "all"]),
    default="best",
    show_default=True,
    help="best: any word, articles with all words first; any: ranking alone; all: every word.",
)
@click.option("--any", is_flag=True, help="Short for --match any.")
@click.option("--all", is_flag=True, help="Short for --match all.")
@click.option("--literal", is_flag=True, help="Take the query as plain words, without operators.")
@click.option(
    "--exact",
    is_flag=True,
    help="Find words only as they are written, in no other form and by no other name.",
)
@narrowing
@click.option(
    "--sort",
    type=click.Choice(["relevance", "newest", "oldest"]),
    default="relevance",
    show_default=True,
    help="The order of the hits.",
)
@click.option("--format", type=click.Choice(HIT_FORMATS), help="[default: table on a terminal, else plain]")
@click.option("--no-collapse", is_flag=True, help="Show every article, also those with (nearly) the same text.")
@click.option("--count", is_flag=True, help="Print only how many articles match.")
@click.option(
    "--queries", metavar="FILE", help='Ask many: one a line, or JSON lines with "_id" and "text"; - is stdin.'
)
@click.option("--explain-query", is_flag=True, help="Print what the query is understood as, and do not search.")
@click.option("-0", "--null", is_flag=True, help="With --format ids: end ids with NUL instead of a line end.")
@pass_session
def command(session: Session, /, query: tuple[str, ...], **options: Any) -> int:
    """Find articles. QUERY is words, "phrases", "words near"~5, a NEAR/5 b, begin*, fuzzy~1, /regex/, field:word
    (title text author translator source lang place url id tag removed), date:2019..2020, since:"last month",
    weight^2, +required, -excluded, AND, OR, NOT and (groups).

    Exit code 1: no hit.
    """
    text, queries = " ".join(query), options["queries"]
    if queries is not None and query:
        raise UsageError("give either QUERY or --queries, not both")
    if queries is None and not text.strip():
        raise UsageError("the query is empty; 'nkcorpus list' shows articles without one")
    with session.open() as corpus:
        keywords = _keywords(options)
        if queries is not None:
            return _ask_many(corpus, queries, options, keywords, session.env)
        return _ask(corpus, text, options, keywords, session.env)


def _ask(corpus: Corpus, query: str, options: dict[str, Any], keywords: SearchKeywords, env: Environment) -> int:
    format = options["format"] or default_hit_format(env)
    if options["explain_query"]:
        return _explain(corpus, query, options, env)
    keywords["snippets"] = format not in _WITHOUT_SNIPPETS and not options["count"]
    keywords["collapse"] = format != "trec" and not options["no_collapse"]
    if options["count"]:
        keywords["limit"], keywords["offset"] = 1, 0
    result = corpus.search(query, **keywords)
    if options["count"]:
        render_count(result.total, env)
    else:
        render_hits(result, format, env, null=options["null"])
    for note in filter(None, (result.also, *result.notes)):
        env.note(note)
    if not options["count"] and not result.total:
        env.note(_why_none(corpus, query, options))
    return 0 if result.total else 1


def _ask_many(corpus: Corpus, file: str, options: dict[str, Any], keywords: SearchKeywords, env: Environment) -> int:
    format: Any = options["format"] or "plain"
    if format not in QUERIES_FORMATS:
        raise UsageError(f"--queries has no format {format}; formats are {', '.join(QUERIES_FORMATS)}")
    for option in ("count", "explain_query"):
        if options[option]:
            name = option.replace("_", "-")
            raise UsageError(f"--{name} takes one query; leave out --queries or --{name}")
    keywords["snippets"] = format not in _WITHOUT_SNIPPETS
    keywords["collapse"] = format != "trec" and not options["no_collapse"]
    results = _noted(corpus.search_many(_queries(file, env), **keywords), env)
    return 0 if render_queries(results, format, env, null=options["null"]) else 1


def _why_none(corpus: Corpus, query: str, options: dict[str, Any]) -> str:
    """Say in a line why there is no hit."""
    if not corpus.newest(limit=1).total:
        return _NO_ARTICLES
    *_, tree = corpus.explain(query, literal=options["literal"])
    shown = query if len(query) <= _SHOWN else f"{query[:_SHOWN]} ..."
    return f"no hits for {shown}" + (_NO_TERMS if tree.is_empty else "")


def _explain(corpus: Corpus, query: str, options: dict[str, Any], env: Environment) -> int:
    if options["format"] not in (None, "table", "plain", "text", "json"):
        raise UsageError(f"--explain-query has no format {options['format']}; formats are text, json")
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
        "limit": options["limit"],
        "offset": options["offset"],
        "match": _match_mode(options),
        "sort": options["sort"],
        "literal": options["literal"],
        "exact": options["exact"],
        "since": options["since"],
        "until": options["until"],
        "source": options["source"],
        "author": options["author"],
        "lang": options["lang"],
    }


def _match_mode(options: dict[str, Any]) -> MatchMode:
    """Return what --match, --any and --all ask for; the command line wins over the environment and the settings."""
    ctx = click.get_current_context()
    asked: dict[int, set[str]] = {}
    for option, mode in (("match", options["match"]), ("any", "any"), ("all", "all")):
        if options[option]:
            source = ctx.get_parameter_source(option) or ParameterSource.DEFAULT
            asked.setdefault(_PRECEDENCE.index(source), set()).add(mode)
    modes = asked[min(asked)]
    if len(modes) > 1:
        raise UsageError("--match, --any and --all contradict each other; give one of them")
    return cast("MatchMode", modes.pop())


_PRECEDENCE = (
    ParameterSource.PROMPT,
    ParameterSource.COMMANDLINE,
    ParameterSource.ENVIRONMENT,
    ParameterSource.DEFAULT_MAP,
    ParameterSource.DEFAULT,
)
_SHOWN = 200
_NO_TERMS = ": words as common as 'the' and punctuation are not indexed; give other words"
_NO_ARTICLES = "no articles yet; take some in with 'nkcorpus ingest SOURCE'"
