-- +goose Up

-- An index for each order of the list. users_by_email is also what keeps an
-- address one person's own.
CREATE INDEX users_by_name         ON users (name_key, id)        WHERE deleted_at = 0;
CREATE UNIQUE INDEX users_email    ON users (email_key)           WHERE deleted_at = 0;
CREATE INDEX users_by_email        ON users (email_key, id)       WHERE deleted_at = 0;
CREATE INDEX users_by_phone        ON users (phone_key, id)       WHERE deleted_at = 0;
CREATE INDEX users_by_role         ON users (role, id)            WHERE deleted_at = 0;
CREATE INDEX users_by_status       ON users (status, id)          WHERE deleted_at = 0;
CREATE INDEX users_by_last_sign_in ON users (last_sign_in_at, id) WHERE deleted_at = 0;
CREATE INDEX users_by_created      ON users (created_at, id)      WHERE deleted_at = 0;
CREATE INDEX users_by_deleted      ON users (deleted_at, id)      WHERE deleted_at <> 0;
-- The same orders within the people of one role and status. Whoever filters by
-- one of the two has a few of these walks merged.
CREATE INDEX users_group                 ON users (role, status, id)                  WHERE deleted_at = 0;
CREATE INDEX users_group_by_name         ON users (role, status, name_key, id)        WHERE deleted_at = 0;
CREATE INDEX users_group_by_email        ON users (role, status, email_key, id)       WHERE deleted_at = 0;
CREATE INDEX users_group_by_phone        ON users (role, status, phone_key, id)       WHERE deleted_at = 0;
CREATE INDEX users_group_by_last_sign_in ON users (role, status, last_sign_in_at, id) WHERE deleted_at = 0;
CREATE INDEX users_group_by_created      ON users (role, status, created_at, id)      WHERE deleted_at = 0;
-- Finds the few who have no password, or the few who have one.
CREATE INDEX users_by_password     ON users ((password_hash = '')) WHERE deleted_at = 0;

-- +goose Down
DROP INDEX users_by_password, users_group_by_created, users_group_by_last_sign_in, users_group_by_phone, users_group_by_email,
  users_group_by_name, users_group, users_by_deleted, users_by_created, users_by_last_sign_in, users_by_status, users_by_role,
  users_by_phone, users_by_email, users_email, users_by_name;
