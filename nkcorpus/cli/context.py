"""What commands share: the session, the check of the settings file, common options."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from nkcorpus.config import settings_path
from nkcorpus.dataclass import dataclass
from nkcorpus.errors import SettingsError, UsageError
from nkcorpus.render import Environment

if TYPE_CHECKING:
    from nkcorpus.asking import NarrowKeywords
    from nkcorpus.corpus import Corpus
    from nkcorpus.index.engines import EngineName

F = TypeVar("F", bound=Callable[..., Any])

NOT_SETTABLE = frozenset({"help", "version", "yes"})
"""Options that only the command line itself can give."""
FETCH = "fetch"
MOST_SNIPPETS = 20
MOST_COUNTED = 1_000_000_000
NO_ARTICLES = "no articles yet; take some in with 'nkcorpus ingest SOURCE'"


class Count(click.IntRange):
    """A number of things, `min` at least and no more than every part of the program can count to."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number. Its bound is not in the help, where nobody would look for it."""
        number = int(super().convert(value, param, ctx))
        if number > MOST_COUNTED:
            self.fail(f"{value} is more than {MOST_COUNTED:,}", param, ctx)
        return number


@dataclass(slots=True)
class Session:
    """The process around a command, and the corpus that it works on."""

    env: Environment
    corpus_path: str | None

    def open(self, notify: Callable[[str], None] | None = None, engine: EngineName | None = None) -> Corpus:
        """Return the corpus that `-C` names, or the user's own; `notify` hears its notes in place of the terminal,
        `engine` searches in place of the corpus' own.
        """
        from nkcorpus.corpus import Corpus

        return Corpus.open(self.corpus_path, notify=notify or self.env.note, engine=engine)

    def open_at(self, place: str) -> Corpus:
        """Return the corpus at a path or an address that an argument gives."""
        from nkcorpus.corpus import Corpus

        return Corpus.open(place, notify=self.env.note)


pass_session = click.make_pass_decorator(Session)


def check_global_settings(group: click.Group, settings: Mapping[str, Any]) -> None:
    """Raise SettingsError for a top-level key of the settings file that is neither a global option nor a table of it.

    The tables are those of the commands, and `fetch`: how hosts are treated, whichever command fetches.
    """
    names = {*group.list_commands(click.Context(group)), FETCH}
    if FETCH in settings:
        from nkcorpus.fetch.policy import policy_from_settings  # rarely set

        try:
            policy_from_settings(settings[FETCH], {})
        except SettingsError as error:
            raise SettingsError(f"{settings_path()}: {error}") from None
    _check_table({key: value for key, value in settings.items() if key not in names}, _options(group), names, "")


def check_command_settings(ctx: click.Context, command_name: str) -> None:
    """Raise SettingsError for a key in the command's table of the settings file that is no option of it."""
    group = ctx.command
    assert isinstance(group, click.Group)
    command = group.get_command(ctx, command_name)
    assert command is not None
    _check_table((ctx.default_map or {}).get(command_name, {}), _options(command), set(), f" in [{command_name}]")


def _check_table(given: object, options: Mapping[str, click.Option], tables: set[str], where: str) -> None:
    if not isinstance(given, Mapping):
        raise SettingsError(f"{settings_path()}: '{where[5:-1]}' must be a table of options")
    for key, value in given.items():
        if key not in options:
            known = ", ".join(sorted({*options, *tables}))
            raise SettingsError(f"{settings_path()}: there is no option '{key}'{where}; options are {known}")
        if options[key].multiple:
            if not isinstance(value, list) or any(isinstance(part, list | dict) for part in value):
                raise SettingsError(f"{settings_path()}: '{key}'{where} must be a list of values")
        elif isinstance(value, list | dict):
            raise SettingsError(f"{settings_path()}: '{key}'{where} must be one value")


def _options(command: click.Command) -> dict[str, click.Option]:
    return {
        parameter.name: parameter
        for parameter in command.params
        if isinstance(parameter, click.Option) and parameter.name and parameter.name not in NOT_SETTABLE
    }


