ALTER TABLE version ADD COLUMN retrieval_url TEXT; -- the address asked for; null for what was not fetched
ALTER TABLE version ADD COLUMN retrieval_answered TEXT; -- the address that answered, after redirects
ALTER TABLE version ADD COLUMN retrieval_status INTEGER; -- of HTTP; null where it is not known
ALTER TABLE version ADD COLUMN retrieval_headers TEXT; -- JSON array of pairs, names in lower case
