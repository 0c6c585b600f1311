"""`ingest` of addresses: feeds, sitemaps, lists of articles, single pages, lists of addresses, captures."""

from __future__ import annotations

import gzip
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.support import PROGRAM, Run, environment
from tests.sources.examples import examples
from tests.web.server import Reply, Request, Server, content, redirect
from tests.web.sites import LATER, QUICK, XML, articles, feed, ingest, listing, page, sitemap, stories


@pytest.fixture
def run(inside: Run) -> Run:
    """Run a command in this process: there are many."""
    return inside


def test_a_proxy_is_not_used_and_that_is_told(run: Run, server: Server) -> None:
    server.routes["/news/rice"] = page("Rice in Hyesan")
    done = ingest(run, server.url("/news/rice"), HTTP_PROXY="http://127.0.0.1:9")
    assert (done.code, done.json["new"]) == (0, 1)
    assert "HTTP_PROXY is set, but proxies are not used" in done.err


def test_an_article_with_how_it_was_retrieved(run: Run, server: Server) -> None:
    server.routes["/old"] = redirect("/news/rice")
    server.routes["/news/rice"] = page("Rice in Hyesan")
    done = ingest(run, server.url("/old"))
    assert (done.code, done.json["new"]) == (0, 1)
    (article,) = articles(run).values()
    assert article["url"] == server.url("/news/rice")
    assert article["origin"] == server.url("/old")
    assert article["date"] == "2020-05-04T10:00:00+09:00"
    retrieval = run("-C", "c.db", "show", article["id"], "--format", "json").json["retrieval"]
    assert retrieval["url"] == server.url("/old")
    assert retrieval["answered"] == server.url("/news/rice")
    assert retrieval["status"] == 200
    again = ingest(run, server.url("/old"))
    assert (again.json["new"], again.json["unchanged"]) == (0, 1)


@pytest.mark.parametrize("name", ["ferry.pdf", "salt.docx", "note.txt"])
def test_a_document_is_an_article(run: Run, server: Server, name: str) -> None:
    pytest.importorskip("pypdf", reason="the extra 'pdf' is not installed")
    files = {**examples(), "note.txt": b"Salt was dear in Wonsan, a trader said.\n"}
    type_ = "text/plain" if name == "note.txt" else "application/octet-stream"
    server.routes["/files/1"] = content(files[name], type_=type_, etag='"1"')
    assert ingest(run, server.url("/files/1")).json["new"] == 1
    (article,) = articles(run).values()
    assert article["url"] == server.url("/files/1")
    assert ingest(run, server.url("/files/1")).json["unchanged"] == 1
    assert server.requests[-1].headers["if-none-match"] == '"1"'
    server.routes["/files/1"] = Reply(410)
    assert ingest(run, server.url("/files/1")).code == 1
    assert run("-C", "c.db", "show", article["id"], "--format", "json").json["gone"]["status"] == 410


def test_what_is_neither_page_nor_document_is_no_article(run: Run, server: Server) -> None:
    server.routes["/map.png"] = content(b"\x89PNG\r\n\x1a\n", type_="image/png", etag='"1"')
    outcome = ingest(run, server.url("/map.png"))
    assert (outcome.code, outcome.json["skipped"]) == (0, 1)
    assert "no page but image/png" in outcome.err


def test_a_page_that_changed_becomes_a_version(run: Run, server: Server) -> None:
    server.routes["/news/rice"] = page("Rice in Hyesan")
    ingest(run, server.url("/news/rice"))
    server.routes["/news/rice"] = page("Rice in Musan")
    assert ingest(run, server.url("/news/rice")).json["updated"] == 1


def test_a_page_that_is_as_it_was_costs_a_304(run: Run, server: Server) -> None:
    body = page("Rice in Hyesan").body
    server.routes["/old"] = redirect("/news/rice")
    server.routes["/news/rice"] = content(body, etag='"1"')
    assert ingest(run, server.url("/old")).json["new"] == 1
    again = ingest(run, server.url("/old"))
    assert (again.json["unchanged"], again.json["skipped"]) == (1, 0)
    assert server.requests[-1].headers["if-none-match"] == '"1"'
    server.routes["/news/rice"] = content(page("Rice in Musan").body, etag='"2"')
    assert ingest(run, server.url("/old")).json["updated"] == 1
    ingest(run, server.url("/old"), "--force")
    assert "if-none-match" not in server.requests[-1].headers


