package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"backoffice/store/storetest"
)

// state is everything that must be written whole or not at all, without what
// is random: a hash is given as the password that it is of.
func (c *cast) state() []string {
	c.t.Helper()
	all := dump(c.t, c.writer, "user_counts", "signins", "audit_head", "purged_users")
	for i, line := range all {
		if strings.HasPrefix(line, "audit_head") {
			all[i] = line[:strings.LastIndex(line, " ")] // without the digest
		}
	}
	all = append(all, queryLines(c.t, c.writer, `SELECT id, at, actor_kind, actor_id, act, outcome, target_id,
 CASE e.address WHEN '#' THEN o.address ELSE e.address END, CASE e.address WHEN '#' THEN o.agent ELSE e.agent END, request_id, undo_of
 FROM audit_entries e LEFT JOIN audit_origins o ON o.digest = e.agent ORDER BY id`)...)
	all = append(all, queryLines(c.t, c.writer, `SELECT entry_id, target_id, body FROM audit_values ORDER BY entry_id`)...)
	all = append(all, queryLines(c.t, c.writer, `SELECT count(*) FROM setup`)...)
	all = append(all, queryLines(c.t, c.writer, `SELECT id, name, name_key, email, email_key, phone, phone_key, role, status, external_id,
 search_key, must_change_password, created_at, changed_at, last_sign_in_at, version, deleted_at FROM users ORDER BY id`)...)
	rows, err := c.writer.Query(`SELECT id, password_hash FROM users ORDER BY id`)
	must(c.t, err)
	defer rows.Close()
	for rows.Next() {
		var id int64
		var hash string
		must(c.t, rows.Scan(&id, &hash))
		all = append(all, fmt.Sprint("password of ", id, ": ", c.passwordOf(hash)))
	}
	return append(all, fmt.Sprint(rows.Err()))
}

// passwordOf finds the password that a hash is of, and its costs.
func (c *cast) passwordOf(hash string) string {
	if p, err := parsePHC(hash); err != nil || p.MemoryKiB > 128 {
		return hash // an example's, or nobody's
	}
	for _, p := range []string{password, newPassword} {
		if ok, stale, _ := c.hasher.Verify(c.t.Context(), hash, p); ok {
			return fmt.Sprint(p, stale)
		}
	}
	return "one that nobody knows"
}

// TestFaults fails every statement of every mutation in turn: what was not
// answered with success is not there, and what is there is there whole, with
// its entry. Afterwards the database works again.
func TestFaults(t *testing.T) {
	t.Parallel()
	for _, m := range mutations() {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			if m.file && storetest.OnPostgres() {
				return
			}
			before, after, statements := whenAllIsWell(t, m)
			f := &faults{}
			c := newCast(t, m, failing(f))
			if diff := differences(before, c.state()); diff != "" {
				t.Fatalf("two casts begin differently:\n%s", diff)
			}
			for _, mode := range []mode{once, forever}[:2/storetest.Every(2)] {
				for n := 1; n <= statements; n++ {
					if mode == forever && storetest.OnPostgres() && n%3 > 0 {
						continue // a server that goes away answers nobody, whichever the statement
					}
					if !failStatement(t, m, c, f, mode, n) {
						checkState(t, c, after)
						return
					}
				}
				checkWorks(t, c)
			}
			loseAnswers(t, m, c, f, after)
		})
	}
}

// whenAllIsWell gives the state before and after a mutation, and how many
// statements it takes.
func whenAllIsWell(t *testing.T, m mutation) (before, after []string, statements int) {
	t.Helper()
	f := &faults{}
	c := newCast(t, m, failing(f))
	before = c.state()
	const many = 1 << 20
	f.arm(once, many)
	wantKind(t, m.do(t.Context(), c), m.kind)
	statements = many - f.left
	f.disarm()
	return before, c.state(), statements
}

// failStatement fails one statement, and perhaps those after it. It gives false
// when the mutation was done all the same, which only one may that answers bit
// by bit after it has left its entry.
func failStatement(t *testing.T, m mutation, c *cast, f *faults, mode mode, n int) (undone bool) {
	t.Helper()
	before := c.fingerprint()
	f.arm(mode, n)
	err := m.do(t.Context(), c)
	if !f.disarm() {
		t.Fatalf("there was no statement %d", n)
	}
	if KindOf(err) != Internal || !errors.Is(err, errFault) {
		t.Fatalf("statement %d failed %s, and the answer is %v", n, mode, err)
	}
	if c.fingerprint() != before {
		if !m.streams {
			t.Fatalf("statement %d failed %s (%v), and something was written:\n%s", n, mode, err, strings.Join(c.state(), "\n"))
		}
		return false
	}
	must(t, c.Ready(t.Context()))
	if !m.counted {
		mustExec(t, c.writer, `DELETE FROM throttles`)
	}
	c.forgetNumbers()
	return true
}

// forgetNumbers takes the numbers back that PostgreSQL gave to what was taken
// back.
func (c *cast) forgetNumbers() {
	if !storetest.OnPostgres() {
		return
	}
	var all []string
	for _, table := range []string{"users", "signins", "imports", "browsers"} {
		all = append(all, `(SELECT setval(pg_get_serial_sequence('`+table+`', 'id'), greatest(1, max(id)), max(id) IS NOT NULL) FROM `+table+`)`)
	}
	mustExec(c.t, c.writer, `SELECT `+strings.Join(all, ", "))
}

