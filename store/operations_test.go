package store

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// operation is one that somebody does to somebody else.
type operation struct {
	name    string
	act     Act  // what the permission is asked for
	entry   Act  // what a refusal is recorded as, if not act
	whole   bool // it is about nobody in particular
	arrange func(s *testStore, target *User)
	do      func(s *testStore, a Actor, target *User) error
}

// last gives the newest entry of the trail, for an operation to undo.
func last(s *testStore) int64 { return s.newest(1)[0].ID }

func second[T any](_ T, err error) error { return err }

// notOwn leaves out that it is done to nobody's own password.
func notOwn(err error) error {
	if KindOf(err) == Refused && err.(*Error).Message == ownPassword {
		return nil
	}
	return err
}

var operations = []operation{
	{name: "edit", act: ActEdit, do: func(s *testStore, a Actor, u *User) error {
		return second(s.UpdateUser(s.t.Context(), a, u.ID, edit(FieldPhone, "030 123456")))
	}},
	{name: "edit to something invalid", act: ActEdit, do: func(s *testStore, a Actor, u *User) error {
		err := second(s.UpdateUser(s.t.Context(), a, u.ID, edit(FieldEmail, "nowhere")))
		if KindOf(err) == Invalid {
			return nil // the one who may edit is told what is wrong
		}
		return err
	}},
	{name: "set role", act: ActSetRole, entry: ActEdit, do: func(s *testStore, a Actor, u *User) error {
		to := Member
		if u.Role == Member {
			to = Viewer
		}
		return second(s.UpdateUser(s.t.Context(), a, u.ID, edit(FieldRole, string(to))))
	}},
	{name: "deactivate", act: ActDeactivate, do: func(s *testStore, a Actor, u *User) error {
		return second(s.Deactivate(s.t.Context(), a, u.ID))
	}},
	{name: "reactivate", act: ActReactivate,
		arrange: func(s *testStore, u *User) { change(s.t)(s.Deactivate(s.t.Context(), console, u.ID)) },
		do: func(s *testStore, a Actor, u *User) error {
			return second(s.Reactivate(s.t.Context(), a, u.ID))
		}},
	{name: "delete", act: ActDelete, do: func(s *testStore, a Actor, u *User) error {
		return second(s.Delete(s.t.Context(), a, u.ID))
	}},
	{name: "restore", act: ActRestore,
		arrange: func(s *testStore, u *User) { change(s.t)(s.Delete(s.t.Context(), console, u.ID)) },
		do: func(s *testStore, a Actor, u *User) error {
			return second(s.Restore(s.t.Context(), a, u.ID))
		}},
	{name: "end one session", act: ActEndSessions,
		arrange: func(s *testStore, u *User) { s.signIn(u) },
		do: func(s *testStore, a Actor, u *User) error {
			list, err := s.SignIns(s.t.Context(), console, u.ID)
			must(s.t, err)
			return second(s.EndSignIn(s.t.Context(), a, u.ID, list[0].ID))
		}},
	{name: "end all sessions", act: ActEndSessions,
		arrange: func(s *testStore, u *User) { s.signIn(u) },
		do: func(s *testStore, a Actor, u *User) error {
			return second(s.EndSignIns(s.t.Context(), a, u.ID, 0))
		}},
	{name: "end everybody's sessions", act: ActEndEverybody, whole: true,
		do: func(s *testStore, a Actor, _ *User) error { return second(s.EndEverybody(s.t.Context(), a)) }},
	{name: "lift a slow-down", act: ActLift, do: func(s *testStore, a Actor, u *User) error {
		return second(s.Lift(s.t.Context(), a, u.ID))
	}},
	{name: "reset password", act: ActResetPassword, do: func(s *testStore, a Actor, u *User) error {
		return s.ResetPassword(s.t.Context(), a, u.ID, "nine brown otters diving", true)
	}},
	{name: "reset to a bad password", act: ActResetPassword, do: func(s *testStore, a Actor, u *User) error {
		err := s.ResetPassword(s.t.Context(), a, u.ID, "short", true)
		if KindOf(err) == Invalid {
			return nil
		}
		return err
	}},
	{name: "see as they do", act: ActImpersonate, do: func(s *testStore, a Actor, u *User) error {
		err := second(s.Impersonate(s.t.Context(), a, u.ID, "")) // who may do it is asked why
		if KindOf(err) == Invalid {
			return nil
		}
		return err
	}},
	{name: "reset factors", act: ActResetFactors,
		arrange: func(s *testStore, u *User) { s.enrol(s.signIn(u)) },
		do:      func(s *testStore, a Actor, u *User) error { return s.ResetFactors(s.t.Context(), a, u.ID) }},
	{name: "say who needs a second factor", act: ActFactorPolicy, whole: true, do: func(s *testStore, a Actor, _ *User) error {
		return second(s.RequireFactors(s.t.Context(), a, []Role{Admin}))
	}},
	{name: "rotate the keys", act: ActRotateKeys, whole: true, do: func(s *testStore, a Actor, _ *User) error {
		return second(s.RotateKeys(s.t.Context(), a))
	}},
	{name: "give up lost keys", act: ActForgetKeys, whole: true,
		arrange: func(s *testStore, u *User) { s.enrol(s.signIn(u)) },
		do: func(s *testStore, a Actor, _ *User) error {
			lost := s.config.KeyFile + ".lost"
			must(s.t, os.Rename(s.config.KeyFile, lost))
			err := second(s.ForgetKeys(s.t.Context(), a))
			if err != nil {
				must(s.t, os.Rename(lost, s.config.KeyFile))
			}
			return err
		}},
	{name: "undo an edit", act: ActEdit, entry: ActUndo,
		arrange: func(s *testStore, u *User) {
			change(s.t)(s.UpdateUser(s.t.Context(), console, u.ID, edit(FieldPhone, "030 654321")))
		},
		do: func(s *testStore, a Actor, u *User) error { return second(s.Undo(s.t.Context(), a, last(s))) }},
	{name: "undo a deactivation", act: ActDeactivate, entry: ActUndo,
		arrange: func(s *testStore, u *User) { change(s.t)(s.Deactivate(s.t.Context(), console, u.ID)) },
		do:      func(s *testStore, a Actor, u *User) error { return second(s.Undo(s.t.Context(), a, last(s))) }},
	{name: "undo a deletion", act: ActDelete, entry: ActUndo,
		arrange: func(s *testStore, u *User) { change(s.t)(s.Delete(s.t.Context(), console, u.ID)) },
		do:      func(s *testStore, a Actor, u *User) error { return second(s.Undo(s.t.Context(), a, last(s))) }},
	{name: "create", act: ActCreate, whole: true, do: func(s *testStore, a Actor, _ *User) error {
		return second(s.CreateUser(s.t.Context(), a, newPerson("Nell", Member)))
	}},
	{name: "invite somebody new", act: ActInvite, whole: true, do: func(s *testStore, a Actor, _ *User) error {
		_, _, err := s.InviteUser(s.t.Context(), a, NewUser{Name: "Ivy", Email: fmt.Sprintf("ivy%d@example.com", s.countEntries()), Role: Member}, false)
		return err
	}},
	{name: "make a link for a new password", act: ActResetPassword, do: func(s *testStore, a Actor, u *User) error {
		return second(s.ResetLink(s.t.Context(), a, u.ID, false))
	}},
	{name: "stop a password", act: ActResetPassword, do: func(s *testStore, a Actor, u *User) error {
		return notOwn(second(s.StopPassword(s.t.Context(), a, u.ID, false)))
	}},
	{name: "require a new password", act: ActResetPassword, do: func(s *testStore, a Actor, u *User) error {
		return notOwn(second(s.RequireNewPassword(s.t.Context(), a, u.ID, true)))
	}},
	{name: "send a mail again", act: ActMail, whole: true,
		arrange: func(s *testStore, u *User) {
			must(s.t, s.ResetPassword(s.t.Context(), console, u.ID, newPassword, false))
		},
		do: func(s *testStore, a Actor, _ *User) error { return second(s.ResendMail(s.t.Context(), a, 1)) }},
	{name: "send all failed mails again", act: ActMail, whole: true,
		do: func(s *testStore, a Actor, _ *User) error { return second(s.ResendFailed(s.t.Context(), a)) }},
	{name: "add examples", act: ActDemo, whole: true, do: func(s *testStore, a Actor, _ *User) error {
		return second(s.AddExamples(s.t.Context(), a, 3))
	}},
	{name: "export the list", act: ActExport, whole: true, do: func(s *testStore, a Actor, _ *User) error {
		return s.ExportUsers(s.t.Context(), a, Query{}, "csv", func(*User) error { return nil })
	}},
	{name: "bring a file", act: ActImport, whole: true, do: func(s *testStore, a Actor, _ *User) error {
		return second(s.NewImport(s.t.Context(), a, "people.csv", strings.NewReader(twoPeople)))
	}},
	{name: "begin an import", act: ActImport, whole: true,
		arrange: func(s *testStore, _ *User) { s.bringSomebody() },
		do: func(s *testStore, a Actor, _ *User) error {
			return second(s.BeginImport(s.t.Context(), a, s.lastImport(), ImportRunning))
		}},
	{name: "stop an import", act: ActImport, whole: true,
		arrange: func(s *testStore, _ *User) {
			s.bringSomebody()
			must(s.t, second(s.BeginImport(s.t.Context(), console, s.lastImport(), ImportRunning)))
		},
		do: func(s *testStore, a Actor, _ *User) error { return s.StopImport(s.t.Context(), a, s.lastImport()) }},
	{name: "discard an import", act: ActImport, whole: true, arrange: func(s *testStore, _ *User) { s.bringSomebody() },
		do: func(s *testStore, a Actor, _ *User) error { return s.DiscardImport(s.t.Context(), a, s.lastImport()) }},
	{name: "record a backup", act: ActBackup, whole: true, do: func(s *testStore, a Actor, _ *User) error {
		return s.RecordBackup(s.t.Context(), a, "friday.db", Contents{})
	}},
	{name: "export the trail", act: ActExportTrail, whole: true, do: func(s *testStore, a Actor, _ *User) error {
		return s.ExportTrail(s.t.Context(), a, TrailQuery{}, func(*Entry) error { return nil })
	}},
}

