"""Every option by its environment variable and by its key in the settings file, and their order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.core import ParameterSource

from nkcorpus.cli.app import PREFIX, root
from tests.cli.conftest import Library
from tests.cli.support import Run, one_line

NOT_SETTABLE = {"help", "version", "yes"}


def _commands() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield (), root
    context = click.Context(root, info_name="nkcorpus")
    for name in root.list_commands(context):
        command = root.get_command(context, name)
        assert command is not None
        yield (name,), command


def _options() -> list[Any]:
    return [
        pytest.param(path, command, option, id="-".join([*path, str(option.name)]))
        for path, command in _commands()
        for option in command.params
        if isinstance(option, click.Option) and option.name not in NOT_SETTABLE
    ]


def _value(option: click.Option) -> tuple[str, Any, Any]:
    """Return a value that is not the default as text and as TOML would give it, and what the command gets."""
    if option.count:
        return "2", 2, 2
    if option.is_flag:
        return "true", True, True
    if isinstance(option.type, click.Choice):
        choice = next(choice for choice in option.type.choices if choice != option.default)
        return (choice, [choice], (choice,)) if option.multiple else (choice, choice, choice)
    if isinstance(option.type, click.types.IntParamType):
        return "7", 7, 7
    if option.name == "map":
        return "text=story.body title=head", ["text=story.body", "title=head"], {"text": "story.body", "title": "head"}
    if option.multiple:
        return "2019", ["2019"], ("2019",)
    return "2019", "2019", "2019"


def _parse(path: tuple[str, ...], command: click.Command, settings: dict[str, Any]) -> click.Context:
    """Parse the command with none of its options given."""
    required = [
        parameter.type.choices[0] if isinstance(parameter.type, click.Choice) else "x"
        for parameter in command.params
        if isinstance(parameter, click.Argument) and parameter.required
    ]
    with root.make_context("nkcorpus", [*path, *required] or ["where"], default_map=settings) as parent:
        if not path:
            return parent
        return command.make_context(path[0], required, parent=parent)


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting but those of the test."""
    import os

    for name in list(os.environ):
        if name.startswith(f"{PREFIX}_") and name != "NKCORPUS_CACHE_DIR":
            monkeypatch.delenv(name)


def test_there_are_options_to_walk() -> None:
    assert len(_options()) > 40


