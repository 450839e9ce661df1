package store

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"
)

// An admin may see the back office as somebody who ranks below them does, to find
// out what that person means. They only look: whatever changes something is refused
// before it begins, here as well as by the guard of the routes. It belongs to one
// sign-in, says why, ends by itself, and the person is told.

// ImpersonationLasts is how long it lasts at most.
const ImpersonationLasts = time.Hour

// Bounds of the reason, in characters.
const (
	MinReason = 3
	MaxReason = 200
)

// Seeing is that somebody sees the back office as another person does.
type Seeing struct {
	Real   User // who really acts
	Until  time.Time
	Reason string
}

// Why it has ended by itself, for the person who saw and for the trail.
const (
	lapsedTime   = "The hour was over."
	lapsedTarget = "The account that you saw has changed."
	lapsedOwn    = "Your role no longer allows it."
)

// onlyLooking refuses a change by somebody who sees the back office as another.
func onlyLooking() error {
	return forbidden("You see this as somebody else does, and only look. Stop that first.")
}

// Impersonate lets the actor's sign-in see the back office as somebody does, from
// its next request on. The reason goes on record, to be read by that person too.
func (s *Store) Impersonate(ctx context.Context, a Actor, id int64, reason string) (u User, err error) {
	reason = strings.Join(strings.Fields(reason), " ")
	err = s.write(ctx, a, attempt{ActImpersonate, id}, func(x *tx) error {
		whom, err := x.loadForChange(id)
		if err != nil {
			return err
		}
		if err := x.require(ActImpersonate, whom); err != nil {
			return err
		}
		if whom.Status != Active {
			return refused(whom.Name + " may not sign in, and so sees nothing.")
		}
		if n := utf8.RuneCountInString(reason); n < MinReason || n > MaxReason {
			return invalid(map[string]string{"reason": "Please say why, in 3 to 200 characters."})
		}
		u = *whom
		return x.beginSeeing(whom, reason)
	})
	return u, err
}

func (x *tx) beginSeeing(u *User, reason string) error {
	n, err := setSeeing(x, x.actor.SignIn, x.actor.ID, u.ID, x.now.Add(ImpersonationLasts), reason)
	if err != nil {
		return err
	}
	if n == 0 {
		return refused("You see this as somebody else does already. Stop that first.")
	}
	if err := x.mail(letter{kind: MailSeen, user: u.ID, to: u.Email}); err != nil {
		return err
	}
	_, err = x.record(Entry{Act: ActImpersonate, Target: u.ID, Note: reason})
	return err
}

// StopImpersonating lets the actor, who is the one who really acts, be themselves
// again. It gives whom they saw; 0 when they were themselves.
func (s *Store) StopImpersonating(ctx context.Context, a Actor) (seen int64, err error) {
	err = s.enqueue(&pending{ctx: ctx, actor: a, do: func(x *tx) (err error) {
		seen, err = x.endSeeing("")
		return err
	}})
	return seen, err
}

// endSeeing ends what the actor's sign-in sees, and records it, with a note of why
// if they did not end it themselves.
func (x *tx) endSeeing(why string) (seen int64, err error) {
	seen, err = clearSeeing(x, x.actor.SignIn, x.actor.ID)
	if err != nil || seen == 0 {
		return 0, err
	}
	_, err = x.record(Entry{Act: ActStopImpersonating, Target: seen, Note: why})
	return seen, err
}

// asSeen makes of somebody who resumes a sign-in the person whom they see the back
// office as, or says in Lapsed why they are themselves again.
func (s *Store) asSeen(ctx context.Context, w Whoever) (Whoever, error) {
	if w.SignIn.As == 0 {
		return w, nil
	}
	u, err := loadUser(ctx, s.reader, w.SignIn.As)
	if err != nil && KindOf(err) != NotFound {
		return w, err
	}
	if why := s.whyLapsed(&w, u); why != "" {
		w.Lapsed = why
		return w, s.lapse(ctx, &w)
	}
	w.Seeing = &Seeing{Real: w.User, Until: w.SignIn.AsUntil, Reason: w.SignIn.asReason}
	w.User, w.HasApp, w.Passkeys, w.required = *u, u.HasFactor, 0, time.Time{}
	return w, nil
}

// whyLapsed says why somebody can no longer see the back office as a person does;
// nil is one who is gone.
func (s *Store) whyLapsed(w *Whoever, u *User) string {
	real := Actor{Kind: Person, ID: w.User.ID, Role: w.User.Role}
	switch {
	case !s.now().Before(w.SignIn.AsUntil):
		return lapsedTime
	case !Can(real, ActImpersonate, nil):
		return lapsedOwn
	case u == nil || u.Status != Active || !u.Deleted.IsZero() || !Can(real, ActImpersonate, u.On()):
		return lapsedTarget
	}
	return ""
}

// lapse puts on record that it has ended. On a full disk one is oneself again all
// the same.
func (s *Store) lapse(ctx context.Context, w *Whoever) error {
	a := Actor{Kind: Person, ID: w.User.ID, Role: w.User.Role, SignIn: w.SignIn.ID, Address: w.SignIn.Address, Agent: w.SignIn.Agent}
	err := s.enqueue(&pending{ctx: ctx, actor: a, do: func(x *tx) error {
		_, err := x.endSeeing(w.Lapsed)
		return err
	}})
	if trouble(err) != "" {
		err = nil
	}
	return err
}

// RefuseChange records that somebody tried to change something while they saw the
// back office as another does, by what they tried, and gives what they are told.
func (s *Store) RefuseChange(ctx context.Context, a Actor, tried string) error {
	if err := s.recordAlone(ctx, a, Entry{Act: ActChangeAs, Target: a.ID, Outcome: Denied, Note: tried}); err != nil {
		return err
	}
	return onlyLooking()
}
