-- +goose Up

-- What the planner knows of an expression in a partial index it does not use: it
-- would take everybody for one in two without a password, and each pair of letters
-- for one in two hundred. These are gathered by the next ANALYZE.
CREATE STATISTICS users_password ON (password_hash = '') FROM users;
CREATE STATISTICS users_pairs ON (search_pairs(search_key)) FROM users;

-- +goose Down
DROP STATISTICS IF EXISTS users_password, users_pairs;
