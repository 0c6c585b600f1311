"""Pages to documents: Daily NK's markup, generic pages, damaged ones. All texts are invented."""

import pytest

from nkcorpus.errors import ExtractionFailed
from nkcorpus.extract.html import extract_html, html_fragment_text, looks_like_html
from nkcorpus.model import ArticleDate

FIRST = (
    "Grain prices at the market in Unsan rose sharply last week after a bridge on the main road was closed, "
    "a source in South Pyongan Province told Daily NK on Monday."
)
SECOND = "“The sellers say the carts cannot get through,” he said. “Everyone is waiting for the river to fall.”"
THIRD = "Local officials have promised to reopen the bridge before the harvest, but no work has been seen there yet."

DAILY_NK = f"""<!doctype html>
<html lang="en-US"><head>
<title>Unsan market runs short of grain | Daily NK English</title>
<meta property="og:site_name" content="Daily NK English">
<meta property="og:title" content="Unsan market runs short of grain - Daily NK English">
<link rel="canonical" href="https://www.dailynk.com/english/unsan-market-runs-short-of-grain/">
</head><body class="single single-post td-standard-pack">
<div class="td-header-menu-wrap"><ul class="sf-menu"><li><a href="/english/">Home</a></li>
<li><a href="/english/politics/">Politics</a></li><li><a href="/english/economy/">Economy</a></li></ul></div>
<div id="cookie-notice">We use cookies. By staying on the site you accept this long notice about cookies.</div>
<article class="post type-post">
 <div class="td-post-header"><header class="td-post-title"><h1 class="entry-title">Unsan market runs short of grain</h1>
  <p class="td-post-sub-title">A closed bridge</p>
  <div class="td-module-meta-info"><div class="td-post-author-name"><div class="td-author-by">By</div>
   <a href="/english/author/ri/">Ri Sang Mi</a><div class="td-author-line"> - </div></div>
   <span class="td-post-date"><time class="entry-date updated td-module-date"
     datetime="2021-09-07T09:30:00+09:00">September 7, 2021</time></span></div></header></div>
 <div class="td-post-sharing td-ps-bg"><a href="#">Facebook</a><a href="#">Twitter</a></div>
 <div class="td-post-content tagdiv-type">
  <figure class="wp-caption"><img src="a.jpg">
   <figcaption class="wp-caption-text">A bridge. / Image: Daily NK</figcaption></figure>
  <p>{FIRST}</p><p>{SECOND}</p>
  <div class="td_block_related_posts"><h4 class="td-related-title">RELATED ARTICLES</h4>
   <a href="/x/">Other story</a></div>
  <p>{THIRD}</p>
  <p><em>*Translated by Oh Mi Rae</em></p>
  <p>Please direct any comments or questions about this article to <a href="mailto:x@example.org">x@example.org</a>.</p>
  <p><a href="https://www.dailynk.com/1/">Read in Korean</a></p>
 </div>
 <footer><div class="td-post-source-tags"><ul class="td-tags td-post-small-box"><li><span>TAGS</span></li>
  <li><a href="/tag/grain/">grain</a></li><li><a href="/tag/unsan/">Unsan</a></li></ul></div>
  <div class="author-box-wrap"><div class="desc">Ri Sang Mi writes about markets in the provinces.</div></div></footer>
</article>
<div class="td-main-sidebar"><aside class="widget"><h4>Most read</h4>
 <time class="entry-date updated td-module-date" datetime="2022-01-01T00:00:00+09:00">x</time>
 <p>Another story of the week that is long enough to look like a paragraph of an article, full stop.</p></aside></div>
<div class="td-footer-wrapper">Copyright 2021. All rights reserved by the publisher of this fictional page.</div>
</body></html>"""


class TestDailyNk:
    def test_body_is_the_article_with_its_tail_lines(self) -> None:
        document = extract_html(DAILY_NK)
        assert document.raw_text.split("\n\n") == [
            FIRST,
            SECOND,
            THIRD,
            "*Translated by Oh Mi Rae",
            "Please direct any comments or questions about this article to x@example.org.",
            "Read in Korean",
        ]

    def test_metadata(self) -> None:
        document = extract_html(DAILY_NK)
        assert document.title == "Unsan market runs short of grain"
        assert document.authors == ("Ri Sang Mi",)
        assert document.date == ArticleDate("2021-09-07T09:30:00+09:00", "second", "meta")
        assert document.source == "Daily NK English"
        assert document.lang == "en"
        assert document.url == "https://www.dailynk.com/english/unsan-market-runs-short-of-grain/"
        assert document.tags == ("grain", "Unsan")
        assert document.extractor.startswith("html.daily_nk/")

    def test_site_is_told_by_the_address_too(self) -> None:
        page = f"<title>T</title><div class='td-post-content'><p>{FIRST}</p></div>"
        assert extract_html(page, url="https://www.dailynk.com/english/a/").extractor.startswith("html.daily_nk/")
        assert extract_html(page, url="https://www.dailynk.com/english/a/").source == "Daily NK"
        assert extract_html(page, url="https://other.example/english/a/").extractor.startswith("html.generic/")

    def test_fields_and_body_fall_back_to_the_generic_rules(self) -> None:
        page = f"""<meta property="og:site_name" content="Daily NK"><meta name="author" content="Paek Il">
            <h1>A page of another theme</h1><div><p>{FIRST}</p><p>{SECOND}</p></div>"""
        document = extract_html(page)
        assert document.title == "A page of another theme"
        assert document.authors == ("Paek Il",)
        assert document.raw_text == f"{FIRST}\n\n{SECOND}"


