CREATE TABLE walk (         -- through the archive of a site; it goes on where it stopped
    name TEXT PRIMARY KEY,      -- the address of the archive's list
    place TEXT NOT NULL,        -- how far it has got, in words of who walks
    reached_at TEXT NOT NULL    -- UTC
) WITHOUT ROWID;

CREATE INDEX version_by_retrieval ON version (retrieval_url) WHERE retrieval_url IS NOT NULL;
