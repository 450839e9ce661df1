-- +goose Up

-- Each index of an order of the list ends, unseen, in the id, as every index
-- does: to name it would store it twice. users_by_email is also what keeps an
-- address one person's own.
DROP INDEX users_email;
DROP INDEX users_by_email;
DROP INDEX users_by_phone;
DROP INDEX users_by_role;
DROP INDEX users_by_status;
DROP INDEX users_by_last_signin;
DROP INDEX users_by_created;
DROP INDEX users_role_by_name;
DROP INDEX users_status_by_name;
DROP INDEX users_deleted;
CREATE UNIQUE INDEX users_by_email ON users (email_key)       WHERE deleted_at = 0;
CREATE INDEX users_by_phone        ON users (phone_key)       WHERE deleted_at = 0;
CREATE INDEX users_by_role         ON users (role)            WHERE deleted_at = 0;
CREATE INDEX users_by_status       ON users (status)          WHERE deleted_at = 0;
CREATE INDEX users_by_last_sign_in ON users (last_sign_in_at) WHERE deleted_at = 0;
CREATE INDEX users_by_created      ON users (created_at)      WHERE deleted_at = 0;
CREATE INDEX users_by_deleted      ON users (deleted_at)      WHERE deleted_at <> 0;
-- The same orders within the people of one role and status. Whoever filters by
-- one of the two has a few of these walks merged.
CREATE INDEX users_group                 ON users (role, status)                  WHERE deleted_at = 0;
CREATE INDEX users_group_by_name         ON users (role, status, name_key)        WHERE deleted_at = 0;
CREATE INDEX users_group_by_email        ON users (role, status, email_key)       WHERE deleted_at = 0;
CREATE INDEX users_group_by_phone        ON users (role, status, phone_key)       WHERE deleted_at = 0;
CREATE INDEX users_group_by_last_sign_in ON users (role, status, last_sign_in_at) WHERE deleted_at = 0;
CREATE INDEX users_group_by_created      ON users (role, status, created_at)      WHERE deleted_at = 0;
-- Finds the few who have no password, or the few who have one.
CREATE INDEX users_by_password     ON users ((password_hash = '')) WHERE deleted_at = 0;

-- +goose Down
DROP INDEX users_by_password;
DROP INDEX users_group_by_created;
DROP INDEX users_group_by_last_sign_in;
DROP INDEX users_group_by_phone;
DROP INDEX users_group_by_email;
DROP INDEX users_group_by_name;
DROP INDEX users_group;
DROP INDEX users_by_deleted;
DROP INDEX users_by_created;
DROP INDEX users_by_last_sign_in;
DROP INDEX users_by_status;
DROP INDEX users_by_role;
DROP INDEX users_by_phone;
DROP INDEX users_by_email;
CREATE UNIQUE INDEX users_email   ON users (email_key)           WHERE deleted_at = 0;
CREATE INDEX users_by_email       ON users (email_key, id)       WHERE deleted_at = 0;
CREATE INDEX users_by_phone       ON users (phone_key, id)       WHERE deleted_at = 0;
CREATE INDEX users_by_role        ON users (role, id)            WHERE deleted_at = 0;
CREATE INDEX users_by_status      ON users (status, id)          WHERE deleted_at = 0;
CREATE INDEX users_by_last_signin ON users (last_sign_in_at, id) WHERE deleted_at = 0;
CREATE INDEX users_by_created     ON users (created_at, id)      WHERE deleted_at = 0;
CREATE INDEX users_role_by_name   ON users (role, name_key, id)  WHERE deleted_at = 0;
CREATE INDEX users_status_by_name ON users (status, name_key, id) WHERE deleted_at = 0;
CREATE INDEX users_deleted        ON users (deleted_at) WHERE deleted_at <> 0;
