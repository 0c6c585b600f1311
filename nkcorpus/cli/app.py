"""The root command, and the one place where errors become messages and exit codes."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from nkcorpus import __version__
from nkcorpus.cli.context import Session, check_command_settings, check_global_settings
from nkcorpus.config import load_settings
from nkcorpus.errors import CorpusError, NkcorpusError
from nkcorpus.render import Environment, visible

PREFIX = "NKCORPUS"
"""What the environment variables of all options begin with."""
INTERNAL_ERROR = 70
"""The exit code of a fault of ours (sysexits.h: EX_SOFTWARE)."""
INTERRUPTED = 130
_OF_THE_DISK = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG, errno.EROFS, errno.EIO)

COMMANDS = {
    "ingest": "Take in articles from files, archives, folders and the web.",
    "follow": "Name sources on the web to follow; list and remove them.",
    "update": "Take in what is new from the sources that are followed.",
    "fetches": "Show what is to be fetched from the web, was, and why it failed.",
    "search": "Find articles, ranked.",
    "kwic": "Show every match in its context, one below the other.",
    "similar": "Find articles like one.",
    "list": "Show the newest articles.",
    "show": "Show articles, and what was cut from them.",
    "history": "List the versions of an article.",
    "diff": "Show what changed between two versions of an article.",
    "open": "Open an article's page or file.",
    "cite": "Print references to articles.",
    "tag": "Give articles tags of your own.",
    "note": "Write notes about an article.",
    "searches": "List the saved searches, or remove one.",
    "new": "Show what has come in for a saved search since the last look.",
    "clean": "Strip boilerplate, without a corpus.",
    "stats": "Count articles, words, sources, years, cut lines.",
    "dupes": "Show articles with the same or nearly the same text.",
    "alias": "Tell which words stand for the same; list and remove that.",
    "acronyms": "List what articles say that acronyms stand for.",
    "rules": "List the cleaning rules; check, add, remove and export own ones.",
    "audit": "Find boilerplate that no rule covers, and propose rules.",
    "reclean": "Clean anew what is stored, after rules have changed.",
    "uncut": "Put back for good what a rule cut from an article.",
    "backup": "Copy the corpus to a file, or a cluster's to a snapshot.",
    "restore": "Make a backup the corpus again.",
    "export": "Write articles to a web archive, or the whole corpus as JSON lines.",
    "import": "Take in a corpus from JSON lines.",
    "merge": "Take in other corpora.",
    "copy": "Copy a corpus to another place: a file, a cluster.",
    "remove": "Delete articles for good.",
    "where": "Tell where corpus, index and settings are.",
    "engine": "Show the search engines, or choose one.",
    "check": "Look whether the corpus and its index are whole.",
    "repair": "Make a damaged corpus whole, as far as digests prove it.",
    "reindex": "Build the search index anew.",
    "completion": "Print the completion script of a shell.",
}
"""The commands in the order of the help, and what it says of each: for that none is imported."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are used, in the order of COMMANDS."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"nkcorpus.cli.{cmd_name}").command
        command.short_help = COMMANDS[cmd_name]
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Parse the root's own options, where `--help` writes already. Raises SettingsError."""
        check_global_settings(self, kwargs.get("default_map") or {})
        try:
            return super().make_context(*args, **kwargs)
        except BrokenPipeError:
            _drop_stdout()
            raise click.exceptions.Exit(0) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command. A reader that closes the pipe is no error."""
        try:
            result = super().invoke(ctx)
            if sys.stdout is not None:  # None: closed by the caller
                sys.stdout.flush()
        except BrokenPipeError:
            _drop_stdout()
            return 0
        return result


def _drop_stdout() -> None:
    """Send what is still buffered nowhere, or it would fail again when the interpreter flushes at its end."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(
    cls=LazyGroup,
    context_settings={"auto_envvar_prefix": PREFIX, "help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Every option can be set in the environment (NKCORPUS_SEARCH_LIMIT=20) or in nkcorpus.toml.",
)
@click.option(
    "-C",
    "--corpus",
    metavar="PATH_OR_URL",
    help="The corpus: a file, or opensearch://HOST:PORT/NAME in a cluster.  [default: corpus.db in the user's data"
    " directory]",
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing on stderr but errors.")
@click.option("-v", "--verbose", count=True, help="Say more on stderr; twice: show tracebacks.")
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="When to use colour. NO_COLOR is honoured.",
)
@click.version_option(__version__, prog_name="nkcorpus", message="%(prog)s %(version)s")
@click.pass_context
def root(ctx: click.Context, corpus: str | None, quiet: bool, verbose: int, color: Any) -> None:
    """Keep a corpus of North Korea news in one file, or in a cluster: ingest, strip boilerplate, search."""
    env = Environment.from_process(color=color, verbosity=-1 if quiet else verbose)
    ctx.obj = Session(env=env, corpus_path=corpus)
    if ctx.invoked_subcommand in COMMANDS:
        check_command_settings(ctx, ctx.invoked_subcommand)


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    env = Environment.from_process(verbosity=_verbosity(arguments))
    try:
        result = root.main(
            args=list(arguments), prog_name="nkcorpus", standalone_mode=False, default_map=load_settings()
        )
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.Abort as error:
        if isinstance(error.__cause__, KeyboardInterrupt):
            env.error("interrupted; what was stored stays stored")
            return INTERRUPTED
        return 1
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.ClickException as error:
        _show_usage(error)
        return error.exit_code
    except NkcorpusError as error:
        if env.verbosity > 1:
            raise
        from nkcorpus.render.reports import render_error

        render_error(error, env)
        return error.exit_code
    except Exception as error:
        if env.verbosity > 1:
            raise
        if isinstance(error, OSError) and error.errno in _OF_THE_DISK:
            _drop_stdout()
            env.error(f"{error.filename or 'stdout'}: could not be written whole: {error.strerror}")
            return CorpusError.exit_code
        env.error(f"internal error: {type(error).__name__}: {error}; run again with -vv and report the traceback")
        return INTERNAL_ERROR
    return result if isinstance(result, int) else 0


def show_traceback() -> int:
    """Write the traceback of the present exception to stderr, and return Python's exit code for it. Python itself would
    write the message, which may quote what comes from outside, as it is.
    """
    import traceback

    Environment.from_process().stderr_line(visible(traceback.format_exc().rstrip(), newlines=True))
    return 1


def _show_usage(error: click.ClickException) -> None:
    """Say in one line what is wrong with the command line and where help is."""
    env = Environment.from_process()
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "nkcorpus"
    message = " ".join(error.format_message().split()).rstrip(".")
    takes_query = context and any(parameter.name == "query" for parameter in context.command.params)
    if isinstance(error, click.NoSuchOption) and not error.option_name.startswith("--") and takes_query:
        message += "; a query that begins with - goes after --"
    env.error(f"{message}; see '{command} --help'")


def _verbosity(arguments: Sequence[str]) -> int:
    """Count the `-v` before the command: errors may come before Click has parsed anything."""
    count = 0
    for argument in arguments:
        if argument == "--verbose":
            count += 1
        elif argument.startswith("-") and not argument.startswith("--") and set(argument[1:]) <= {"v", "q"}:
            count += argument.count("v")
        elif not argument.startswith("-"):
            break
    return count