def test_a_sitemap_of_too_many_addresses_is_told(run: Run, server: Server) -> None:
    elsewhere = [f"https://elsewhere.example/{number}" for number in range(50_000)]
    server.routes["/map.xml"] = Reply(body=sitemap([server.url("/news/0"), *elsewhere]), headers=XML)
    server.routes["/news/0"] = page("Rice in Hyesan")
    done = ingest(run, server.url("/map.xml"), "--newest", "1")
    assert (done.code, done.json["new"]) == (1, 1)
    assert done.json["failures"] == [
        {"origin": server.url("/map.xml"), "error": "a sitemap of more than 50,000 addresses; the rest was left"}
    ]


def test_what_is_no_sitemap_is_no_success(run: Run, server: Server) -> None:
    server.routes["/map.xml.gz"] = Reply(body=gzip.compress(bytes(9_000)), headers={"Content-Type": "application/gzip"})
    done = ingest(run, server.url("/map.xml.gz"), "--as", "sitemap")
    assert (done.code, done.json["failed"]) == (1, 1)
    assert "no sitemap" in done.json["failures"][0]["error"]


def test_an_empty_answer_is_skipped(run: Run, server: Server) -> None:
    server.routes["/"] = Reply()
    done = ingest(run, server.url("/"))
    assert (done.code, done.json["skipped"]) == (0, 1)
    assert "skipped 1: an empty answer" in done.err


def test_a_feed_that_holds_its_articles_is_enough(run: Run, server: Server) -> None:
    paths = [f"/news/{number}" for number in range(50)]
    server.routes["/feed"] = content(feed(server, paths, full=True), type_="application/rss+xml")
    assert ingest(run, server.url("/feed")).json["new"] == 50
    assert server.paths == ["/robots.txt", "/feed"]
    article = articles(run)["Feed /news/7"]
    assert article["url"] == article["origin"] == server.url("/news/7")
    assert (article["date"], article["date_source"]) == ("2020-05-04T10:00:00+09:00", "feed")
    again = ingest(run, server.url("/feed"))
    assert (again.json["new"], again.json["unchanged"]) == (0, 50)


def test_a_feed_of_summaries_leads_to_the_pages(run: Run, server: Server) -> None:
    paths = stories(server, 50)
    server.routes["/feed"] = content(feed(server, paths, full=False), type_="application/rss+xml")
    done = ingest(run, server.url("/feed"))
    assert (done.code, done.json["new"]) == (0, 50)
    assert len(server.paths) == 52
    before = len(server.paths)
    again = ingest(run, server.url("/feed"))
    assert (again.code, again.json["new"], again.json["skipped"]) == (0, 0, 50)
    assert server.paths[before:] == ["/feed"]
    assert "skipped 50: in the corpus already; not fetched again" in again.err
    forced = ingest(run, server.url("/feed"), "--force", "--newest", "2")
    assert forced.json["unchanged"] == 2
    assert "48 more are left; --all takes them" in forced.err


def test_a_feed_knows_what_is_too_old(run: Run, server: Server) -> None:
    server.routes["/feed"] = content(feed(server, ["/news/1"], full=True), type_="text/xml")
    assert ingest(run, server.url("/feed"), "--since", "2020-06").json["new"] == 0
    assert ingest(run, server.url("/feed"), "--since", "2020-05").json["new"] == 1


def test_the_feed_that_a_home_page_declares(run: Run, server: Server) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/feed">'
    server.routes["/"] = listing(stories(server, 10), head=link)
    server.routes["/feed"] = content(feed(server, ["/news/feed-only"], full=True), type_="application/rss+xml")
    done = ingest(run, server.url("/"))
    assert done.json["new"] == 1
    assert "taken from the feed" in done.err
    listed = ingest(run, server.url("/"), "--as", "listing")
    assert listed.json["new"] == 10
    server.routes["/feed"] = content(feed(server, ["/news/later"], full=True), type_="application/rss+xml")
    assert ingest(run, server.url("/"), "--as", "feed").json["new"] == 1