// loseAnswers lets each commit in turn succeed and report a failure, until the
// mutation is done. Those before are of attempts being counted.
func loseAnswers(t *testing.T, m mutation, c *cast, f *faults, after []string) {
	t.Helper()
	before := c.fingerprint()
	for n := 1; c.fingerprint() == before; n++ {
		f.arm(lost, n)
		err := m.do(t.Context(), c)
		if !f.disarm() {
			t.Fatalf("there was no commit %d, and nothing is done", n)
		}
		if !storetest.OnPostgres() || c.fingerprint() == before {
			wantKind(t, err, Internal)
		} else if err != nil && KindOf(err) != m.kind {
			t.Errorf("commit %d was found to be done, and the answer is %v", n, err)
		}
		if !m.counted {
			mustExec(t, c.writer, `DELETE FROM throttles`)
		}
	}
	checkState(t, c, after)
	checkWorks(t, c)
}

func checkState(t *testing.T, c *cast, want []string) {
	t.Helper()
	if diff := differences(want, c.state()); diff != "" {
		t.Errorf("this is not what the mutation does:\n%s", diff)
	}
}

// checkWorks reads and writes.
func checkWorks(t *testing.T, c *cast) {
	t.Helper()
	must(t, c.Ready(t.Context()))
	must(t, second(c.ListUsers(t.Context(), console, Query{})))
	must(t, c.Sweep(t.Context()))
}

// TestFaultsWhileReading fails every statement of what only reads: no answer is
// made of half of what there is.
func TestFaultsWhileReading(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(context.Context, *cast) (any, error){
		"User":        func(ctx context.Context, c *cast) (any, error) { return c.User(ctx, console, 1) },
		"UserByEmail": func(ctx context.Context, c *cast) (any, error) { return c.UserByEmail(ctx, console, "ben@example.com") },
		"ListUsers": func(ctx context.Context, c *cast) (any, error) {
			return c.ListUsers(ctx, console, Query{Search: "e", Limit: 2})
		},
		"ListUsers, filtered": func(ctx context.Context, c *cast) (any, error) {
			return c.ListUsers(ctx, console, Query{Created: Times{To: morning.AddDate(1, 0, 0)}, Password: Yes, Role: Member})
		},
		"Tally": func(ctx context.Context, c *cast) (any, error) { return c.Tally(ctx, console, Query{Deleted: true}) },
		"Neighbours": func(ctx context.Context, c *cast) (any, error) {
			prev, next, err := c.Neighbours(ctx, console, Query{}, c.ben)
			if err != nil {
				return nil, err
			}
			return []User{*prev, *next}, nil
		},
		"Counts":          func(ctx context.Context, c *cast) (any, error) { return c.Counts(ctx, console) },
		"Trail":           func(ctx context.Context, c *cast) (any, error) { return c.Trail(ctx, console, TrailQuery{Limit: 2}) },
		"VerifyAudit":     func(ctx context.Context, c *cast) (any, error) { return c.VerifyAudit(ctx) },
		"SignIns":         func(ctx context.Context, c *cast) (any, error) { return c.SignIns(ctx, console, 1) },
		"HasAdmin":        func(ctx context.Context, c *cast) (any, error) { return c.HasAdmin(ctx) },
		"CheckSetupToken": func(ctx context.Context, c *cast) (any, error) { return c.CheckSetupToken(ctx, "x") },
		"Resume": func(ctx context.Context, c *cast) (any, error) {
			w, err := c.Resume(ctx, c.self.SignIn, c.ben.ID, true)
			return w.User, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &faults{}
			c := newCast(t, mutation{}, failing(f))
			want, err := read(t.Context(), c)
			must(t, err)
			for n := 1; n < 100; n++ {
				f.arm(once, n)
				got, err := read(t.Context(), c)
				if came := f.disarm(); came && !errors.Is(err, errFault) {
					t.Errorf("statement %d failed, and the answer is %v, %v", n, got, err)
				} else if !came {
					if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) || err != nil {
						t.Errorf("in the end: %+v, %v; want %+v", got, err, want)
					}
					return
				}
			}
			t.Error("this never ends")
		})
	}
}

// TestHousekeepingFails is about what is written without an entry.
func TestHousekeepingFails(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(context.Context, *cast) error{
		"Sweep":         func(ctx context.Context, c *cast) error { return c.Sweep(ctx) },
		"NewSetupToken": func(ctx context.Context, c *cast) error { return second(c.NewSetupToken(ctx)) },
		"Resume":        func(ctx context.Context, c *cast) error { return second(c.Resume(ctx, c.self.SignIn, c.ben.ID, false)) },
		"Commit":        func(_ context.Context, c *cast) error { return c.Sessions().Commit("t", []byte("{}"), c.Now()) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &faults{}
			c := newCast(t, mutation{}, failing(f))
			c.clock.advance(touchEvery)
			before := c.fingerprint()
			for n := 1; ; n++ {
				f.arm(once, n)
				err := do(t.Context(), c)
				if !f.disarm() {
					must(t, err)
					return
				}
				if !errors.Is(err, errFault) || c.fingerprint() != before {
					t.Errorf("statement %d failed, and the answer is %v", n, err)
				}
			}
		})
	}
}

// TestPeopleWhoGoAway ends the context of a request at each statement: that is
// one more way for it to fail.
func TestPeopleWhoGoAway(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	before := c.fingerprint()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, m := range mutations() {
		if m.empty || m.arrange != nil {
			continue
		}
		if err := m.do(ctx, c); err == nil {
			t.Errorf("%s succeeds for nobody", m.name)
		}
	}
	if c.fingerprint() != before {
		t.Error("something was written")
	}
	checkWorks(t, c)
}
