-- +goose Up

-- Who has which letters: for each gram (one, two or three letters in a row, see
-- gramsOf) and each part of 65,536 ids in a row, the people who have it (see
-- idset). The id is both in one number (see gram.in). It belongs to SQLite
-- alone; another database has an index of its own.
CREATE TABLE search_grams (
  id     INTEGER PRIMARY KEY,
  people BLOB    NOT NULL
);

-- Whose letters have changed since they were put in there: was is what the
-- index may know of them, now what it should, and seq counts the changes. The
-- triggers see every writer.
CREATE TABLE search_pending (
  id  INTEGER PRIMARY KEY,
  seq INTEGER NOT NULL,
  was TEXT    NOT NULL,
  now TEXT    NOT NULL
);

-- Which process puts them in; another may once the beat has stopped.
CREATE TABLE search_worker (
  id      INTEGER PRIMARY KEY CHECK (id = 1),
  name    TEXT    NOT NULL,
  beat_at INTEGER NOT NULL
);

-- +goose StatementBegin
CREATE TRIGGER search_insert AFTER INSERT ON users WHEN NEW.deleted_at = 0
BEGIN
  INSERT INTO search_pending (id, seq, was, now) VALUES (NEW.id, 0, '', NEW.search_key)
  ON CONFLICT (id) DO UPDATE SET seq = seq + 1, now = excluded.now;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER search_update AFTER UPDATE OF search_key, deleted_at ON users
WHEN OLD.search_key <> NEW.search_key OR (OLD.deleted_at = 0) <> (NEW.deleted_at = 0)
BEGIN
  INSERT INTO search_pending (id, seq, was, now)
  VALUES (OLD.id, 0, iif(OLD.deleted_at = 0, OLD.search_key, ''), iif(NEW.deleted_at = 0, NEW.search_key, ''))
  ON CONFLICT (id) DO UPDATE SET seq = seq + 1, now = excluded.now,
    was = iif(was = '', excluded.was, iif(instr(was, excluded.was), was, was || char(10) || excluded.was));
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER search_delete AFTER DELETE ON users WHEN OLD.deleted_at = 0
BEGIN
  INSERT INTO search_pending (id, seq, was, now) VALUES (OLD.id, 0, OLD.search_key, '')
  ON CONFLICT (id) DO UPDATE SET seq = seq + 1, now = '',
    was = iif(was = '', excluded.was, iif(instr(was, excluded.was), was, was || char(10) || excluded.was));
END;
-- +goose StatementEnd

INSERT INTO search_pending (id, seq, was, now) SELECT id, 0, '', search_key FROM users WHERE deleted_at = 0;

-- +goose Down
DROP TRIGGER search_delete;
DROP TRIGGER search_update;
DROP TRIGGER search_insert;
DROP TABLE search_worker;
DROP TABLE search_pending;
DROP TABLE search_grams;