@pytest.mark.parametrize(("path", "command", "option"), _options())
def test_option_by_environment_and_settings_file(
    path: tuple[str, ...], command: click.Command, option: click.Option, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert option.name is not None
    text, toml, expected = _value(option)
    settings: dict[str, Any] = {option.name: toml}
    for name in reversed(path):
        settings = {name: settings}

    context = _parse(path, command, settings)
    assert context.params[option.name] == expected
    assert context.get_parameter_source(option.name) is ParameterSource.DEFAULT_MAP

    long = max((name for name in option.opts if name.startswith("--")), key=len).removeprefix("--").replace("-", "_")
    variable = "_".join([PREFIX, *path, long]).upper()
    monkeypatch.setenv(variable, text)
    context = _parse(path, command, {})
    assert context.params[option.name] == expected
    assert context.get_parameter_source(option.name) is ParameterSource.ENVIRONMENT


def test_yes_cannot_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NKCORPUS_REMOVE_YES", "1")
    command = root.get_command(click.Context(root), "remove")
    assert command is not None
    assert _parse(("remove",), command, {}).params["yes"] is False


def test_precedence_in_real_processes(run: Run, library: Library, tmp_path: Path) -> None:
    settings = tmp_path / ".config" / "nkcorpus" / "nkcorpus.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(f'corpus = "{library.corpus}"\n[search]\nlimit = 1\nformat = "ids"\n[clean]\nkeep = ["link"]\n')
    assert len(run("search", "lecture").lines) == 1
    assert len(run("search", "lecture", env={"NKCORPUS_SEARCH_LIMIT": "2"}).lines) == 2
    assert len(run("search", "lecture", "-n", "3", env={"NKCORPUS_SEARCH_LIMIT": "2"}).lines) == 3
    assert run("search", "lecture", env={"NKCORPUS_CORPUS": "none.db"}).code == 3
    assert run("-C", library.corpus, "search", "lecture", env={"NKCORPUS_CORPUS": "none.db"}).code == 0
    cleaned = run("clean", library.inputs / "lecture.txt", "--jobs", "1")
    assert cleaned.out.endswith("Read in Korean\n")
    other = tmp_path / "other.toml"
    other.write_text("quiet = true\n")
    assert one_line(run("search", "lecture", env={"NKCORPUS_CONFIG": "other.toml"})).count("corpus.db")
    where = run("where", "--format", "json", env={"NKCORPUS_CONFIG": "other.toml"}).json
    assert where["settings"]["path"] == "other.toml"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("limt = 3", "'limt'"),
        ("[search]\nlimt = 3", "'limt' in [search]"),
        ("[serch]\nlimit = 3", "'serch'"),
        ("search = 0", "table"),
        ('search = "x"', "table"),
        ("[search]\nyes = true", "'yes'"),
        ("help = true", "'help'"),
        ("corpus = [", "not TOML"),
        ('[search]\nlimit = "many"', "--limit"),
        ("[search]\nlimit = [1, 2]", "'limit' in [search]"),
        ("[search.limit]\na = 1", "'limit' in [search]"),
        ('[search]\nformat = "yaml"', "--format"),
        ("verbose = [1]", "'verbose'"),
        ("corpus = {path = 'x'}", "'corpus'"),
        ("[fetch]\ndelya = 2", "'delya' in [fetch]"),
        ("[fetch]\ndelay = -1", "delay"),
        ("fetch = 3", "'fetch'"),
    ],
)
def test_a_bad_settings_file(inside: Run, library: Library, tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "bad.toml").write_text(content)
    outcome = inside("-C", library.corpus, "search", "rice", env={"NKCORPUS_CONFIG": "bad.toml"})
    assert (outcome.code, outcome.out) == (2, "")
    assert said in one_line(outcome)


def test_how_hosts_are_treated_is_a_table_of_its_own(inside: Run, library: Library, tmp_path: Path) -> None:
    (tmp_path / "fetch.toml").write_text('[fetch]\ncontact = "me@example.org"\ndelay = 2\nallow_hosts = ["localhost"]')
    assert inside("-C", library.corpus, "search", "lecture", env={"NKCORPUS_CONFIG": "fetch.toml"}).code == 0


@pytest.mark.parametrize("keep", ['"bio"', "5", "[[1]]", '["everything"]'])
def test_a_bad_list_in_a_settings_file(inside: Run, library: Library, tmp_path: Path, keep: str) -> None:
    (tmp_path / "bad.toml").write_text(f"[clean]\nkeep = {keep}")
    outcome = inside("clean", library.inputs, env={"NKCORPUS_CONFIG": "bad.toml"})
    assert (outcome.code, outcome.out) == (2, "")
    assert "keep" in one_line(outcome)


def test_settings_files_that_cannot_be_read(inside: Run, library: Library, tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b'corpus = "caf\xe9.db"')
    for name, said in (("missing.toml", "no such"), (".", "directory"), ("latin.toml", "TOML")):
        outcome = inside("-C", library.corpus, "list", env={"NKCORPUS_CONFIG": name})
        assert (outcome.code, outcome.out) == (2, "")
        assert said in one_line(outcome)
        assert name in outcome.err


@pytest.mark.parametrize(
    ("variable", "value"), [("SEARCH_LIMIT", "x"), ("SEARCH_FORMAT", "x"), ("COLOR", "x"), ("SEARCH_ALL", "perhaps")]
)
def test_a_bad_variable(inside: Run, library: Library, variable: str, value: str) -> None:
    outcome = inside("-C", library.corpus, "search", "rice", env={f"NKCORPUS_{variable}": value})
    assert (outcome.code, outcome.out) == (2, "")
    assert variable.split("_")[-1].lower() in one_line(outcome)
