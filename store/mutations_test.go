package store

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	newPassword   = "nine brown otters diving"
	wrongPassword = "wrong and wrong and wrong"
	strayPassword = "typed into the wrong box"
)

// cast are the people of the mutations below.
type cast struct {
	*testStore
	ana, eve, ben *User
	admin, self   Actor  // Ana and Ben, signed in
	entry         int64  // what there is to undo
	token         string // of the one-time link
	guest         Actor  // somebody at the sign-in page
}

func newCast(t testing.TB, m mutation, settings ...func(*Config)) *cast {
	t.Helper()
	c := &cast{testStore: newTestStore(t, settings...), guest: visitor("192.0.2.9")}
	if !m.empty {
		c.ana, c.eve = c.add("Ana", Admin), c.add("Eve", Editor)
		made := change(t)(c.CreateUser(t.Context(), console, NewUser{Name: "Ben", Email: "Ben@example.com",
			Phone: "030 12345", Role: Member, ExternalID: "E-1", Password: password}))
		c.ben = &made.User
		c.admin, c.self = c.signIn(c.ana), c.signIn(c.ben)
	}
	if m.arrange != nil {
		m.arrange(c)
	}
	c.clock.advance(time.Second)
	return c
}

// mutation is one way to change what is in the store, and the one entry that
// it leaves.
type mutation struct {
	name    string
	method  string // of *Store
	empty   bool   // it begins with nobody there
	arrange func(*cast)
	do      func(context.Context, *cast) error
	kind    Kind // how do ends; "" for success
	entry   func(*cast) Entry
	version int64 // by how much the version of the entry's target grows
}

// by is an entry of something that the actor did.
func by(a Actor, act Act, target int64, changes ...FieldChange) Entry {
	return Entry{Kind: a.Kind, Actor: a.ID, Address: a.Address, Agent: a.Agent, Request: a.Request,
		Act: act, Outcome: Done, Target: target, Changes: changes}
}

func (e Entry) noted(note string) Entry { e.Note = note; return e }

func (e Entry) ended(o Outcome) Entry { e.Outcome = o; return e }

func (e Entry) undoing(id int64) Entry { e.UndoOf = id; return e }

// created are the fields of a new person.
func created(n NewUser) []FieldChange {
	var out []FieldChange
	for _, c := range []FieldChange{{FieldName, "", n.Name}, {FieldEmail, "", n.Email}, {FieldPhone, "", n.Phone},
		{FieldRole, "", string(n.Role)}, {FieldExternalID, "", n.ExternalID}, {FieldStatus, "", "active"}} {
		if c.After != "" {
			out = append(out, c)
		}
	}
	return out
}

// editing is Ana changing one field of Ben.
func editing(f Field, before, after string) mutation {
	return mutation{name: "UpdateUser " + string(f), method: "UpdateUser", version: 1,
		do: func(ctx context.Context, c *cast) error {
			return second(c.UpdateUser(ctx, c.admin, c.ben.ID, editFrom(f, before, after)))
		},
		entry: func(c *cast) Entry { return by(c.admin, ActEdit, c.ben.ID, FieldChange{f, before, after}) }}
}

// undoing is Ana undoing what was done to Ben.
func undoing(name string, did func(*cast) Change, back ...FieldChange) mutation {
	return mutation{name: "Undo " + name, method: "Undo", version: 1,
		arrange: func(c *cast) { c.entry = did(c).Entry },
		do: func(ctx context.Context, c *cast) error {
			return second(c.Undo(ctx, c.admin, c.entry))
		},
		entry: func(c *cast) Entry { return by(c.admin, ActUndo, c.ben.ID, back...).undoing(c.entry) }}
}

// signingIn is a sign-in that fails.
func signingIn(name, email, password, note string, target func(*cast) int64, arrange func(*cast)) mutation {
	return mutation{name: "SignIn " + name, method: "SignIn", kind: Unauthenticated, arrange: arrange,
		do: func(ctx context.Context, c *cast) error {
			return second(c.SignIn(ctx, c.guest, email, password))
		},
		entry: func(c *cast) Entry {
			return by(c.guest, ActSignIn, target(c)).ended(Failure).noted(note)
		}}
}

