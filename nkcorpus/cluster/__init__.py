"""The connection to an OpenSearch cluster: addresses, credentials, requests with retries. Not what is stored there."""
