package store

import (
	"context"
	"errors"
	mathRand "math/rand/v2"
	"time"
)

const (
	leaseMail = "mail"

	mailFirstRest  = time.Minute        // after the first failure
	mailLongRest   = 6 * time.Hour      // after many
	mailServerRest = 15 * time.Minute   // the same when the server was what was wrong
	mailOtherRest  = 30 * time.Second   // what all others rest then: less than the one that failed, which would keep them back for ever
	mailPatience   = 3 * 24 * time.Hour // from the first try on; then what brings no link is given up
	mailTerm       = 10 * time.Minute   // when somebody who was sending must have ended
	mailLook       = 5 * time.Second    // how often it is looked for mails of other programs

	// A mail that brings no link goes before what lasts longer than this, such as the
	// invitations of many, and after what does not.
	mailNotice = 24 * time.Hour

	mailStopped  = "It was interrupted while it was sent."
	mailUnknown  = "The program ended while it was sent: it may have arrived."
	mailUnsealed = "Its link was sealed by a key that is gone."
	mailSealed   = "The key that its link is sealed by is not here now."
)

// KeepMail posts what lies in the outbox, until Close. post ends soon after its
// context has, and gives that as its error if the mail has not gone because of it.
// failed is told what went wrong with the outbox itself; of what post says, the
// outbox tells.
func (s *Store) KeepMail(post func(context.Context, Posting) error, failed func(error)) {
	s.Go(func(ctx context.Context) {
		for {
			if err := s.PostMail(ctx, post); err != nil && ctx.Err() == nil {
				failed(err)
			}
			if !s.waitForMail(ctx) {
				return
			}
		}
	})
}

// waitForMail waits until there may be something to post.
func (s *Store) waitForMail(ctx context.Context) bool {
	timer := time.NewTimer(mailLook)
	defer timer.Stop()
	select {
	case <-s.mailbox:
	case <-timer.C:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

// tellMailed wakes who posts, after a commit that wrote mails.
func (s *Store) tellMailed() {
	if !s.mailed.Swap(false) {
		return
	}
	select {
	case s.mailbox <- struct{}{}:
	default: // it is told already
	}
}

// PostMail posts what is due, unless another program does.
func (s *Store) PostMail(ctx context.Context, post func(context.Context, Posting) error) error {
	var looked error
	due := func(time.Time) (is bool) {
		is, looked = mailIsDue(ctx, s.reader, s.now())
		return is
	}
	l := newLease(leaseMail)
	_, err := s.alone(ctx, l, due, func(ctx context.Context) error { return s.postDue(ctx, l, post) })
	return errors.Join(looked, err)
}

// postDue posts one mail after the other. When the server is what is wrong, the
// others are left for later.
func (s *Store) postDue(ctx context.Context, l lease, post func(context.Context, Posting) error) error {
	for ctx.Err() == nil {
		p, err := s.takeMail(ctx, l)
		if err != nil || p == nil {
			return err
		}
		why := post(ctx, *p)
		if ctx.Err() != nil && errors.Is(why, context.Canceled) {
			why = errStopped
		}
		if err := s.noteMail(context.WithoutCancel(ctx), &p.Mail, why); err != nil {
			return err
		}
		var e *PostError
		if errors.As(why, &e) && e.Server {
			return nil
		}
	}
	return ctx.Err()
}

// errStopped is why a mail did not go that somebody was told to stop sending.
var errStopped = errors.New("store: stopped while a mail was sent")

// takeMail gives the mail that is due and runs out first, or nil. Those that there
// is no point in posting any more are given up on the way.
func (s *Store) takeMail(ctx context.Context, l lease) (p *Posting, err error) {
	err = s.holding(ctx, l, func(x *tx) error {
		for {
			m, err := loadDueMail(x)
			if err != nil || m == nil {
				return err
			}
			token, over := s.stillWorth(m, x.now)
			if over == "" {
				p = &Posting{*m, token}
				if p.Attempts++; p.Attempts == 1 {
					p.triedFrom = x.now
				}
				return markSending(x, &p.Mail, x.now.Add(mailTerm))
			}
			if over == mailSealed { // a file that cannot be read now, or the key of another instance, may come
				err = leaveMail(x, m, x.now.Add(mailServerRest), over)
			} else {
				err = giveMailUp(x, m, over)
			}
			if err != nil {
				return err
			}
		}
	})
	return p, err
}

// stillWorth opens what is secret in a mail, or says why it is not posted. How long it
// has been tried counts only where nobody came to note how: see noteMail.
func (s *Store) stillWorth(m *Mail, now time.Time) (token, over string) {
	switch {
	case !m.Until.IsZero() && !now.Before(m.Until):
		return "", linkIsOver
	case m.State == MailSending && m.Attempts > 1 && now.Sub(m.triedFrom) >= mailPatience:
		return "", mailUnknown
	case m.secret == "":
		return "", ""
	}
	secret, err := s.unseal(sealedMail, m.ID, m.secret)
	if err != nil {
		return "", mailSealed
	}
	return string(secret), ""
}

// noteMail notes how posting a mail ended, also when the lease is somebody else's by
// now: that the mail has gone is so all the same. Who took the mail over since, and
// tries it once more, notes it themselves.
func (s *Store) noteMail(ctx context.Context, m *Mail, why error) error {
	return s.enqueue(&pending{ctx: ctx, actor: Actor{Kind: System}, do: func(x *tx) error {
		switch {
		case why == nil:
			return markSent(x, m)
		case errors.Is(why, errStopped):
			return markWaiting(x, m, x.now, mailStopped) // it is the next one's at once
		}
		return x.noteTrouble(m, why)
	}})
}

// noteTrouble leaves a mail for later, or gives it up.
func (x *tx) noteTrouble(m *Mail, why error) error {
	e := &PostError{Why: "The server could not be reached.", Server: true}
	errors.As(why, &e)
	if e.Server {
		if err := restMails(x, m.ID, x.now.Add(mailOtherRest)); err != nil {
			return err
		}
	}
	next := x.now.Add(m.rest(e, x.now))
	if e.Final || m.over(next) {
		return giveMailUp(x, m, e.Why)
	}
	return markWaiting(x, m, next, e.Why)
}

// over reports whether there is no point in trying a mail again at a time: what
// brings a link is tried until that ends.
func (m *Mail) over(at time.Time) bool {
	if !m.Until.IsZero() {
		return !at.Before(m.Until)
	}
	return at.Sub(m.triedFrom) >= mailPatience
}

// rest is how long a mail rests after a try that failed: not past the end of its
// link, as long as that is more than a moment away.
func (m *Mail) rest(why *PostError, now time.Time) time.Duration {
	rest := mailRest(m.Attempts)
	if why.Server {
		rest = min(rest, mailServerRest)
	}
	if !m.Until.IsZero() {
		rest = min(rest, max(m.Until.Sub(now)/2, mailFirstRest))
	}
	return rest
}

// mailRest is how long a mail rests after its n-th try: up to twice as long as
// after the one before, and never two of them equally long.
func mailRest(n int) time.Duration {
	most := mailLongRest
	if n < 10 {
		most = min(most, mailFirstRest<<(n-1)*2)
	}
	return most/2 + mathRand.N(most/2)
}
