package store

import (
	"context"
	"errors"
)

// AddExamples adds people who do not exist, to look around with, recorded as
// one entry for each five thousand of them. It skips those whose address is
// taken and says how many it added. As there are admins among them, only an
// admin may.
func (s *Store) AddExamples(ctx context.Context, a Actor, n int) (int, error) {
	const batch = 5000
	added := 0
	var chunk []DemoPerson
	flush := func() error {
		var m int
		err := s.write(ctx, a, attempt{ActDemo, 0}, func(x *tx) (err error) {
			if err := x.require(ActDemo, nil); err != nil {
				return err
			}
			m, err = x.addExamples(chunk)
			return err
		})
		added, chunk = added+m, chunk[:0]
		return err
	}
	for p := range DemoPeople(n, s.now()) {
		if chunk = append(chunk, p); len(chunk) == batch {
			if err := flush(); err != nil {
				return added, err
			}
		}
	}
	if len(chunk) == 0 {
		return added, nil
	}
	return added, flush()
}

func (x *tx) addExamples(people []DemoPerson) (int, error) {
	added := 0
	in := newInserter(x)
	defer in.close()
	for _, p := range people {
		u, err := p.user()
		if err != nil {
			return added, err
		}
		ok, err := in.insert(u)
		if err != nil {
			return added, err
		}
		if ok {
			added++
		}
	}
	if err := in.finish(); err != nil {
		return added, err
	}
	_, err := x.record(Entry{Act: ActDemo, Note: plural(added, "example person", "example people")})
	return added, err
}

// user turns an example into a person; its values went through the same rules
// as typed ones.
func (p DemoPerson) user() (*User, error) {
	u := &User{Status: Status(p.Status), Created: p.Created, Changed: p.Changed, LastSignIn: p.LastSignIn, Version: 1}
	var errs []error
	for f, v := range map[Field]string{FieldName: p.Name, FieldEmail: p.Email, FieldPhone: p.Phone,
		FieldRole: p.Role, FieldExternalID: p.ExternalID} {
		d, _ := defOf(f)
		errs = append(errs, d.set(u, v))
	}
	return u, errors.Join(errs...)
}
