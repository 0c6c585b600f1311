CREATE TABLE alias (        -- the user's own groups of texts that stand for the same
    key TEXT PRIMARY KEY,       -- the text without case, diacritics, hyphens and spaces
    text TEXT NOT NULL,         -- as the user wrote it
    grouping INTEGER NOT NULL,  -- equal in one group
    added_at TEXT NOT NULL      -- UTC, ISO 8601
) WITHOUT ROWID;
