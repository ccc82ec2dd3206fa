-- Waits behind long transactions, and every request would wait behind it: better to fail, and be run again.
SET LOCAL lock_timeout = '5s';

-- Without a default or NOT NULL: the version before, which runs beside this one, does not know the column.
ALTER TABLE packages ADD COLUMN tag text;
