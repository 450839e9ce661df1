package store

import (
	"context"
	"strings"
)

// exportPage is how many people an export reads at once.
const exportPage = 500

// ExportUsers gives everybody whom the query matches to each, in its order: all
// pages, wherever the query stands. each must not keep a person: the memory is
// used again. format says for the record what becomes of them. That somebody took
// a copy, and of whom, is on record before the first person is given.
//
// It reads page by page, each in a moment of its own, instead of in one long
// transaction: a reader of the file who is slow holds neither a connection nor
// the write-ahead log, which could not shrink for as long. Everybody is as they
// were when their page was read. Who moves in the order meanwhile is still given
// once: a repetition is left out, and who was passed over follows at the end.
// That takes one bit of memory for each person.
func (s *Store) ExportUsers(ctx context.Context, a Actor, q Query, format string, each func(*User) error) error {
	var entry int64
	err := s.write(ctx, a, attempt{ActExport, 0}, func(x *tx) (err error) {
		if err := x.require(ActExport, nil); err != nil {
			return err
		}
		if err := q.allowed(x.actor); err != nil {
			return err
		}
		entry, err = x.record(Entry{Act: ActExport, Note: q.words() + ", as " + format})
		return err
	})
	if err != nil {
		return err
	}
	var given idSet
	once := func(u *User) error {
		if !given.add(u.ID) {
			return nil
		}
		return each(u)
	}
	if err := s.eachInOrder(ctx, q, once); err != nil {
		return err
	}
	return s.eachChangedSince(ctx, q, entry, once)
}

// eachInOrder walks the whole list, each page into the memory of the one before.
func (s *Store) eachInOrder(ctx context.Context, q Query, each func(*User) error) error {
	counts, err := allCounts(ctx, s.reader)
	if err != nil {
		return err
	}
	if q, _, err = s.narrow(ctx, q, counts, exportPage); err != nil {
		return err
	}
	users := make([]User, 0, exportPage)
	for at := (*Cursor)(nil); ; {
		if users, err = selectUsers(ctx, s.reader, q, at, false, exportPage, users[:0]); err != nil {
			return err
		}
		if err := eachOf(users, each); err != nil || len(users) < exportPage {
			return err
		}
		place := q.Sort.cursor(&users[exportPage-1])
		at = &place
	}
}

// eachChangedSince gives those of the list whom an entry of the trail is about
// that is newer than the given one. Nobody changes without such an entry.
func (s *Store) eachChangedSince(ctx context.Context, q Query, since int64, each func(*User) error) error {
	for entry := since; ; {
		ids, last, err := targetsSince(ctx, s.reader, entry, exportPage)
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			return s.stillThere(ctx, since)
		}
		users, err := selectThese(ctx, s.reader, q, ids)
		if err != nil {
			return err
		}
		if err := eachOf(users, each); err != nil {
			return err
		}
		entry = last
	}
}

// stillThere fails when entries after the given one have left for an archive.
func (s *Store) stillThere(ctx context.Context, entry int64) error {
	base, err := trailBase(querierAt{ctx, s.reader})
	if err == nil && base.id > entry {
		err = refused("The audit trail was archived meanwhile, up to what happened just now. Please export again.")
	}
	return err
}

func eachOf(users []User, each func(*User) error) error {
	for i := range users {
		if err := each(&users[i]); err != nil {
			return err
		}
	}
	return nil
}

// words says what a query selects, for the record.
func (q Query) words() string {
	var parts []string
	if search := strings.TrimSpace(q.Search); search != "" {
		parts = append(parts, "search “"+strings.ToValidUTF8(clip(search, 300), "")+"”")
	}
	if q.Role != "" {
		parts = append(parts, "role "+string(q.Role))
	}
	if q.Status != "" {
		parts = append(parts, "status "+string(q.Status))
	}
	if q.Deleted {
		parts = append(parts, "deleted")
	}
	if !q.Created.IsZero() {
		parts = append(parts, "created "+q.Created.words())
	}
	if q.Never {
		parts = append(parts, "never signed in")
	} else if !q.SignedIn.IsZero() {
		parts = append(parts, "last sign-in "+q.SignedIn.words())
	}
	if q.Password != "" {
		parts = append(parts, map[Answer]string{Yes: "with a password", No: "without a password"}[q.Password])
	}
	if q.Factor != "" {
		parts = append(parts, map[Answer]string{Yes: "with a second factor", No: "without a second factor"}[q.Factor])
	}
	if q.Uninvited {
		parts = append(parts, "invited, without an invitation that is open")
	} else if !q.Invite.IsZero() {
		parts = append(parts, "invitation ends "+q.Invite.words())
	}
	if q.Slowed {
		parts = append(parts, "slowed down")
	}
	if len(parts) == 0 {
		parts = append(parts, "everybody")
	}
	return strings.Join(append(parts, "sorted by "+ParseSort(q.Sort.String()).String()), ", ")
}

// idSet is a set of ids, which are dense, at one bit each.
type idSet []uint64

// add reports whether the id is new to the set.
func (s *idSet) add(id int64) bool {
	at, bit := int(id/64), uint64(1)<<(id%64)
	for len(*s) <= at {
		*s = append(*s, 0)
	}
	isNew := (*s)[at]&bit == 0
	(*s)[at] |= bit
	return isNew
}
