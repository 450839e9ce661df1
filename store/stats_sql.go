package store

import (
	"context"
	"time"
)

// loadStats reads the figures that stand in the database. Of the sign-ins it
// walks the newest only, down to the last that began too long ago.
func loadStats(ctx context.Context, q querier, st *Stats, now, startedAfter, seenAfter, beatAfter time.Time) error {
	return q.QueryRowContext(ctx, `SELECT
 (SELECT count(*) FROM signins WHERE ended_at = 0 AND last_seen_at > ?3
  AND id > coalesce((SELECT id FROM signins WHERE started_at <= ?2 ORDER BY id DESC LIMIT 1), 0)),
 (SELECT count(*) FROM throttles WHERE blocked_to > ?1),
 (SELECT count(*) FROM imports WHERE beat_at > ?4),
 (SELECT count(*) FROM mails WHERE next_at > 0),
 (SELECT count(*) FROM mails WHERE state = 'failed')`,
		toMillis(now), toMillis(startedAfter), toMillis(seenAfter), toMillis(beatAfter)).
		Scan(&st.Sessions, &st.Blocked, &st.Imports, &st.Mails, &st.Lost)
}
