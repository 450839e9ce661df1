-- +goose NO TRANSACTION
-- +goose Up

-- When the invitation of somebody runs out, or has run out; 0: they have none. And
-- whether they have a second factor. Both are kept with what they are made from, in
-- the same transaction, so that the list is filtered by them without looking
-- elsewhere for each of a million people. The indexes are built while people work:
-- first away with what an attempt that was broken off may have left.
ALTER TABLE users ADD COLUMN IF NOT EXISTS invite_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN IF NOT EXISTS has_factor   BIGINT NOT NULL DEFAULT 0;
UPDATE users SET invite_until = l.expires_at FROM links l WHERE l.user_id = users.id AND l.kind = 'invite';
UPDATE users SET has_factor = 1 WHERE id IN (SELECT user_id FROM totp_apps WHERE confirmed_at <> 0 UNION SELECT user_id FROM passkeys);
DROP INDEX CONCURRENTLY IF EXISTS users_by_invite;
CREATE INDEX CONCURRENTLY users_by_invite ON users (invite_until, id) WHERE deleted_at = 0 AND invite_until <> 0;
DROP INDEX CONCURRENTLY IF EXISTS users_group_by_factor;
CREATE INDEX CONCURRENTLY users_group_by_factor ON users (role, status, has_factor, id) WHERE deleted_at = 0;

-- Whose account failed tries are about; 0: nobody's, or they were counted before.
-- Up to five are free in each way of counting them.
ALTER TABLE throttles ADD COLUMN IF NOT EXISTS user_id BIGINT NOT NULL DEFAULT 0;
CREATE INDEX IF NOT EXISTS throttles_slow ON throttles (user_id) WHERE user_id <> 0 AND failures > 5000;

-- As whom somebody sees the back office in a sign-in, until when, and why; 0: as
-- themselves.
ALTER TABLE signins ADD COLUMN IF NOT EXISTS as_user   BIGINT NOT NULL DEFAULT 0;
ALTER TABLE signins ADD COLUMN IF NOT EXISTS as_until  BIGINT NOT NULL DEFAULT 0;
ALTER TABLE signins ADD COLUMN IF NOT EXISTS as_reason TEXT   COLLATE "C" NOT NULL DEFAULT '';
DROP INDEX CONCURRENTLY IF EXISTS signins_as;
CREATE INDEX CONCURRENTLY signins_as ON signins (as_user) WHERE as_user <> 0;

-- +goose Down
DROP INDEX IF EXISTS signins_as;
ALTER TABLE signins DROP COLUMN IF EXISTS as_reason, DROP COLUMN IF EXISTS as_until, DROP COLUMN IF EXISTS as_user;
DROP INDEX IF EXISTS throttles_slow;
ALTER TABLE throttles DROP COLUMN IF EXISTS user_id;
DROP INDEX IF EXISTS users_group_by_factor, users_by_invite;
ALTER TABLE users DROP COLUMN IF EXISTS has_factor, DROP COLUMN IF EXISTS invite_until;
