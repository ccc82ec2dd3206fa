CREATE TABLE packages (
  id text PRIMARY KEY,
  size text NOT NULL,
  weight_kg double precision NOT NULL,
  put_at timestamptz NOT NULL DEFAULT now()
);

-- For the sweep of what the smoke tests leave behind: it must not read the whole table.
CREATE INDEX packages_of_smoke_tests ON packages (put_at) WHERE id LIKE 'smoke-%';
