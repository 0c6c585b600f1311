from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from nkcorpus import __version__
from nkcorpus.errors import BadUrl, FetchError, SettingsError
from nkcorpus.fetch.policy import FetchPolicy, policy_from_settings

PAGE = (Path(__file__).parent.parent.parent / "docs" / "fetch.md").read_text("utf-8")


def test_who_we_say_we_are() -> None:
    assert FetchPolicy().user_agent == f"nkcorpus/{__version__}"
    assert FetchPolicy(contact="me@example.org").user_agent == f"nkcorpus/{__version__} (+me@example.org)"


def test_the_defaults_are_polite() -> None:
    policy = policy_from_settings({}, {})
    assert policy == FetchPolicy()
    assert policy.delay >= 1
    assert policy.obey_robots
    assert not policy.allow_hosts


def test_settings_and_environment() -> None:
    table = {"contact": "me@example.org", "delay": 3, "allow_hosts": ["Intranet.Example.", "[::1]", "10.0.0.1:8000"]}
    policy = policy_from_settings(table, {})
    assert (policy.contact, policy.delay) == ("me@example.org", 3)
    assert policy.allow_hosts == {"intranet.example", "::1", "10.0.0.1:8000"}

    environ = {
        "NKCORPUS_FETCH_DELAY": "0.5",
        "NKCORPUS_FETCH_ALLOW_HOSTS": "localhost, 데일리.example",
        "NKCORPUS_FETCH_RETRIES": "4",
        "NKCORPUS_FETCH_OBEY_ROBOTS": "no",
        "NKCORPUS_FETCH_CONTACT": "",
    }
    policy = policy_from_settings(table, environ)
    assert (policy.contact, policy.delay, policy.retries) == ("me@example.org", 0.5, 4)
    assert policy.allow_hosts == {"localhost", "xn--2n1b71jc1m.example"}
    assert not policy.obey_robots


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"delya": 1}, "delya"),
        ({"delay": -1}, "delay"),
        ({"delay": "1"}, "delay"),
        ({"delay": True}, "delay"),
        ({"delay": float("inf")}, "delay"),
        ({"delay": 1e9}, "delay"),
        ({"retries": 10**6}, "retries"),
        ({"delay": float("nan")}, "delay"),
        ({"retries": 1.5}, "retries"),
        ({"max_bytes": -1}, "max_bytes"),
        ({"obey_robots": "perhaps"}, "obey_robots"),
        ({"contact": "me\r\nX-Evil: 1"}, "contact"),
        ({"contact": "나@example.org"}, "contact"),
        ({"contact": 5}, "contact"),
        ({"allow_hosts": "localhost"}, "allow_hosts"),
        ({"allow_hosts": [1]}, "allow_hosts"),
        ({"allow_hosts": ["데" * 80]}, "allow_hosts"),
        ("delay", "table"),
    ],
)
def test_settings_that_cannot_be(table: Any, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        policy_from_settings(table, {})


@pytest.mark.parametrize(("name", "text"), [("DELAY", "soon"), ("RETRIES", "1.5"), ("OBEY_ROBOTS", "perhaps")])
def test_an_environment_that_cannot_be(name: str, text: str) -> None:
    with pytest.raises(SettingsError, match=name.lower()):
        policy_from_settings({}, {f"NKCORPUS_FETCH_{name}": text})


def test_allowed_hosts() -> None:
    policy = FetchPolicy(allow_hosts=frozenset({"intranet.example", "10.0.0.1:8000", "[::1]:81"}))
    assert policy.allows("intranet.example", 80)
    assert policy.allows("INTRANET.example.", 8000)
    assert policy.allows("10.0.0.1", 8000)
    assert policy.allows("::1", 81)
    assert not policy.allows("10.0.0.1", 80)
    assert not policy.allows("::1", 80)
    assert not policy.allows("www.intranet.example", 80)


def test_what_the_user_names_is_allowed_on_its_port() -> None:
    policy = FetchPolicy(allow_hosts=frozenset({"a.example"})).naming(
        ["http://127.0.0.1:8000/feed", "https://데일리.example/"]
    )
    assert policy.allow_hosts == {"a.example", "127.0.0.1:8000", *(f"xn--2n1b71jc1m.example:{n}" for n in (80, 443))}
    with pytest.raises(BadUrl):
        policy.naming(["file:///etc/passwd"])


def test_settings_need_no_http_library() -> None:
    code = (
        "import sys; from nkcorpus.fetch.policy import policy_from_settings; policy_from_settings({'delay': 2}); "
        "assert not {'httpx', 'httpcore', 'protego', 'ssl'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_page_has_every_setting_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| `?(.+?)`? \|", PAGE, re.MULTILINE))
    for field in dataclasses.fields(FetchPolicy):
        default = getattr(FetchPolicy(), field.name)
        if isinstance(default, bool):
            assert rows[field.name] == str(default).lower()
        elif isinstance(default, int | float):
            assert float(rows[field.name].replace(",", "")) == default
        else:
            assert not default
            assert rows[field.name] == "none"


def test_the_example_of_the_page_is_valid() -> None:
    (example,) = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert policy_from_settings(tomllib.loads(example)["fetch"], {}).contact == "me@example.org"


def test_the_page_names_every_error() -> None:
    named = set(re.findall(r"^\| `(\w+)`", PAGE, re.MULTILINE))
    assert {kind.__name__ for kind in FetchError.__subclasses__()} <= named
