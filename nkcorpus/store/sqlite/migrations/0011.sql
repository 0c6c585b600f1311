CREATE INDEX version_by_answer ON version (retrieval_answered) WHERE retrieval_answered IS NOT NULL;
