"""What the environment sets for a cluster: who asks, whom to trust, how long to wait, how new indices are laid out.

| variable | what it sets |
|---|---|
| `NKCORPUS_OPENSEARCH_USER`, `NKCORPUS_OPENSEARCH_PASSWORD` | user and password (HTTP basic authentication) |
| `NKCORPUS_OPENSEARCH_TOKEN` | instead of them, a bearer token |
| `NKCORPUS_OPENSEARCH_NETRC` | the file that has user and password by host, where neither is set; else `~/.netrc` |
| `NKCORPUS_OPENSEARCH_CA` | file of the certificates (PEM) that sign the cluster's, besides those the system trusts |
| `NKCORPUS_OPENSEARCH_TIMEOUT` | seconds an answer may take, and for which a cluster in trouble is asked again (60) |
| `NKCORPUS_OPENSEARCH_SHARDS` | primary shards of each large index that is made (1) |
| `NKCORPUS_OPENSEARCH_REPLICAS` | copies of each shard besides the primary (with two data nodes or more 1, else 0) |
"""

from __future__ import annotations

import base64
import netrc
import ssl
from collections.abc import Mapping
from pathlib import Path

from nkcorpus.errors import SettingsError

_PREFIX = "NKCORPUS_OPENSEARCH_"
_SECONDS = 60
_MOST_SECONDS = 86_400
_MOST_SHARDS = 1024
"""OpenSearch's own limit (`opensearch.index.max_number_of_shards`)."""
_MOST_REPLICAS = 100


def authorization(host: str, environ: Mapping[str, str]) -> str | None:
    """Return the HTTP header Authorization for a host, None where nothing is set for it.

    Raises SettingsError when a setting is incomplete, contradicts another, or names a file that cannot be read.
    """
    user, password, token = (environ.get(_PREFIX + name) or "" for name in ("USER", "PASSWORD", "TOKEN"))
    if token and (user or password):
        raise SettingsError(f"{_PREFIX}TOKEN is set as well as {_PREFIX}USER or {_PREFIX}PASSWORD; unset one")
    if bool(user) != bool(password):
        missing, given = ("PASSWORD", "USER") if user else ("USER", "PASSWORD")
        raise SettingsError(f"{_PREFIX}{missing}: is not set although {_PREFIX}{given} is; set both")
    if token:
        if not all("!" <= sign <= "~" for sign in token):
            raise SettingsError(f"{_PREFIX}TOKEN: has signs that no token has, such as spaces; set it anew")
        return f"Bearer {token}"
    if not user:
        user, password = _from_netrc(host, environ)
    if not user:
        return None
    if ":" in user:
        raise SettingsError("the user's name for the cluster has a colon, which HTTP basic authentication cannot carry")
    return "Basic " + base64.b64encode(f"{user}:{password}".encode("utf-8", "surrogateescape")).decode("ascii")


def trust(environ: Mapping[str, str]) -> ssl.SSLContext:
    """Return what verifies the certificates of the cluster: the system's authorities, certifi's, and `..._CA`.

    Raises SettingsError when that file cannot be read or is no certificate.
    """
    import certifi  # comes with opensearch-py

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    file = environ.get(_PREFIX + "CA")
    if file:
        try:
            context.load_verify_locations(file)
        except ssl.SSLError:
            raise SettingsError(f"{_PREFIX}CA: {file} holds no certificate; name a file in PEM format") from None
        except OSError as error:
            raise SettingsError(f"{_PREFIX}CA: {file} cannot be read: {error.strerror}") from None
    return context


def timeout(environ: Mapping[str, str]) -> int:
    """Return the seconds that one answer may take. Raises SettingsError."""
    return _whole("TIMEOUT", environ, 1, _MOST_SECONDS) or _SECONDS


def shards(environ: Mapping[str, str]) -> int:
    """Return how many primary shards a large index gets. Raises SettingsError."""
    return _whole("SHARDS", environ, 1, _MOST_SHARDS) or 1


def replicas(environ: Mapping[str, str]) -> int | None:
    """Return how many copies each shard gets, None where the number of nodes decides. Raises SettingsError."""
    return _whole("REPLICAS", environ, 0, _MOST_REPLICAS)


def _whole(name: str, environ: Mapping[str, str], least: int, most: int) -> int | None:
    text = environ.get(_PREFIX + name)
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 8 and least <= int(text) <= most):
        raise SettingsError(f"{_PREFIX}{name}: '{text[:20]}' is no whole number of {least} to {most:,}; give one")
    return int(text)


def _from_netrc(host: str, environ: Mapping[str, str]) -> tuple[str, str]:
    named = environ.get(_PREFIX + "NETRC")
    file = Path(named) if named else Path("~/.netrc").expanduser()
    try:
        found = netrc.netrc(file).authenticators(host)
    except FileNotFoundError:
        if named:
            raise SettingsError(f"{_PREFIX}NETRC: there is no file {file}; name one") from None
        return "", ""
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read: {error.strerror}; it would have the cluster's password") from None
    except (netrc.NetrcParseError, UnicodeDecodeError) as error:
        line = getattr(error, "lineno", None)
        where = f" (line {line})" if line else ""
        raise SettingsError(f"{file}: is no netrc file{where}; correct it, or name one by {_PREFIX}NETRC") from None
    return (found[0] or "", found[2] or "") if found else ("", "")
