package store

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// checker decides what rows come to: by the same rules as a form, against the
// people whom the rows at hand name. The dry run and the run ask the same one.
type checker struct {
	plan   ImportPlan
	actor  Actor
	fields []importField
	hash   int // the column of password hashes; -1: none
	admins int // active admins there would be after the rows so far

	byEmail, byExternal map[string]*User
	claims              map[string]claim // on addresses that others had until recently

	// The lines of the rows before, which are perhaps still being written.
	lastEmails, lastExternals map[string]int
}

// importField is a field of a person and the columns that it is made of.
type importField struct {
	def     fieldDef
	columns []int
}

func newChecker(p ImportPlan, a Actor, admins int) *checker {
	c := &checker{plan: p, actor: a, hash: slices.Index(p.Columns, TargetPasswordHash), admins: admins}
	for _, d := range fieldDefs {
		f := importField{def: d}
		for _, target := range []ImportTarget{TargetFirstName, TargetLastName, ImportTarget(d.field)} {
			for n, t := range p.Columns {
				if t == target && t.Field() == d.field {
					f.columns = append(f.columns, n)
				}
			}
		}
		if len(f.columns) > 0 {
			c.fields = append(c.fields, f)
		}
	}
	return c
}

// value is what a row says of a field.
func (f importField) value(cells []string) string {
	if len(f.columns) == 1 {
		return ourWord(f.def.field, trim(PlainCell(cells[f.columns[0]])))
	}
	var parts []string
	for _, n := range f.columns {
		if part := trim(PlainCell(cells[n])); part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, " ")
}

// ourWord turns what another system calls a role or a status into what we do.
func ourWord(f Field, v string) string {
	switch {
	case f == FieldRole && !Role(v).Valid():
		if word := roleWord(v); word != "" {
			return word
		}
	case f == FieldStatus && !Status(v).Valid():
		if word := statusWord(v); word != "" {
			return word
		}
	}
	return v
}

// proposal is what a row says, before anybody asks who it is about.
type proposal struct {
	typed    User
	given    []Field // the fields that the row says something of
	hash     string
	problems map[string]string
}

const damagedCell = "A character here could not be read. Choose another encoding, or type it again."

// read reads the values of a row and checks each by itself.
func (c *checker) read(r *ImportRow) proposal {
	p := proposal{problems: map[string]string{}}
	if r.Broken != "" {
		p.problems[RowProblem] = r.Broken
	} else if len(r.Cells) != len(c.plan.Columns) {
		p.problems[RowProblem] = "This row has " + plural(len(r.Cells), "cell", "cells") + ", the first one has " + strconv.Itoa(len(c.plan.Columns)) + "."
	}
	cells := r.Cells
	for len(cells) < len(c.plan.Columns) {
		cells = append(cells[:len(cells):len(cells)], "")
	}
	for _, f := range c.fields {
		v := f.value(cells)
		empties := c.plan.Clear && (f.def.field == FieldPhone || f.def.field == FieldExternalID)
		if v == "" && !empties {
			continue
		}
		p.given = append(p.given, f.def.field)
		if damaged(v) {
			p.problems[string(f.def.field)] = damagedCell
		} else if err := f.def.set(&p.typed, v); err != nil {
			p.problems[string(f.def.field)] = err.Error()
		}
	}
	if c.hash >= 0 && trim(cells[c.hash]) != "" {
		p.hash = trim(cells[c.hash])
		if _, err := RecogniseHash(p.hash); err != nil {
			p.problems[string(FieldPassword)] = err.Error()
		}
	}
	r.emailKey, r.externalID = p.typed.emailKey, p.typed.ExternalID
	return p
}

// load loads the people whom some rows name, and who can take an address back now.
func (c *checker) load(ctx context.Context, q querier, rows []ImportRow, now time.Time) (err error) {
	if c.claims, err = claims(ctx, q, now); err != nil {
		return err
	}
	people, err := peopleByKeys(ctx, q, keysOf(rows, emailOfRow), keysOf(rows, externalOfRow))
	if err != nil {
		return err
	}
	c.byEmail, c.byExternal = make(map[string]*User, len(people)), make(map[string]*User, len(people))
	for _, u := range people {
		c.remember(u)
	}
	return nil
}

func emailOfRow(r *ImportRow) string    { return r.emailKey }
func externalOfRow(r *ImportRow) string { return r.externalID }