def narrowing(function: F) -> F:
    """Add the options that narrow a result: --since --until --source --author --lang --place."""
    options = [
        click.option(
            "--since",
            metavar="DATE",
            help="Dated on or after: 2019, 2019-06, 2019-06-13, with time or not, 'last month', '3 weeks ago' ...",
        ),
        click.option("--until", metavar="DATE", help="Dated on or before (inclusive)."),
        click.option("--source", metavar="NAME", help="From this publisher (name, case aside) or host."),
        click.option("--author", metavar="NAME", help="By this author, or part of the name."),
        click.option("--lang", metavar="CODE", help="In this language: en, ko, ..."),
        click.option(
            "--place", metavar="NAME", help="Naming this place of North Korea or one within it, in any spelling."
        ),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def narrow_keywords(options: Mapping[str, Any]) -> NarrowKeywords:
    """Return what the options of `narrowing` ask for."""
    return {
        "since": options["since"],
        "until": options["until"],
        "source": options["source"],
        "author": options["author"],
        "lang": options["lang"],
        "place": options["place"],
    }


def engine_option(function: F) -> F:
    """Add --engine."""
    return click.option(
        "--engine",
        type=click.Choice(["whoosh", "tantivy"]),
        help="Search with this engine, for once.  [default: the corpus' own, see 'nkcorpus engine']",
    )(function)


def snippets_option(function: F) -> F:
    """Add --snippets."""
    return click.option(
        "--snippets",
        type=click.IntRange(min=0, max=MOST_SNIPPETS),
        default=1,
        show_default=True,
        metavar="N",
        help="Passages of each article at most, in the order of its text; 0: none.",
    )(function)


def mapping_option(function: F) -> F:
    """Add --map FIELD=NAME; the command gets a dict."""
    return click.option(
        "--map",
        multiple=True,
        metavar="FIELD=NAME",
        callback=_parse_mapping,
        help="Where a field is: text=story.body. Fields: text title date updated authors translator editor url source "
        "section lang id tags.",
    )(function)


def _parse_mapping(ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    mapping = {}
    for value in values:
        field, equals, name = value.partition("=")
        if not (field and equals and name):
            raise click.BadParameter(f"'{value}' is not FIELD=NAME", ctx=ctx, param=parameter)
        mapping[field.strip()] = name.strip()
    return mapping


def sources_options(kinds: Sequence[str]) -> Callable[[F], F]:
    """Add --as with these choices, --include and --exclude, which say how sources are read."""
    options = [
        click.option(
            "--as",
            type=click.Choice(kinds),
            help="What the sources are, or what is in the archives, whatever their content and names say.",
        ),
        click.option(
            "--include",
            multiple=True,
            metavar="GLOB",
            help="Only files of this name, in archives too: '*.html', '2019/*.txt'. * stands for / as well.",
        ),
        click.option("--exclude", multiple=True, metavar="GLOB", help="No files, folders or archives of this name."),
    ]

    def add(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return add


def pairs_format(function: F) -> F:
    """Add --format for labelled values."""
    return click.option(
        "--format",
        type=click.Choice(["table", "plain", "json"]),
        help="[default: table on a terminal, else plain]",
    )(function)


def jobs_option(function: F) -> F:
    """Add --jobs; the default is the number of processors."""
    return click.option(
        "--jobs", type=Count(min=1), metavar="N", help="Processes to work with.  [default: the processors]"
    )(function)


def executor_option(function: F) -> F:
    """Add --executor."""
    return click.option(
        "--executor",
        default="local",
        metavar="NAME",
        help="Who does the work: local, processes of this machine; or dask://HOST:PORT, the workers of a Dask cluster"
        " (--jobs then counts only for the index).  [default: local]",
    )(function)


def fast_option(function: F) -> F:
    """Add --fast."""
    return click.option("--fast", is_flag=True, help="Read web pages with one extractor, not with three that vote.")(
        function
    )


def fix_text_option(function: F) -> F:
    """Add --fix-text."""
    return click.option(
        "--fix-text",
        is_flag=True,
        help="Mend damaged text: glued words, hard-wrapped lines, wrong encoding, odd spaces. Listed as repairs.",
    )(function)


def processors() -> int:
    """Return how many processors this process may use."""
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def article_ids(ids: tuple[str, ...], env: Environment) -> list[str]:
    """Return the ids of the arguments, with `-` replaced by those on stdin (lines or NUL-separated)."""
    given: list[str] = []
    for value in ids:
        if value == "-":
            given.extend(env.stdin.read().decode("utf-8", "replace").replace("\0", "\n").split())
        else:
            given.append(value)
    if not given:
        raise UsageError("no article id given; 'nkcorpus list' shows ids")
    return given
