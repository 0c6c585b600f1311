"""Site profiles: what a file may say, and how a page's profile is found."""

import pytest

from nkcorpus.errors import SettingsError
from nkcorpus.extract.html.tree import parse_tree
from nkcorpus.extract.profile import find_profile, load_profiles, parse_profile

GOOD = """
hosts = ["Sea.example"]
site_name = "Sea Post"
detect = ['meta[name="generator"][content="Sea"]']
[select]
title = ["h2.head", "h1"]
drop = [".ad", ".note"]
"""


def test_selectors_are_tried_in_order() -> None:
    profile = parse_profile(GOOD, "sea", "sea.toml")
    root = parse_tree("<h1>a</h1><h2 class='x head'>b</h2><p class=note>n</p><p class=ad>d</p>")
    assert [tag.get_text() for tag in profile.select("title", root)] == ["b"]
    assert [tag.get_text() for tag in profile.select("title", parse_tree("<h1>a</h1>"))] == ["a"]
    assert profile.select("body", root) == []
    assert sorted(tag.get_text() for tag in profile.dropped(root)) == ["d", "n"]
    assert profile.date_attribute == "datetime"


@pytest.mark.parametrize(
    ("url", "covered"),
    [
        ("https://sea.example/a", True),
        ("http://www.SEA.example", True),
        ("https://notsea.example/", False),
        ("https://sea.example.org/", False),
        ("https://[broken", False),
    ],
)
def test_covers(url: str, covered: bool) -> None:
    assert parse_profile(GOOD, "sea", "sea.toml").covers(url) is covered


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("hosts =", "host =", r"sea\.toml: unknown key 'host'"),
        ('hosts = ["Sea.example"]', "", r"sea\.toml: 'hosts' must be a list"),
        ('["Sea.example"]', "[1]", r"'hosts' must hold texts only"),
        ('"Sea Post"', "3", r"'site_name' must be a text"),
        ("title =", "headline =", r"unknown key 'select\.headline'"),
        ("[select]", "select = 1\n[other]", "unknown key 'other'|'select' must be a table"),
        ('"h1"', '"h1["', r"'select\.title': no CSS selector: 'h1\['"),
        ("hosts", "hosts hosts", "not valid TOML"),
        ("[select]", 'date_attribute = ""\n[select]', "'date_attribute' must be a text"),
    ],
)
def test_faults_are_named(old: str, new: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message) as caught:
        parse_profile(GOOD.replace(old, new), "sea", "sea.toml")
    assert "\n" not in str(caught.value)


def test_packaged_profiles_load() -> None:
    assert "daily_nk" in [profile.name for profile in load_profiles()]


@pytest.mark.parametrize(
    ("page", "url", "name"),
    [
        ("<p>x", "https://www.dailynk.com/english/a/", "daily_nk"),
        ('<meta property="og:site_name" content="데일리NK">', None, "daily_nk"),
        ('<link rel="canonical" href="https://www.dailynk.com/20210907-1/">', None, "daily_nk"),
        ('<meta property="og:site_name" content="Daily NK">', "https://mirror.example/a", None),
        ('<a href="https://www.dailynk.com/">source</a><div class="td-post-content">x</div>', None, None),
        ("", None, None),
    ],
)
def test_find_profile(page: str, url: str | None, name: str | None) -> None:
    found = find_profile(parse_tree(page), url)
    assert (found.name if found else None) == name
