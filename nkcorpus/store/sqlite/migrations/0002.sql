CREATE TABLE text_band (     -- what near-duplicate texts are found by: texts that share a band are compared
    band INTEGER NOT NULL,      -- key of a band of the text's MinHash signature
    text_digest TEXT NOT NULL,  -- article.text_digest; texts with few words have no band
    PRIMARY KEY (band, text_digest)
) WITHOUT ROWID;

CREATE TABLE text_cluster (  -- the texts that have a near duplicate
    text_digest TEXT PRIMARY KEY,
    cluster TEXT NOT NULL       -- the smallest text_digest of the cluster
) WITHOUT ROWID;

CREATE INDEX text_cluster_by_cluster ON text_cluster (cluster);
