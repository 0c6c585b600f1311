ALTER TABLE version ADD COLUMN place TEXT; -- where the report was filed, as its dateline spells it
