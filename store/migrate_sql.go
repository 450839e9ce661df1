package store

import (
	"context"
)

// schemaVersion is the number of the newest migration that was done.
func schemaVersion(ctx context.Context, q querier) (version int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`).Scan(&version)
	return version, err
}

// fileVersion is schemaVersion of a file, and 0 for one that is empty.
func fileVersion(ctx context.Context, q querier) (version int64, err error) {
	var there bool
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'goose_db_version')`).Scan(&there)
	if err != nil || !there {
		return 0, err
	}
	return schemaVersion(ctx, q)
}
