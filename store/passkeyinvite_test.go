package store

import (
	"testing"

	"backoffice/store/storetest"
)

// askFirst gives what a passkey is made by for the person of an invitation.
func (c *cast) askFirst() PasskeyAsked {
	c.t.Helper()
	asked, err := c.AskFirstPasskey(c.t.Context(), c.guest, c.token, office)
	must(c.t, err)
	return asked
}

func (c *cast) accept(asked PasskeyAsked, k *storetest.Authenticator) ([]string, error) {
	c.t.Helper()
	return c.AcceptByPasskey(c.t.Context(), c.guest, c.token, office, asked.Challenge, NewPasskey{Answer: k.Create(c.t, asked.Options), Device: "Firefox on Linux"})
}

// TestInvitedByPasskey has no password, and comes in by the passkey alone.
func TestInvitedByPasskey(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{arrange: func(c *cast) { c.invite(c.ben) }})
	before := c.fingerprint()
	asked := c.askFirst()
	if c.fingerprint() != before {
		t.Error("asking changes something")
	}
	k := officeKey()
	k.Unverified = true
	c.wantNoKey(second(c.accept(asked, k)), "not accepted", "the passkey was not accepted")
	k.Unverified = false
	c.wantNoKey(second(c.accept(asked, k)), "too long", "") // it was answered
	codes, err := c.accept(c.askFirst(), k)
	must(t, err)
	ben := c.load(c.ben.ID)
	if len(codes) != recoveryCount || ben.Status != Active || ben.HasPassword {
		t.Errorf("%d codes, %+v", len(codes), ben)
	}
	wantKind(t, second(c.accept(PasskeyAsked{Challenge: asked.Challenge, Options: asked.Options}, officeKey())), NotFound) // the link is used
	wantKind(t, second(c.SignIn(t.Context(), c.guest, ben.Email, password)), Unauthenticated)
	wantKind(t, second(c.SignIn(t.Context(), c.guest, ben.Email, "")), Unauthenticated)
	w, err := c.byKey(k)
	must(t, err)

	a := w.actor()
	f, err := c.Factors(t.Context(), a, ben.ID)
	must(t, err)
	if e := wantKind(t, c.RemovePasskey(t.Context(), a, f.Passkeys[0].ID), Refused); e.Message != "This passkey is your only way in. Add another one first, or choose a password by a link." {
		t.Errorf("%q", e.Message)
	}
	c.addKey(a, officeKey(), "Second")
	must(t, c.RemovePasskey(t.Context(), a, f.Passkeys[0].ID))
	c.wantNoKey(second(c.byKey(k)), "not known here", "unknown passkey")
}

// TestALostFirstPasskey is made up for by a link and a recovery code.
func TestALostFirstPasskey(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{arrange: func(c *cast) { c.invite(c.ben) }})
	codes, err := c.accept(c.askFirst(), officeKey())
	must(t, err)
	c.reset(c.load(c.ben.ID))
	wantKind(t, second(c.AskFirstPasskey(t.Context(), c.guest, c.token, office)), NotFound) // a new password is what it is for
	must(t, second(c.RedeemLink(t.Context(), c.guest, c.token, password)))
	half := c.testStore.halfway(c.load(c.ben.ID))
	must(t, second(c.SignInByCode(t.Context(), c.guest, half, codes[0])))
}

// TestReactivatedWithAPasskey is active again, and not invited anew.
func TestReactivatedWithAPasskey(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{arrange: func(c *cast) { c.invite(c.ben) }})
	k := officeKey()
	must(t, second(c.accept(c.askFirst(), k)))
	change(t)(c.Deactivate(t.Context(), console, c.ben.ID))
	c.wantNoKey(second(c.byKey(k)), "This account is deactivated.", "")
	change(t)(c.Reactivate(t.Context(), console, c.ben.ID))
	must(t, second(c.byKey(k)))
}

// TestInvitationsByPasskeyAreForOne person, with the token of their own.
func TestInvitationsByPasskeyAreForOne(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{arrange: func(c *cast) { c.invite(c.ben) }})
	asked := c.askFirst()
	wantKind(t, second(c.AskFirstPasskey(t.Context(), c.guest, "GUESSED", office)), NotFound)
	mine := asked
	mine.Challenge.User = c.eve.ID
	c.wantNoKey(second(c.accept(mine, officeKey())), "too long", "")
	c.token = "GUESSED"
	for range throttles.link.free + 1 {
		wantKind(t, second(c.accept(asked, officeKey())), NotFound)
	}
	wantKind(t, second(c.accept(asked, officeKey())), Throttled)
}
