"""The options of commands that fetch."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import click

from nkcorpus.cli.context import FETCH, Count
from nkcorpus.errors import UsageError
from nkcorpus.identity import canonical_url
from nkcorpus.model import WebKind
from nkcorpus.render import Environment

if TYPE_CHECKING:
    from nkcorpus.fetch.policy import FetchPolicy
    from nkcorpus.sources.webreading import WebReading

F = TypeVar("F", bound=Callable[..., Any])

_STDIN = "-"


def web_options(function: F) -> F:
    """Add the options that say what is taken from addresses."""
    options = [
        click.option("--all", is_flag=True, help="All that a site has, by its WordPress interface or its sitemap."),
        click.option(
            "--newest",
            type=Count(min=1),
            metavar="N",
            help="How many articles are taken of a site without --all.  [default: 100]",
        ),
        click.option("--urls", metavar="FILE", help="Addresses from a file, one a line; - for stdin."),
        click.option(
            "--wayback",
            metavar="FROM..TO",
            help="Captures of that time (2019..2020-06, 2019..) from a web archive, of pages that are gone: the last of"
            " each page, with --all each that differs. SOURCE may end with * for all pages below.",
        ),
        click.option(
            "--archive",
            metavar="URL",
            help="The web archive of --wayback.  [default: https://web.archive.org]",
        ),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def web_reading(options: Mapping[str, Any]) -> WebReading:
    """Return what the options of `web_options` ask for. Raises UsageError."""
    from nkcorpus.query import dates
    from nkcorpus.sources.webreading import NEWEST, WAYBACK, WebReading, parse_captures

    captures = parse_captures(options["wayback"]) if options["wayback"] else None
    if options["wayback"] and captures is None:
        raise UsageError(f"--wayback: '{options['wayback']}' is no span of time; write 2019..2020-06, 2019.. or ..2019")
    if options["archive"] and canonical_url(options["archive"]) is None:
        raise UsageError(f"--archive: '{options['archive']}' is no address of the web; it begins with https://")
    return WebReading(
        kind=options["as"] if options["as"] in get_args(WebKind) else None,
        whole=options["all"],
        newest=options["newest"] or NEWEST,
        since=dates.since(options["since"]) if options["since"] else None,
        until=dates.until(options["until"]) if options["until"] else None,
        captures=captures,
        archive=options["archive"] or WAYBACK,
    )


def fetch_policy() -> FetchPolicy:
    """Return how the settings want hosts to be treated. Raises SettingsError."""
    from nkcorpus.fetch.policy import policy_from_settings

    settings = click.get_current_context().find_root().default_map or {}
    return policy_from_settings(settings.get(FETCH, {}))


@contextlib.contextmanager
def address_list(name: str | None, sources: Sequence[str], env: Environment) -> Iterator[Iterator[str] | None]:
    """Give the addresses in a file, or on stdin for `-`; None where no file is named. Raises UsageError."""
    if name is None:
        yield None
        return
    from nkcorpus.sources.addresslist import read_addresses

    if name == _STDIN:
        if _STDIN in sources:
            raise UsageError("stdin is either a SOURCE or the list of --urls, not both")
        yield read_addresses(env.stdin)
        return
    with contextlib.ExitStack() as stack:
        try:
            stream = stack.enter_context(Path(name).open("rb"))
        except OSError as error:
            raise UsageError(f"--urls: {name}: {error.strerror}") from None
        yield read_addresses(stream)
