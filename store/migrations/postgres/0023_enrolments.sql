-- +goose Up

-- In which sign-in the set-up of an authenticator app was begun: nobody else is shown
-- its seed. 0 once it counts.
ALTER TABLE totp_apps ADD COLUMN signin_id BIGINT NOT NULL DEFAULT 0;

-- When a recovery code was made; 0: before that was noted.
ALTER TABLE recovery_codes ADD COLUMN made_at BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE recovery_codes DROP COLUMN made_at;
ALTER TABLE totp_apps DROP COLUMN signin_id;
