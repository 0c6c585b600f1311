"""The connection to an OpenSearch cluster: addresses, credentials, requests with retries. Not what is stored there."""

from nkcorpus.cluster.address import ClusterAddress, is_cluster_address
from nkcorpus.cluster.client import Cluster
from nkcorpus.cluster.documents import Document, Outcome, Write

__all__ = ["Cluster", "ClusterAddress", "Document", "Outcome", "Write", "is_cluster_address"]