def test_a_page_that_lists_articles_leads_to_them(run: Run, server: Server) -> None:
    paths = stories(server, 12)
    away = "https://elsewhere.example/news/a-long-enough-headline-of-another-site"
    server.routes["/markets"] = listing([*paths, away])
    done = ingest(run, server.url("/markets"), "--newest", "5")
    assert (done.code, done.json["new"]) == (0, 5)
    assert "7 more are left; --all takes them" in done.err
    done = ingest(run, server.url("/markets"), "--all")
    assert (done.json["new"], done.json["skipped"]) == (7, 5)
    assert max(server.paths.count(path) for path in paths) == 1


def test_a_whole_site_by_its_sitemaps(run: Run, server: Server) -> None:
    paths = stories(server, 30)
    years = ["/sitemap-2019.xml.gz", "/sitemap-2020.xml"]
    server.robots("User-agent: *", "Disallow: /private", f"Sitemap: {server.url('/index.xml')}")
    outside = ["https://elsewhere.example/x", "file:///etc/passwd", server.url("/")]
    server.routes |= {
        "/": listing(paths[:10]),
        "/index.xml": Reply(
            body=sitemap(
                [server.url(path) for path in (*years, "/index.xml", "/category-sitemap.xml")],
                dates=["2019-12-31", "2020-12-31", "", ""],
                index=True,
            ),
            headers=XML,
        ),
        years[0]: Reply(body=gzip.compress(sitemap([server.url(path) for path in paths[:10]] + outside))),
        years[1]: Reply(
            body=sitemap(
                [server.url(path) for path in paths[10:]], dates=[f"2020-01-{day:02}" for day in range(1, 21)]
            ),
            headers=XML,
        ),
    }
    few = ingest(run, server.url("/index.xml"), "--newest", "4")
    assert few.json["new"] == 4
    assert "16 more pages and 1 unread sitemap are left; --all takes them" in few.err
    assert set(articles(run)) == {f"Story {number} of the rice" for number in range(27, 31)}

    done = ingest(run, server.url("/"), "--all")
    assert (done.code, done.json["new"], done.json["skipped"]) == (0, 26, 4)
    assert max(server.paths.count(path) for path in paths) == 1
    assert "/category-sitemap.xml" not in server.paths


def test_a_sitemap_in_its_usual_place(run: Run, server: Server) -> None:
    paths = stories(server, 9)
    server.routes["/"] = listing(paths[:3])
    server.routes["/sitemap.xml"] = Reply(body=sitemap([server.url(path) for path in paths]), headers=XML)
    assert ingest(run, server.url("/"), "--as", "sitemap", "--all").json["new"] == 9


def test_a_sitemap_that_lies_on_another_host(run: Run, server: Server) -> None:
    with Server("127.0.0.2") as other:
        paths = stories(server, 3)
        server.routes["/"] = listing(paths)
        server.robots(f"Sitemap: {other.url('/map.xml')}")
        urls = [*(server.url(path) for path in paths), "http://127.0.0.3/x"]
        other.routes["/map.xml"] = Reply(body=sitemap(urls), headers=XML)
        done = ingest(run, server.url("/"), "--as", "sitemap", NKCORPUS_FETCH_ALLOW_HOSTS="127.0.0.2")
    assert (done.code, done.json["new"], done.json["failed"]) == (0, 3, 0)


