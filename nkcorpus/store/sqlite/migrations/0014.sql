-- a digest of every row that nothing else proves; rows that are derived from others have none
ALTER TABLE version ADD COLUMN row_sha256 TEXT; -- over the columns that tell what was found when and where
ALTER TABLE corpus ADD COLUMN seal INTEGER; -- CRC-32 of the row
ALTER TABLE run ADD COLUMN seal INTEGER; -- CRC-32 of the row
ALTER TABLE article ADD COLUMN seal INTEGER; -- CRC-32 of the row
ALTER TABLE failure ADD COLUMN seal INTEGER; -- CRC-32 of the row
ALTER TABLE rule ADD COLUMN seal INTEGER; -- CRC-32 of the row
ALTER TABLE kept_line ADD COLUMN seal INTEGER; -- CRC-32 of the row
ALTER TABLE user_tag ADD COLUMN seal INTEGER; -- CRC-32 of the row
ALTER TABLE note ADD COLUMN seal INTEGER; -- CRC-32 of the row
ALTER TABLE saved_search ADD COLUMN seal INTEGER; -- CRC-32 of the row
ALTER TABLE alias ADD COLUMN seal INTEGER; -- CRC-32 of the row
ALTER TABLE fetch ADD COLUMN seal INTEGER; -- CRC-32 of the row
ALTER TABLE followed ADD COLUMN seal INTEGER; -- CRC-32 of the row
ALTER TABLE walk ADD COLUMN seal INTEGER; -- CRC-32 of the row

UPDATE version SET row_sha256 = sha256_of(article, number, file_name, record, kind, charset, extract_sha256,
    content_sha256, payload_sha256, retrieved_at, ingested_at, run, retrieval_url, retrieval_answered,
    retrieval_status, retrieval_headers);
UPDATE corpus SET seal = crc32_of(key, value);
UPDATE run SET seal = crc32_of(id, started_at, finished_at, tool, sources, report);
UPDATE article SET seal = crc32_of(id, arrived, removed_at, gone_at, gone_status);
UPDATE failure SET seal = crc32_of(origin, record, error, attempts, first_seen, last_seen, run);
UPDATE rule SET seal = crc32_of(id, toml, origin, added_at);
UPDATE kept_line SET seal = crc32_of(article, line);
UPDATE user_tag SET seal = crc32_of(article, tag);
UPDATE note SET seal = crc32_of(id, article, text, made_at);
UPDATE saved_search SET seal = crc32_of(name, query, options, seen, saved_at, looked_at);
UPDATE alias SET seal = crc32_of(key, text, grouping, added_at);
UPDATE fetch SET seal = crc32_of(id, url, source, state, tries, status, error, queued_at, tried_at, retry_at,
    validated_url, etag, last_modified, article);
UPDATE followed SET seal = crc32_of(name, url, options, added_at, asked_at, error);
UPDATE walk SET seal = crc32_of(name, place, reached_at);

CREATE TABLE quarantine (   -- rows that were damaged beyond repair, each as it was found
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,       -- the table that it was in
    article TEXT,               -- whose it was, where that is known
    reason TEXT NOT NULL,
    taken_at TEXT NOT NULL      -- UTC
);

CREATE TABLE quarantine_value (
    row INTEGER NOT NULL REFERENCES quarantine (id) ON DELETE CASCADE,
    name TEXT NOT NULL,         -- of the column
    value,
    PRIMARY KEY (row, name)
) WITHOUT ROWID;