// TestOperationsAskForPermission does everything to everybody as everybody:
// what the matrix allows is done, and what it does not is on record once and
// has changed nothing.
func TestOperationsAskForPermission(t *testing.T) {
	t.Parallel()
	m := matrix()
	for name := range everybody() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newTestStore(t)
			s.add("Zoe", Admin) // the last admin, whom nothing happens to
			actor := everybody()[name]
			if actor.Kind == Person {
				actor = as(s.add("Ana", actor.Role))
			}
			for _, role := range Roles() {
				for i, op := range operations {
					target := s.add(fmt.Sprintf("Ben %s %d", role, i), role)
					if op.arrange != nil {
						op.arrange(s, target)
					}
					may := covers(m[op.act][name], role, false)
					if op.whole {
						may, target = covers(m[op.act][name], "", false), &User{}
					}
					if op.entry == "" {
						op.entry = op.act
					}
					checkOperation(t, s, actor, op, target, may)
					if may && op.act == ActCreate {
						must(t, second(s.Delete(t.Context(), console, s.newest(1)[0].Target)))
					}
				}
			}
		})
	}
}

func checkOperation(t *testing.T, s *testStore, a Actor, op operation, target *User, may bool) {
	t.Helper()
	about := fmt.Sprintf("%s of %s", op.name, target.Role)
	if may {
		if err := op.do(s, a, target); err != nil {
			t.Errorf("%s: %v", about, err)
		}
		return
	}
	data := []string{"users", "user_counts", "signins"}
	before, entries := dump(t, s.reader, data...), s.countEntries()
	err := op.do(s, a, target)
	if KindOf(err) != Forbidden {
		t.Errorf("%s: %q (%v), want forbidden", about, KindOf(err), err)
	}
	if diff := differences(before, dump(t, s.reader, data...)); diff != "" {
		t.Errorf("%s changed something:\n%s", about, diff)
	}
	e := s.newest(1)[0]
	if s.countEntries() != entries+1 || e.Outcome != Denied || e.Act != op.entry || e.Target != target.ID ||
		e.Kind != a.Kind || e.Actor != a.ID || len(e.Changes) != 0 || e.Note == "" {
		t.Errorf("%s: %d entries more, the newest %+v", about, s.countEntries()-entries, e)
	}
}

