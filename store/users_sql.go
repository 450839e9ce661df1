package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"time"
)

// querier is a database or a transaction.
type querier interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
	QueryRowContext(context.Context, string, ...any) *sql.Row
}

// row is a line of a result.
type row interface{ Scan(...any) error }

const userColumns = `u.id, u.name, u.email, u.email_key, u.phone, u.phone_key, u.role, u.status, u.external_id,
 u.password_hash, u.must_change_password, u.created_at, u.changed_at, u.last_sign_in_at, u.version, u.deleted_at,
 u.has_factor, u.invite_until, ` + invitedBy

// invitedBy is who made the invitation that a person has. It is looked up for those
// who have one, and costs the others nothing.
const invitedBy = `CASE WHEN u.invite_until = 0 THEN '' ELSE coalesce((SELECT b.name FROM links l JOIN users b ON b.id = l.made_by
 WHERE l.user_id = u.id AND l.kind = 'invite'), '') END`

// userScan reads lines of userColumns. It is used again for each line of a
// result, so that a page of people costs little more than their texts.
type userScan struct {
	User
	role, status                                string
	created, changed, lastSignIn, gone, invited int64
	factor                                      int
	dest                                        []any
}

// newUserScan reads what else the lines hold into more.
func newUserScan(more ...any) *userScan {
	s := &userScan{}
	u := &s.User
	s.dest = append([]any{&u.ID, &u.Name, &u.Email, &u.emailKey, &u.Phone, &u.phoneKey, &s.role, &s.status,
		&u.ExternalID, &u.passwordHash, &u.MustChangePassword, &s.created, &s.changed, &s.lastSignIn, &u.Version, &s.gone, &s.factor, &s.invited, &u.InvitedBy}, more...)
	return s
}

func (s *userScan) read(r row) error {
	if err := r.Scan(s.dest...); err != nil {
		return err
	}
	u := &s.User
	u.Role, u.Status, u.HasPassword = Role(s.role), Status(s.status), u.passwordHash != ""
	u.Created, u.Changed = fromMillis(s.created), fromMillis(s.changed)
	u.HasFactor = s.factor != 0
	u.LastSignIn, u.Deleted, u.InviteUntil = fromMillis(s.lastSignIn), fromMillis(s.gone), fromMillis(s.invited)
	return nil
}

func scanUser(r row, more ...any) (*User, error) {
	s := newUserScan(more...)
	if err := s.read(r); err != nil {
		if errors.Is(err, sql.ErrNoRows) {
			err = errNoUser()
		}
		return nil, err
	}
	return &s.User, nil
}

func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func toMillis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func loadUser(ctx context.Context, q querier, id int64) (*User, error) {
	return scanUser(q.QueryRowContext(ctx, `SELECT `+userColumns+` FROM users u WHERE u.id = ?1`, id))
}

func loadUserByEmail(ctx context.Context, q querier, key string) (*User, error) {
	return scanUser(q.QueryRowContext(ctx,
		`SELECT `+userColumns+` FROM users u WHERE u.email_key = ?1 AND u.deleted_at = 0`, key))
}

// searchKey is everything one can find a person by, each part on a line of its
// own so that a hit never spans two of them. There are keyLines of them.
func searchKey(u *User) string {
	return Fold(u.Name) + "\n" + Fold(u.Email) + "\n" + u.phoneKey + "\n" + Fold(u.ExternalID)
}

// keyLines is how many lines a search key has.
const keyLines = 4

// userValueColumns are the columns that are written, in the order of userValues.
var userValueColumns = []string{"name", "name_key", "email", "email_key", "phone", "phone_key", "role", "status",
	"external_id", "search_key", "password_hash", "must_change_password", "created_at", "changed_at",
	"last_sign_in_at", "version", "deleted_at"}

// userValues are the values of userValueColumns.
func userValues(u *User) []any {
	return []any{u.Name, Fold(u.Name), u.Email, u.emailKey, u.Phone, u.phoneKey, string(u.Role), string(u.Status),
		u.ExternalID, searchKey(u), u.passwordHash, u.MustChangePassword, toMillis(u.Created), toMillis(u.Changed),
		toMillis(u.LastSignIn), u.Version, toMillis(u.Deleted)}
}

var insertUserSQL = `INSERT INTO users (` + strings.Join(userValueColumns, ", ") + `) VALUES ` + placeholders(1, len(userValueColumns))

func placeholder(n int) string { return "?" + strconv.Itoa(n) }

// placeholders are those of a list of n values, the first being ?from.
func placeholders(from, n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = placeholder(from + i)
	}
	return "(" + strings.Join(all, ", ") + ")"
}

func insertUser(x *tx, u *User) error {
	if err := x.QueryRowContext(x.ctx, insertUserSQL+` RETURNING id`, userValues(u)...).Scan(&u.ID); err != nil {
		return err
	}
	return addCount(x, u.Role, u.Status, 1)
}

