package store

import (
	"strings"
	"testing"
	"time"
)

// TestUndo undoes each kind of change and then the undoing.
func TestUndo(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(*cast) Change{
		"a cell": func(c *cast) Change {
			return change(c.t)(c.UpdateUser(c.t.Context(), c.admin, c.ben.ID, editFrom(FieldEmail, "Ben@example.com", "b@example.org")))
		},
		"a row": func(c *cast) Change {
			return change(c.t)(c.UpdateUser(c.t.Context(), c.admin, c.ben.ID, map[Field]Edit{
				FieldName: {To: "Bo"}, FieldPhone: {To: ""}, FieldExternalID: {To: "X"}, FieldRole: {To: "admin"}}))
		},
		"a deactivation": func(c *cast) Change { return deactivateBen(c) },
		"a deletion":     func(c *cast) Change { return deleteBen(c) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCast(t, mutation{})
			before := *c.load(c.ben.ID)
			done := do(c)
			after := *c.load(c.ben.ID)
			want := []User{before, after, before, after}
			for i := range 3 {
				c.clock.advance(time.Minute)
				done = change(t)(c.Undo(t.Context(), c.admin, done.Entry))
				got := c.load(c.ben.ID)
				checkSameFields(t, got, &want[i])
				if len(done.Left) != 0 || got.Version != after.Version+int64(i)+1 {
					t.Errorf("left %v, version %d", done.Left, got.Version)
				}
			}
		})
	}
}

// checkSameFields compares two states of a person but for their version and
// for when they were deleted.
func checkSameFields(t *testing.T, got, want *User) {
	t.Helper()
	for _, d := range fieldDefs {
		if d.field != FieldDeleted && d.get(got) != d.get(want) {
			t.Errorf("%s is %q, want %q", d.field, d.get(got), d.get(want))
		}
	}
	if got.Deleted.IsZero() != want.Deleted.IsZero() {
		t.Errorf("deleted %v, want %v", got.Deleted, want.Deleted)
	}
}

func TestUndoTwiceIsRefused(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	done := deactivateBen(c)
	undone := change(t)(c.Undo(t.Context(), c.admin, done.Entry))
	again := func(entry int64) {
		t.Helper()
		if err := wantKind(t, second(c.Undo(t.Context(), c.admin, entry)), Refused); err.Message != "This has been undone already." {
			t.Errorf("the refusal says %q", err.Message)
		}
	}
	again(done.Entry)
	change(t)(c.Undo(t.Context(), c.admin, undone.Entry))
	again(done.Entry)
	again(undone.Entry)
	if c.load(c.ben.ID).Status != Deactivated {
		t.Error("a refused undo did something")
	}
}

// TestUndoLeavesWhatChangedSince restores the rest and names what it left.
func TestUndoLeavesWhatChangedSince(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	id := c.ben.ID
	done := change(t)(c.UpdateUser(t.Context(), c.admin, id, map[Field]Edit{FieldName: {To: "Bo"}, FieldPhone: {To: "030 99999"}}))
	change(t)(c.UpdateUser(t.Context(), console, id, edit(FieldPhone, "030 77777")))

	undone := change(t)(c.Undo(t.Context(), c.admin, done.Entry))
	checkFields(t, c.load(id), map[Field]string{FieldName: "Ben", FieldPhone: "030 77777"})
	if want := (FieldChange{FieldPhone, "030 99999", "030 77777"}); len(undone.Left) != 1 || undone.Left[0] != want {
		t.Errorf("left %v, want %v", undone.Left, want)
	}
	e := c.newest(1)[0]
	if len(e.Changes) != 1 || e.Changes[0].Field != FieldName || e.UndoOf != done.Entry || e.Note != "Phone has changed since and was left as it is." {
		t.Errorf("the entry is %+v", e)
	}

	done = change(t)(c.UpdateUser(t.Context(), c.admin, id, map[Field]Edit{FieldName: {To: "Bo"}, FieldPhone: {To: "030 99999"}}))
	change(t)(c.UpdateUser(t.Context(), console, id, map[Field]Edit{FieldName: {To: "Bob"}, FieldPhone: {To: "030 77777"}}))
	err := wantKind(t, second(c.Undo(t.Context(), c.admin, done.Entry)), Refused)
	if err.Message != "Name, Phone have changed since and were left as they are." {
		t.Errorf("the refusal says %q", err.Message)
	}
	checkFields(t, c.load(id), map[Field]string{FieldName: "Bob", FieldPhone: "030 77777"})
}

