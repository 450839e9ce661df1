package store

import (
	"context"
	"strconv"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// noPasskey is why the answer of a passkey is not taken: in the trail, and for the
// person.
type noPasskey struct{ note, message string }

func unknownPasskey() *noPasskey {
	return &noPasskey{"unknown passkey", "This passkey is not known here: it may have been removed. Please use another one, or another way."}
}

// badPasskey is also what is said of an answer that somebody made up: it does not help
// them to a better one.
func badPasskey(name string) *noPasskey {
	note := "the passkey was not accepted"
	if name != "" {
		note = "the passkey “" + name + "” was not accepted"
	}
	return &noPasskey{note, "That passkey was not accepted. Please try again."}
}

// copiedPasskey is said of a passkey that counts its signatures and has counted fewer
// than before: there are two of it.
func copiedPasskey(name string) *noPasskey {
	return &noPasskey{"the passkey “" + name + "” may have been copied: its counter went back",
		"This passkey may have been copied: it has counted fewer sign-ins than before. Use another way, and remove it on your account page."}
}

func wrongAddress(site PasskeySite) *noPasskey {
	return &noPasskey{"a passkey was used at another address", "Passkeys work at " + site.Origin + " only. Please open it there."}
}

// notPasskey records the failure, and gives what is said of it. After too many with the
// same key nothing of it is kept, and it fails with Throttled: nobody guesses a signature,
// and so nobody is kept out whose passkey is right, but nobody fills the trail either.
func (x *tx) notPasskey(e Entry, key string, no *noPasskey) (wrong, err error) {
	if err := x.slow(throttles.passkey, key); err != nil {
		return nil, err
	}
	e.Outcome, e.Note = Failure, no.note
	if _, err := x.record(e); err != nil {
		return nil, err
	}
	return invalid(map[string]string{"credential": no.message}), nil
}

// ofPerson is what the wrong passkeys of somebody who is known count for.
func ofPerson(user int64) string { return digest("passkey person", strconv.FormatInt(user, 10)) }

// ofNetwork is the same of those of whom nobody knows who they are.
func ofNetwork(address string) string { return digest("passkey address", widest(address)) }

// maxAnswer is how long the answer of a browser may be, in bytes: those of security keys
// that say where they come from have some kilobytes.
const maxAnswer = 32 << 10

// readCreation reads what a browser says that it has made.
func readCreation(answer string) (*protocol.ParsedCredentialCreationData, *noPasskey) {
	if len(answer) > maxAnswer {
		return nil, badPasskey("")
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(answer))
	if err != nil {
		return nil, badPasskey("")
	}
	return parsed, nil
}

// readAssertion reads what a browser says that a passkey has signed.
func readAssertion(answer string) (*protocol.ParsedCredentialAssertionData, *noPasskey) {
	if len(answer) > maxAnswer {
		return nil, badPasskey("")
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return nil, badPasskey("")
	}
	return parsed, nil
}

// is reports whether an origin is that of the site.
func (site PasskeySite) is(origin string) bool {
	return protocol.IsOriginInHaystack(origin, []string{site.Origin})
}

// spend takes a challenge as answered, whatever the answer is. It fails with Invalid if
// it was made for something else, is too old, or was answered before.
func (x *tx) spend(c Challenge, use PasskeyUse, user int64) error {
	late := invalid(map[string]string{"credential": "That took too long. Please try again."})
	if waited := x.now.Sub(c.Made); c.Use != use || c.User != user || c.Text == "" || waited < 0 || waited >= ChallengeWithin {
		return late
	}
	n, err := spendChallenge(x, digest("challenge", c.Text))
	if err == nil && n == 0 {
		err = late
	}
	return err
}

// challengesKept is how long it is known which challenges were answered: a little longer
// than they can be.
const challengesKept = ChallengeWithin + time.Minute

// assertion is an answer, with what was asked, where, and why it cannot be read.
type assertion struct {
	site       PasskeySite
	challenge  Challenge
	answer     *protocol.ParsedCredentialAssertionData
	unreadable *noPasskey
}

func newAssertion(site PasskeySite, c Challenge, answer string) assertion {
	parsed, no := readAssertion(answer)
	return assertion{site, c, parsed, no}
}

// match finds the passkey that has signed, and checks what it has signed. Of somebody
// that is known already, it has to be one of theirs.
func (x *tx) match(s assertion) (*Passkey, *noPasskey, error) {
	if s.unreadable != nil {
		return nil, s.unreadable, nil
	}
	p, err := loadPasskey(x, inBase64(s.answer.RawID))
	if err != nil {
		return nil, nil, err
	}
	if p == nil || s.challenge.User != 0 && s.challenge.User != p.user {
		return nil, unknownPasskey(), nil
	}
	k, err := p.signed(s)
	switch {
	case !s.site.is(s.answer.Response.CollectedClientData.Origin):
		return p, wrongAddress(s.site), nil
	case err != nil:
		return p, badPasskey(p.Name), nil
	case k.Authenticator.CloneWarning:
		return p, copiedPasskey(p.Name), nil
	}
	p.counter, p.flags = int64(k.Authenticator.SignCount), int64(k.Flags.ProtocolValue())
	return p, nil, touchPasskey(x, p)
}

// signed checks a signature.
func (p *Passkey) signed(s assertion) (*webauthn.Credential, error) {
	lib, err := s.site.library()
	if err != nil {
		return nil, err
	}
	record, err := p.credentialRecord()
	if err != nil {
		return nil, err
	}
	if s.challenge.Use == PasskeyAlone && len(s.answer.Response.UserHandle) == 0 {
		return nil, unnamed
	}
	o := owner{handle: p.handle, keys: []webauthn.Credential{record}}
	return lib.ValidateLogin(o, webauthn.SessionData{Challenge: s.challenge.Text, RelyingPartyID: s.site.Host, UserID: o.WebAuthnID(),
		AllowedCredentialIDs: [][]byte{record.ID}, UserVerification: s.challenge.Use.verification()}, s.answer)
}

// unnamed is the error of a passkey that does not say whose it is.
var unnamed = protocol.ErrBadRequest.WithDetails("the passkey does not name its owner")

// checkPasskey takes the answer of a passkey of somebody who is known. One that is not
// right gives wrong: that it was tried is counted and on record, which is kept. It does
// not count as a code that was tried, nor do codes hold it up.
func (x *tx) checkPasskey(u *User, s assertion, use PasskeyUse, e Entry) (note string, wrong, err error) {
	if err := x.spend(s.challenge, use, u.ID); err != nil {
		return "", nil, err
	}
	p, no, err := x.match(s)
	if err != nil {
		return "", nil, err
	}
	if no != nil {
		wrong, err = x.notPasskey(e, ofPerson(u.ID), no)
		return "", wrong, err
	}
	return "with the " + p.quoted(), nil, nil
}

// ProveByPasskey takes a passkey as the fresh proof that the acting person is who they
// are. What is wrong fails with Invalid, in the field credential.
func (s *Store) ProveByPasskey(ctx context.Context, a Actor, site PasskeySite, c Challenge, answer string) error {
	given := newAssertion(site, c, answer)
	var wrong error
	err := s.transact(ctx, a, func(x *tx) error {
		u, err := x.self(ActProof)
		if err != nil {
			return err
		}
		note, no, err := x.checkPasskey(u, given, PasskeyProof, Entry{Act: ActProof, Target: u.ID})
		if wrong = no; no != nil || err != nil {
			return err
		}
		return x.proved(note)
	})
	return orElse(err, wrong)
}

// SignInBySecondPasskey ends a sign-in that is halfway by a passkey, as SignInByCode
// does by a code. What is wrong fails with Invalid, in the field credential.
func (s *Store) SignInBySecondPasskey(ctx context.Context, a Actor, h Halfway, site PasskeySite, c Challenge, answer string) (Whoever, error) {
	given := newAssertion(site, c, answer)
	var w Whoever
	var wrong error
	err := s.transact(ctx, a, func(x *tx) error {
		u, _, err := x.halfway(h)
		if err != nil {
			return err
		}
		note, no, err := x.checkPasskey(u, given, PasskeySecond, Entry{Act: ActSignIn, Target: u.ID})
		if wrong = no; no != nil || err != nil {
			return err
		}
		x.actor.Kind, x.actor.ID, x.actor.Role = Person, u.ID, u.Role
		w, err = x.signedIn(u, ByPasskey, note)
		return err
	})
	err = orElse(err, wrong)
	s.counts.signIn(err)
	return w, err
}

// SignInByPasskey begins a sign-in by a passkey alone, which knows its owner by a finger
// or a PIN. What is wrong fails with Invalid, in the field credential.
func (s *Store) SignInByPasskey(ctx context.Context, a Actor, site PasskeySite, c Challenge, answer string) (Whoever, error) {
	given := newAssertion(site, c, answer)
	var w Whoever
	var wrong error
	err := s.transact(ctx, Actor{Kind: Nobody, Address: a.Address, Agent: a.Agent, Request: a.Request, Browser: a.Browser}, func(x *tx) (err error) {
		w, wrong, err = x.enterByPasskey(given)
		return err
	})
	err = orElse(err, wrong)
	s.counts.signIn(err)
	return w, err
}

func (x *tx) enterByPasskey(s assertion) (w Whoever, wrong, err error) {
	if err := x.spend(s.challenge, PasskeyAlone, 0); err != nil {
		return w, nil, err
	}
	p, no, err := x.match(s)
	if err != nil {
		return w, nil, err
	}
	e, key := Entry{Act: ActSignIn}, ofNetwork(x.actor.Address)
	if p != nil {
		e.Target = p.user
	}
	if no != nil {
		wrong, err = x.notPasskey(e, key, no)
		return w, wrong, err
	}
	u, err := loadUser(x.ctx, x.Tx, p.user)
	if err != nil {
		return w, nil, err
	}
	if no := closed(u); no != nil {
		wrong, err = x.notPasskey(e, key, no)
		return w, wrong, err
	}
	x.actor.Kind, x.actor.ID, x.actor.Role = Person, u.ID, u.Role
	w, err = x.signedIn(u, ByPasskey, "with the "+p.quoted()+" alone")
	return w, nil, err
}

// closed says why somebody who has proved to be themselves does not get in all the same.
func closed(u *User) *noPasskey {
	switch {
	case !u.Deleted.IsZero():
		return &noPasskey{"the account is deleted", unknownPasskey().message}
	case u.Status != Active:
		return &noPasskey{"the account is " + string(u.Status), "This account is " + string(u.Status) + ". Ask an admin to activate it."}
	}
	return nil
}
