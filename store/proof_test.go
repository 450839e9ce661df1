package store

import (
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// proving is each act that asks for a fresh proof, as somebody does it.
var proving = map[string]func(c *cast, a Actor) error{
	"ActDelete": func(c *cast, a Actor) error { return second(c.Delete(c.t.Context(), a, c.ben.ID)) },
	"ActPurge":  func(c *cast, a Actor) error { return c.Erase(c.t.Context(), a, c.ben.ID) },
	"ActGrantAdmin": func(c *cast, a Actor) error {
		return second(c.UpdateUser(c.t.Context(), a, c.ben.ID, edit(FieldRole, "admin")))
	},
	"ActMoveAddress": func(c *cast, a Actor) error {
		return second(c.UpdateUser(c.t.Context(), a, c.ben.ID, edit(FieldEmail, newAddress)))
	},
	"ActImportRun": func(c *cast, a Actor) error {
		return second(c.BeginImport(c.t.Context(), a, c.lastImport(), ImportRunning))
	},
	"ActImportUndo": func(c *cast, a Actor) error {
		return second(c.BeginImport(c.t.Context(), a, c.lastImport(), ImportUndoing))
	},
	"ActExport": func(c *cast, a Actor) error {
		return c.ExportUsers(c.t.Context(), a, Query{}, "csv", func(*User) error { return nil })
	},
	"ActExportTrail": func(c *cast, a Actor) error {
		return c.ExportTrail(c.t.Context(), a, TrailQuery{}, func(*Entry) error { return nil })
	},
	"ActResetPassword": func(c *cast, a Actor) error {
		return c.ResetPassword(c.t.Context(), a, c.ben.ID, newPassword, true)
	},
	"ActImpersonate": func(c *cast, a Actor) error {
		return second(c.Impersonate(c.t.Context(), a, c.eve.ID, "ticket 12"))
	},
	"ActResetFactors": func(c *cast, a Actor) error { return c.ResetFactors(c.t.Context(), a, c.eve.ID) },
	"ActEndEverybody": func(c *cast, a Actor) error { return second(c.EndEverybody(c.t.Context(), a)) },
	"ActFactorPolicy": func(c *cast, a Actor) error { return second(c.RequireFactors(c.t.Context(), a, []Role{Viewer})) },
	"ActAddFactor":    func(c *cast, a Actor) error { return c.BeginApp(c.t.Context(), a) },
	"ActRemoveFactor": func(c *cast, a Actor) error { return c.RemoveApp(c.t.Context(), a) },
	"ActNewCodes":     func(c *cast, a Actor) error { return second(c.NewRecoveryCodes(c.t.Context(), a)) },
	"ActOwnAddress":   func(c *cast, a Actor) error { return second(c.AskAddress(c.t.Context(), a, "ann@example.org")) },
	"ActEndOwn": func(c *cast, a Actor) error {
		return errors.Join(second(c.EndSignIns(c.t.Context(), a, a.ID, a.SignIn)), second(c.EndSignIn(c.t.Context(), a, a.ID, 999)))
	},
	"ActOwnData": func(c *cast, a Actor) error { return second(c.OwnData(c.t.Context(), a)) },
}

// TestActsNeedAProof that is no older than ten minutes: without one nothing is
// done, and with one the same act is.
func TestActsNeedAProof(t *testing.T) {
	t.Parallel()
	for name, do := range proving {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCast(t, mutation{})
			c.enrol(c.signIn(c.eve))
			var app Enrolment
			if name == "ActRemoveFactor" || name == "ActNewCodes" {
				app, _ = c.enrol(c.admin)
			}
			if name == "ActPurge" {
				deleteBen(c)
			}
			if strings.HasPrefix(name, "ActImport") {
				c.bringSomebody()
			}
			if name == "ActImportUndo" {
				job, err := c.BeginImport(t.Context(), console, c.lastImport(), ImportRunning)
				must(t, err)
				must(t, job.Work(t.Context(), func(Import) {}))
			}
			c.clock.advance(ProofLasts)
			before := c.fingerprint()
			wantKind(t, do(c, c.admin), ProofNeeded)
			if c.fingerprint() != before {
				t.Error("something was done without a proof")
			}
			if app.Key == "" {
				must(t, c.Prove(t.Context(), c.admin, password, ""))
			} else {
				must(t, c.Prove(t.Context(), c.admin, "", c.code(app)))
			}
			c.clock.advance(ProofLasts - time.Second)
			must(t, do(c, c.admin))
		})
	}
}

