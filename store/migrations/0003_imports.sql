-- +goose Up

-- A file of people on its way in. What is in the file becomes rows with a
-- verdict each (the dry run); running the import carries them out; undoing it
-- takes back what it did. Whoever works on it says so in worker and beat_at: a
-- beat that is too old means that they were cut off, and another may go on.
CREATE TABLE imports (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  name       TEXT    NOT NULL,
  actor_id   INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  touched_at INTEGER NOT NULL,
  state      TEXT    NOT NULL CHECK (state IN ('uploading', 'checking', 'checked', 'running', 'done', 'undoing', 'undone')),
  plan       TEXT    NOT NULL, -- how the file is read and what its columns are
  titles     TEXT    NOT NULL, -- what its columns are called
  line_count INTEGER NOT NULL, -- of the file, about as many as it has rows
  reread     INTEGER NOT NULL, -- the check reads the file, not the rows it made before
  at_line    INTEGER NOT NULL, -- how far the work at hand has come
  creates    INTEGER NOT NULL, -- rows by verdict
  changes    INTEGER NOT NULL,
  sames      INTEGER NOT NULL,
  refusals   INTEGER NOT NULL,
  created    INTEGER NOT NULL, -- rows carried out
  changed    INTEGER NOT NULL,
  undone     INTEGER NOT NULL, -- rows taken back, and left because they have changed since
  kept       INTEGER NOT NULL,
  worker     TEXT    NOT NULL,
  beat_at    INTEGER NOT NULL,
  problem    TEXT    NOT NULL, -- why the work stopped
  entry_id   INTEGER NOT NULL  -- the entry of the trail that says it is done
);
CREATE INDEX imports_entry ON imports (entry_id) WHERE entry_id <> 0;

-- The file itself, compressed, until the import runs: the delimiter may be
-- corrected, and the file read again.
CREATE TABLE import_files (
  import_id INTEGER NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
  part      INTEGER NOT NULL,
  bytes     BLOB    NOT NULL,
  PRIMARY KEY (import_id, part)
) WITHOUT ROWID;

CREATE TABLE import_rows (
  import_id    INTEGER NOT NULL REFERENCES imports (id),
  line         INTEGER NOT NULL,
  cells        TEXT    NOT NULL, -- JSON, as they stand in the file or were mended
  broken       TEXT    NOT NULL, -- why the row could not be read
  verdict      TEXT    NOT NULL CHECK (verdict IN ('create', 'change', 'same', 'refused')),
  problems     TEXT    NOT NULL, -- JSON, a sentence by field; '' for none
  changes      TEXT    NOT NULL, -- JSON, each field before and after; '' for a creation
  email_key    TEXT    NOT NULL,
  external_id  TEXT    NOT NULL,
  user_id      INTEGER NOT NULL,
  done         INTEGER NOT NULL,
  entry_id     INTEGER NOT NULL, -- of the trail
  undo         TEXT    NOT NULL, -- '' not tried, 'undone', or why it was left
  PRIMARY KEY (import_id, line)
) WITHOUT ROWID;
CREATE INDEX import_rows_by_verdict ON import_rows (import_id, verdict, line);
CREATE INDEX import_rows_email      ON import_rows (import_id, email_key, line)   WHERE email_key <> '';
CREATE INDEX import_rows_external   ON import_rows (import_id, external_id, line) WHERE external_id <> '';
CREATE INDEX import_rows_entry      ON import_rows (import_id, entry_id)          WHERE entry_id <> 0;
CREATE INDEX import_rows_of_user    ON import_rows (user_id)                      WHERE user_id <> 0;

-- +goose Down
DROP TABLE import_rows;
DROP TABLE import_files;
DROP TABLE imports;