GENERIC = f"""<html lang="en"><head><title>Bridge shut at Unsan | The Frontier Observer</title>
<script type="application/ld+json">{{"@context": "https://schema.org", "@graph": [
 {{"@type": "Organization", "@id": "#org", "name": "The Frontier Observer"}},
 {{"@type": "Person", "@id": "#p", "name": "Hong Chol Min"}},
 {{"@type": ["NewsArticle"], "headline": "Bridge shut at Unsan &amp; grain is dear",
   "author": [{{"@id": "#p"}}, {{"@type": "Organization", "name": "Staff"}}],
   "datePublished": "2020-02-03T04:05:06Z", "publisher": {{"@id": "#org"}},}}
]}}</script><meta name="keywords" content="bridge, grain , Bridge"></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/news">News from all the provinces</a></li></ul></nav>
<main><article><h1>Bridge shut at Unsan</h1><p class="byline">By Somebody Else</p>
<div class="story-body"><p>{FIRST}</p><h2>Waiting for the river</h2><p>{SECOND}</p>
<ul><li>Rice: <b>4,</b>900 won</li><li>Maize: 2,100 won</li></ul>
<blockquote><p>We wait, and we count the bags every evening by the door of the house.</p></blockquote>
<div class="share-bar"><a href="#">Share this story with all your friends</a></div>
<p><a href="/other">READ MORE: Another bridge is shut</a></p><p>{THIRD}</p></div></article></main>
<section class="related-stories"><h3><a href="/a">One other story</a></h3><p>{FIRST[:90]}</p>
<h3><a href="/b">Two other stories</a></h3><p>{SECOND[:90]}</p></section>
<footer>Imprint</footer></body></html>"""


