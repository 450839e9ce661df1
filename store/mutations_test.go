package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"backoffice/store/storetest"
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
	app           Enrolment
	codes         []string
	half          Halfway
	key           *storetest.Authenticator
	asked         PasskeyAsked
}

func newCast(t testing.TB, m mutation, settings ...func(*Config)) *cast {
	t.Helper()
	c := &cast{guest: visitor("192.0.2.9")}
	var special Config
	for _, set := range settings {
		set(&special)
	}
	switch {
	case m.empty:
		c.testStore = newTestStore(t, settings...)
	case special.KeyFile != "":
		c.testStore = newTestStore(t, settings...)
		c.people()
	default:
		kept := keptCast(t)
		c.testStore = newTestStore(t, append([]func(*Config){func(to *Config) {
			to.DB = storetest.Copy(t, kept.config.DB)
			if kept.keys != nil {
				must(t, os.WriteFile(to.KeyFile, kept.keys, 0o600))
			}
		}}, settings...)...)
		ana, eve, ben := *kept.ana, *kept.eve, *kept.ben
		c.ana, c.eve, c.ben, c.admin, c.self = &ana, &eve, &ben, kept.admin, kept.self
	}
	if m.arrange != nil {
		m.arrange(c)
	}
	c.clock.advance(time.Second)
	return c
}

// people brings the people of a cast.
func (c *cast) people() {
	c.t.Helper()
	c.ana, c.eve = c.add("Ana", Admin), c.add("Eve", Editor)
	made := change(c.t)(c.CreateUser(c.t.Context(), console, NewUser{Name: "Ben", Email: "Ben@example.com",
		Phone: "030 12345", Role: Member, ExternalID: "E-1", Password: password}))
	c.ben = &made.User
	c.admin, c.self = c.signIn(c.ana), c.signIn(c.ben)
}

// madeCast is a cast whose database others are copies of.
type madeCast struct {
	*cast
	keys []byte // of its key file; nil: it has none yet
}

// keptCast gives the one of the engine that tests run on now.
func keptCast(t testing.TB) *madeCast {
	t.Helper()
	keptCasts.mu.Lock()
	defer keptCasts.mu.Unlock()
	made := keptCasts.made[storetest.OnPostgres()]
	if made == nil {
		made = makeCast(t)
		keptCasts.made[storetest.OnPostgres()] = made
	}
	return made
}

func makeCast(t testing.TB) *madeCast {
	t.Helper()
	db, err := storetest.Keep()
	must(t, err)
	c := &cast{testStore: closedStore(t)}
	c.config.DB = db
	c.open()
	c.people()
	must(t, c.Close())
	keys, err := os.ReadFile(c.config.KeyFile)
	if !errors.Is(err, fs.ErrNotExist) {
		must(t, err)
	}
	return &madeCast{cast: c, keys: keys}
}

var keptCasts = struct {
	mu   sync.Mutex
	made map[bool]*madeCast
}{made: map[bool]*madeCast{}}

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
	streams bool  // it may fail after it has left its entry
	file    bool  // it is about the file of SQLite
	counted bool  // it is about failed tries
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

func ben(c *cast) int64 { return c.ben.ID }

func nobody(*cast) int64 { return 0 }

