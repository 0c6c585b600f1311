"""`nkcorpus rules`"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from nkcorpus.cli.context import Session, pass_session
from nkcorpus.errors import CorpusMissing, SettingsError, UsageError
from nkcorpus.newfile import is_file
from nkcorpus.render import RULES_FORMATS, render_rules


@click.command("rules")
@click.argument("values", nargs=-1, metavar="[FILE|ID]...")
@click.option("--check", is_flag=True, help="Check rule files, with every example in them.")
@click.option("--add", is_flag=True, help="Take the rules of files into the corpus.")
@click.option("--remove", is_flag=True, help="Delete the corpus' own rules with these ids.")
@click.option("--export", is_flag=True, help="Write the corpus' own rules as a rule file.")
@click.option("--format", type=click.Choice(RULES_FORMATS), help="[default: table on a terminal, else plain]")
@pass_session
def command(
    session: Session, values: tuple[str, ...], check: bool, add: bool, remove: bool, export: bool, format: Any
) -> int:
    """List all cleaning rules, those of nkcorpus and those of the corpus, and how many lines each cuts in it.

    Rules of the corpus count at the next 'ingest'; 'nkcorpus reclean' applies them to what is stored.

    Exit code 1: --check found a fault; 2: no such file or rule.
    """
    if check + add + remove + export > 1:
        raise UsageError("--check, --add, --remove and --export are four different things; give one")
    if (check or add or remove) and not values:
        raise UsageError(f"give {'an ID' if remove else 'a FILE'}; see 'nkcorpus rules --help'")
    if values and not (check or add or remove):
        raise UsageError(f"what to do with {values[0]}? Give --check, --add or --remove before it")
    if check:
        return _check(session, values)
    if add or remove:
        return _change(session, values, add)
    if export:
        return _export(session)
    env = session.env
    render_rules(_usage(session), format or ("table" if env.stdout_is_tty else "plain"), env)
    return 0


def _check(session: Session, paths: tuple[str, ...]) -> int:
    from nkcorpus.clean import load_rules, read_rules
    from nkcorpus.clean.rules import require_unique

    missing = [path for path in paths if not is_file(Path(path))]
    if missing:
        raise SettingsError(f"{missing[0]}: there is no such file")
    faults = 0
    good = list(load_rules())
    for path in paths:
        try:
            rules = read_rules(Path(path))
            require_unique([*good, *rules])
        except SettingsError as error:
            faults += 1
            session.env.error(str(error))
        else:
            good += rules
            session.env.note(f"{path}: {len(rules)} {'rule' if len(rules) == 1 else 'rules'}, no fault")
    return 1 if faults else 0


def _change(session: Session, values: tuple[str, ...], add: bool) -> int:
    with session.open() as corpus:
        if add:
            done = f"added {corpus.cleaning.add_files(map(Path, values))}"
        else:
            corpus.cleaning.remove(values)
            done = f"removed {len(values)}"
    session.env.note(f"{done}; 'nkcorpus reclean' applies that to what is stored")
    return 0


def _export(session: Session) -> int:
    from nkcorpus.clean import to_toml

    with session.open() as corpus:
        own = corpus.cleaning.own_rules()
    session.env.write(to_toml(own))
    if not own:
        session.env.note("the corpus has no rules of its own")
    return 0


def _usage(session: Session) -> Any:
    from nkcorpus.cleaning import rule_usage

    try:
        with session.open() as corpus:
            return corpus.cleaning.usage()
    except CorpusMissing:
        return rule_usage((), None)
