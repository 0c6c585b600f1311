"""Addresses of corpora in a cluster."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.cluster.address import ClusterAddress, is_cluster_address
from nkcorpus.errors import UsageError

NAMES = st.text("ab09_-", min_size=1, max_size=64).filter(lambda name: name[0] not in "_-")
HOSTS = st.one_of(
    st.text("ab09.-", min_size=1, max_size=20).filter(lambda host: host[0] not in ".-" and host[-1] not in ".-"),
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map(str),
)
NODES = st.lists(st.tuples(HOSTS, st.integers(1, 65535)), min_size=1, max_size=4, unique=True).map(tuple)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("opensearch://localhost:9200/news", "opensearch://localhost:9200/news"),
        ("OpenSearchs://Search.Example.org/news/", "opensearchs://search.example.org:9200/news"),
        ("opensearch://a,b:9201,a:9200/x-1_y", "opensearch://a:9200,b:9201/x-1_y"),
        ("opensearch://[::1]/n", "opensearch://[::1]:9200/n"),
        ("opensearch://[0:0::1]:9300,127.0.0.1/n", "opensearch://[::1]:9300,127.0.0.1:9200/n"),
    ],
)
def test_an_address_has_one_canonical_form(text: str, canonical: str) -> None:
    address = ClusterAddress.parse(text)
    assert str(address) == canonical
    assert ClusterAddress.parse(canonical) == address


@given(NODES, st.booleans(), NAMES)
def test_what_is_written_is_read_again(nodes: tuple[tuple[str, int], ...], tls: bool, name: str) -> None:
    address = ClusterAddress(nodes, tls, name)
    assert is_cluster_address(str(address))
    assert ClusterAddress.parse(str(address)) == address


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("opensearch://localhost:9200", "names no corpus"),
        ("opensearch://localhost:9200/", "names no corpus"),
        ("opensearch://localhost/News", "'News' cannot name a corpus"),
        ("opensearch://localhost/a.b", "'a.b' cannot name a corpus"),
        ("opensearch://localhost/a/b", "'a/b' cannot name a corpus"),
        ("opensearch://localhost/" + "a" * 65, "cannot name a corpus"),
        ("opensearch:///news", "'' is no host"),
        ("opensearch://a,,b/news", "'' is no host"),
        ("opensearch://a b/news", "'a b' is no host"),
        ("opensearch://host:/news", "'' is no port"),
        ("opensearch://host:0/news", "'0' is no port"),
        ("opensearch://host:65536/news", "'65536' is no port"),
        ("opensearch://host:٩/news", "is no port"),
        ("opensearch://[::1/news", "no IPv6 address in brackets"),
        ("opensearch://[::1]9200/news", "no IPv6 address in brackets"),
        ("http://localhost:9200/news", "is no address of a cluster"),
    ],
)
def test_a_malformed_address_is_a_usage_error_of_one_line(text: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        ClusterAddress.parse(text)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize("text", ["opensearch://me:secret@host/news", "opensearchs://me:sec@ret@host:1/news"])
def test_a_password_in_an_address_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(UsageError, match="NKCORPUS_OPENSEARCH_PASSWORD") as caught:
        ClusterAddress.parse(text)
    assert "secret" not in str(caught.value)
    assert "sec" not in str(caught.value).partition("set")[0]


@given(st.text())
def test_any_text_is_an_address_or_a_usage_error(text: str) -> None:
    for attempt in (text, f"opensearch://{text}", f"opensearch://host/{text}"):
        try:
            address = ClusterAddress.parse(attempt)
        except UsageError:
            continue
        assert ClusterAddress.parse(str(address)) == address


@pytest.mark.parametrize("text", ["corpus.db", "opensearch:/x", "/opensearch://x", "opensearchx://h/n", "", "c:\\x"])
def test_paths_are_no_addresses(text: str) -> None:
    assert not is_cluster_address(text)
