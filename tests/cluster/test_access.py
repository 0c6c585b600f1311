"""Passwords, tokens and certificates, with a real node behind a proxy that asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nkcorpus.cluster import settings
from nkcorpus.cluster.address import ClusterAddress
from nkcorpus.cluster.client import Cluster
from nkcorpus.errors import AccessDenied, ClusterUnreachable, SettingsError
from tests.cluster.proxy import TLS, Proxy

PASSWORD = "pass:wörd 한"
CA = {"NKCORPUS_OPENSEARCH_CA": str(TLS / "ca.pem")}
USER = {"NKCORPUS_OPENSEARCH_USER": "min", "NKCORPUS_OPENSEARCH_PASSWORD": PASSWORD}


@pytest.fixture
def secure(cluster: Cluster) -> Iterator[Proxy]:
    """A proxy with TLS and a password before the corpus of `cluster`."""
    host, port = cluster.address.hosts[0]
    with Proxy(f"{host}:{port}", tls=True, user="min", password=PASSWORD) as proxy:
        yield proxy


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder without a ~/.netrc."""
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def reaches(proxy: Proxy, cluster: Cluster, environ: dict[str, str], host: str = "127.0.0.1") -> bool:
    address = ClusterAddress.parse(proxy.address(cluster.address.name, host))
    with Cluster(address, environ=environ) as other:
        return other.exists("t")


def test_user_and_password_open_it(secure: Proxy, cluster: Cluster) -> None:
    assert reaches(secure, cluster, CA | USER)


def test_a_token_opens_it(secure: Proxy, cluster: Cluster) -> None:
    secure.token = "abc.def"
    assert reaches(secure, cluster, CA | {"NKCORPUS_OPENSEARCH_TOKEN": "abc.def"})


def test_the_netrc_file_is_asked_by_host(secure: Proxy, cluster: Cluster, home: Path) -> None:
    secure.password = "simple"
    entries = "machine elsewhere.example login min password wrong\nmachine 127.0.0.1 login min password simple\n"
    file = home / ".netrc"
    file.write_text(entries, "utf-8")
    file.chmod(0o600)
    assert reaches(secure, cluster, CA)
    file.rename(home / "mine")
    with pytest.raises(AccessDenied):
        reaches(secure, cluster, CA)
    assert reaches(secure, cluster, CA | {"NKCORPUS_OPENSEARCH_NETRC": str(home / "mine")})


@pytest.mark.parametrize("environ", [{}, USER | {"NKCORPUS_OPENSEARCH_PASSWORD": "hunter2"}])
def test_a_wrong_password_is_refused_and_not_repeated(secure: Proxy, cluster: Cluster, environ: dict[str, str]) -> None:
    with pytest.raises(AccessDenied, match="user and password are refused or missing") as caught:
        reaches(secure, cluster, CA | environ)
    assert "hunter2" not in str(caught.value)
    assert len(secure.asked) == 1


def test_a_certificate_that_nobody_known_signed_is_refused(secure: Proxy, cluster: Cluster) -> None:
    with pytest.raises(
        ClusterUnreachable, match=r"certificate of the cluster does not verify .*NKCORPUS_OPENSEARCH_CA"
    ):
        reaches(secure, cluster, USER)
    assert not secure.asked


def test_a_certificate_for_another_host_is_refused(secure: Proxy, cluster: Cluster) -> None:
    with pytest.raises(ClusterUnreachable, match=r"certificate of the cluster does not verify .*localhost"):
        reaches(secure, cluster, CA | USER, "localhost")
    assert not secure.asked


def test_tls_where_there_is_none_is_told(cluster: Cluster) -> None:
    host, port = cluster.address.hosts[0]
    with (
        Cluster(ClusterAddress.parse(f"opensearchs://{host}:{port}/x"), environ={}) as other,
        pytest.raises(ClusterUnreachable),
    ):
        other.exists("t")


def test_no_tls_where_there_is_some_is_told(secure: Proxy) -> None:
    address = ClusterAddress.parse(f"opensearch://127.0.0.1:{secure.port}/x")
    with Cluster(address, environ={}) as other, pytest.raises(ClusterUnreachable):
        other.exists("t")


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"NKCORPUS_OPENSEARCH_USER": "min"}, "NKCORPUS_OPENSEARCH_PASSWORD: is not set"),
        ({"NKCORPUS_OPENSEARCH_PASSWORD": "x"}, "NKCORPUS_OPENSEARCH_USER: is not set"),
        (USER | {"NKCORPUS_OPENSEARCH_TOKEN": "x"}, "NKCORPUS_OPENSEARCH_TOKEN is set as well"),
        ({"NKCORPUS_OPENSEARCH_TOKEN": "a b"}, "has signs that no token has"),
        (USER | {"NKCORPUS_OPENSEARCH_USER": "a:b"}, "has a colon"),
        ({"NKCORPUS_OPENSEARCH_NETRC": "/no/such"}, "there is no file /no/such"),
        ({"NKCORPUS_OPENSEARCH_NETRC": "/"}, "cannot be read"),
        ({"NKCORPUS_OPENSEARCH_CA": "/no/such"}, "/no/such cannot be read"),
        ({"NKCORPUS_OPENSEARCH_CA": __file__}, "holds no certificate"),
        ({"NKCORPUS_OPENSEARCH_TIMEOUT": "0"}, "is no whole number of 1 to"),
        ({"NKCORPUS_OPENSEARCH_TIMEOUT": "soon"}, "'soon' is no whole number"),
    ],
)
def test_a_setting_that_makes_no_sense_is_told(environ: dict[str, str], told: str) -> None:
    with (
        Cluster(ClusterAddress.parse("opensearchs://127.0.0.1/x"), environ=environ) as cluster,
        pytest.raises(SettingsError, match=told.replace(".", r"\.")),
    ):
        cluster.exists("t")


def test_a_broken_netrc_file_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "netrc"
    file.write_text("machine a login b password c\nmachin d\n", "utf-8")
    with pytest.raises(SettingsError, match=r"is no netrc file \(line 2\)"):
        settings.authorization("a", {"NKCORPUS_OPENSEARCH_NETRC": str(file)})


@given(st.text(st.characters(exclude_characters=":\0", codec="utf-8"), min_size=1), st.text(min_size=1))
def test_any_user_and_password_make_a_header_of_one_line(user: str, password: str) -> None:
    environ = {"NKCORPUS_OPENSEARCH_USER": user, "NKCORPUS_OPENSEARCH_PASSWORD": password}
    try:
        header = settings.authorization("h", environ)
    except (SettingsError, UnicodeEncodeError):
        return
    assert header
    assert header.isprintable()
    assert header.startswith("Basic ")


def test_a_password_on_an_open_line_is_warned_of() -> None:
    told: list[str] = []
    address = ClusterAddress.parse("opensearch://no-such-host.invalid/x")
    with Cluster(address, told.append, environ=USER) as cluster, pytest.raises(ClusterUnreachable):
        cluster.exists("t")
    assert len(told) == 1
    assert "unencrypted" in told[0]
    assert PASSWORD not in told[0]