// TestRanksAreNotExceeded is about roles that an editor may not give, to
// members whom they may otherwise change.
func TestRanksAreNotExceeded(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.add("Ana", Admin)
	editor, member := as(s.add("Eve", Editor)), s.add("Ben", Member)
	before := s.fingerprint()
	for _, role := range []Role{Editor, Admin} {
		_, err := s.UpdateUser(t.Context(), editor, member.ID, edit(FieldRole, string(role)))
		if wantKind(t, err, Invalid).Fields["role"] == "" {
			t.Errorf("nothing stands beside the role: %v", err)
		}
		_, err = s.CreateUser(t.Context(), editor, newPerson("Nell", role))
		if wantKind(t, err, Invalid).Fields["role"] == "" {
			t.Errorf("nothing stands beside the role: %v", err)
		}
	}
	if s.fingerprint() != before {
		t.Error("something was changed")
	}
	change(t)(s.UpdateUser(t.Context(), editor, member.ID, edit(FieldRole, "viewer")))
}

// TestFreshRole lets people act with a role that they have lost, or gained,
// since their request began: what they are now counts.
func TestFreshRole(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.add("Ana", Admin)
	eve, ben := s.add("Eve", Editor), s.add("Ben", Member)
	stale := as(eve)
	change(t)(s.UpdateUser(t.Context(), console, eve.ID, edit(FieldRole, "viewer")))
	_, err := s.UpdateUser(t.Context(), stale, ben.ID, edit(FieldPhone, "030 123456"))
	wantKind(t, err, Forbidden)

	change(t)(s.UpdateUser(t.Context(), console, eve.ID, edit(FieldRole, "editor")))
	stale.Role = Member
	c := change(t)(s.CreateUser(t.Context(), stale, newPerson("Nell", Member)))
	s.signIn(&c.User) // they have the password they were given

	change(t)(s.Deactivate(t.Context(), console, eve.ID))
	entries := s.countEntries()
	for _, err := range []error{
		second(s.UpdateUser(t.Context(), stale, ben.ID, edit(FieldPhone, "030 123456"))),
		second(s.Delete(t.Context(), stale, ben.ID)),
		second(s.CreateUser(t.Context(), stale, newPerson("Otto", Member))),
		s.ChangeOwnPassword(t.Context(), stale, password, "nine brown otters diving"),
	} {
		wantKind(t, err, Unauthenticated)
	}
	if s.countEntries() != entries {
		t.Error("somebody who is out left entries")
	}
}
