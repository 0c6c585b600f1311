CREATE TABLE corpus (
    key TEXT PRIMARY KEY,   -- id, created_at, created_by
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE run (          -- one ingest
    id INTEGER PRIMARY KEY,
    started_at TEXT NOT NULL,   -- UTC, ISO 8601
    finished_at TEXT,           -- null when it was interrupted
    tool TEXT NOT NULL,         -- nkcorpus/VERSION
    sources TEXT NOT NULL,      -- JSON array: the SOURCE arguments
    report TEXT                 -- JSON object: the summary
);

CREATE TABLE change (       -- one row a change; what an index compares itself with
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    token TEXT NOT NULL DEFAULT (lower(hex(randomblob(8)))),  -- tells this change from one with the same seq in a restored file
    article TEXT NOT NULL
);

CREATE TABLE article (
    id TEXT PRIMARY KEY,        -- 32 hex digits: a digest of the article's identity
    seq INTEGER NOT NULL UNIQUE,    -- its latest change
    version INTEGER NOT NULL,   -- number of its newest version; 0 when removed
    text_digest TEXT,           -- of the newest clean text; equal in exact duplicates; null when removed or without a word
    removed_at TEXT             -- UTC; set in a tombstone
) WITHOUT ROWID;

CREATE INDEX article_by_text ON article (text_digest) WHERE text_digest IS NOT NULL;

CREATE TABLE payload (      -- original bytes, once for all versions that share them
    sha256 TEXT PRIMARY KEY,    -- of the original bytes
    size INTEGER NOT NULL,      -- of the original bytes
    encoding TEXT NOT NULL,     -- zstd
    bytes BLOB NOT NULL
);

CREATE TABLE version (
    id INTEGER PRIMARY KEY,
    article TEXT NOT NULL REFERENCES article (id),
    number INTEGER NOT NULL,    -- 1, 2, ... within the article
    title TEXT,
    authors TEXT NOT NULL,      -- JSON array of names
    translator TEXT,
    editor TEXT,
    contact TEXT,               -- e-mail address for comments
    korean_version INTEGER NOT NULL,    -- 1 when the article points to its Korean version
    date TEXT,                  -- ISO 8601 cut to its precision, offset kept
    date_precision TEXT,        -- year, month, day, minute, second
    date_source TEXT,           -- meta, url, feed, text, file, user
    source TEXT,                -- publisher
    lang TEXT,                  -- ISO 639-1
    url TEXT,
    tags TEXT NOT NULL,         -- JSON array
    external_id TEXT,           -- the id that the input carried
    raw_text TEXT NOT NULL,     -- decoded or extracted text, before cleaning
    text TEXT NOT NULL,         -- raw_text minus cut with repair applied
    words INTEGER NOT NULL,     -- of text
    origin TEXT NOT NULL,       -- the input as it was given
    file_name TEXT NOT NULL,    -- its base name
    record INTEGER,             -- number within a file of many records, from 1
    kind TEXT NOT NULL,         -- text, markdown, html, record, row
    charset TEXT,               -- of the payload, when the source had to decode the file to split it
    extractor TEXT NOT NULL,    -- name/version
    cleaner TEXT NOT NULL,      -- rules/digest
    extract_sha256 TEXT NOT NULL,   -- over what the extractor took
    content_sha256 TEXT NOT NULL,   -- over the canonical form of all content and provenance
    payload_sha256 TEXT NOT NULL REFERENCES payload (sha256),
    retrieved_at TEXT,          -- UTC; when it was fetched
    ingested_at TEXT NOT NULL,  -- UTC
    run INTEGER NOT NULL REFERENCES run (id),
    UNIQUE (article, number)
);

CREATE INDEX version_by_payload ON version (payload_sha256);

CREATE TABLE cut (          -- spans of raw_text that cleaning removed
    version INTEGER NOT NULL REFERENCES version (id) ON DELETE CASCADE,
    start INTEGER NOT NULL,     -- code points, [start, end)
    end INTEGER NOT NULL,
    kind TEXT NOT NULL,
    rule TEXT NOT NULL,
    PRIMARY KEY (version, start)
) WITHOUT ROWID;

CREATE TABLE repair (       -- spans of raw_text that read differently in text
    version INTEGER NOT NULL REFERENCES version (id) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    text TEXT NOT NULL,
    rule TEXT NOT NULL,
    PRIMARY KEY (version, start, end)
) WITHOUT ROWID;

CREATE TABLE failure (      -- inputs that could not be taken, until they are
    origin TEXT NOT NULL,
    record INTEGER NOT NULL,    -- 0 for a whole file
    error TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    first_seen TEXT NOT NULL,   -- UTC
    last_seen TEXT NOT NULL,    -- UTC
    run INTEGER NOT NULL REFERENCES run (id),
    PRIMARY KEY (origin, record)
) WITHOUT ROWID;
