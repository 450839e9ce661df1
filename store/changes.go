package store

import (
	"context"
	"maps"
	"slices"
)

// FieldChange is one field before and after.
type FieldChange struct {
	Field  Field  `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// Change is what a mutation did.
type Change struct {
	User   User          // afterwards
	Entry  int64         // its audit entry; 0 when there was nothing to change
	Fields []FieldChange // what changed
	Left   []FieldChange // undo only: what was left because it has changed since
}

// Edit is a wish to set one field. Was is what the form was drawn from; nil
// means "whatever it is now".
type Edit struct {
	To  string
	Was *string
}

// UpdateUser sets fields of a person. Each field is merged on its own: what
// nobody else changed since the form was drawn is set; what somebody else set
// to something different fails with Conflict, and then nothing is changed.
func (s *Store) UpdateUser(ctx context.Context, a Actor, id int64, edits map[Field]Edit) (Change, error) {
	var c Change
	err := s.write(ctx, a, attempt{ActEdit, id}, func(x *tx) error {
		before, err := x.loadForChange(id)
		if err != nil {
			return err
		}
		after := *before
		problems := map[string]string{}
		conflicts := map[string]FieldConflict{}
		for _, f := range slices.Sorted(maps.Keys(edits)) {
			d, ok := defOf(f)
			if !ok || !d.form {
				return invalid(map[string]string{string(f): "This cannot be changed here."})
			}
			if err := x.mergeField(d, before, &after, edits[f], problems, conflicts); err != nil {
				return err
			}
		}
		if x.movesSelf(before, &after) {
			problems[string(FieldEmail)] = ownAddress
		}
		if after.emailKey != before.emailKey || after.ExternalID != before.ExternalID {
			if err := x.checkUnique(&after, problems); err != nil {
				return err
			}
		}
		if len(problems) > 0 {
			return invalid(problems)
		}
		if len(conflicts) > 0 {
			return &Error{Kind: Conflict, Message: "Somebody else changed this meanwhile.", Conflicts: conflicts}
		}
		if c, err = x.apply(ActEdit, before, &after, Entry{}); err != nil {
			return err
		}
		return x.tellMoved(before, &after)
	})
	return c, err
}

// mergeField is the merge of one field: three values, of which "before" is
// what the form was drawn from.
func (x *tx) mergeField(d *fieldDef, current, after *User, e Edit, problems map[string]string, conflicts map[string]FieldConflict) error {
	theirs := d.get(current)
	typed := *after
	err := d.set(&typed, e.To)
	yours := d.get(&typed)
	if err == nil && yours == theirs || e.Was != nil && e.To == *e.Was {
		return nil // nothing to do, or nothing was typed here
	}
	if err := x.require(d.act, current); err != nil {
		return err
	}
	if err != nil {
		problems[string(d.field)] = err.Error()
		return nil
	}
	if d.field == FieldRole && !Can(x.actor, ActSetRole, &Target{Role: typed.Role}) {
		problems[string(d.field)] = "You may not give a role as high as this."
		return nil
	}
	if e.Was != nil && *e.Was != theirs {
		conflict := FieldConflict{Yours: e.To, Theirs: theirs, Before: *e.Was}
		conflict.Who, conflict.At, err = lastChangeOf(x, current.ID, d.field)
		conflicts[string(d.field)] = conflict
		return err
	}
	*after = typed
	return nil
}

// loadForChange loads a person who is not deleted.
func (x *tx) loadForChange(id int64) (*User, error) {
	u, err := loadUser(x.ctx, x.Tx, id)
	if err != nil {
		return nil, err
	}
	if !u.Deleted.IsZero() {
		return nil, refused(u.Name + " has been deleted. Restore the account first.")
	}
	return u, nil
}

// apply writes a changed person, ends their sign-ins when they may no longer
// be in, and records it. It is the one way for a person to change. The entry
// brings what is special about this change, such as what it undoes.
func (x *tx) apply(act Act, before, after *User, e Entry) (Change, error) {
	fields := diff(before, after)
	if len(fields) == 0 {
		return Change{User: *before}, nil
	}
	if err := x.replace(before, after); err != nil {
		return Change{}, err
	}
	e.Act, e.Target, e.Changes = act, after.ID, fields
	entry, err := x.record(e)
	return Change{User: *after, Entry: entry, Fields: fields}, err
}

// replace writes a changed person, unless the guard refuses it. The entry of the
// trail is its caller's to make.
func (x *tx) replace(before, after *User) error {
	if err := x.guard(before, after); err != nil {
		return err
	}
	if err := x.raise(before, after); err != nil {
		return err
	}
	after.Changed, after.Version = x.now, before.Version+1
	if err := updateUser(x, before, after); err != nil {
		return err
	}
	if err := x.endLinksBy(before, after); err != nil {
		return err
	}
	if after.Status == Active && after.Deleted.IsZero() {
		return nil
	}
	why := EndedDeactivated
	if !after.Deleted.IsZero() {
		why = EndedDeleted
	}
	if _, err := endSignIns(x, after.ID, 0, why); err != nil {
		return err
	}
	_, err := x.forgetBrowsers(after.ID, "")
	return err
}

// raise asks for a proof before somebody becomes an admin who may come in, in
// whichever way: by their role, or by coming back with it.
func (x *tx) raise(before, after *User) error {
	if !after.entersAsAdmin() || before.entersAsAdmin() {
		return nil
	}
	return x.prove(ActGrantAdmin)
}

// diff lists the fields that differ.
func diff(before, after *User) []FieldChange {
	var out []FieldChange
	for _, d := range fieldDefs {
		if b, a := d.get(before), d.get(after); a != b {
			out = append(out, FieldChange{d.field, b, a})
		}
	}
	return out
}
