-- what `stats` tells, kept up to date as articles change
CREATE TABLE article_count (
    source TEXT NOT NULL,       -- publisher, '' where unknown
    year TEXT NOT NULL,         -- of the date, '' where unknown
    articles INTEGER NOT NULL,  -- that were not removed
    versions INTEGER NOT NULL,  -- of these articles
    words INTEGER NOT NULL,     -- of their newest versions
    PRIMARY KEY (source, year)
) WITHOUT ROWID;

CREATE TABLE cut_count (
    rule TEXT PRIMARY KEY,
    cuts INTEGER NOT NULL       -- in the newest versions of the articles
) WITHOUT ROWID;

INSERT INTO article_count SELECT coalesce(v.source, ''), coalesce(substr(v.date, 1, 4), ''), count(*), sum(a.version),
    sum(v.words) FROM version v CROSS JOIN article a ON a.id = v.article AND a.version = v.number GROUP BY 1, 2;
INSERT INTO cut_count SELECT rule, count(*) FROM cut WHERE version NOT IN (SELECT v.id FROM version v
    CROSS JOIN article a ON a.id = v.article AND a.version <> v.number) GROUP BY 1;

DROP INDEX version_counts;
CREATE INDEX article_removed ON article (removed_at) WHERE removed_at IS NOT NULL;
