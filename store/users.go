package store

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"
)

// Status is where a person's account stands.
type Status string

// The statuses.
const (
	Active      Status = "active"
	Invited     Status = "invited"     // has an account, has not used it yet
	Deactivated Status = "deactivated" // keeps everything, may not sign in
)

// Statuses lists all statuses.
func Statuses() []Status { return []Status{Active, Invited, Deactivated} }

// Valid reports whether s is one of the statuses.
func (s Status) Valid() bool { return slices.Contains(Statuses(), s) }

// Label is the status's name for people.
func (s Status) Label() string {
	switch s {
	case Active:
		return "Active"
	case Invited:
		return "Invited"
	case Deactivated:
		return "Deactivated"
	}
	return string(s)
}

// KeepDeleted is how long a deleted person can be restored. Afterwards their
// data is removed for good.
const KeepDeleted = 30 * 24 * time.Hour

// User is a person with an account.
type User struct {
	ID         int64
	Name       string // one field, any script
	Email      string // as typed
	Phone      string // as typed; may be empty
	Role       Role
	Status     Status
	ExternalID string // another system's id; unique when given
	Created    time.Time
	Changed    time.Time
	LastSignIn time.Time // zero: never
	Deleted    time.Time // zero: not deleted
	Version    int64     // grows with each change

	HasPassword        bool
	MustChangePassword bool

	emailKey, phoneKey, passwordHash string
}

// isActiveAdmin reports whether the person is an admin who can come in.
func (u *User) isActiveAdmin() bool {
	return u.Role == Admin && u.Status == Active && u.Deleted.IsZero() && u.HasPassword
}

// On is the person as the target of an act.
func (u *User) On() *Target { return &Target{ID: u.ID, Role: u.Role} }

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

// User gives one person, deleted ones included.
func (s *Store) User(ctx context.Context, a Actor, id int64) (User, error) {
	if !Can(a, ActLook, nil) && a.ID != id {
		return User{}, forbidden("Your role does not allow this.")
	}
	u, err := loadUser(ctx, s.reader, id)
	if err != nil {
		return User{}, err
	}
	return *u, nil
}

// UserByEmail gives the person with this address, who is not deleted.
func (s *Store) UserByEmail(ctx context.Context, a Actor, email string) (User, error) {
	if !Can(a, ActLook, nil) {
		return User{}, forbidden("Your role does not allow this.")
	}
	_, key, err := ParseEmail(email)
	if err != nil {
		return User{}, invalid(map[string]string{"email": err.Error()})
	}
	u, err := loadUserByEmail(ctx, s.reader, key)
	if err != nil {
		return User{}, err
	}
	return *u, nil
}

// NewUser is what a new person needs.
type NewUser struct {
	Name, Email, Phone string
	Role               Role
	ExternalID         string
	Password           string
	MustChangePassword bool // ask for a new one at the first sign-in
}

// CreateUser adds a person with a password. It fails with Invalid for what is
// wrong in the fields name, email, phone, role, external_id and password.
func (s *Store) CreateUser(ctx context.Context, a Actor, n NewUser) (Change, error) {
	u, problems := n.user()
	hash := ""
	if len(problems) == 0 {
		var err error
		if hash, err = s.hasher.Hash(ctx, n.Password); err != nil {
			return Change{}, err
		}
	}
	var c Change
	err := s.write(ctx, a, attempt{ActCreate, 0}, func(x *tx) (err error) {
		if err := x.require(ActCreate, nil); err != nil {
			return err
		}
		if u.Role.Valid() && !Can(x.actor, ActSetRole, &Target{Role: u.Role}) {
			problems["role"] = "You may not give a role as high as this."
		}
		if err := x.checkUnique(&u, problems); err != nil {
			return err
		}
		if len(problems) > 0 {
			return invalid(problems)
		}
		u.passwordHash, u.HasPassword = hash, true
		c, err = x.create(&u)
		return err
	})
	return c, err
}

// user checks the values of a new person; problems says what is wrong by field.
func (n NewUser) user() (u User, problems map[string]string) {
	u = User{Status: Active, MustChangePassword: n.MustChangePassword}
	problems = map[string]string{}
	for f, v := range map[Field]string{FieldName: n.Name, FieldEmail: n.Email, FieldPhone: n.Phone,
		FieldRole: string(n.Role), FieldExternalID: n.ExternalID} {
		d, _ := defOf(f)
		if err := d.set(&u, v); err != nil {
			problems[string(f)] = err.Error()
		}
	}
	if err := CheckPassword(n.Password, n.Name, n.Email); err != nil {
		problems["password"] = err.Error()
	}
	return u, problems
}

