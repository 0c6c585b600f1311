CREATE TABLE rule (         -- cleaning rules of this corpus, besides those that come with nkcorpus
    id TEXT PRIMARY KEY,
    toml TEXT NOT NULL,         -- one [[rule]] table, as a rule file has it
    origin TEXT NOT NULL,       -- the file that it came from, or audit
    added_at TEXT NOT NULL      -- UTC
);

CREATE TABLE kept_line (    -- what stays in an article whatever the rules say
    article TEXT NOT NULL REFERENCES article (id),
    line TEXT NOT NULL,         -- as in raw_text, without the white space around it
    PRIMARY KEY (article, line)
) WITHOUT ROWID;