// TestUndoneByShows tells at an entry who undid it and when.
func TestUndoneByShows(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	done := deactivateBen(c)
	c.clock.advance(time.Minute)
	undone := change(t)(c.Undo(t.Context(), c.admin, done.Entry))
	list := c.newest(2)
	if list[0].ID != undone.Entry || list[0].UndoneBy != 0 || !list[0].Undoable() {
		t.Errorf("the undoing is %+v", list[0])
	}
	if e := list[1]; e.UndoneBy != undone.Entry || e.UndoneWho != "Ana" || !e.UndoneAt.Equal(c.Now()) || e.Undoable() {
		t.Errorf("what was undone is %+v", e)
	}
}

// TestUndoWhatCannotBe is about entries that are no change of a person.
func TestUndoWhatCannotBe(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	must(t, c.ResetPassword(t.Context(), console, c.ben.ID, newPassword, false))
	must(t, c.Refuse(t.Context(), c.self, ActDeactivate, c.ana.ID))
	must(t, second(c.AddExamples(t.Context(), console, 2)))
	for _, e := range c.newest(100) {
		if e.Undoable() || e.MayUndo(console) {
			t.Errorf("%s %s looks as if it could be undone", e.Act, e.Outcome)
		}
		wantKind(t, second(c.Undo(t.Context(), console, e.ID)), Refused)
	}
}

// TestUndoGuards keeps undo from what could not be done by hand.
func TestUndoGuards(t *testing.T) {
	t.Parallel()
	for _, g := range []struct {
		name string
		did  func(*cast) Change // what is to be undone
		then func(*cast)        // what came in between
		who  func(*cast) Actor
		want Kind
		says string
	}{
		{"a promotion to admin of the last one",
			func(c *cast) Change {
				return change(c.t)(c.UpdateUser(c.t.Context(), console, c.ben.ID, edit(FieldRole, "admin")))
			},
			func(c *cast) { change(c.t)(c.Deactivate(c.t.Context(), console, c.ana.ID)) },
			consoleActs, Refused, "last active admin"},
		{"one's own promotion",
			func(c *cast) Change {
				return change(c.t)(c.UpdateUser(c.t.Context(), console, c.ben.ID, edit(FieldRole, "admin")))
			},
			nil, benActs, Refused, "your own access"},
		{"a demotion from admin, by an editor",
			func(c *cast) Change {
				change(c.t)(c.UpdateUser(c.t.Context(), console, c.ben.ID, edit(FieldRole, "admin")))
				return change(c.t)(c.UpdateUser(c.t.Context(), console, c.ben.ID, edit(FieldRole, "member")))
			},
			nil, eveActs, Forbidden, "role"},
		{"an edit, by an editor, of somebody who ranks too high by now",
			func(c *cast) Change {
				return change(c.t)(c.UpdateUser(c.t.Context(), c.admin, c.ben.ID, edit(FieldName, "Bo")))
			},
			func(c *cast) {
				change(c.t)(c.UpdateUser(c.t.Context(), console, c.ben.ID, edit(FieldRole, "editor")))
			},
			eveActs, Forbidden, "ranks too high"},
		{"an edit, by a viewer", deactivateBen,
			func(c *cast) {
				change(c.t)(c.UpdateUser(c.t.Context(), console, c.eve.ID, edit(FieldRole, "viewer")))
			},
			eveActs, Forbidden, "does not allow"},
		{"a deletion when the address is taken", deleteBen,
			func(c *cast) {
				change(c.t)(c.CreateUser(c.t.Context(), console, NewUser{Name: "Otto", Email: "BEN@example.com", Role: Member, Password: password}))
			},
			consoleActs, Refused, "E-mail"},
		{"a deletion when the external id is taken", deleteBen,
			func(c *cast) {
				change(c.t)(c.UpdateUser(c.t.Context(), console, c.eve.ID, edit(FieldExternalID, "E-1")))
			},
			consoleActs, Refused, "External ID"},
		{"an edit when the former address is taken",
			func(c *cast) Change {
				return change(c.t)(c.UpdateUser(c.t.Context(), console, c.ben.ID, edit(FieldEmail, "bo@example.com")))
			},
			func(c *cast) {
				c.clock.advance(4 * 24 * time.Hour) // until then it can be claimed back
				change(c.t)(c.UpdateUser(c.t.Context(), console, c.eve.ID, edit(FieldEmail, "ben@example.com")))
			},
			consoleActs, Refused, "E-mail"},
		{"an edit of somebody deleted since",
			func(c *cast) Change {
				return change(c.t)(c.UpdateUser(c.t.Context(), console, c.ben.ID, edit(FieldName, "Bo")))
			},
			func(c *cast) { deleteBen(c) }, consoleActs, Refused, "has been deleted"},
		{"a reactivation of the last admin",
			func(c *cast) Change {
				change(c.t)(c.UpdateUser(c.t.Context(), console, c.ben.ID, edit(FieldRole, "admin")))
				deactivateBen(c)
				return change(c.t)(c.Reactivate(c.t.Context(), console, c.ben.ID))
			},
			func(c *cast) { change(c.t)(c.Delete(c.t.Context(), console, c.ana.ID)) },
			consoleActs, Refused, "last active admin"},
	} {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			c := newCast(t, mutation{})
			done := g.did(c)
			if g.then != nil {
				g.then(c)
			}
			before, entries := dump(t, c.reader, "users", "user_counts", "signins"), c.countEntries()
			err := wantKind(t, second(c.Undo(t.Context(), g.who(c), done.Entry)), g.want)
			if !strings.Contains(err.Message, g.says) {
				t.Errorf("it says %q, want %q", err.Message, g.says)
			}
			if diff := differences(before, dump(t, c.reader, "users", "user_counts", "signins")); diff != "" {
				t.Errorf("something was changed:\n%s", diff)
			}
			if e := c.newest(1)[0]; c.countEntries() != entries+1 || e.Act != ActUndo || e.Outcome != Denied {
				t.Errorf("the refusal is not on record: %+v", e)
			}
		})
	}
}

