package store

import (
	"context"
	"errors"
	"iter"
	"time"
)

const (
	exampleBatch = 5_000  // examples that are added at once, while others work
	bulkChunk    = 500    // examples that lie ready, while others are added
	remoteChunk  = 2_000  // the same where each chunk takes a way to a server and back
	bulkExamples = 20_000 // from so many on, it is worth while to build the indexes anew
	nearlyEmpty  = 100    // people
	quietFor     = 15 * time.Minute
)

// AddExamples adds people who do not exist, to look around with, recorded as
// one entry for each five thousand of them. It skips those whose address is
// taken and says how many it added. As there are admins among them, only an
// admin may.
func (s *Store) AddExamples(ctx context.Context, a Actor, n int) (int, error) {
	return s.AddManyExamples(ctx, a, n, func(int) {})
}

// AddManyExamples is AddExamples, and tells as it goes how many thousandths of
// the work are done. Where hardly anybody is there and nobody is at work, it
// adds many in a single change with one entry: all of them or, cut off, nobody.
func (s *Store) AddManyExamples(ctx context.Context, a Actor, n int, tell func(int)) (int, error) {
	added, err := s.addManyExamples(ctx, a, n, tell)
	if err == nil && added >= s.many {
		err = s.engine.grown(ctx)
	}
	return added, err
}

func (s *Store) addManyExamples(ctx context.Context, a Actor, n int, tell func(int)) (int, error) {
	if n >= s.many {
		if added, done, err := s.engine.insertInBulk(ctx, s, a, n, tell); done || err != nil {
			return added, err
		}
	}
	added, made := 0, 0
	for people, err := range examples(ctx, n, min(exampleBatch, s.many), s.now()) {
		if err != nil {
			return added, err
		}
		m, err := s.addExamples(ctx, a, people)
		if added += m; err != nil {
			return added, err
		}
		made += len(people)
		tell(1000 * made / n)
	}
	return added, ctx.Err()
}

func (s *Store) addExamples(ctx context.Context, a Actor, people []*User) (added int, err error) {
	err = s.write(ctx, a, attempt{ActDemo, 0}, func(x *tx) error {
		if err := x.require(ActDemo, nil); err != nil {
			return err
		}
		in := newInserter(x)
		defer in.close()
		if added, err = in.insertAll(people); err != nil {
			return err
		}
		return errors.Join(in.finish(), x.recordExamples(added))
	})
	if err != nil {
		added = 0
	}
	return added, err
}

func (x *tx) recordExamples(added int) error {
	_, err := x.record(Entry{Act: ActDemo, Note: plural(added, "example person", "example people")})
	return err
}

// bulk is what an engine does for many people who are added at once.
type bulk struct {
	indexes       indexLister
	chunk         int               // people who are inserted together
	prepare, tidy func(x *tx) error // before and afterwards, also after an error
}

// addInBulk adds all examples in one transaction, unless that would keep others
// waiting.
func (s *Store) addInBulk(ctx context.Context, a Actor, n int, b bulk, tell func(int)) (added int, done bool, err error) {
	err = s.write(ctx, a, attempt{ActDemo, 0}, func(x *tx) error {
		if err := x.require(ActDemo, nil); err != nil {
			return err
		}
		if done, err = isQuiet(x, nearlyEmpty, toMillis(x.now.Add(-quietFor))); err != nil || !done {
			return err
		}
		err := b.prepare(x)
		if err == nil {
			added, err = x.addInBulk(ctx, n, b, tell)
		}
		return errors.Join(err, b.tidy(x))
	})
	if err != nil {
		added = 0
	}
	return added, done, err
}

// addInBulk spends about two thirds of its time on the people and the rest on
// the indexes.
func (x *tx) addInBulk(ctx context.Context, n int, b bulk, tell func(int)) (added int, err error) {
	in, err := newBulkInserter(x, b.indexes)
	if err != nil {
		return 0, err
	}
	defer in.close()
	made := 0
	for people, err := range examples(ctx, n, b.chunk, x.now) {
		if err != nil {
			return 0, err
		}
		m, err := in.insertAll(people)
		if err != nil {
			return 0, err
		}
		added, made = added+m, made+len(people)
		tell(650 * made / n)
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	err = in.finish(func(built int) { tell(650 + 350*built/len(in.indexes)) })
	return added, errors.Join(err, x.recordExamples(added))
}

// examples makes people ahead of whoever takes them, a chunk at a time.
// It ends early when the context does.
func examples(ctx context.Context, n, chunk int, now time.Time) iter.Seq2[[]*User, error] {
	return func(yield func([]*User, error) bool) {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		made := make(chan exampleChunk)
		go makeExamples(ctx, n, chunk, now, made)
		for c := range made {
			if !yield(c.people, c.err) {
				return
			}
		}
	}
}

type exampleChunk struct {
	people []*User
	err    error
}

func makeExamples(ctx context.Context, n, chunk int, now time.Time, made chan<- exampleChunk) {
	defer close(made)
	var c exampleChunk
	send := func() bool {
		select {
		case made <- c:
			c = exampleChunk{}
			return true
		case <-ctx.Done():
			return false
		}
	}
	for p := range DemoPeople(n, now) {
		u, err := p.user()
		c.people, c.err = append(c.people, u), err
		if (err != nil || len(c.people) == chunk) && !send() {
			return
		}
	}
	if len(c.people) > 0 {
		send()
	}
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