// TestEveryActThatNeedsAProofIsTried finds them in the source.
func TestEveryActThatNeedsAProofIsTried(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("policy.go")
	must(t, err)
	_, after, _ := strings.Cut(string(source), "func NeedsProof(")
	body, _, _ := strings.Cut(after, "return true")
	acts := regexp.MustCompile(`Act[A-Z]\w+`).FindAllString(body, -1)
	if len(acts) != len(proving) {
		t.Errorf("%d acts need a proof, %d are tried", len(acts), len(proving))
	}
	for _, act := range acts {
		if proving[act] == nil {
			t.Errorf("nobody tries whether %s needs a proof", act)
		}
	}
}

// TestWhoNeedsNoProof is the command line, and who does nothing of that kind.
func TestWhoNeedsNoProof(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	c.clock.advance(ProofLasts)
	must(t, second(c.UpdateUser(t.Context(), c.admin, c.ben.ID, edit(FieldRole, "editor"))))
	must(t, second(c.Deactivate(t.Context(), c.admin, c.ben.ID)))
	must(t, second(c.Delete(t.Context(), console, c.ben.ID)))
}

// makingAdmins are the ways to an admin who may come in: what is done to Ben before,
// and then, with or without a proof.
var makingAdmins = map[string]struct {
	before func(c *cast) (entry int64)
	do     func(c *cast, a Actor, entry int64) error
}{
	"created": {nil, func(c *cast, a Actor, _ int64) error {
		return second(c.CreateUser(c.t.Context(), a, newPerson("Nell", Admin)))
	}},
	"invited": {nil, func(c *cast, a Actor, _ int64) error {
		_, _, err := c.InviteUser(c.t.Context(), a, newPerson("Nell", Admin), true)
		return err
	}},
	"invited again, with a link": {invitedAdmin, func(c *cast, a Actor, _ int64) error {
		return second(c.Invite(c.t.Context(), a, c.ben.ID, false))
	}},
	"invited again, by mail": {invitedAdmin, func(c *cast, a Actor, _ int64) error {
		return second(c.Invite(c.t.Context(), a, c.ben.ID, true))
	}},
	"by their role": {nil, func(c *cast, a Actor, _ int64) error {
		return second(c.UpdateUser(c.t.Context(), a, c.ben.ID, edit(FieldRole, "admin")))
	}},
	"by their role, undone": {func(c *cast) int64 {
		return change(c.t)(c.UpdateUser(c.t.Context(), console, adminBen(c), edit(FieldRole, "member"))).Entry
	}, undoIt},
	"reactivated": {func(c *cast) int64 {
		adminBen(c)
		return deactivateBen(c).Entry
	}, func(c *cast, a Actor, _ int64) error { return second(c.Reactivate(c.t.Context(), a, c.ben.ID)) }},
	"reactivated before they came": {func(c *cast) int64 {
		invitedAdmin(c)
		return deactivateBen(c).Entry
	}, func(c *cast, a Actor, _ int64) error { return second(c.Reactivate(c.t.Context(), a, c.ben.ID)) }},
	"deactivated, undone": {func(c *cast) int64 {
		adminBen(c)
		return deactivateBen(c).Entry
	}, undoIt},
	"restored": {func(c *cast) int64 {
		adminBen(c)
		return deleteBen(c).Entry
	}, func(c *cast, a Actor, _ int64) error { return second(c.Restore(c.t.Context(), a, c.ben.ID)) }},
	"deleted, undone": {func(c *cast) int64 {
		adminBen(c)
		return deleteBen(c).Entry
	}, undoIt},
	"undone, and that undone": {func(c *cast) int64 {
		change(c.t)(c.Undo(c.t.Context(), console, change(c.t)(c.UpdateUser(c.t.Context(), console, c.ben.ID, edit(FieldRole, "admin"))).Entry))
		return c.newest(1)[0].ID
	}, undoIt},
	"a file": {func(c *cast) int64 { c.bring("name,email,role\nNell,nell@example.com,admin\n"); return 0 },
		func(c *cast, a Actor, _ int64) error {
			return second(c.BeginImport(c.t.Context(), a, c.lastImport(), ImportRunning))
		}},
	"their password": {func(c *cast) int64 { return adminBen(c) }, func(c *cast, a Actor, _ int64) error {
		return second(c.ResetLink(c.t.Context(), a, c.ben.ID, false))
	}},
}

func adminBen(c *cast) int64 {
	return change(c.t)(c.UpdateUser(c.t.Context(), console, c.ben.ID, edit(FieldRole, "admin"))).User.ID
}

