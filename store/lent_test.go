package store

import (
	"slices"
	"testing"
	"time"
)

// An address that staff have given somebody: it needs a proof, the one before can be
// taken back, and who may not reset passwords gets nobody one by it.

const (
	evil  = "evil@example.org"
	evil2 = "evil2@example.org"
)

// give has somebody give Ben an address, and gives the token of the way back, if one
// was offered.
func (c *cast) give(a Actor, email string) (back string) {
	c.t.Helper()
	c.mailed("") // what lay there before is gone
	change(c.t)(c.UpdateUser(c.t.Context(), a, c.ben.ID, edit(FieldEmail, email)))
	return c.mailed(MailAddressBack)
}

// links counts the links for a new password that come to an address by asking.
func (c *cast) resetsFor(email string) int {
	c.t.Helper()
	m := &mailbox{}
	must(c.t, c.PostMail(c.t.Context(), m.post))
	must(c.t, c.forget(c.t.Context(), email))
	must(c.t, c.PostMail(c.t.Context(), m.post))
	n := 0
	for _, p := range m.taken {
		if p.Kind == MailReset && p.To == email {
			n++
		}
	}
	return n
}

// TestMovingSomebodysAddressNeedsAProof whoever has an account that they can enter, and
// whichever way it is done; another spelling does not, nor who has not come yet.
func TestMovingSomebodysAddressNeedsAProof(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]Status{"active": Active, "deactivated": Deactivated} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCast(t, mutation{})
			moved := change(t)(c.UpdateUser(t.Context(), console, c.ben.ID, edit(FieldEmail, newAddress)))
			if status == Deactivated {
				deactivateBen(c)
			}
			editor := c.signIn(c.eve)
			c.clock.advance(ProofLasts)
			before := c.fingerprint()
			for _, a := range []Actor{c.admin, editor} {
				wantKind(t, second(c.UpdateUser(t.Context(), a, c.ben.ID, map[Field]Edit{FieldEmail: {To: evil}, FieldName: {To: "Bo"}})), ProofNeeded)
				wantKind(t, second(c.Undo(t.Context(), a, moved.Entry)), ProofNeeded)
			}
			if c.fingerprint() != before {
				t.Error("something was done without a proof")
			}
			must(t, second(c.UpdateUser(t.Context(), editor, c.ben.ID, edit(FieldEmail, "BO@example.org"))))
			must(t, c.Prove(t.Context(), editor, password, ""))
			must(t, second(c.UpdateUser(t.Context(), editor, c.ben.ID, edit(FieldEmail, evil))))
		})
	}
	c := newCast(t, mutation{})
	c.invite(c.ben)
	c.clock.advance(ProofLasts)
	must(t, second(c.UpdateUser(t.Context(), c.admin, c.ben.ID, edit(FieldEmail, newAddress))))
}

// TestAnEditorGetsNobodysPassword by giving them an address: until the way back is over
// no link for a new password goes there, and nothing that an editor may do ends it.
func TestAnEditorGetsNobodysPassword(t *testing.T) {
	t.Parallel()
	for name, then := range map[string]func(c *cast, editor Actor){
		"nothing": func(*cast, Actor) {},
		"a deactivation, and back": func(c *cast, editor Actor) {
			change(c.t)(c.Deactivate(c.t.Context(), editor, c.ben.ID))
			change(c.t)(c.Reactivate(c.t.Context(), editor, c.ben.ID))
		},
		"a deletion, and back": func(c *cast, editor Actor) {
			change(c.t)(c.Delete(c.t.Context(), editor, c.ben.ID))
			change(c.t)(c.Restore(c.t.Context(), editor, c.ben.ID))
		},
		"another one": func(c *cast, editor Actor) {
			if c.give(editor, evil2) != "" {
				c.t.Error("the address in between has a way back")
			}
			change(c.t)(c.UpdateUser(c.t.Context(), editor, c.ben.ID, edit(FieldEmail, evil)))
		},
		"the editor is gone": func(c *cast, _ Actor) {
			change(c.t)(c.Delete(c.t.Context(), console, c.eve.ID))
			must(c.t, c.Erase(c.t.Context(), console, c.eve.ID))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCast(t, mutation{})
			editor := c.signIn(c.eve)
			back := c.give(editor, evil)
			then(c, editor)
			if n := c.resetsFor(evil); n != 0 {
				t.Errorf("%d links", n)
			}
			if e := c.newest(1)[0]; e.Act != ActForgot || e.Outcome != Failure || e.Target != c.ben.ID || e.Note == "" {
				t.Errorf("on record as %+v", e)
			}
			must(t, second(c.TakeAddressBack(t.Context(), c.guest, back)))
			if got := c.load(c.ben.ID).Email; got != c.ben.Email {
				t.Errorf("it is at %s", got)
			}
			if n := c.resetsFor(c.ben.Email); n != 1 { // by asking; what comes by itself is a mail of its own kind
				t.Errorf("%d links for who took it back", n)
			}
		})
	}
}

