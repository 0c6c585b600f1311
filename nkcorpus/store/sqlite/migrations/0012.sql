-- what `stats` reads, without the texts that lie before these columns in a row
CREATE INDEX version_counts ON version (article, number, words, source, date);

-- one address may be in any state of any source: each is asked for alone, and in the order of the ids
DROP INDEX fetch_by_state;
CREATE INDEX fetch_by_state ON fetch (state);
CREATE INDEX fetch_by_source ON fetch (source, state);
CREATE INDEX fetch_by_time ON fetch (coalesce(tried_at, queued_at));

-- whether there is any is asked at the start of each ingest
CREATE INDEX payload_not_kept ON payload (sha256) WHERE encoding = 'none';
