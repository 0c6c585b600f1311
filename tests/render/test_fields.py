from __future__ import annotations

from nkcorpus.model import Repair
from nkcorpus.render.fields import article_fields, clean_fields, hit_fields, report_fields, result_fields
from nkcorpus.results import Cleaned, Failure, IngestReport

from .builders import BODY, CUT, RAW, TAIL, article, bare_document, document, hit, result

CONTRACT_HIT = (
    "rank id external_id score title date date_precision date_source authors translator source lang url origin "
    "words snippet matches near_duplicates snippets user_tags notes"
)
PUBLICATION = " updated updated_precision updated_source section counterpart evidence"
CONTRACT_ARTICLE = (
    "id external_id title date date_precision date_source authors translator source lang url origin words "
    "near_duplicates text raw_text removed repairs versions retrieved_at ingested_at sha256"
)
CONTRACT_CLEAN = (
    "origin title date date_source date_precision authors translator source lang url text raw_text removed "
    "repairs error"
)


def test_a_hit_has_the_keys_of_the_contract_in_order() -> None:
    fields = hit_fields(hit(found=article(near_duplicates=("e" * 32,))))
    assert " ".join(fields) == CONTRACT_HIT
    assert fields == {
        "rank": 1,
        "id": "0" * 31 + "1",
        "external_id": "post-7",
        "score": 3.25,
        "title": "Lecture in Saebom",
        "date": "2023-06-04T09:30+09:00",
        "date_precision": "minute",
        "date_source": "meta",
        "authors": ["Han Mi-rae", "O Il"],
        "translator": "Nam Bo-ra",
        "source": "Border Bulletin",
        "lang": "en",
        "url": "https://bulletin.example/lecture",
        "origin": "in/a.txt",
        "words": len((BODY + "\n\n").split()),
        "snippet": "gave a lecture on vigilance",
        "matches": [[7, 14]],
        "near_duplicates": ["e" * 32],
        "snippets": [{"text": "gave a lecture on vigilance", "matches": [[7, 14]]}],
        "user_tags": [],
        "notes": [],
    }


def test_a_hit_keeps_its_keys_when_nothing_is_known() -> None:
    fields = hit_fields(hit(found=article(1, bare_document()), score=None))
    assert " ".join(fields) == CONTRACT_HIT
    unknown = {key for key, value in fields.items() if value is None}
    assert unknown == set("external_id score title date date_precision date_source translator source lang url".split())
    assert fields["authors"] == []


def test_a_result_counts_all_hits() -> None:
    fields = result_fields(result(hit(), total=25))
    assert list(fields) == ["schema", "query", "expanded", "total", "hits", "facets", "suggestions"]
    assert (fields["schema"], fields["query"], fields["expanded"], fields["total"]) == (
        1,
        "MSS lecture",
        "mss lecture",
        25,
    )
    assert " ".join(fields["hits"][0]) == CONTRACT_HIT


def test_an_article_has_the_keys_of_the_contract_then_additions() -> None:
    fields = article_fields(article(1, document(repairs=(Repair(0, 2, "OF", "case"),))))
    additions = (
        " editor contact korean_version tags extractor cleaner place" + PUBLICATION + " user_tags notes retrieval"
    )
    assert " ".join(fields) == CONTRACT_ARTICLE + additions
    assert fields["raw_text"] == RAW
    assert fields["text"] == f"OF{BODY[2:]}\n\n"
    assert fields["removed"] == [
        {"start": CUT.start, "end": CUT.end, "text": f"{TAIL}\n", "kind": "credit", "rule": "bulletin.translated-by"}
    ]
    assert list(fields["removed"][0]) == ["start", "end", "text", "kind", "rule"]
    assert fields["repairs"] == [{"start": 0, "end": 2, "text": "OF", "rule": "case"}]
    assert [list(version) for version in fields["versions"]] == [
        ["number", "ingested_at", "retrieved_at", "sha256", "payload_sha256", "retrieval"]
    ] * 2
    assert (fields["ingested_at"], fields["retrieved_at"]) == ("2024-02-01T00:00:00Z", "2024-01-31T23:00:00Z")
    assert fields["sha256"] == "c" * 64
    assert fields["retrieval"] == fields["versions"][1]["retrieval"]
    assert fields["retrieval"] == {
        "url": "http://bulletin.example/a_b",
        "answered": "https://bulletin.example/a_b",
        "status": 200,
        "retrieved_at": "2024-01-31T23:00:00Z",
        "headers": {"content-type": "text/html"},
    }
    assert fields["versions"][0]["retrieval"] is None


def test_a_cleaned_item_has_the_keys_of_the_contract_then_additions() -> None:
    additions = " editor contact korean_version tags external_id place" + PUBLICATION + " links"
    good = clean_fields(Cleaned("a.txt", document()))
    bad = clean_fields(Cleaned("b.bin", None, "is binary"))
    assert " ".join(good) == " ".join(bad) == CONTRACT_CLEAN + additions
    assert good["error"] is None
    assert good["text"] == f"{BODY}\n\n"
    assert good["external_id"] == "post-7"
    assert bad["error"] == "is binary"
    assert bad["text"] is None
    assert bad["removed"] == bad["authors"] == []


def test_a_report_has_exactly_the_keys_of_the_contract() -> None:
    report = IngestReport(61, 1, 2, 3, 4, 5, 118, (Failure("a.bin", "is binary"),), (("a link", 3), ("empty", 2)))
    assert report_fields(report) == {
        "new": 61,
        "updated": 1,
        "unchanged": 2,
        "exact_duplicates": 3,
        "near_duplicates": 4,
        "skipped": 5,
        "failed": 1,
        "removed_spans": 118,
        "failures": [{"origin": "a.bin", "error": "is binary"}],
        "skips": [{"reason": "a link", "count": 3}, {"reason": "empty", "count": 2}],
    }
