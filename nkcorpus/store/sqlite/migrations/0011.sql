CREATE INDEX version_by_answer ON version (retrieval_answered) WHERE retrieval_answered IS NOT NULL;

CREATE TABLE robots (       -- what sites allow us, which is used for a day
    origin TEXT PRIMARY KEY,    -- scheme, host and port
    rules TEXT NOT NULL,        -- the lines of robots.txt that are for us or for everybody, and the sitemaps
    fetched_at TEXT NOT NULL    -- UTC
);