func eveActs(c *cast) Actor { return as(c.eve) }

// TestUndoneRestorationKeepsForLong counts the time that a deleted person can
// be restored from the last deletion on.
func TestUndoneRestorationKeepsForLong(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	deleteBen(c)
	c.clock.advance(KeepDeleted - time.Hour)
	restored := change(t)(c.Restore(t.Context(), console, c.ben.ID))
	c.clock.advance(2 * time.Hour)
	change(t)(c.Undo(t.Context(), console, restored.Entry))
	if n, err := c.Purge(t.Context()); n != 0 || err != nil {
		t.Errorf("%d were removed for good at once, %v", n, err)
	}
	change(t)(c.Restore(t.Context(), console, c.ben.ID))
}

// TestRestore brings back what was deleted unless it is taken by now.
func TestRestore(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	deleteBen(c)
	change(t)(c.UpdateUser(t.Context(), console, c.eve.ID, map[Field]Edit{FieldEmail: {To: "ben@EXAMPLE.com"}, FieldExternalID: {To: "E-1"}}))
	err := wantKind(t, second(c.Restore(t.Context(), console, c.ben.ID)), Refused)
	if !strings.Contains(err.Message, "E-mail, External ID") || strings.Contains(err.Message, "Eve") {
		t.Errorf("the refusal says %q", err.Message)
	}
	change(t)(c.UpdateUser(t.Context(), console, c.eve.ID, map[Field]Edit{FieldEmail: {To: "eve@example.com"}, FieldExternalID: {To: ""}}))
	change(t)(c.Restore(t.Context(), console, c.ben.ID))
	if _, err := c.Resume(t.Context(), c.self.SignIn, c.ben.ID, false); err == nil {
		t.Error("the sign-in from before the deletion is back")
	}
	c.signIn(c.ben)
}

// TestReactivate lets somebody in with the role they had, not with their
// former sign-ins.
func TestReactivate(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	change(t)(c.Deactivate(t.Context(), console, c.eve.ID))
	change(t)(c.Reactivate(t.Context(), console, c.eve.ID))
	if u := c.load(c.eve.ID); u.Status != Active || u.Role != Editor {
		t.Errorf("%+v", u)
	}
	mustExec(t, c.writer, `UPDATE users SET password_hash = '' WHERE id = ?1`, c.eve.ID)
	change(t)(c.Deactivate(t.Context(), console, c.eve.ID))
	change(t)(c.Reactivate(t.Context(), console, c.eve.ID))
	if u := c.load(c.eve.ID); u.Status != Invited {
		t.Errorf("somebody without a password is %s", u.Status)
	}
}