func benActs(c *cast) Actor { return c.self }

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
	return append(factorMutations(), []mutation{
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
		signingIn("with an unknown address", "Nobody@example.com", wrongPassword, "unknown address N…@e….com", nobody, nil),
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

		{name: "SettleRestored", method: "SettleRestored",
			do: func(ctx context.Context, c *cast) error { return second(c.SettleRestored(ctx, c.admin)) },
			entry: func(c *cast) Entry {
				return by(c.admin, ActEndEverybody, 0).noted("1 session ended, and links and waiting mails, after a restore")
			}},

		{name: "OwnData", method: "OwnData",
			do:    func(ctx context.Context, c *cast) error { return second(c.OwnData(ctx, c.self)) },
			entry: func(c *cast) Entry { return by(c.self, ActOwnData, c.ben.ID) }},
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
		{name: "OwnData", method: "OwnData",
			do:    func(ctx context.Context, c *cast) error { return second(c.OwnData(ctx, c.self)) },
			entry: func(c *cast) Entry { return by(c.self, ActOwnData, c.ben.ID) }},
		{name: "ResetPassword", method: "ResetPassword",
			do: func(ctx context.Context, c *cast) error {
				return c.ResetPassword(ctx, c.admin, c.ben.ID, newPassword, true)
			},
			entry: func(c *cast) Entry { return by(c.admin, ActResetPassword, c.ben.ID) }},

		{name: "Lift", method: "Lift", counted: true, arrange: func(c *cast) { c.fail(6, there, c.ben.Email) },
			do:    func(ctx context.Context, c *cast) error { return second(c.Lift(ctx, c.admin, c.ben.ID)) },
			entry: func(c *cast) Entry { return by(c.admin, ActLift, c.ben.ID).noted("6 failures forgotten") }},
		{name: "RememberBrowser", method: "RememberBrowser", arrange: func(c *cast) { c.remembered(c.ben) },
			do:    func(ctx context.Context, c *cast) error { return second(c.RememberBrowser(ctx, c.self)) },
			entry: func(c *cast) Entry { return by(c.self, ActRememberBrowser, c.ben.ID) }},
		{name: "ForgetBrowser", method: "ForgetBrowser", arrange: func(c *cast) { c.remembered(c.ben) },
			do:    func(ctx context.Context, c *cast) error { return second(c.ForgetBrowser(ctx, c.self, 1)) },
			entry: func(c *cast) Entry { return by(c.self, ActForgetBrowser, c.ben.ID) }},
		{name: "SignIn with a new device", method: "SignIn",
			do: func(ctx context.Context, c *cast) error {
				c.guest.Address = there
				return second(c.SignIn(ctx, c.guest, c.ben.Email, password))
			},
			entry: func(c *cast) Entry {
				c.guest.Kind, c.guest.ID = Person, c.ben.ID
				return by(c.guest, ActSignIn, c.ben.ID).noted("from a new device")
			}},
		{name: "InviteUser", method: "InviteUser", version: 1,
			do: func(ctx context.Context, c *cast) error {
				_, _, err := c.InviteUser(ctx, c.admin, nell, true)
				return err
			},
			entry: func(c *cast) Entry {
				fields := created(nell)
				fields[len(fields)-1].After = string(Invited)
				return by(c.admin, ActCreate, 4, fields...).noted("invited by mail")
			}},
		{name: "Invite", method: "Invite", arrange: func(c *cast) { c.invite(c.ben) },
			do:    func(ctx context.Context, c *cast) error { return second(c.Invite(ctx, c.admin, c.ben.ID, true)) },
			entry: func(c *cast) Entry { return by(c.admin, ActInvite, c.ben.ID).noted("by mail") }},
		{name: "RevokeInvite", method: "RevokeInvite", arrange: func(c *cast) { c.invite(c.ben) },
			do:    func(ctx context.Context, c *cast) error { return c.RevokeInvite(ctx, c.admin, c.ben.ID) },
			entry: func(c *cast) Entry { return by(c.admin, ActRevokeInvite, c.ben.ID) }},
		{name: "ResetLink", method: "ResetLink",
			do:    func(ctx context.Context, c *cast) error { return second(c.ResetLink(ctx, c.admin, c.ben.ID, false)) },
			entry: func(c *cast) Entry { return by(c.admin, ActSendReset, c.ben.ID).noted("with a link to hand over") }},
		{name: "StopPassword", method: "StopPassword",
			do:    func(ctx context.Context, c *cast) error { return second(c.StopPassword(ctx, c.admin, c.ben.ID, true)) },
			entry: func(c *cast) Entry { return by(c.admin, ActStopPassword, c.ben.ID).noted("by mail") }},
		{name: "RequireNewPassword", method: "RequireNewPassword", version: 1,
			do: func(ctx context.Context, c *cast) error {
				return second(c.RequireNewPassword(ctx, c.admin, c.ben.ID, true))
			},
			entry: func(c *cast) Entry {
				return by(c.admin, ActMustChange, c.ben.ID, FieldChange{FieldMustChange, "", "yes"})
			}},
		undoing("a new password that is required",
			func(c *cast) Change { return change(c.t)(c.RequireNewPassword(c.t.Context(), c.admin, c.ben.ID, true)) },
			FieldChange{FieldMustChange, "yes", ""}),
		{name: "RedeemLink of an invitation", method: "RedeemLink", version: 1, arrange: func(c *cast) { c.invite(c.ben) },
			do: func(ctx context.Context, c *cast) error {
				return second(c.RedeemLink(ctx, c.guest, c.token, newPassword))
			},
			entry: func(c *cast) Entry {
				return by(c.guestAs(c.ben), ActAcceptInvite, c.ben.ID, FieldChange{FieldStatus, "invited", "active"})
			}},
		{name: "RedeemLink of a reset", method: "RedeemLink", arrange: func(c *cast) { c.reset(c.ben) },
			do: func(ctx context.Context, c *cast) error {
				return second(c.RedeemLink(ctx, c.guest, c.token, newPassword))
			},
			entry: func(c *cast) Entry { return by(c.guestAs(c.ben), ActOwnReset, c.ben.ID) }},
		{name: "ForgotPassword", method: "ForgotPassword",
			do:    func(ctx context.Context, c *cast) error { return c.forget(ctx, " BEN@example.com") },
			entry: func(c *cast) Entry { return by(c.guest, ActForgot, c.ben.ID) }},
		{name: "ForgotPassword of nobody", method: "ForgotPassword",
			do: func(ctx context.Context, c *cast) error { return c.forget(ctx, "Nobody@example.com") },
			entry: func(c *cast) Entry {
				return by(c.guest, ActForgot, 0).ended(Failure).noted("unknown address N…@e….com")
			}},
		{name: "ForgotPassword of a deactivated person", method: "ForgotPassword", arrange: func(c *cast) { deactivateBen(c) },
			do: func(ctx context.Context, c *cast) error { return c.forget(ctx, "ben@example.com") },
			entry: func(c *cast) Entry {
				return by(c.guest, ActForgot, c.ben.ID).ended(Failure).noted("the account is deactivated")
			}},
		{name: "AskAddress", method: "AskAddress",
			do:    func(ctx context.Context, c *cast) error { return second(c.AskAddress(ctx, c.self, newAddress)) },
			entry: func(c *cast) Entry { return by(c.self, ActAskAddress, c.ben.ID) }},
		{name: "AskAddress of another", method: "AskAddress",
			do:    func(ctx context.Context, c *cast) error { return second(c.AskAddress(ctx, c.self, c.eve.Email)) },
			entry: func(c *cast) Entry { return by(c.self, ActAskAddress, c.ben.ID) }},
		{name: "AskAddress in another spelling", method: "AskAddress", version: 1,
			do: func(ctx context.Context, c *cast) error { return second(c.AskAddress(ctx, c.self, "BEN@example.com")) },
			entry: func(c *cast) Entry {
				return by(c.self, ActOwnAddress, c.ben.ID, FieldChange{FieldEmail, "Ben@example.com", "BEN@example.com"})
			}},
		{name: "CancelAddress", method: "CancelAddress", arrange: func(c *cast) { c.askFor(newAddress) },
			do:    func(ctx context.Context, c *cast) error { return second(c.CancelAddress(ctx, c.self)) },
			entry: func(c *cast) Entry { return by(c.self, ActCancelAddress, c.ben.ID) }},
		{name: "ConfirmAddress", method: "ConfirmAddress", version: 1, arrange: func(c *cast) { c.token = c.askedFor(newAddress) },
			do: func(ctx context.Context, c *cast) error { return c.ConfirmAddress(ctx, c.self, c.token) },
			entry: func(c *cast) Entry {
				return by(c.self, ActOwnAddress, c.ben.ID, FieldChange{FieldEmail, "Ben@example.com", newAddress})
			}},
		{name: "TakeAddressBack", method: "TakeAddressBack", version: 1, arrange: func(c *cast) { c.token = c.move(newAddress) },
			do: func(ctx context.Context, c *cast) error { return second(c.TakeAddressBack(ctx, c.guest, c.token)) },
			entry: func(c *cast) Entry {
				return by(c.guestAs(c.ben), ActAddressBack, c.ben.ID, FieldChange{FieldEmail, newAddress, "Ben@example.com"})
			}},
		{name: "EndByLink", method: "EndByLink", arrange: func(c *cast) {
			_, p := c.deviceMail(safari)
			c.token = p.Token
		},
			do: func(ctx context.Context, c *cast) error { return c.EndByLink(ctx, c.guest, c.token) },
			entry: func(c *cast) Entry {
				return by(c.guestAs(c.ben), ActEndSessions, c.ben.ID).noted("1 session ended, by the link in a mail")
			}},
		{name: "ResendMail", method: "ResendMail",
			arrange: func(c *cast) { must(c.t, c.ResetPassword(c.t.Context(), console, c.ben.ID, newPassword, false)) },
			do:      func(ctx context.Context, c *cast) error { return second(c.ResendMail(ctx, c.admin, 1)) },
			entry:   func(c *cast) Entry { return by(c.admin, ActMail, c.ben.ID).noted("again: Password changed") }},
		{name: "ResendFailed", method: "ResendFailed",
			arrange: func(c *cast) {
				c.tell(c.ben)
				must(c.t, c.PostMail(c.t.Context(), (&mailbox{why: &PostError{Why: "550: no", Final: true}}).post))
			},
			do:    func(ctx context.Context, c *cast) error { return second(c.ResendFailed(ctx, c.admin)) },
			entry: func(c *cast) Entry { return by(c.admin, ActMail, 0).noted("again: 1 failed mail") }},

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
			do:    func(ctx context.Context, c *cast) error { return second(c.AddExamples(ctx, c.admin, 2)) },
			entry: func(c *cast) Entry { return by(c.admin, ActDemo, 0).noted("2 example people") }},
		{name: "AddManyExamples", method: "AddManyExamples",
			do: func(ctx context.Context, c *cast) error {
				return second(c.AddManyExamples(ctx, c.admin, 2, func(int) {}))
			},
			entry: func(c *cast) Entry { return by(c.admin, ActDemo, 0).noted("2 example people") }},
		{name: "AddManyExamples in bulk", method: "AddManyExamples",
			arrange: func(c *cast) { mustExec(c.t, c.writer, `UPDATE signins SET ended_at = 1`) },
			do: func(ctx context.Context, c *cast) error {
				b := inFile()
				if storetest.OnPostgres() {
					b = onServer()
				}
				_, done, err := c.addInBulk(ctx, c.admin, 2, b, func(int) {})
				if err == nil && !done {
					err = errors.New("not in bulk")
				}
				return err
			},
			entry: func(c *cast) Entry { return by(c.admin, ActDemo, 0).noted("2 example people") }},
		{name: "ExportTrail", method: "ExportTrail", streams: true,
			do: func(ctx context.Context, c *cast) error {
				return c.ExportTrail(ctx, c.admin, TrailQuery{Outcome: Done}, func(*Entry) error { return nil })
			},
			entry: func(c *cast) Entry { return by(c.admin, ActExportTrail, 0).noted("outcome done") }},
		{name: "ExportUsers", method: "ExportUsers", streams: true,
			do: func(ctx context.Context, c *cast) error {
				return c.ExportUsers(ctx, c.admin, Query{Search: " b ", Status: Active, Sort: ParseSort("-role")}, "csv", func(*User) error { return nil })
			},
			entry: func(c *cast) Entry {
				return by(c.admin, ActExport, 0).noted("search “b”, status active, sorted by -role, as csv")
			}},
		{name: "NewImport", method: "NewImport",
			do: func(ctx context.Context, c *cast) error {
				return second(c.NewImport(ctx, c.admin, "/home/ana/people.csv", strings.NewReader(twoPeople)))
			},
			entry: func(c *cast) Entry { return by(c.admin, ActImport, 0).noted("people.csv, to be checked") }},
		{name: "BeginImport", method: "BeginImport", arrange: func(c *cast) { c.bring(twoPeople) },
			do: func(ctx context.Context, c *cast) error {
				return second(c.BeginImport(ctx, c.admin, 1, ImportRunning))
			},
			entry: func(c *cast) Entry {
				return by(c.admin, ActImportRun, 0).noted("people.csv, begun: 0 of 1 created, 0 of 1 changed, 0 refused")
			}},
		{name: "StopImport", method: "StopImport", arrange: func(c *cast) {
			c.bring(twoPeople)
			must(c.t, second(c.BeginImport(c.t.Context(), console, 1, ImportRunning)))
		},
			do: func(ctx context.Context, c *cast) error { return c.StopImport(ctx, c.admin, 1) },
			entry: func(c *cast) Entry {
				return by(c.admin, ActImportRun, 0).noted("people.csv, stopped: 0 of 1 created, 0 of 1 changed, 0 refused")
			}},
		{name: "DiscardImport", method: "DiscardImport", streams: true, arrange: func(c *cast) { c.bring(twoPeople) },
			do:    func(ctx context.Context, c *cast) error { return c.DiscardImport(ctx, c.admin, 1) },
			entry: func(c *cast) Entry { return by(c.admin, ActImport, 0).noted("people.csv, discarded") }},
		{name: "Erase", method: "Erase", arrange: func(c *cast) { deleteBen(c) },
			do: func(ctx context.Context, c *cast) error { return c.Erase(ctx, c.admin, c.ben.ID) },
			entry: func(c *cast) Entry {
				return by(c.admin, ActPurge, c.ben.ID).noted("Erased on request.")
			}},
		{name: "Erase somebody who is there", method: "Erase", kind: Refused,
			do: func(ctx context.Context, c *cast) error { return c.Erase(ctx, c.admin, c.ben.ID) },
			entry: func(c *cast) Entry {
				return by(c.admin, ActPurge, c.ben.ID).noted("Ben has to be deleted first.").ended(Denied)
			}},
		{name: "Purge", method: "Purge",
			arrange: func(c *cast) { deleteBen(c); c.clock.advance(KeepDeleted) },
			do:      func(ctx context.Context, c *cast) error { return second(c.Purge(ctx)) },
			entry: func(c *cast) Entry {
				return by(Actor{Kind: System}, ActPurge, c.ben.ID).noted("Removed for good 30 days after the deletion.")
			}},

		{name: "Backup", method: "Backup", file: true,
			do: func(ctx context.Context, c *cast) error {
				return second(c.Backup(ctx, c.admin, filepath.Join(c.t.TempDir(), "friday.db")))
			},
			entry: func(c *cast) Entry { return by(c.admin, ActBackup, 0).noted("friday.db: 3 people, 5 entries") }},
		{name: "RecordBackup", method: "RecordBackup",
			do: func(ctx context.Context, c *cast) error {
				return c.RecordBackup(ctx, c.admin, "/backups/friday.db", Contents{People: 3, Entries: 5})
			},
			entry: func(c *cast) Entry { return by(c.admin, ActBackup, 0).noted("friday.db: 3 people, 5 entries") }},
		{name: "Impersonate", method: "Impersonate",
			do: func(ctx context.Context, c *cast) error {
				return second(c.Impersonate(ctx, c.admin, c.ben.ID, "  ticket\n12 "))
			},
			entry: func(c *cast) Entry { return by(c.admin, ActImpersonate, c.ben.ID).noted("ticket 12") }},
		{name: "StopImpersonating", method: "StopImpersonating", arrange: func(c *cast) { c.seeAs(c.ben) },
			do:    func(ctx context.Context, c *cast) error { return second(c.StopImpersonating(ctx, c.admin)) },
			entry: func(c *cast) Entry { return by(c.admin, ActStopImpersonating, c.ben.ID) }},
		{name: "RefuseChange", method: "RefuseChange", kind: Forbidden,
			do: func(ctx context.Context, c *cast) error {
				return c.RefuseChange(ctx, c.asBen(), "POST /users/{id}")
			},
			entry: func(c *cast) Entry {
				e := by(c.admin, ActChangeAs, c.ben.ID).ended(Denied).noted("POST /users/{id}")
				e.As, e.AsName = c.ben.ID, "Ben"
				return e
			}},
		{name: "Refuse", method: "Refuse",
			do: func(ctx context.Context, c *cast) error { return c.Refuse(ctx, c.self, ActDelete, c.ana.ID) },
			entry: func(c *cast) Entry {
				return by(c.self, ActDelete, c.ana.ID).ended(Denied).noted("Their role does not allow this.")
			}},
		refusing("forbidden Delete", "Delete", Forbidden, ActDelete, benActs, "Their role does not allow this.",
			func(ctx context.Context, c *cast, a Actor) error { return second(c.Delete(ctx, a, c.ana.ID)) }),
		refusing("forbidden ResetPassword", "ResetPassword", Forbidden, ActResetPassword, benActs, "Their role does not allow this.",
			func(ctx context.Context, c *cast, a Actor) error {
				return c.ResetPassword(ctx, a, c.ana.ID, newPassword, false)
			}),
		refusing("refused Deactivate", "Deactivate", Refused, ActDeactivate, consoleActs,
			"Ana is the last active admin. Make somebody else an admin first.",
			func(ctx context.Context, c *cast, a Actor) error { return second(c.Deactivate(ctx, a, c.ana.ID)) }),
	}...)
}

// TestSavingTouchesWhatChanged saves a telephone number and a status without
// writing a column of another order: each would cost a page of its indexes.
func TestSavingTouchesWhatChanged(t *testing.T) {
	if storetest.OnPostgres() {
		return // about SQLite
	}
	t.Parallel()
	s := newTestStore(t)
	ana := s.add("Ana", Member)
	mustExec(t, s.writer, `CREATE TRIGGER untouched BEFORE UPDATE OF name_key, email_key, role, created_at, last_sign_in_at, password_hash, deleted_at
 ON users BEGIN SELECT RAISE(ABORT, 'touched'); END`)
	change(t)(s.UpdateUser(t.Context(), console, ana.ID, edit(FieldPhone, "+34 600 000 000")))
	change(t)(s.Deactivate(t.Context(), console, ana.ID))
	if _, err := s.UpdateUser(t.Context(), console, ana.ID, edit(FieldName, "Anna")); err == nil {
		t.Error("a name is saved without its key: the trigger of this test watches nothing")
	}
}
