package store

import (
	"strings"
	"time"
)

// Field names one value of a person, in forms, in the audit trail and in undo.
type Field string

// The fields of a person. Status, Deleted and MustChange change by acts of their own, not
// by a form.
const (
	FieldName       Field = "name"
	FieldEmail      Field = "email"
	FieldPhone      Field = "phone"
	FieldRole       Field = "role"
	FieldExternalID Field = "external_id"
	FieldStatus     Field = "status"
	FieldDeleted    Field = "deleted"
	FieldMustChange Field = "must_change"
	FieldPassword   Field = "password" // in the audit trail only, and never its value
)

// fieldDef is all that the store needs to know of a field: with it, a value is
// read, checked, set, compared, recorded, merged and undone. A new field of a
// person is a line here, a column in users_sql.go, and a migration.
type fieldDef struct {
	field Field
	label string
	act   Act // the permission to change it
	form  bool
	get   func(*User) string
	set   func(*User, string) error // the error's text stands beside the field
}

var fieldDefs = []fieldDef{
	{FieldName, "Name", ActEdit, true,
		func(u *User) string { return u.Name },
		func(u *User, v string) (err error) { u.Name, err = ParseName(v); return err }},
	{FieldEmail, "E-mail", ActEdit, true,
		func(u *User) string { return u.Email },
		func(u *User, v string) (err error) { u.Email, u.emailKey, err = ParseEmail(v); return err }},
	{FieldPhone, "Phone", ActEdit, true,
		func(u *User) string { return u.Phone },
		func(u *User, v string) (err error) { u.Phone, u.phoneKey, err = ParsePhone(v); return err }},
	{FieldRole, "Role", ActSetRole, true,
		func(u *User) string { return string(u.Role) },
		setRole},
	{FieldExternalID, "External ID", ActEdit, true,
		func(u *User) string { return u.ExternalID },
		func(u *User, v string) (err error) { u.ExternalID, err = ParseExternalID(v); return err }},
	{FieldStatus, "Status", ActDeactivate, false,
		func(u *User) string { return string(u.Status) },
		setStatus},
	{FieldDeleted, "Deleted", ActDelete, false,
		func(u *User) string { return formatTime(u.Deleted) },
		setDeleted},
	{FieldMustChange, "Has to choose a new password", ActResetPassword, false,
		func(u *User) string { return yes(u.MustChangePassword) },
		func(u *User, v string) error { u.MustChangePassword = v != ""; return nil }},
}

// yes is a value that is there or not, in words.
func yes(is bool) string {
	if is {
		return "yes"
	}
	return ""
}

func setRole(u *User, v string) error {
	if !Role(v).Valid() {
		return ValueError("Choose one of the roles.")
	}
	u.Role = Role(v)
	return nil
}

func setStatus(u *User, v string) error {
	if !Status(v).Valid() {
		return ValueError("Choose one of the statuses.")
	}
	u.Status = Status(v)
	return nil
}

func setDeleted(u *User, v string) error {
	if v == "" {
		u.Deleted = time.Time{}
		return nil
	}
	t, err := time.Parse(time.RFC3339, v)
	if err != nil {
		return ValueError("This is not a time.")
	}
	u.Deleted = t
	return nil
}

func formatTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func defOf(f Field) (*fieldDef, bool) {
	for i := range fieldDefs {
		if fieldDefs[i].field == f {
			return &fieldDefs[i], true
		}
	}
	return &noField, false
}

// noField is what is known of a field that does not exist.
var noField fieldDef

// FormFields lists the fields that forms may change, in the order of forms.
func FormFields() []Field {
	var out []Field
	for _, d := range fieldDefs {
		if d.form {
			out = append(out, d.field)
		}
	}
	return out
}

// Label is the field's name for people.
func (f Field) Label() string {
	if d, ok := defOf(f); ok {
		return d.label
	}
	s := strings.ReplaceAll(string(f), "_", " ")
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// Act is the permission that changing the field needs.
func (f Field) Act() Act {
	d, _ := defOf(f)
	return d.act
}

// Of gives a person's value of the field, as a form shows it.
func (f Field) Of(u *User) string {
	if d, ok := defOf(f); ok {
		return d.get(u)
	}
	return ""
}