// updateUser writes the columns that differ. SQLite takes a row out of each index
// of which a column is written and puts it back in, be it the same: a changed
// telephone number would cost a page of every order of the list.
func updateUser(x *tx, before, after *User) error {
	var set []string
	var args []any
	was := userValues(before)
	for i, v := range userValues(after) {
		if v != was[i] {
			args = append(args, v)
			set = append(set, userValueColumns[i]+" = ?"+strconv.Itoa(len(args)))
		}
	}
	if len(set) == 0 {
		return nil
	}
	args = append(args, after.ID)
	if _, err := x.ExecContext(x.ctx, "UPDATE users SET "+strings.Join(set, ", ")+" WHERE id = ?"+strconv.Itoa(len(args)), args...); err != nil {
		return err
	}
	return moveCount(x, before, after)
}

func moveCount(x *tx, before, after *User) error {
	if before.Role == after.Role && before.Status == after.Status && before.Deleted.IsZero() == after.Deleted.IsZero() {
		return nil
	}
	if before.Deleted.IsZero() {
		if err := addCount(x, before.Role, before.Status, -1); err != nil {
			return err
		}
	}
	if after.Deleted.IsZero() {
		return addCount(x, after.Role, after.Status, 1)
	}
	return nil
}

func addCount(x *tx, r Role, s Status, n int) error {
	_, err := x.ExecContext(x.ctx, `INSERT INTO user_counts (role, status, n) VALUES (?1, ?2, ?3)
 ON CONFLICT (role, status) DO UPDATE SET n = user_counts.n + ?4`, string(r), string(s), max(n, 0), n)
	return err
}

func ownerOfEmail(x *tx, key string, except int64) (string, error) {
	return ownerName(x, `SELECT name FROM users WHERE email_key = ?1 AND id <> ?2 AND deleted_at = 0`, key, except)
}

func ownerOfExternalID(x *tx, id string, except int64) (string, error) {
	if id == "" {
		return "", nil
	}
	return ownerName(x, `SELECT name FROM users WHERE external_id = ?1 AND external_id <> '' AND id <> ?2 AND deleted_at = 0`, id, except)
}

// deletedOwnerOfEmail gives the id of a deleted person with this address, or 0.
func deletedOwnerOfEmail(ctx context.Context, q querier, key string) (id int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) FROM users WHERE email_key = ?1 AND deleted_at <> 0`, key).Scan(&id)
	return id, err
}

func ownerName(x *tx, query string, args ...any) (string, error) {
	var name string
	err := x.QueryRowContext(x.ctx, query, args...).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return name, err
}

// countAdminsSQL counts the admins who can come in. An admin without a password,
// as examples are, cannot.
const countAdminsSQL = `SELECT count(*) FROM users
 WHERE role = 'admin' AND status = 'active' AND deleted_at = 0 AND password_hash <> ''`

func countOtherActiveAdmins(x *tx, except int64) (n int, err error) {
	err = x.QueryRowContext(x.ctx, countAdminsSQL+` AND id <> ?1`, except).Scan(&n)
	return n, err
}

func countActiveAdmins(ctx context.Context, q querier) (n int, err error) {
	err = q.QueryRowContext(ctx, countAdminsSQL).Scan(&n)
	return n, err
}

// setPasswordHash changes nothing else and leaves the version alone: a rehash
// at sign-in is no edit.
func setPasswordHash(x *tx, id int64, hash string, mustChange bool) error {
	_, err := x.ExecContext(x.ctx, `UPDATE users SET password_hash = ?1, must_change_password = ?2 WHERE id = ?3`, hash, mustChange, id)
	return err
}

func setLastSignIn(x *tx, id int64) error {
	_, err := x.ExecContext(x.ctx, `UPDATE users SET last_sign_in_at = ?1 WHERE id = ?2`, toMillis(x.now), id)
	return err
}

// purgeable lists some of the people who were deleted before the given time.
func purgeable(x *tx, before time.Time, limit int) ([]int64, error) {
	rows, err := x.QueryContext(x.ctx, `SELECT id FROM users WHERE deleted_at <> 0 AND deleted_at < ?1 ORDER BY id LIMIT ?2`, toMillis(before), limit)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(r row) (id int64, err error) { err = r.Scan(&id); return id, err })
}

// purgeUser removes what is known of a person: the row, the sign-ins with it,
// the values in the audit trail, and where they came from.
func purgeUser(x *tx, id int64) error {
	if _, err := x.ExecContext(x.ctx, `INSERT INTO purged_users (user_id, at) VALUES (?1, ?2) ON CONFLICT DO NOTHING`, id, toMillis(x.now)); err != nil {
		return err
	}
	if _, err := x.ExecContext(x.ctx, `DELETE FROM audit_values WHERE target_id = ?1`, id); err != nil {
		return err
	}
	if _, err := x.ExecContext(x.ctx, `DELETE FROM audit_origins WHERE owner_id = ?1`, id); err != nil {
		return err
	}
	if err := errors.Join(forgetImported(x, id), forgetSeen(x, id)); err != nil {
		return err
	}
	_, err := x.ExecContext(x.ctx, `DELETE FROM users WHERE id = ?1 AND deleted_at <> 0`, id)
	return err
}

// collect reads all rows and closes them.
func collect[T any](rows *sql.Rows, scan func(row) (T, error)) ([]T, error) {
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