// keysOf are the keys that rows have, each once.
func keysOf(rows []ImportRow, key func(*ImportRow) string) []string {
	keys := make([]string, 0, len(rows))
	for i := range rows {
		if k := key(&rows[i]); k != "" {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

func (c *checker) remember(u *User) {
	c.byEmail[u.emailKey] = u
	if u.ExternalID != "" {
		c.byExternal[u.ExternalID] = u
	}
}

// forget makes room for what a person is after a change.
func (c *checker) forget(u *User) {
	delete(c.byEmail, u.emailKey)
	delete(c.byExternal, u.ExternalID)
}

// outcome is what a row would do.
type outcome struct {
	before *User // nil: a new person
	after  User
	fields []FieldChange
	hash   string // a password hash to take over
}

// decide finds out whom a row is about and what it would change, and writes the
// verdict into the row.
func (c *checker) decide(r *ImportRow) outcome {
	p := r.says
	o := outcome{before: c.find(r, p)}
	if o.before == nil {
		c.create(&o, p)
	} else {
		c.change(&o, p)
	}
	c.unique(&o, p)
	if len(p.problems) == 0 {
		if why := c.guard(&o); why != "" {
			p.problems[RowProblem] = why
		}
	}
	r.User, r.Changes, r.Problems = 0, nil, nil
	if o.before != nil {
		r.User = o.before.ID
	}
	switch {
	case len(p.problems) > 0:
		r.Verdict, r.Problems = VerdictRefused, maps.Clone(p.problems)
	case o.before == nil:
		r.Verdict = VerdictCreate
	case len(o.fields) == 0 && o.hash == "":
		r.Verdict = VerdictSame
	default:
		r.Verdict, r.Changes = VerdictChange, o.fields
		if o.hash != "" {
			r.Changes = append(r.Changes, FieldChange{Field: FieldPassword, After: "as it was elsewhere"})
		}
	}
	return o
}

// find gives the person whom a row is about, or nil. A row without its key is
// about nobody.
func (c *checker) find(r *ImportRow, p proposal) *User {
	key, people := r.emailKey, c.byEmail
	if c.plan.Key == FieldExternalID {
		key, people = r.externalID, c.byExternal
	}
	if key == "" {
		if f := string(c.plan.Key); p.problems[f] == "" {
			p.problems[f] = "This is what people are recognised by. It cannot be empty."
		}
		return nil
	}
	return people[key]
}

func (c *checker) create(o *outcome, p proposal) {
	o.after, o.hash = p.typed, p.hash
	for _, f := range []Field{FieldName, FieldEmail} {
		if !slices.Contains(p.given, f) && p.problems[string(f)] == "" {
			p.problems[string(f)] = "A new person needs this."
		}
	}
	if o.after.Role == "" {
		o.after.Role = Member
	}
	if o.after.Status == "" { // without a password nobody can have been here yet
		o.after.Status = Invited
		if p.hash != "" {
			o.after.Status = Active
		}
	}
	o.after.passwordHash, o.after.HasPassword = p.hash, p.hash != ""
	if !Can(c.actor, ActCreate, nil) {
		p.problems[RowProblem] = "Your role does not allow this."
	}
	if !Can(c.actor, ActSetRole, &Target{Role: o.after.Role}) && p.problems[string(FieldRole)] == "" {
		p.problems[string(FieldRole)] = "You may not give a role as high as this."
	}
	o.fields = diff(&User{}, &o.after)
}

func (c *checker) change(o *outcome, p proposal) {
	o.after = *o.before
	for _, f := range p.given {
		// How the key is spelled is no news about the person.
		if p.problems[string(f)] == "" && !(f == FieldEmail && c.plan.Key == FieldEmail) {
			copyField(f, &o.after, &p.typed)
		}
	}
	// A password that somebody has here is newer than the one from elsewhere.
	if p.hash != "" && o.before.Status == Invited {
		p.problems[string(FieldPassword)] = o.before.Name + " has not accepted the invitation yet, and chooses a password by it."
	} else if p.hash != "" && !o.before.HasPassword {
		o.hash = p.hash
		o.after.passwordHash, o.after.HasPassword = p.hash, true
	}
	o.fields = diff(o.before, &o.after)
	for _, f := range o.fields {
		switch {
		case f.Field == FieldEmail && c.movesSelf(o):
			p.problems[string(f.Field)] = ownAddress
		case f.Field == FieldStatus && settles(o.before, &o.after) != "":
			p.problems[string(f.Field)] = settles(o.before, &o.after)
		case !Can(c.actor, f.Field.Act(), o.before.On()):
			p.problems[string(f.Field)] = o.before.Name + " ranks too high for you to change. Ask an admin."
		case f.Field == FieldRole && !Can(c.actor, ActSetRole, &Target{Role: o.after.Role}):
			p.problems[string(f.Field)] = "You may not give a role as high as this."
		}
	}
}

// movesSelf reports whether a row gives another address to whoever runs the import.
func (c *checker) movesSelf(o *outcome) bool {
	return c.actor.Kind == Person && c.actor.ID == o.before.ID && o.before.emailKey != o.after.emailKey
}

// settles says why a file cannot give somebody who is there this status; "" when it
// can. Who is invited comes by accepting the invitation, and nobody is invited who
// has come.
func settles(before, after *User) string {
	switch {
	case before.Status == Invited:
		return before.Name + " has not accepted the invitation yet. An import cannot do that for them."
	case after.Status == Invited:
		return before.Name + " has an account already. An import cannot turn it back into an invitation."
	case after.Status == Active && !before.HasPassword && !before.HasFactor:
		return before.Name + " has never signed in. Reactivate the account on their page, and invite them."
	}
	return ""
}

// copyField copies what a form may set, with the keys that belong to it.
func copyField(f Field, to, from *User) {
	switch f {
	case FieldName:
		to.Name = from.Name
	case FieldEmail:
		to.Email, to.emailKey = from.Email, from.emailKey
	case FieldPhone:
		to.Phone, to.phoneKey = from.Phone, from.phoneKey
	case FieldRole:
		to.Role = from.Role
	case FieldExternalID:
		to.ExternalID = from.ExternalID
	case FieldStatus:
		to.Status = from.Status
	}
}

// unique refuses an address and an external id that somebody else has, and an address
// that somebody else can take back.
func (c *checker) unique(o *outcome, p proposal) {
	for f, owner := range map[Field]*User{FieldEmail: c.byEmail[o.after.emailKey], FieldExternalID: c.byExternal[o.after.ExternalID]} {
		if owner != nil && (o.before == nil || owner.ID != o.before.ID) && p.problems[string(f)] == "" {
			p.problems[string(f)] = owner.Name + " already has this."
		}
	}
	other, claimed := c.claims[o.after.emailKey]
	moves := o.before == nil || o.before.emailKey != o.after.emailKey && o.before.ID != other.user
	if claimed && moves && p.problems[string(FieldEmail)] == "" {
		p.problems[string(FieldEmail)] = claimable(other.until)
	}
}

// guard is what the guard of a change would say, with the rows before carried
// out. It keeps count of the admins.
func (c *checker) guard(o *outcome) string {
	was := o.before != nil && o.before.isActiveAdmin()
	is := o.after.isActiveAdmin()
	switch {
	case o.before != nil && loses(o.before, &o.after) && c.actor.Kind == Person && c.actor.ID == o.before.ID:
		return ownAccess
	case was && !is && c.admins <= 1:
		return lastAdmin(o.before)
	case was && !is:
		c.admins--
	case is && !was:
		c.admins++
	}
	return ""
}

// check gives each row its verdict. The rows follow one another in the file;
// what stands before them is looked up.
func (c *checker) check(ctx context.Context, q querier, id int64, rows []ImportRow, now time.Time) error {
	for i := range rows {
		rows[i].says = c.read(&rows[i])
	}
	if err := c.load(ctx, q, rows, now); err != nil || len(rows) == 0 {
		return err
	}
	emails, err := earlierRows(ctx, q, id, "email_key", keysOf(rows, emailOfRow), rows[0].Line)
	if err != nil {
		return err
	}
	externals, err := earlierRows(ctx, q, id, "external_id", keysOf(rows, externalOfRow), rows[0].Line)
	if err != nil {
		return err
	}
	for i := range rows {
		r, p := &rows[i], rows[i].says
		twice(p, FieldEmail, r.emailKey, r.Line, emails, c.lastEmails)
		twice(p, FieldExternalID, r.externalID, r.Line, externals, c.lastExternals)
		c.decide(r)
	}
	c.lastEmails, c.lastExternals = emails, externals
	return nil
}

// twice refuses a value that an earlier row has, and remembers the first among
// these rows. before are the lines of the rows before them.
func twice(p proposal, f Field, key string, line int, first, before map[string]int) {
	if key == "" {
		return
	}
	earlier, ok := first[key]
	if !ok {
		earlier, ok = before[key]
	}
	if !ok {
		first[key] = line
		return
	}
	first[key] = earlier
	p.problems[string(f)] = "Line " + strconv.Itoa(earlier) + " already has this."
}