// TestALentAddressIsTheirsInTheEnd: after three days without a word, or as soon as an
// admin says so.
func TestALentAddressIsTheirsInTheEnd(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	c.give(c.signIn(c.eve), newAddress)
	c.clock.advance(AddressBackLife - time.Second)
	if n := c.resetsFor(newAddress); n != 0 {
		t.Errorf("%d links before", n)
	}
	c.clock.advance(time.Second)
	if n := c.resetsFor(newAddress); n != 1 {
		t.Errorf("%d links after three days", n)
	}

	c = newCast(t, mutation{})
	c.give(c.signIn(c.eve), newAddress)
	must(t, second(c.ResetLink(t.Context(), c.admin, c.ben.ID, true)))
	if c.mailed(MailReset) == "" {
		t.Error("an admin cannot send a link")
	}

	c = newCast(t, mutation{})
	if c.give(c.admin, newAddress) == "" {
		t.Error("no way back from what an admin did")
	}
	if n := c.resetsFor(newAddress); n != 1 {
		t.Errorf("%d links for an address that an admin gave", n)
	}
}

// TestALentAddressHasNoWayBack: a link to it, by which one chooses a new password as
// well, would be the editor's way in, whoever takes the address away again.
func TestALentAddressHasNoWayBack(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]func(c *cast){
		"themselves": func(c *cast) {
			must(c.t, c.ConfirmAddress(c.t.Context(), c.self, c.askedFor(newAddress)))
		},
		"an editor": func(c *cast) {
			change(c.t)(c.UpdateUser(c.t.Context(), c.signIn(c.eve), c.ben.ID, edit(FieldEmail, newAddress)))
		},
		"an admin": func(c *cast) {
			change(c.t)(c.UpdateUser(c.t.Context(), c.admin, c.ben.ID, edit(FieldEmail, newAddress)))
		},
		"an admin who undoes it": func(c *cast) {
			change(c.t)(c.Undo(c.t.Context(), c.admin, c.newest(1)[0].ID))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCast(t, mutation{})
			c.give(c.signIn(c.eve), evil)
			m := &mailbox{}
			must(t, c.PostMail(t.Context(), m.post))
			m.taken = nil
			away(c)
			must(t, c.PostMail(t.Context(), m.post))
			if got, want := m.kinds(), "address_old "+evil; !slices.Contains(got, want) || slices.Contains(got, "address_back "+evil) {
				t.Errorf("told %q", got)
			}
		})
	}
}

// TestAnOwnAddressThatAnEditorTakes a moment later goes back as well: the way back
// before it does not take the place of its own.
func TestAnOwnAddressThatAnEditorTakes(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	first := c.move(newAddress)
	c.clock.advance(time.Minute)
	back := c.give(c.signIn(c.eve), evil)
	if n := c.resetsFor(evil); n != 0 {
		t.Errorf("%d links", n)
	}
	must(t, second(c.TakeAddressBack(t.Context(), c.guest, back)))
	if got := c.load(c.ben.ID).Email; got != newAddress {
		t.Errorf("it is at %s", got)
	}
	_, _, err := c.OpenLink(t.Context(), c.guest, first)
	must(t, err)
}

// TestAnAdminTakesAnAddressFromAThief who had moved the account there: they are told,
// and cannot have it back.
func TestAnAdminTakesAnAddressFromAThief(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	first := c.move(evil)
	c.clock.advance(time.Minute)
	between := c.move(evil2)
	if back := c.give(c.admin, newAddress); back != "" {
		t.Error("the thief has a way back")
	}
	c.dead(first)
	c.dead(between)
}
