ALTER TABLE version ADD COLUMN updated TEXT; -- when it was last changed by its publisher, like date
ALTER TABLE version ADD COLUMN updated_precision TEXT;
ALTER TABLE version ADD COLUMN updated_source TEXT;
ALTER TABLE version ADD COLUMN section TEXT; -- of the publication
ALTER TABLE version ADD COLUMN counterpart TEXT; -- address of the same article in another language
ALTER TABLE version ADD COLUMN evidence TEXT; -- JSON object: field to where its value stood; null when not known
