-- +goose Up

-- When the invitation of somebody runs out, or has run out; 0: they have none. And
-- whether they have a second factor. Both are kept with what they are made from, in
-- the same transaction, so that the list is filtered by them without looking
-- elsewhere for each of a million people.
ALTER TABLE users ADD COLUMN invite_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN has_factor   INTEGER NOT NULL DEFAULT 0;
UPDATE users SET invite_until = (SELECT l.expires_at FROM links l WHERE l.user_id = users.id AND l.kind = 'invite')
 WHERE id IN (SELECT user_id FROM links WHERE kind = 'invite');
UPDATE users SET has_factor = 1 WHERE id IN (SELECT user_id FROM totp_apps WHERE confirmed_at <> 0 UNION SELECT user_id FROM passkeys);
CREATE INDEX users_by_invite       ON users (invite_until)             WHERE deleted_at = 0 AND invite_until <> 0;
CREATE INDEX users_group_by_factor ON users (role, status, has_factor) WHERE deleted_at = 0;

-- Whose account failed tries are about; 0: nobody's, or they were counted before.
-- Up to five are free in each way of counting them.
ALTER TABLE throttles ADD COLUMN user_id INTEGER NOT NULL DEFAULT 0;
CREATE INDEX throttles_slow ON throttles (user_id) WHERE user_id <> 0 AND failures > 5000;

-- As whom somebody sees the back office in a sign-in, until when, and why; 0: as
-- themselves.
ALTER TABLE signins ADD COLUMN as_user   INTEGER NOT NULL DEFAULT 0;
ALTER TABLE signins ADD COLUMN as_until  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE signins ADD COLUMN as_reason TEXT    NOT NULL DEFAULT '';
CREATE INDEX signins_as ON signins (as_user) WHERE as_user <> 0;

-- +goose Down
DROP INDEX signins_as;
ALTER TABLE signins DROP COLUMN as_reason;
ALTER TABLE signins DROP COLUMN as_until;
ALTER TABLE signins DROP COLUMN as_user;
DROP INDEX throttles_slow;
ALTER TABLE throttles DROP COLUMN user_id;
DROP INDEX users_group_by_factor;
DROP INDEX users_by_invite;
ALTER TABLE users DROP COLUMN has_factor;
ALTER TABLE users DROP COLUMN invite_until;