func invitedAdmin(c *cast) int64 {
	adminBen(c)
	c.invite(c.ben)
	return 0
}

func undoIt(c *cast, a Actor, entry int64) error {
	return second(c.Undo(c.t.Context(), a, entry))
}

// TestAdminsAreMadeWithAProof whichever way they come, or come back; others are not.
func TestAdminsAreMadeWithAProof(t *testing.T) {
	t.Parallel()
	for name, way := range makingAdmins {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCast(t, mutation{})
			var entry int64
			if way.before != nil {
				entry = way.before(c)
			}
			c.clock.advance(ProofLasts)
			before := c.fingerprint()
			wantKind(t, way.do(c, c.admin, entry), ProofNeeded)
			if c.fingerprint() != before {
				t.Error("something was done without a proof")
			}
			must(t, c.Prove(t.Context(), c.admin, password, ""))
			must(t, way.do(c, c.admin, entry))
		})
	}
}

// TestOthersNeedNoProofToCome: creating, inviting and reactivating who is no admin is
// work of every day.
func TestOthersNeedNoProofToCome(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	deactivateBen(c)
	c.clock.advance(ProofLasts)
	must(t, second(c.CreateUser(t.Context(), c.admin, newPerson("Nell", Editor))))
	l, _, err := c.InviteUser(t.Context(), c.admin, newPerson("Noor", Editor), true)
	must(t, err)
	must(t, second(c.Invite(t.Context(), c.admin, l.User.ID, false)))
	must(t, second(c.Reactivate(t.Context(), c.admin, c.ben.ID)))
	adminBen(c)
	must(t, second(c.Deactivate(t.Context(), c.admin, c.ben.ID)))
	must(t, second(c.UpdateUser(t.Context(), c.admin, c.ben.ID, edit(FieldName, "Bo"))))
}

// TestProofIsOfOneSignIn and of its person: another one's is none.
func TestProofIsOfOneSignIn(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	c.clock.advance(ProofLasts)
	second := c.signIn(c.ana)
	del := func(a Actor) error { _, err := c.Delete(t.Context(), a, c.ben.ID); return err }
	wantKind(t, del(c.admin), ProofNeeded)
	for _, signIn := range []int64{0, 99, c.self.SignIn, c.signIn(c.eve).SignIn} {
		other := c.admin
		other.SignIn = signIn
		wantKind(t, del(other), ProofNeeded)
	}
	must(t, c.SignOut(t.Context(), second))
	wantKind(t, del(second), ProofNeeded)
}

// TestWrongProofs are counted as wrong passwords and codes are.
func TestWrongProofs(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	for range 6 {
		if err := wantKind(t, c.Prove(t.Context(), c.admin, wrongPassword, ""), Invalid); err.Fields["password"] == "" {
			t.Errorf("%+v", err)
		}
	}
	wantKind(t, c.Prove(t.Context(), c.admin, password, ""), Throttled)

	app, codes := c.enrol(c.self)
	if err := wantKind(t, c.Prove(t.Context(), c.self, password, ""), Invalid); err.Fields["code"] == "" {
		t.Errorf("the password is enough for somebody with an app: %+v", err)
	}
	for range 5 {
		wantKind(t, c.Prove(t.Context(), c.self, password, c.wrongCode(app)), Invalid)
	}
	wantKind(t, c.Prove(t.Context(), c.self, "", codes[0]), Throttled)
	c.clock.advance(2 * time.Second)
	must(t, c.Prove(t.Context(), c.self, "", codes[0]))
	wantKind(t, c.Prove(t.Context(), c.self, "", codes[0]), Invalid)
}

// TestImportGoesOnPastItsProof: it may take longer than a proof lasts.
func TestImportGoesOnPastItsProof(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	c.bring("name,email,role\nNell,nell@example.com,admin\n")
	for _, state := range []ImportState{ImportRunning, ImportUndoing} {
		admin := c.signIn(c.ana)
		job, err := c.BeginImport(t.Context(), admin, c.lastImport(), state)
		must(t, err)
		c.clock.advance(ProofLasts)
		must(t, job.Work(t.Context(), func(Import) {}))
	}
	people, err := c.ListUsers(t.Context(), console, Query{Deleted: true})
	must(t, err)
	if !slices.ContainsFunc(people.Users, func(u User) bool { return u.Name == "Nell" && !u.Deleted.IsZero() }) {
		t.Errorf("%+v", people.Users)
	}
}
