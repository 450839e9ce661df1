package store

import (
	"context"
	"slices"
	"strings"
	"time"
)

// FactorGrace is how long somebody may put off to set up a second factor, counted
// from when their role has needed one.
const FactorGrace = 7 * 24 * time.Hour

// RequiredFactors gives the roles that need a second factor, and since when.
func (s *Store) RequiredFactors(ctx context.Context, a Actor) (map[Role]time.Time, error) {
	if !Can(a, ActFactorPolicy, nil) {
		return nil, forbidden("Your role does not allow this.")
	}
	kept, err := selectRequired(ctx, s.reader)
	since := map[Role]time.Time{}
	for role, at := range kept {
		since[role] = fromMillis(at)
	}
	return since, err
}

// RequireFactors says which roles need a second factor; for the others it is
// optional. Those that needed one before go on as they were. It reports whether
// anything has changed.
func (s *Store) RequireFactors(ctx context.Context, a Actor, roles []Role) (changed bool, err error) {
	err = s.write(ctx, a, attempt{ActFactorPolicy, 0}, func(x *tx) error {
		if err := x.require(ActFactorPolicy, nil); err != nil {
			return err
		}
		before, err := selectRequired(x.ctx, x.Tx)
		if err != nil {
			return err
		}
		if changed, err = x.setRequired(before, roles); err != nil || !changed {
			return err
		}
		_, err = x.record(Entry{Act: ActFactorPolicy, Note: requiredInWords(roles)})
		return err
	})
	return changed, err
}

func (x *tx) setRequired(before map[Role]int64, roles []Role) (changed bool, err error) {
	for _, r := range Roles() {
		_, was := before[r]
		is := slices.Contains(roles, r)
		switch {
		case is && !was:
			err = insertRequired(x, r)
		case was && !is:
			err = deleteRequired(x, r)
		default:
			continue
		}
		if changed = true; err != nil {
			return false, err
		}
	}
	return changed, nil
}

func requiredInWords(roles []Role) string {
	var names []string
	for _, r := range Roles() {
		if slices.Contains(roles, r) {
			names = append(names, string(r))
		}
	}
	if len(names) == 0 {
		return "optional for all"
	}
	return "required for " + strings.Join(names, ", ")
}

// FactorDue is until when the person has to set up a second factor; zero when they
// need not, or have one.
func (w *Whoever) FactorDue() time.Time {
	if w.required.IsZero() || w.HasFactor() {
		return time.Time{}
	}
	return w.required.Add(FactorGrace)
}
