package store

import (
	"context"
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

	InviteUntil time.Time // when their invitation runs out, or has run out; zero: they have none
	InvitedBy   string    // who made it; "" when that is nobody who is still there

	HasPassword        bool
	HasFactor          bool // a second one, besides the password
	MustChangePassword bool

	emailKey, phoneKey, passwordHash string
}

// isActiveAdmin reports whether the person is an admin who can come in by a password: a
// passkey alone may be lost, or work at an address that is no more.
func (u *User) isActiveAdmin() bool {
	return u.Role == Admin && u.Status == Active && u.Deleted.IsZero() && u.HasPassword
}

// entersAsAdmin reports whether the person is an admin who may come in, be it only by
// the invitation that they have or get.
func (u *User) entersAsAdmin() bool {
	return u.Role == Admin && u.Status != Deactivated && u.Deleted.IsZero()
}

// On is the person as the target of an act.
func (u *User) On() *Target { return &Target{ID: u.ID, Role: u.Role} }

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
	u, problems, err := s.newUser(n)
	if err != nil {
		return Change{}, err
	}
	hash := ""
	if len(problems) == 0 {
		if hash, err = s.hasher.Hash(ctx, n.Password); err != nil {
			return Change{}, err
		}
	}
	var c Change
	err = s.write(ctx, a, attempt{ActCreate, 0}, func(x *tx) (err error) {
		if err := x.require(ActCreate, nil); err != nil {
			return err
		}
		u.passwordHash, u.HasPassword = hash, true
		c, err = x.admit(&u, problems, "")
		return err
	})
	return c, err
}

// admit adds a person unless there are problems with their values: those that are
// known already, and those that only show here.
func (x *tx) admit(u *User, problems map[string]string, note string) (Change, error) {
	if u.Role.Valid() && !Can(x.actor, ActSetRole, &Target{Role: u.Role}) {
		problems["role"] = "You may not give a role as high as this."
	}
	if err := x.checkUnique(u, problems); err != nil {
		return Change{}, err
	}
	if len(problems) > 0 {
		return Change{}, invalid(problems)
	}
	return x.create(u, note)
}

// newUser checks the values of a new person and the password; problems says what
// is wrong by field.
func (s *Store) newUser(n NewUser) (u User, problems map[string]string, err error) {
	u, problems = n.values()
	problem, err := s.checkNew(n.Password, n.Name, n.Email)
	if problem != "" {
		problems["password"] = problem
	}
	return u, problems, err
}

// values checks the values of a new person but the password; problems says what is
// wrong by field.
func (n NewUser) values() (u User, problems map[string]string) {
	u = User{Status: Active, MustChangePassword: n.MustChangePassword}
	problems = map[string]string{}
	for f, v := range map[Field]string{FieldName: n.Name, FieldEmail: n.Email, FieldPhone: n.Phone,
		FieldRole: string(n.Role), FieldExternalID: n.ExternalID} {
		d, _ := defOf(f)
		if err := d.set(&u, v); err != nil {
			problems[string(f)] = err.Error()
		}
	}
	return u, problems
}

// create inserts the person and records it, with a note.
func (x *tx) create(u *User, note string) (Change, error) {
	if err := x.raise(&User{}, u); err != nil {
		return Change{}, err
	}
	u.Created, u.Changed, u.Version = x.now, x.now, 1
	if err := insertUser(x, u); err != nil {
		return Change{}, err
	}
	fields := diff(&User{}, u)
	entry, err := x.record(Entry{Act: ActCreate, Target: u.ID, Changes: fields, Note: note})
	return Change{User: *u, Entry: entry, Fields: fields}, err
}

// checkUnique adds a problem when somebody else has the address or the
// external id, or can take the address back.
func (x *tx) checkUnique(u *User, problems map[string]string) error {
	if err := x.checkOwners(u, problems); err != nil || problems[string(FieldEmail)] != "" {
		return err
	}
	until, err := claimOn(x.ctx, x.Tx, u.emailKey, u.ID, x.now)
	if !until.IsZero() {
		problems[string(FieldEmail)] = claimable(until)
	}
	return err
}

// checkOwners adds a problem when somebody else has the address or the external id.
func (x *tx) checkOwners(u *User, problems map[string]string) error {
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
			problems[string(field)] = owner + " already has this."
		}
	}
	return nil
}

// Deactivate keeps the person and all their data, and puts them out at their
// next request.
func (s *Store) Deactivate(ctx context.Context, a Actor, id int64) (Change, error) {
	return s.act(ctx, a, ActDeactivate, id, func(_ *tx, u *User) error {
		u.Status = Deactivated
		return nil
	})
}

// Reactivate lets a deactivated person in again, with the role they had;
// somebody who never had a password or a passkey is invited again. Their former sign-ins
// stay ended.
func (s *Store) Reactivate(ctx context.Context, a Actor, id int64) (Change, error) {
	return s.act(ctx, a, ActReactivate, id, func(x *tx, u *User) error {
		if u.Status != Deactivated {
			return nil
		}
		came, err := x.hasCome(u)
		if u.Status = Invited; came {
			u.Status = Active
		}
		return err
	})
}

// hasCome reports whether somebody has a password or a passkey: they may be invited
// no more.
func (x *tx) hasCome(u *User) (bool, error) {
	if u.HasPassword {
		return true, nil
	}
	n, err := countPasskeys(x.ctx, x.Tx, u.ID)
	return n > 0, err
}

// Delete takes a person out of the list. They can be restored for KeepDeleted.
func (s *Store) Delete(ctx context.Context, a Actor, id int64) (Change, error) {
	now := s.now()
	return s.act(ctx, a, ActDelete, id, func(_ *tx, u *User) error {
		u.Deleted = now
		return nil
	})
}

func (s *Store) act(ctx context.Context, a Actor, act Act, id int64, set func(*tx, *User) error) (Change, error) {
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
		if err := set(x, &after); err != nil {
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
// belongs to another by now, or whose address another can take back.
func (x *tx) mayReturn(u *User) error {
	taken := map[string]string{}
	if err := x.checkOwners(u, taken); err != nil {
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
	until, err := claimOn(x.ctx, x.Tx, u.emailKey, u.ID, x.now)
	if err == nil && !until.IsZero() {
		err = refused(claimable(until))
	}
	return err
}
