package store

import (
	"context"
	"slices"
	"strconv"
	"strings"
)

// Who names the actor of an entry for people.
func (e *Entry) Who() string {
	switch {
	case e.ActorName != "":
		return e.ActorName
	case e.Kind == Command:
		return "The command line"
	case e.Kind == System:
		return "Backoffice"
	case e.Kind == Person:
		return "A deleted person (no. " + strconv.FormatInt(e.Actor, 10) + ")"
	}
	return "Somebody"
}

// Undoable reports whether the entry is of a kind that can be undone and has
// not been. Whether its values are still there to restore shows when trying.
func (e *Entry) Undoable() bool {
	if e.Outcome != Done || e.Target == 0 || e.UndoneBy != 0 || e.TargetName == "" || len(e.Changes) == 0 {
		return false
	}
	switch e.Act {
	case ActEdit, ActDeactivate, ActReactivate, ActDelete, ActRestore, ActMustChange, ActUndo:
		return true
	}
	return false
}

// MayUndo reports whether the actor may undo the entry, as far as can be told
// without trying: undoing a change needs the permission for that change.
func (e *Entry) MayUndo(a Actor) bool {
	on := &Target{ID: e.Target, Role: e.TargetRole}
	return e.Undoable() && !slices.ContainsFunc(e.Changes, func(c FieldChange) bool {
		return !Can(a, c.Field.Act(), on)
	})
}

// Undo takes back what an entry did, as a new change with an entry of its own.
// Fields that have changed since are left as they are and named in Change.Left.
// When all of them have, it is refused.
func (s *Store) Undo(ctx context.Context, a Actor, entry int64) (Change, error) {
	var c Change
	e, err := loadEntry(ctx, s.reader, entry)
	if err != nil {
		return c, err
	}
	err = s.write(ctx, a, attempt{ActUndo, e.Target}, func(x *tx) error {
		e, err := loadEntry(x.ctx, x.Tx, entry)
		if err != nil {
			return err
		}
		if e.UndoneBy != 0 {
			return refused("This has been undone already.")
		}
		if !e.Undoable() {
			return refused("This cannot be undone.")
		}
		c, err = x.undo(e)
		return err
	})
	return c, err
}

// undo is the same within a transaction, for an entry that can be undone.
func (x *tx) undo(e Entry) (Change, error) {
	before, err := loadUser(x.ctx, x.Tx, e.Target)
	if err != nil {
		return Change{}, err
	}
	after := *before
	var left []FieldChange
	for _, c := range e.Changes {
		d, ok := defOf(c.Field)
		if !ok {
			continue
		}
		if err := x.require(d.act, before); err != nil {
			return Change{}, err
		}
		if now := d.get(before); now != c.After {
			left = append(left, FieldChange{c.Field, c.After, now})
			continue
		}
		if err := d.set(&after, c.Before); err != nil {
			return Change{}, refused(d.label + " cannot be set back: " + err.Error())
		}
	}
	if !after.Deleted.IsZero() && before.Deleted.IsZero() {
		after.Deleted = x.now // deleted again, to be kept for the whole time again
	}
	if !Can(x.actor, ActSetRole, &Target{ID: after.ID, Role: after.Role}) && after.Role != before.Role {
		return Change{}, forbidden("You may not give a role as high as this.")
	}
	if len(left) == len(e.Changes) {
		return Change{}, refused(names(left) + changedSince(left))
	}
	if !before.Deleted.IsZero() && !after.Deleted.IsZero() {
		return Change{}, refused(before.Name + " has been deleted. Restore the account first.")
	}
	if x.movesSelf(before, &after) {
		return Change{}, refused(ownAddress)
	}
	if err := x.notInvitedAgain(before, &after); err != nil {
		return Change{}, err
	}
	if err := x.mayReturn(&after); err != nil {
		return Change{}, err
	}
	note := ""
	if len(left) > 0 {
		note = names(left) + changedSince(left)
	}
	c, err := x.apply(ActUndo, before, &after, Entry{UndoOf: e.ID, Note: note})
	c.Left = left
	if err != nil {
		return c, err
	}
	return c, x.tellMoved(before, &c.User)
}

// notInvitedAgain leaves somebody active who was invited once and has come since.
func (x *tx) notInvitedAgain(before, after *User) error {
	if after.Status != Invited || before.Status == Invited {
		return nil
	}
	came, err := x.hasCome(before)
	if came {
		after.Status = Active
	}
	return err
}

func changedSince(left []FieldChange) string {
	if len(left) == 1 {
		return " has changed since and was left as it is."
	}
	return " have changed since and were left as they are."
}

func names(changes []FieldChange) string {
	var out []string
	for _, c := range changes {
		out = append(out, c.Field.Label())
	}
	return strings.Join(out, ", ")
}
