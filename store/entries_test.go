package store

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"backoffice/store/storetest"
)

// unrecorded are the methods that are no mutations: what reads, what only keeps
// house, and what prepares an import, which changes nobody before it runs.
var unrecorded = []string{"AbsoluteTimeout", "CheckSetupToken", "Close", "Counts", "HasAdmin", "IdleTimeout",
	"ListUsers", "Neighbours", "Now", "Ready", "SignIns", "Stats", "Trail", "User", "UserByEmail", "VerifyAudit",
	"NewSetupToken", "Resume", "Sessions", "Sweep", "Tally",
	"IndexSearch", "KeepSearch", "Alone", "Tidy", "CheckKeys",
	"NewestEntry", "ChangesSince", "People", "Browsers", "Slowdown", "PasswordStrength",
	"LinkOf", "OpenLink", "AskedAddress", "CheckGuests", "KeepMail", "PostMail", "Outbox", "MailCounts",
	"Go", "Import", "ImportRows", "Imports", "MendImport", "PlanImport", "WriteRefused",
	"Enrolment", "Factors", "RequiredFactors", "AskNewPasskey", "AskPasskey", "AskFirstPasskey", "OwnPasskey",
	"SealChallenge", "OpenChallenge"}

// TestEveryMutationIsInTheTable fails when the store has a method that is
// neither in the table of mutations nor known to be none.
func TestEveryMutationIsInTheTable(t *testing.T) {
	t.Parallel()
	known := append(slices.Clone(unrecorded), "ArchiveTrail") // which makes the trail shorter: see its own tests
	for _, m := range mutations() {
		if slices.Contains(unrecorded, m.method) {
			t.Errorf("%s is both a mutation and none", m.method)
		}
		known = append(known, m.method)
	}
	typ := reflect.TypeFor[*Store]()
	for i := range typ.NumMethod() {
		if name := typ.Method(i).Name; !slices.Contains(known, name) {
			t.Errorf("%s is not in the table of mutations", name)
		}
	}
}

func TestMutationsLeaveOneEntry(t *testing.T) {
	t.Parallel()
	for _, m := range mutations() {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			if m.file && storetest.OnPostgres() {
				return
			}
			c := newCast(t, m)
			entries, versions := c.countEntries(), c.versions()
			wantKind(t, m.do(t.Context(), c), m.kind)
			if n := c.countEntries() - entries; n != 1 {
				t.Fatalf("%d entries were left", n)
			}
			want := m.entry(c)
			checkEntry(t, c, want)
			for id, version := range c.versions() {
				grown := int64(0)
				switch _, old := versions[id]; {
				case id == want.Target:
					grown = m.version
				case !old:
					grown = 1
				}
				if version != versions[id]+grown {
					t.Errorf("the version of %d went from %d to %d, want +%d", id, versions[id], version, grown)
				}
			}
			c.checkNoSecret()
		})
	}
}

// checkEntry compares the newest entry, and its fields with the person's.
func checkEntry(t *testing.T, c *cast, want Entry) {
	t.Helper()
	got := c.newest(1)[0]
	want.ID, want.At = int64(c.countEntries()), c.Now()
	want.ActorName, want.TargetName, want.TargetRole = got.ActorName, got.TargetName, got.TargetRole
	if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
		t.Errorf("the entry is\n%+v, want\n%+v", got, want)
	}
	for _, f := range want.Changes {
		if now := f.Field.Of(c.load(want.Target)); now != f.After {
			t.Errorf("%s is %q, and the entry says %q", f.Field, now, f.After)
		}
	}
}

// versions gives everybody's version.
func (c *cast) versions() map[int64]int64 {
	c.t.Helper()
	m := map[int64]int64{}
	rows, err := c.reader.Query(`SELECT id, version FROM users`)
	must(c.t, err)
	defer rows.Close()
	for rows.Next() {
		var id, version int64
		must(c.t, rows.Scan(&id, &version))
		m[id] = version
	}
	must(c.t, rows.Err())
	return m
}

// checkNoSecret looks for passwords, hashes and tokens in the trail.
func (c *cast) checkNoSecret() {
	c.t.Helper()
	secrets := []string{password, newPassword, wrongPassword, strayPassword, "argon2", "$m="}
	if c.token != "" {
		secrets = append(secrets, c.token, digest("setup", c.token))
	}
	trail := strings.ToLower(strings.Join(dump(c.t, c.reader, "audit_entries", "audit_values"), "\n"))
	for _, secret := range secrets {
		if strings.Contains(trail, strings.ToLower(secret)) {
			c.t.Errorf("%q is in the trail", secret)
		}
	}
}

// TestNothingToDoLeavesNoEntry is about what succeeds without a change, and
// what is wrong in its form.
func TestNothingToDoLeavesNoEntry(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	eve := c.eve.ID
	change(t)(c.Deactivate(t.Context(), console, eve))
	must(t, c.ResetPassword(t.Context(), console, c.ben.ID, password, false)) // ends Ben's sign-in
	before, entries := c.fingerprint(), c.countEntries()
	for name, nothing := range map[string]func() error{
		"the same value": func() error { return second(c.UpdateUser(t.Context(), c.admin, eve, edit(FieldName, " Eve "))) },
		"no field":       func() error { return second(c.UpdateUser(t.Context(), c.admin, eve, nil)) },
		"what it was": func() error {
			return second(c.UpdateUser(t.Context(), c.admin, eve, editFrom(FieldName, "Eva", "Eva")))
		},
		"deactivated already":           func() error { return second(c.Deactivate(t.Context(), c.admin, eve)) },
		"active already":                func() error { return second(c.Reactivate(t.Context(), c.admin, c.ben.ID)) },
		"not deleted":                   func() error { return second(c.Restore(t.Context(), c.admin, eve)) },
		"no session":                    func() error { return second(c.EndSignIns(t.Context(), c.admin, eve, 0)) },
		"no such session":               func() error { return second(c.EndSignIn(t.Context(), c.admin, eve, c.admin.SignIn)) },
		"signed out already":            func() error { return c.SignOut(t.Context(), c.self) },
		"an admin is there":             func() error { return second(c.EnsureAdmin(t.Context(), newPerson("Fay", Admin))) },
		"nobody to remove":              func() error { return second(c.Purge(t.Context())) },
		"no examples":                   func() error { return second(c.AddExamples(t.Context(), c.admin, 0)) },
		"housekeeping":                  func() error { return c.Sweep(t.Context()) },
		"a request":                     func() error { return second(c.Resume(t.Context(), c.admin.SignIn, c.ana.ID, false)) },
		"a link when there is an admin": func() error { return second(c.NewSetupToken(t.Context())) },
		"an invalid name":               func() error { return wantInvalid(second(c.UpdateUser(t.Context(), c.admin, eve, edit(FieldName, "")))) },
		"a field of no form": func() error {
			return wantInvalid(second(c.UpdateUser(t.Context(), c.admin, eve, edit(FieldStatus, "active"))))
		},
		"a short password":         func() error { return wantInvalid(c.ResetPassword(t.Context(), c.admin, eve, "short", false)) },
		"an address that is taken": func() error { return wantInvalid(second(c.CreateUser(t.Context(), c.admin, newPerson("ANA", Member)))) },
	} {
		if err := nothing(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if c.fingerprint() != before || c.countEntries() != entries {
			t.Fatalf("%s: something was written", name)
		}
	}
}

// wantInvalid turns the error that is wanted into success.
func wantInvalid(err error) error {
	if KindOf(err) == Invalid {
		return nil
	}
	return errors.Join(errors.New("this is not refused as invalid"), err)
}