@pytest.mark.parametrize("form", ["text", "gzip", "wide", "feed"])
def test_a_sitemap_that_is_a_text_or_a_feed(run: Run, server: Server, form: str) -> None:
    paths = stories(server, 3)
    text = "\n".join([server.url(path) for path in paths] + ["file:///etc/passwd", ""])
    bodies = {
        "text": text.encode(),
        "gzip": gzip.compress(text.encode()),
        "wide": text.encode("utf-16"),
        "feed": feed(server, paths, full=True),
    }
    server.robots("Sitemap: /map")
    server.routes |= {"/": listing(paths[:1]), "/map": Reply(body=bodies[form], headers={"Content-Type": "text/plain"})}
    assert ingest(run, server.url("/"), "--all").json["new"] == 3
    assert ingest(run, server.url("/map"), "--as", "sitemap").json["skipped"] == 3
    for nonsense in (b"", b"Nothing here", b"\x89PNG\r\n\x1a\n", b"<rss/>", b"{}"):
        server.routes["/map"] = Reply(body=nonsense, headers={"Content-Type": "text/plain"})
        done = ingest(run, server.url("/map"), "--as", "sitemap")
        assert (done.code, done.json["failed"]) == (1, 1)


def test_what_files_are_is_not_said_of_addresses(run: Run, server: Server) -> None:
    assert "--as csv is for files" in run("-C", "c.db", "ingest", server.url("/x"), "--as", "csv").err
    assert run("-C", "c.db", "ingest", "--urls", "-", "--as", "text").code == 2


@pytest.mark.parametrize(
    ("kind", "path", "error"),
    [
        ("article", "/markets", "this page lists articles and is none"),
        ("feed", "/markets", "no feed"),
        ("feed", "/news/story-1", "no feed"),
    ],
)
def test_what_an_address_is_said_to_be(run: Run, server: Server, kind: str, path: str, error: str) -> None:
    server.routes["/markets"] = listing(stories(server, 10))
    done = ingest(run, server.url(path), "--as", kind)
    assert (done.code, done.json["failed"]) == (1, 1)
    assert error in done.err


def test_an_article_that_is_said_to_be_a_list(run: Run, server: Server) -> None:
    stories(server, 1)
    done = ingest(run, server.url("/news/story-1"), "--as", "listing")
    assert (done.code, done.json["new"]) == (0, 0)
    assert "no articles are listed here" in done.err


def test_a_site_without_a_sitemap(run: Run, server: Server) -> None:
    server.routes["/"] = listing(stories(server, 9))
    done = ingest(run, server.url("/"), "--all")
    assert done.json["new"] == 9
    assert "the site has no sitemap; only what this page lists is taken" in done.err


def test_broken_sitemaps_are_failures_and_the_rest_goes_on(run: Run, server: Server) -> None:
    paths = stories(server, 2)
    bomb = gzip.compress(b" " * 60_000_000)
    names = ["/cut.xml.gz", "/bomb.xml.gz", "/gone.xml", "/feed.xml", "/good.xml"]
    server.routes |= {
        "/index.xml": Reply(body=sitemap([server.url(name) for name in names], index=True), headers=XML),
        "/cut.xml.gz": Reply(body=gzip.compress(sitemap([server.url(paths[0])]))[:40]),
        "/bomb.xml.gz": Reply(body=bomb),
        "/feed.xml": Reply(body=b"<rss/>", headers=XML),
        "/good.xml": Reply(body=sitemap([server.url(path) for path in paths]), headers=XML),
    }
    done = ingest(run, server.url("/index.xml"))
    assert (done.code, done.json["new"], done.json["failed"]) == (1, 2, 4)
    assert {failure["origin"] for failure in done.json["failures"]} == {server.url(name) for name in names[:4]}

    for name in names:
        server.routes[name] = server.routes["/good.xml"]
    mended = ingest(run, server.url("/index.xml"))
    assert (mended.code, mended.json["skipped"]) == (0, 2)
    assert "failed inputs" not in run("-C", "c.db", "stats").out