// refusing is somebody being kept from something.
func refusing(name, method string, kind Kind, act Act, who func(*cast) Actor, note string,
	do func(context.Context, *cast, Actor) error) mutation {
	return mutation{name: name, method: method, kind: kind,
		do: func(ctx context.Context, c *cast) error { return do(ctx, c, who(c)) },
		entry: func(c *cast) Entry {
			return by(who(c), act, c.ana.ID).ended(Denied).noted(note)
		}}
}

func ben(c *cast) int64       { return c.ben.ID }
func nobody(*cast) int64      { return 0 }
func benActs(c *cast) Actor   { return c.self }
func consoleActs(*cast) Actor { return console }

func deactivateBen(c *cast) Change {
	return change(c.t)(c.Deactivate(c.t.Context(), console, c.ben.ID))
}
func deleteBen(c *cast) Change { return change(c.t)(c.Delete(c.t.Context(), console, c.ben.ID)) }

// mutations are all ways to change what is in the store.
func mutations() []mutation {
	nell := NewUser{Name: "Nell", Email: "Nell@Example.com", Phone: "+44 20 7946 0000", Role: Viewer, ExternalID: "N-1", Password: newPassword}
	first := NewUser{Name: "Fay", Email: "fay@example.com", Role: Admin, Password: password}
	deletedAt := formatTime(morning)
	return []mutation{
		{name: "CreateUser", method: "CreateUser", version: 1,
			do:    func(ctx context.Context, c *cast) error { return second(c.CreateUser(ctx, c.admin, nell)) },
			entry: func(c *cast) Entry { return by(c.admin, ActCreate, 4, created(nell)...) }},

		editing(FieldName, "Ben", "Benjamín Ärger"),
		editing(FieldEmail, "Ben@example.com", "Ben.New@example.org"),
		editing(FieldPhone, "030 12345", "+49 30 98765"),
		editing(FieldRole, "member", "viewer"),
		editing(FieldExternalID, "E-1", ""),
		{name: "UpdateUser several fields", method: "UpdateUser", version: 1,
			do: func(ctx context.Context, c *cast) error {
				return second(c.UpdateUser(ctx, c.admin, c.ben.ID, map[Field]Edit{FieldName: {To: "Bo"}, FieldRole: {To: "admin"}, FieldPhone: {To: "030 12345"}}))
			},
			entry: func(c *cast) Entry {
				return by(c.admin, ActEdit, c.ben.ID, FieldChange{FieldName, "Ben", "Bo"}, FieldChange{FieldRole, "member", "admin"})
			}},

		{name: "Deactivate", method: "Deactivate", version: 1,
			do: func(ctx context.Context, c *cast) error { return second(c.Deactivate(ctx, c.admin, c.ben.ID)) },
			entry: func(c *cast) Entry {
				return by(c.admin, ActDeactivate, c.ben.ID, FieldChange{FieldStatus, "active", "deactivated"})
			}},
		{name: "Reactivate", method: "Reactivate", version: 1, arrange: func(c *cast) { deactivateBen(c) },
			do: func(ctx context.Context, c *cast) error { return second(c.Reactivate(ctx, c.admin, c.ben.ID)) },
			entry: func(c *cast) Entry {
				return by(c.admin, ActReactivate, c.ben.ID, FieldChange{FieldStatus, "deactivated", "active"})
			}},
		{name: "Delete", method: "Delete", version: 1,
			do: func(ctx context.Context, c *cast) error { return second(c.Delete(ctx, c.admin, c.ben.ID)) },
			entry: func(c *cast) Entry {
				return by(c.admin, ActDelete, c.ben.ID, FieldChange{FieldDeleted, "", formatTime(c.Now())})
			}},
		{name: "Restore", method: "Restore", version: 1, arrange: func(c *cast) { deleteBen(c) },
			do: func(ctx context.Context, c *cast) error { return second(c.Restore(ctx, c.admin, c.ben.ID)) },
			entry: func(c *cast) Entry {
				return by(c.admin, ActRestore, c.ben.ID, FieldChange{FieldDeleted, deletedAt, ""})
			}},

		undoing("an edit", func(c *cast) Change {
			return change(c.t)(c.UpdateUser(c.t.Context(), console, c.ben.ID, edit(FieldName, "Bo")))
		}, FieldChange{FieldName, "Bo", "Ben"}),
		undoing("a role", func(c *cast) Change {
			return change(c.t)(c.UpdateUser(c.t.Context(), console, c.ben.ID, edit(FieldRole, "editor")))
		}, FieldChange{FieldRole, "editor", "member"}),
		undoing("a deactivation", deactivateBen, FieldChange{FieldStatus, "deactivated", "active"}),
		undoing("a deletion", deleteBen, FieldChange{FieldDeleted, deletedAt, ""}),

		{name: "SignIn", method: "SignIn",
			do: func(ctx context.Context, c *cast) error {
				return second(c.SignIn(ctx, c.guest, " BEN@example.com", password))
			},
			entry: func(c *cast) Entry {
				c.guest.Kind, c.guest.ID = Person, c.ben.ID
				return by(c.guest, ActSignIn, c.ben.ID)
			}},
		{name: "SignIn with a hash of other costs", method: "SignIn",
			arrange: func(c *cast) { c.hasher = NewHasher(HashParams{MemoryKiB: 128, Time: 1, Threads: 1}, 0) },
			do: func(ctx context.Context, c *cast) error {
				return second(c.SignIn(ctx, c.guest, c.ben.Email, password))
			},
			entry: func(c *cast) Entry {
				c.guest.Kind, c.guest.ID = Person, c.ben.ID
				return by(c.guest, ActSignIn, c.ben.ID)
			}},
		signingIn("with a wrong password", "ben@example.com", wrongPassword, "wrong password", ben, nil),
		signingIn("with an unknown address", "Nobody@example.com", wrongPassword, "unknown address Nobody@example.com", nobody, nil),
		signingIn("with a password for an address", strayPassword, wrongPassword, "unknown address", nobody, nil),
		signingIn("of a deactivated person", "ben@example.com", password, "the account is deactivated", ben,
			func(c *cast) { deactivateBen(c) }),
		signingIn("of a deactivated person with a wrong password", "ben@example.com", wrongPassword, "wrong password", ben,
			func(c *cast) { deactivateBen(c) }),
		signingIn("of a deleted person", "ben@example.com", password, "the account is deleted", ben,
			func(c *cast) { deleteBen(c) }),

		{name: "SignOut", method: "SignOut",
			do:    func(ctx context.Context, c *cast) error { return c.SignOut(ctx, c.self) },
			entry: func(c *cast) Entry { return by(c.self, ActSignOut, c.ben.ID) }},
		{name: "EndSignIn", method: "EndSignIn",
			do: func(ctx context.Context, c *cast) error {
				return second(c.EndSignIn(ctx, c.admin, c.ben.ID, c.self.SignIn))
			},
			entry: func(c *cast) Entry { return by(c.admin, ActEndSessions, c.ben.ID).noted("1 session ended") }},
		{name: "EndSignIns", method: "EndSignIns", arrange: func(c *cast) { c.signIn(c.ben); c.signIn(c.ben) },
			do: func(ctx context.Context, c *cast) error {
				return second(c.EndSignIns(ctx, c.self, c.ben.ID, c.self.SignIn))
			},
			entry: func(c *cast) Entry { return by(c.self, ActEndSessions, c.ben.ID).noted("2 sessions ended") }},
		{name: "EndEverybody", method: "EndEverybody",
			do:    func(ctx context.Context, c *cast) error { return second(c.EndEverybody(ctx, c.admin)) },
			entry: func(c *cast) Entry { return by(c.admin, ActEndEverybody, 0).noted("1 session ended") }},

		{name: "ChangeOwnPassword", method: "ChangeOwnPassword",
			do: func(ctx context.Context, c *cast) error {
				return c.ChangeOwnPassword(ctx, c.self, password, newPassword)
			},
			entry: func(c *cast) Entry { return by(c.self, ActOwnPassword, c.ben.ID) }},
		{name: "ChangeOwnPassword with a wrong one", method: "ChangeOwnPassword", kind: Invalid,
			do: func(ctx context.Context, c *cast) error {
				return c.ChangeOwnPassword(ctx, c.self, wrongPassword, newPassword)
			},
			entry: func(c *cast) Entry {
				return by(c.self, ActOwnPassword, c.ben.ID).ended(Failure).noted("the current password was wrong")
			}},
		{name: "ResetPassword", method: "ResetPassword",
			do: func(ctx context.Context, c *cast) error {
				return c.ResetPassword(ctx, c.admin, c.ben.ID, newPassword, true)
			},
			entry: func(c *cast) Entry { return by(c.admin, ActResetPassword, c.ben.ID) }},

		{name: "SetUp", method: "SetUp", empty: true, version: 1,
			arrange: func(c *cast) {
				token, err := c.NewSetupToken(c.t.Context())
				must(c.t, err)
				c.token = token
			},
			do:    func(ctx context.Context, c *cast) error { return second(c.SetUp(ctx, c.guest, c.token, first)) },
			entry: func(c *cast) Entry { return by(c.guest, ActCreate, 1, created(first)...) }},
		{name: "EnsureAdmin", method: "EnsureAdmin", empty: true, version: 1,
			do:    func(ctx context.Context, c *cast) error { return second(c.EnsureAdmin(ctx, first)) },
			entry: func(c *cast) Entry { return by(Actor{Kind: System}, ActCreate, 1, created(first)...) }},
		{name: "AddExamples", method: "AddExamples",
			do:    func(ctx context.Context, c *cast) error { return second(c.AddExamples(ctx, c.admin, 7)) },
			entry: func(c *cast) Entry { return by(c.admin, ActDemo, 0).noted("7 example people") }},
		{name: "ExportTrail", method: "ExportTrail",
			do: func(ctx context.Context, c *cast) error {
				return c.ExportTrail(ctx, c.admin, TrailQuery{Outcome: Done}, func(*Entry) error { return nil })
			},
			entry: func(c *cast) Entry { return by(c.admin, ActExportTrail, 0).noted("outcome done") }},
		{name: "ExportUsers", method: "ExportUsers",
			do: func(ctx context.Context, c *cast) error {
				return c.ExportUsers(ctx, c.admin, Query{Search: " b ", Status: Active, Sort: ParseSort("-role")}, "csv", func(*User) error { return nil })
			},
			entry: func(c *cast) Entry {
				return by(c.admin, ActExport, 0).noted("search “b”, status active, sorted by -role, as csv")
			}},
		{name: "Purge", method: "Purge",
			arrange: func(c *cast) { deleteBen(c); c.clock.advance(KeepDeleted) },
			do:      func(ctx context.Context, c *cast) error { return second(c.Purge(ctx)) },
			entry: func(c *cast) Entry {
				return by(Actor{Kind: System}, ActPurge, c.ben.ID).noted("Removed for good 30 days after the deletion.")
			}},

		{name: "Refuse", method: "Refuse",
			do: func(ctx context.Context, c *cast) error { return c.Refuse(ctx, c.self, ActDelete, c.ana.ID) },
			entry: func(c *cast) Entry {
				return by(c.self, ActDelete, c.ana.ID).ended(Denied).noted("Their role does not allow this.")
			}},
		refusing("forbidden Delete", "Delete", Forbidden, ActDelete, benActs, "Your role does not allow this.",
			func(ctx context.Context, c *cast, a Actor) error { return second(c.Delete(ctx, a, c.ana.ID)) }),
		refusing("forbidden ResetPassword", "ResetPassword", Forbidden, ActResetPassword, benActs, "Your role does not allow this.",
			func(ctx context.Context, c *cast, a Actor) error {
				return c.ResetPassword(ctx, a, c.ana.ID, newPassword, false)
			}),
		refusing("refused Deactivate", "Deactivate", Refused, ActDeactivate, consoleActs,
			"Ana is the last active admin. Make somebody else an admin first.",
			func(ctx context.Context, c *cast, a Actor) error { return second(c.Deactivate(ctx, a, c.ana.ID)) }),
	}
}

// unrecorded are the methods that are no mutations: what reads, and what only
// keeps house.
var unrecorded = []string{"AbsoluteTimeout", "CheckSetupToken", "Close", "Counts", "HasAdmin", "IdleTimeout",
	"ListUsers", "Neighbours", "Now", "Ping", "SignIns", "Trail", "User", "UserByEmail", "VerifyAudit",
	"NewSetupToken", "Resume", "Sessions", "Sweep"}

// TestEveryMutationIsInTheTable fails when the store has a method that is
// neither in the table of mutations nor known to be none.
func TestEveryMutationIsInTheTable(t *testing.T) {
	t.Parallel()
	known := slices.Clone(unrecorded)
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