// create inserts the person and records it.
func (x *tx) create(u *User) (Change, error) {
	u.Created, u.Changed, u.Version = x.now, x.now, 1
	if err := insertUser(x, u); err != nil {
		return Change{}, err
	}
	fields := diff(&User{}, u)
	entry, err := x.record(Entry{Act: ActCreate, Target: u.ID, Changes: fields})
	return Change{User: *u, Entry: entry, Fields: fields}, err
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
		c, err = x.apply(ActEdit, before, &after, Entry{})
		return err
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

// checkUnique adds a problem when somebody else has the address or the
// external id.
func (x *tx) checkUnique(u *User, problems map[string]string) error {
	for field, find := range map[Field]func() (string, error){
		FieldEmail:      func() (string, error) { return ownerOfEmail(x, u.emailKey, u.ID) },
		FieldExternalID: func() (string, error) { return ownerOfExternalID(x, u.ExternalID, u.ID) },
	} {
		if _, already := problems[string(field)]; already {
			continue
		}
		owner, err := find()
		if err != nil {
			return err
		}
		if owner != "" {
			problems[string(field)] = owner + " has this already."
		}
	}
	return nil
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
	after.Changed, after.Version = x.now, before.Version+1
	if err := updateUser(x, before, after); err != nil {
		return err
	}
	if after.Status == Active && after.Deleted.IsZero() {
		return nil
	}
	why := EndedDeactivated
	if !after.Deleted.IsZero() {
		why = EndedDeleted
	}
	_, err := endSignIns(x, after.ID, 0, why)
	return err
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

// Deactivate keeps the person and all their data, and puts them out at their
// next request.
func (s *Store) Deactivate(ctx context.Context, a Actor, id int64) (Change, error) {
	return s.act(ctx, a, ActDeactivate, id, func(u *User) error {
		u.Status = Deactivated
		return nil
	})
}

// Reactivate lets a deactivated person in again, with the role they had;
// somebody who never had a password is invited again. Their former sign-ins
// stay ended.
func (s *Store) Reactivate(ctx context.Context, a Actor, id int64) (Change, error) {
	return s.act(ctx, a, ActReactivate, id, func(u *User) error {
		if u.Status != Deactivated {
			return nil
		}
		u.Status = Active
		if !u.HasPassword {
			u.Status = Invited
		}
		return nil
	})
}

// Delete takes a person out of the list. They can be restored for KeepDeleted.
func (s *Store) Delete(ctx context.Context, a Actor, id int64) (Change, error) {
	now := s.now()
	return s.act(ctx, a, ActDelete, id, func(u *User) error {
		u.Deleted = now
		return nil
	})
}

func (s *Store) act(ctx context.Context, a Actor, act Act, id int64, set func(*User) error) (Change, error) {
	var c Change
	err := s.write(ctx, a, attempt{act, id}, func(x *tx) error {
		before, err := x.loadForChange(id)
		if err != nil {
			return err
		}
		if err := x.require(act, before); err != nil {
			return err
		}
		after := *before
		if err := set(&after); err != nil {
			return err
		}
		c, err = x.apply(act, before, &after, Entry{})
		return err
	})
	return c, err
}

// Restore brings back a deleted person. It is refused when somebody else has
// taken their address or external id meanwhile.
func (s *Store) Restore(ctx context.Context, a Actor, id int64) (Change, error) {
	var c Change
	err := s.write(ctx, a, attempt{ActRestore, id}, func(x *tx) error {
		before, err := loadUser(x.ctx, x.Tx, id)
		if err != nil {
			return err
		}
		if err := x.require(ActRestore, before); err != nil {
			return err
		}
		after := *before
		after.Deleted = time.Time{}
		if err := x.mayReturn(&after); err != nil {
			return err
		}
		c, err = x.apply(ActRestore, before, &after, Entry{})
		return err
	})
	return c, err
}

// mayReturn refuses to bring somebody back whose address or external id
// belongs to another by now.
func (x *tx) mayReturn(u *User) error {
	taken := map[string]string{}
	if err := x.checkUnique(u, taken); err != nil {
		return err
	}
	var what []string
	for _, f := range FormFields() {
		if taken[string(f)] != "" {
			what = append(what, f.Label())
		}
	}
	if len(what) > 0 {
		// Without a name: this goes on record about one person, and would keep
		// the other's name there when they are gone.
		return refused("This account cannot come back as it was. Somebody else has this by now: " + strings.Join(what, ", ") + ".")
	}
	return nil
}