def test_failures_are_named_and_the_rest_goes_on(run: Run, server: Server) -> None:
    server.robots("User-agent: *", "Disallow: /private/")
    server.routes["/news/rice"] = page("Rice in Hyesan")
    server.routes["/photo"] = Reply(body=b"\x89PNG\r\n", headers={"Content-Type": "image/png"})
    server.routes["/loop"] = redirect("/loop")
    names = ("/gone", "/private/x", "/loop", "/photo", "/news/rice")
    done = ingest(
        run, "ftp://news.example/x", "http://user:secret@news.example:99999/", *(server.url(name) for name in names), "http://10.1.2.3/x",
        "no-such-file",
        NKCORPUS_FETCH_CONNECT_TIMEOUT="0.5", NKCORPUS_FETCH_RETRIES="0",
    )  # fmt: skip
    assert (done.code, done.json["new"], done.json["skipped"]) == (1, 1, 1)
    errors = {failure["origin"]: failure["error"] for failure in done.json["failures"]}
    assert "only http: and https: are fetched" in errors["ftp://news.example/x"]
    assert "a port that is none" in errors["http://news.example:99999/"]
    assert "404 Not Found" in errors[server.url("/gone")]
    assert "disallows" in errors[server.url("/private/x")]
    assert "redirects" in errors[server.url("/loop")]
    assert "secret" not in done.out + done.err
    assert len(errors) == 7

    server.routes["/gone"] = page("Back again")
    assert ingest(run, server.url("/gone")).json["new"] == 1
    assert ["failed inputs", "6"] in [line.split("\t") for line in run("-C", "c.db", "stats").lines]


def test_credentials_go_where_they_belong_and_nowhere_else(run: Run, server: Server, tmp_path: Path) -> None:
    def members_only(request: Request) -> Reply:
        return page("Members") if request.headers.get("authorization") == "Basic dTpwdw==" else Reply(401)

    paths = stories(server, 9)
    server.routes[paths[0]] = members_only
    server.routes["/markets"] = listing(paths)
    done = ingest(run, server.url("/markets").replace("//", "//u:pw@"))
    assert (done.code, done.json["new"]) == (0, 9)
    assert "u:pw" not in run("-C", "c.db", "list", "-n", "0", "--format", "jsonl").out
    assert b"u:pw" not in (tmp_path / "c.db").read_bytes()


def test_pages_lead_to_no_other_host_of_ones_own(run: Run, server: Server) -> None:
    with Server("127.0.0.2") as inner:
        inner.routes["/admin"] = page("Secrets")
        server.routes["/feed"] = content(feed(inner, ["/admin"], full=False), type_="text/xml")
        server.routes["/hop"] = redirect(inner.url("/admin"))
        done = ingest(run, server.url("/feed"), server.url("/hop"))
        assert (done.code, done.json["new"], done.json["failed"]) == (1, 0, 2)
        assert not inner.paths


def test_a_host_that_wants_a_pause_is_left_alone(run: Run, server: Server) -> None:
    paths = stories(server, 12)
    server.routes["/markets"] = listing(paths)
    server.routes[paths[3]] = Reply(503, headers={"Retry-After": "3600"})
    done = ingest(run, server.url("/markets"), NKCORPUS_FETCH_MAX_WAIT="1")
    assert done.code == 1
    assert done.json["new"] == 3
    assert done.json["failed"] <= 2
    assert "no more is asked of it now" in done.err
    assert len(server.paths) == 6
    server.routes[paths[3]] = page("Late")
    early = ingest(run, server.url("/markets"))
    assert (early.json["new"], len(server.paths)) == (0, 6)
    assert "asks to be left alone" in early.json["failures"][0]["error"]
    assert ingest(run, server.url("/markets"), **LATER).json["new"] == 9


@pytest.mark.parametrize("robots", [Reply(503), Reply(404)])
def test_a_host_that_is_left_alone_stops_no_other(run: Run, server: Server, robots: Reply) -> None:
    with Server("127.0.0.2") as other:
        other.routes |= {"/robots.txt": robots} | {f"/away-{number}": Reply(500) for number in range(9)}
        away = [other.url(f"/away-{number}") for number in range(9)]
        here = [server.url(path) for path in stories(server, 3)]
        body = feed(server, ["PLACE"], full=False).decode()
        start, item, end = (
            body.partition("<item>")[0],
            body[body.index("<item>") : body.index("</channel>")],
            "</channel></rss>",
        )
        items = "".join(item.replace(server.url("PLACE"), url) for url in [*away, *here])
        server.routes["/feed"] = content((start + items + end).encode(), type_="text/xml")
        patient = {"NKCORPUS_FETCH_RETRIES": "0", "NKCORPUS_FETCH_ALLOW_HOSTS": "127.0.0.2"}
        done = ingest(run, server.url("/feed"), **patient)
        assert (done.code, done.json["new"]) == (1, 3)
        assert len(other.paths) == (1 if robots.status == 503 else 6)
        assert f"{other.authority}: no more is asked of it now" in done.err