class TestGeneric:
    def test_body(self) -> None:
        assert extract_html(GENERIC).raw_text == (
            f"{FIRST}\n\nWaiting for the river\n\n{SECOND}\n\n- Rice: 4,900 won\n- Maize: 2,100 won\n\n"
            f"We wait, and we count the bags every evening by the door of the house.\n\n{THIRD}"
        )

    def test_json_ld_wins_and_may_be_damaged(self) -> None:
        document = extract_html(GENERIC)
        assert document.title == "Bridge shut at Unsan & grain is dear"
        assert document.authors == ("Hong Chol Min",)
        assert document.date == ArticleDate("2020-02-03T04:05:06Z", "second", "meta")
        assert document.source == "The Frontier Observer"
        assert document.tags == ("bridge", "grain") or document.tags == ("Bridge", "grain")
        assert document.extractor.startswith("html.generic/")

    def test_article_split_over_sibling_containers_is_merged_in_order(self) -> None:
        page = f"""<div id="page"><div class="menu"><a href="/">Home</a></div><div><div><p>{FIRST}</p></div>
            <div class="advert">Buy now</div><div><p>{SECOND}</p></div><div><p>{THIRD}</p></div></div></div>"""
        assert extract_html(page).raw_text == f"{FIRST}\n\n{SECOND}\n\n{THIRD}"

    def test_named_body_wins_over_teasers_below(self) -> None:
        teasers = "".join(f"<div><h3>Story {n}</h3><p>{THIRD}</p></div>" for n in range(4))
        page = f'<body><div class="entry-content"><p>{FIRST}</p><p>{SECOND}</p></div><div>{teasers}</div></body>'
        assert extract_html(page).raw_text == f"{FIRST}\n\n{SECOND}"

    def test_credit_lines_after_the_last_sentence_stay(self) -> None:
        page = f"<article><p>{FIRST}</p><p>{SECOND}</p><p>*Translated by Oh Mi Rae</p></article>"
        assert extract_html(page).raw_text.endswith("\n\n*Translated by Oh Mi Rae")

    def test_furniture_word_on_the_wrapper_of_the_article_does_no_harm(self) -> None:
        page = f'<body><div class="page with-sidebar"><h1>Head</h1><p>{FIRST}</p></div><p>Short end.</p></body>'
        assert FIRST in extract_html(page).raw_text

    @pytest.mark.parametrize(
        "hidden", ["hidden", 'style="color:red; display : none"', 'aria-hidden="true"', 'class="newsletter-signup"']
    )
    def test_hidden_and_furniture_elements_are_left_out(self, hidden: str) -> None:
        page = (
            f"<article><p>{FIRST}</p><p {hidden}>This sentence is not shown to any reader.</p><p>{SECOND}</p></article>"
        )
        assert extract_html(page).raw_text == f"{FIRST}\n\n{SECOND}"

    def test_korean_page_of_divs_and_breaks(self) -> None:
        page = """<html lang="ko-KR"><head><meta property="og:site_name" content="북녘소식">
            <title>운산 장마당 쌀값 상승 - 북녘소식</title></head><body>
            <div id="gnb"><a href="/">홈</a> <a href="/e">경제</a></div>
            <h1>운산 장마당 쌀값 상승</h1><span class="writer">리상미 기자</span><span>2021년 9월 7일</span>
            <div>다리가 막힌 뒤로 운산 장마당의 쌀값이 크게 올랐다고 소식통이 전했다.<br><br>
            장사꾼들은 강물이 줄기를 기다린다.<br>수레는 아직 다니지 못한다.<br>&nbsp;<br>
            가을 전에는 열린다고 한다.</div></body></html>"""
        document = extract_html(page)
        assert document.raw_text == (
            "다리가 막힌 뒤로 운산 장마당의 쌀값이 크게 올랐다고 소식통이 전했다.\n\n"
            "장사꾼들은 강물이 줄기를 기다린다.\n수레는 아직 다니지 못한다.\n\n가을 전에는 열린다고 한다."
        )
        assert (document.title, document.authors, document.lang) == ("운산 장마당 쌀값 상승", ("리상미",), "ko")
        assert document.date == ArticleDate("2021-09-07", "day", "text")

    def test_loose_text_without_body_or_paragraphs(self) -> None:
        assert extract_html(f"{FIRST}<br><br>{SECOND}").raw_text == f"{FIRST}\n\n{SECOND}"

    def test_page_hidden_until_its_scripts_run(self) -> None:
        assert extract_html(f'<body style="display:none"><div hidden><p>{FIRST}</p></div></body>').raw_text == FIRST

    def test_short_notice_without_a_sentence(self) -> None:
        assert extract_html("<div><a href=/>Home</a></div><p>No ferry today</p>").raw_text == "No ferry today"

    def test_text_for_browsers_without_frames(self) -> None:
        page = f"<title>T</title><frameset><frame src=a><noframes><p>{FIRST}</p></noframes></frameset>"
        assert extract_html(page).raw_text == FIRST

    def test_menu_only_page_with_title_has_no_text(self) -> None:
        document = extract_html("<title>Index</title><ul><li><a href=a>One page</a><li><a href=b>Two pages</a></ul>")
        assert (document.title, document.raw_text) == ("Index", "")

    @pytest.mark.parametrize(
        "page", ["", " \n", "<html></html>", "<nav><a href=a>Home</a></nav>", "<script>x</script>"]
    )
    def test_nothing_to_extract(self, page: str) -> None:
        with pytest.raises(ExtractionFailed, match="no article text"):
            extract_html(page)


class TestFragments:
    def test_paragraphs(self) -> None:
        fragment = "<p>Sixty bags of <em>maize</em>.</p>\n<p>No\xa0more<br>came.</p><script>x()</script>"
        assert html_fragment_text(fragment) == "Sixty bags of maize.\n\nNo\xa0more\ncame."

    def test_short_text_and_credits_are_kept(self) -> None:
        assert html_fragment_text("<p>Yes</p><p>*Translated by Oh Mi Rae</p>") == "Yes\n\n*Translated by Oh Mi Rae"

    def test_plain_text_with_references(self) -> None:
        assert html_fragment_text("Salt &amp; rice") == "Salt & rice"


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE html><p>x",
        "\n<HTML lang=ko>",
        "<p>One.</p>",
        "One.<br>Two.<br/>",
        "<?xml version='1.0'?><html xmlns='x'>",
    ],
)
def test_looks_like_html(text: str) -> None:
    assert looks_like_html(text)


@pytest.mark.parametrize(
    "text",
    ["", "One paragraph.", "a < b and b > c", "# Markdown<br>", "<pan> <bodice> <paragraph>", "x" * 5000 + "<p></p>"],
)
def test_does_not_look_like_html(text: str) -> None:
    assert not looks_like_html(text)
