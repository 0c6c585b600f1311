"""What a cluster reports as wrong: whether it passes by itself, and as what it is told to the user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from nkcorpus.cluster.address import ClusterAddress
from nkcorpus.errors import (
    AccessDenied,
    ClusterRefused,
    ClusterUnavailable,
    ClusterUnreachable,
    CorpusError,
    CorpusMissing,
    CorpusNotWritable,
)

NO_CONNECTION: Final = 0
NO_ANSWER: Final = -1
BAD_CERTIFICATE: Final = -2
_PASSING_STATUS = {NO_CONNECTION, NO_ANSWER, 408, 429, 502, 503, 504}
_PASSING_KINDS = {
    "already_closed_exception",
    "cluster_manager_not_discovered_exception",
    "connect_transport_exception",
    "failed_to_commit_cluster_state_exception",
    "illegal_index_shard_state_exception",
    "no_shard_available_action_exception",
    "node_closed_exception",
    "node_disconnected_exception",
    "node_not_connected_exception",
    "not_cluster_manager_exception",
    "process_cluster_event_timeout_exception",
    "receive_timeout_transport_exception",
    "retry_on_primary_exception",
    "shard_not_found_exception",
    "shard_not_in_primary_mode_exception",
    "unavailable_shards_exception",
}
"""What the nodes say of each other while one is lost or a shard moves, under whatever HTTP status."""
_MOST_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Fault:
    """The HTTP status (or NO_CONNECTION, NO_ANSWER, BAD_CERTIFICATE), OpenSearch's name of the fault, and its words."""

    status: int
    kind: str
    reason: str

    @classmethod
    def read(cls, status: int, error: object) -> Fault:
        """Read what stands under `error` in an answer, or in one of its parts."""
        if not isinstance(error, Mapping):
            return cls(status, "", str(error or ""))
        causes = error.get("root_cause")
        about: Mapping[str, Any] = (
            causes[0] if error.get("type") == "search_phase_execution_exception" and causes else error
        )
        kind, reason = str(about.get("type") or ""), str(about.get("reason") or "")
        cause = about.get("caused_by")
        if isinstance(cause, Mapping) and cause.get("reason"):
            reason = f"{reason}: {cause['reason']}"
        return cls(status, kind, reason)

    @property
    def is_block(self) -> bool:
        """Tell whether an operator, or a full disk, has made the index read-only."""
        return self.kind == "cluster_block_exception" and self.status != 503

    @property
    def is_passing(self) -> bool:
        """Tell whether asking again later may succeed."""
        return not self.is_block and (self.status in _PASSING_STATUS or self.kind in _PASSING_KINDS)

    @property
    def is_busy(self) -> bool:
        """Tell whether the cluster takes on less than it is asked, so that asking for less at once helps."""
        return self.status in (413, 429) and not self.is_block

    def error(self, address: ClusterAddress, what: str = "") -> CorpusError:
        """Return the error for the user. `what` names the document or index in question."""
        about = f"{address}: {what}: " if what else f"{address}: "
        told = " ".join(self.reason.split())
        told = told if len(told) <= _MOST_SHOWN else f"{told[:_MOST_SHOWN]}..."
        if self.status == BAD_CERTIFICATE:
            return ClusterUnreachable(
                f"{about}the certificate of the cluster does not verify ({told}); NKCORPUS_OPENSEARCH_CA names the "
                "file of the authority that signed it"
            )
        if self.status == NO_CONNECTION:
            return ClusterUnreachable(
                f"{about}no node can be reached ({told}); check address and port, and that the cluster runs"
            )
        if self.status == NO_ANSWER:
            return ClusterUnavailable(
                f"{about}no answer in time ({told}); look at the cluster, then run the same again"
            )
        if self.status == 401:
            return AccessDenied(
                f"{about}user and password are refused or missing; set NKCORPUS_OPENSEARCH_USER and "
                "NKCORPUS_OPENSEARCH_PASSWORD, or NKCORPUS_OPENSEARCH_TOKEN, or write them to ~/.netrc"
            )
        if self.is_block:
            return CorpusNotWritable(
                f"{about}the cluster lets nothing be written ({told}); free disk space or have the block lifted, then "
                "run the same again"
            )
        if self.status == 403:
            return AccessDenied(f"{about}this user may not do that ({told}); ask the operator for rights on nkcorpus.*")
        if self.kind == "index_not_found_exception":
            return CorpusMissing(f"{about}there is no such corpus, or a part of it is gone ({told})")
        if self.is_passing:
            return ClusterUnavailable(
                f"{about}nodes or shards of the cluster are missing or overloaded ({told or self.status}); look at its "
                "health, then run the same again"
            )
        return ClusterRefused(f"{about}the cluster refuses it ({self.kind or self.status}: {told})", self.kind)