@pytest.mark.parametrize(("reply", "asked"), [(Reply(503, headers={"Retry-After": "3600"}), 1), (Reply(500), 5)])
def test_sitemaps_of_a_host_that_is_down_are_left(run: Run, server: Server, reply: Reply, asked: int) -> None:
    names = [f"/map-{number}.xml" for number in range(20)]
    server.routes |= dict.fromkeys(names, reply)
    server.routes["/index.xml"] = Reply(body=sitemap([server.url(name) for name in names], index=True), headers=XML)
    patient = {"NKCORPUS_FETCH_RETRIES": "0", "NKCORPUS_FETCH_MAX_WAIT": "1"}
    done = ingest(run, server.url("/index.xml"), "--all", **patient)
    assert done.code == 1
    assert len(server.paths) == 2 + asked
    assert "more sitemaps are left; run the same again later" in done.err


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)])
def test_a_crawl_that_was_ended_goes_on_where_it_stopped(
    run: Run, server: Server, tmp_path: Path, sent: signal.Signals, code: int
) -> None:
    paths = stories(server, 30)
    server.routes["/sitemap.xml"] = Reply(body=sitemap([server.url(path) for path in paths]), headers=XML)
    held = server.routes[paths[20]]
    server.routes[paths[20]] = Reply(wait=30.0)
    command = [*PROGRAM, "-C", "c.db", "ingest", server.url("/sitemap.xml"), "--all"]
    with subprocess.Popen(command, env=environment(tmp_path) | QUICK, cwd=tmp_path, stderr=subprocess.PIPE) as ended:
        deadline = time.monotonic() + 50
        while paths[20] not in server.paths and time.monotonic() < deadline:
            time.sleep(0.02)
        ended.send_signal(sent)
        _, err = ended.communicate(timeout=20)
    assert ended.returncode == code
    assert b"Traceback" not in err
    assert len(articles(run)) == 20
    server.routes[paths[20]] = held
    done = ingest(run, server.url("/sitemap.xml"), "--all")
    assert (done.json["new"], done.json["skipped"], done.json["failed"]) == (10, 20, 0)
    assert [server.paths.count(path) for path in paths] == [1] * 20 + [2] + [1] * 9


def test_the_pause_that_was_asked_for_is_kept(run: Run, server: Server) -> None:
    server.routes["/markets"] = listing(stories(server, 9))
    assert ingest(run, server.url("/markets"), NKCORPUS_FETCH_DELAY="0.2").json["new"] == 9
    assert len(server.gaps) == 10
    assert min(server.gaps[1:]) >= 0.2
    assert server.most_at_once == 1


def test_a_list_of_addresses(run: Run, server: Server, tmp_path: Path) -> None:
    paths = stories(server, 3)
    lines = ["# mine", "", *(server.url(path) for path in paths), server.url(paths[0]), "x" * 10_000, "not an address"]
    lines += [server.url("/gone"), server.url("/gone#again")]
    (tmp_path / "list.txt").write_text("\n".join(lines))
    refused = ingest(run, "--urls", "list.txt")
    assert (refused.json["new"], refused.json["failed"], refused.json["skipped"]) == (0, 6, 2)
    assert not server.paths
    allowed = {"NKCORPUS_FETCH_ALLOW_HOSTS": "127.0.0.1"}
    done = ingest(run, "--urls", "list.txt", **allowed)
    assert (done.json["new"], done.json["failed"], done.json["skipped"]) == (3, 3, 2)
    assert server.paths.count("/gone") == 1
    piped = ingest(run, "--urls", "-", stdin="\n".join(lines[:3]), **allowed)
    assert piped.json["skipped"] == 1
    assert max(server.paths.count(path) for path in paths) == 1
    for arguments in ((), ("--urls", "none.txt"), ("-", "--urls", "-")):
        assert run("-C", "c.db", "ingest", *arguments).code == 2
