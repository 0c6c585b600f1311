CREATE TABLE fetch (        -- the journal: addresses that are to be fetched, and what came of it
    id INTEGER PRIMARY KEY,     -- ascending in the order in which they were found
    url TEXT NOT NULL UNIQUE,   -- without user name and password
    source TEXT NOT NULL,       -- the name of the followed source, or the address, that led to it
    state TEXT NOT NULL,        -- pending, done, failed, gone
    tries INTEGER NOT NULL,
    status INTEGER,             -- of HTTP, of the last try; null where there was no answer
    error TEXT,                 -- why the last try failed
    queued_at TEXT NOT NULL,    -- UTC
    tried_at TEXT,              -- UTC; the last try
    retry_at TEXT,              -- UTC; before it the host does not want to be asked again
    validated_url TEXT,         -- the address that answered, for which these hold
    etag TEXT,
    last_modified TEXT,
    article TEXT REFERENCES article (id)    -- what was read there
);

CREATE INDEX fetch_by_state ON fetch (state, source);

CREATE TABLE followed (     -- sources on the web that are asked again for what is new
    name TEXT PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    options TEXT NOT NULL,      -- JSON object: how it is read
    added_at TEXT NOT NULL,     -- UTC
    asked_at TEXT,              -- UTC; null before the first time
    error TEXT                  -- why it could not be read the last time
) WITHOUT ROWID;

ALTER TABLE article ADD COLUMN gone_at TEXT; -- UTC; when its page was first found to be gone, null while it is there
ALTER TABLE article ADD COLUMN gone_status INTEGER; -- of HTTP: 404 or 410
