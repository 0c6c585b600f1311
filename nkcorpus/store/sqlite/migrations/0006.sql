ALTER TABLE article ADD COLUMN arrived INTEGER; -- the change that brought its newest version; null when that was before schema 6

CREATE TABLE user_tag (     -- the user's own, besides the publisher's in version.tags
    article TEXT NOT NULL REFERENCES article (id),
    tag TEXT NOT NULL,
    PRIMARY KEY (article, tag)
) WITHOUT ROWID;

CREATE TABLE note (         -- what the user wrote about an article
    id INTEGER PRIMARY KEY,
    article TEXT NOT NULL REFERENCES article (id),
    text TEXT NOT NULL,
    made_at TEXT NOT NULL       -- UTC
);

CREATE INDEX note_by_article ON note (article);

CREATE TABLE saved_search (
    name TEXT PRIMARY KEY,
    query TEXT NOT NULL,
    options TEXT NOT NULL,      -- JSON object: how the query is answered
    seen INTEGER NOT NULL,      -- the change up to which its hits have been looked at
    saved_at TEXT NOT NULL,     -- UTC
    looked_at TEXT              -- UTC; null before the first look
) WITHOUT ROWID;
