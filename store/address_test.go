package store

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const newAddress = "Bo@example.org"

// askFor has Ben ask for an address.
func (c *cast) askFor(email string) {
	c.t.Helper()
	must(c.t, second(c.AskAddress(c.t.Context(), c.self, email)))
}

// mailed posts what waits, and gives the token in the newest mail of a kind.
func (c *cast) mailed(kind MailKind) (token string) {
	c.t.Helper()
	must(c.t, c.PostMail(c.t.Context(), func(_ context.Context, p Posting) error {
		if p.Kind == kind {
			token = p.Token
		}
		return nil
	}))
	return token
}

// askedFor has Ben ask for an address, and gives the token that confirms it.
func (c *cast) askedFor(email string) string {
	c.t.Helper()
	c.askFor(email)
	return c.mailed(MailAddress)
}

// move gives Ben an address the whole way, and gives the token of the way back.
func (c *cast) move(email string) string {
	c.t.Helper()
	must(c.t, c.ConfirmAddress(c.t.Context(), c.self, c.askedFor(email)))
	if c.load(c.ben.ID).Email != email {
		c.t.Fatalf("Ben has %s", c.load(c.ben.ID).Email)
	}
	return c.mailed(MailAddressBack)
}

// dead demands that a token is good for nothing, whatever one tries.
func (c *cast) dead(token string) {
	c.t.Helper()
	c.over(token)
	wantKind(c.t, c.ConfirmAddress(c.t.Context(), c.self, token), NotFound)
	wantKind(c.t, second(c.TakeAddressBack(c.t.Context(), c.guest, token)), NotFound)
	wantKind(c.t, c.EndByLink(c.t.Context(), c.guest, token), NotFound)
}

// TestChangingOnesAddress goes the whole way: nothing changes until it is confirmed,
// sessions stay, a link for a new password goes, and the old address is told.
func TestChangingOnesAddress(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	other := c.signIn(c.ben)
	c.reset(c.ben)
	reset := c.token
	before := c.load(c.ben.ID)
	token := c.askedFor(newAddress)
	asked, err := c.AskedAddress(t.Context(), c.self)
	must(t, err)
	if asked == nil || asked.Address != newAddress || !asked.Expires.Equal(c.Now().Add(AddressLife)) {
		t.Errorf("asked for %+v", asked)
	}
	for range 3 {
		fingerprint := c.fingerprint()
		l, u, err := c.OpenLink(t.Context(), c.guest, token)
		must(t, err)
		if l.Kind != LinkAddress || l.Address != newAddress || u.Email != before.Email || c.fingerprint() != fingerprint {
			t.Errorf("%+v of %+v", l, u)
		}
	}
	if now := c.load(c.ben.ID); *now != *before {
		t.Errorf("it changed before it was confirmed: %+v", now)
	}
	_, _, err = c.OpenLink(t.Context(), c.guest, reset)
	must(t, err)
	must(t, c.ConfirmAddress(t.Context(), c.self, token))
	c.dead(token)
	c.dead(reset)
	if asked, err = c.AskedAddress(t.Context(), c.self); asked != nil || err != nil {
		t.Errorf("still asks for %+v, %v", asked, err)
	}
	for _, a := range []Actor{c.self, other} {
		must(t, second(c.Resume(t.Context(), a.SignIn, c.ben.ID, true)))
	}
	must(t, second(c.SignIn(t.Context(), c.guest, "bo@EXAMPLE.org", password)))
	wantKind(t, second(c.SignIn(t.Context(), c.guest, before.Email, password)), Unauthenticated)
}

// TestTheSameAddressIsOnlySpelledAnew needs no mail, and a wrong one is told.
func TestTheSameAddressIsOnlySpelledAnew(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	for _, typed := range []string{"BEN@Example.com", " ben@example.com"} {
		if changed, err := c.AskAddress(t.Context(), c.self, typed); !changed || err != nil {
			t.Errorf("%q: %v, %v", typed, changed, err)
		}
		if got := c.load(c.ben.ID).Email; got != strings.TrimSpace(typed) {
			t.Errorf("the address is %q", got)
		}
	}
	for _, typed := range []string{"ben@example.com", "nowhere", ""} {
		if err := wantKind(t, second(c.AskAddress(t.Context(), c.self, typed)), Invalid); err.Fields["email"] == "" {
			t.Errorf("%q: %+v", typed, err)
		}
	}
	wantKind(t, second(c.AskAddress(t.Context(), console, newAddress)), Forbidden)
	if n := queryInt(t, c.reader, `SELECT (SELECT count(*) FROM mails) + (SELECT count(*) FROM links)`); n != 0 {
		t.Errorf("%d mails and links", n)
	}
}

// TestATakenAddressIsTaken tells who asks nothing: what is said, kept and counted is
// the same as of a free one. Who has it is told, without a name.
func TestATakenAddressIsTaken(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	seen := map[string]string{}
	for _, typed := range []string{"EVE@example.com", "free@example.com"} {
		c.askFor(typed)
		asked, err := c.AskedAddress(t.Context(), c.self)
		must(t, err)
		e := c.newest(1)[0]
		seen[typed] = strings.Join([]string{string(asked.Kind), asked.Expires.String(), string(e.Act), string(e.Outcome), e.Note}, " ")
		if asked.Address != typed || len(e.Changes) != 0 {
			t.Errorf("%+v %+v", asked, e)
		}
	}
	if seen["EVE@example.com"] != seen["free@example.com"] {
		t.Errorf("%q", seen)
	}
	m := &mailbox{}
	must(t, c.PostMail(t.Context(), m.post))
	if got, want := m.kinds(), []string{"address free@example.com", "address_taken " + c.eve.Email}; !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
	for _, p := range m.taken {
		if p.Kind == MailAddressTaken && (p.Token != "" || p.ByName != "" || p.By != 0 || p.Name != "Eve") {
			t.Errorf("%+v", p)
		}
	}
}

// TestTwoConfirmOneAddress has two ask for the same and confirm it at once: it is
// the one's from then on, and the other keeps what they have.
func TestTwoConfirmOneAddress(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	eve := c.signIn(c.eve)
	actors, tokens := []Actor{c.self, eve}, []string{c.askedFor(newAddress), ""}
	must(t, second(c.AskAddress(t.Context(), eve, "bo@example.org")))
	tokens[1] = c.mailed(MailAddress)
	errs := make([]error, 2)
	var both sync.WaitGroup
	for i := range actors {
		both.Go(func() { errs[i] = c.ConfirmAddress(t.Context(), actors[i], tokens[i]) })
	}
	both.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("%v and %v", errs[0], errs[1])
	}
	for i, u := range []*User{c.ben, c.eve} {
		moved := c.load(u.ID).emailKey == "bo@example.org"
		if moved != (errs[i] == nil) || !moved && KindOf(errs[i]) != Refused {
			t.Errorf("%s: %v, and has %s", u.Name, errs[i], c.load(u.ID).Email)
		}
	}
}

// TestConfirmingIsForWhoAsked keeps the reader of a mistyped address out, and each
// other person.
func TestConfirmingIsForWhoAsked(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	token := c.askedFor(newAddress)
	for _, a := range []Actor{c.guest, c.admin, console} {
		wantKind(t, c.ConfirmAddress(t.Context(), a, token), Forbidden)
	}
	must(t, c.ConfirmAddress(t.Context(), c.self, token))
}

// TestAskedAddressEnds in each way, and stays ended.
func TestAskedAddressEnds(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(c *cast){
		"a newer one":    func(c *cast) { c.askFor("newer@example.org") },
		"being canceled": func(c *cast) { must(c.t, second(c.CancelAddress(c.t.Context(), c.self))) },
		"time":           func(c *cast) { c.clock.advance(AddressLife) },
		"another password": func(c *cast) {
			must(c.t, c.ChangeOwnPassword(c.t.Context(), c.self, password, newPassword))
		},
		"another address by staff, and back": func(c *cast) {
			change(c.t)(c.UpdateUser(c.t.Context(), c.admin, c.ben.ID, edit(FieldEmail, "staff@example.org")))
			change(c.t)(c.UpdateUser(c.t.Context(), c.admin, c.ben.ID, edit(FieldEmail, "ben@example.com")))
		},
		"a deactivation, and back": func(c *cast) {
			deactivateBen(c)
			change(c.t)(c.Reactivate(c.t.Context(), console, c.ben.ID))
		},
		"its use": func(c *cast) { must(c.t, c.ConfirmAddress(c.t.Context(), c.self, c.token)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCast(t, mutation{})
			c.token = c.askedFor(newAddress)
			end(c)
			c.dead(c.token)
		})
	}
	c := newCast(t, mutation{})
	if there, err := c.CancelAddress(t.Context(), c.self); there || err != nil {
		t.Errorf("%v %v", there, err)
	}
	c.askFor(newAddress)
	must(t, second(c.CancelAddress(t.Context(), c.self)))
	if token := c.mailed(MailAddress); token != "" {
		t.Error("a mail goes whose link is good no more")
	}
}

// TestAskingIsSlowedDown by who asks, and by whose mailbox it would fill.
func TestAskingIsSlowedDown(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	for n := range addressByMailbox.free + 1 {
		if n > 0 {
			must(t, second(c.CancelAddress(t.Context(), c.self)))
		}
		c.askFor(newAddress)
	}
	wantKind(t, second(c.AskAddress(t.Context(), c.self, newAddress)), Throttled)
	eve := c.signIn(c.eve)
	wantKind(t, second(c.AskAddress(t.Context(), eve, newAddress)), Throttled)
	for n := addressByMailbox.free + 1; n <= addressByPerson.free; n++ {
		c.askFor("other" + string(rune('a'+n)) + "@example.org")
	}
	wantKind(t, second(c.AskAddress(t.Context(), c.self, "last@example.org")), Throttled)
	must(t, second(c.AskAddress(t.Context(), eve, "last@example.org")))
}

// TestTakingAnAddressBack gives the account back to who had it: all sessions end,
// nobody's password is good, and a link for a new one is on its way.
func TestTakingAnAddressBack(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	back := c.move(newAddress)
	thief := c.signIn(c.load(c.ben.ID))
	must(t, c.ChangeOwnPassword(t.Context(), thief, password, newPassword))
	theirs := officeKey()
	c.addKey(thief, theirs, "Theirs")
	fingerprint := c.fingerprint()
	l, _, err := c.OpenLink(t.Context(), c.guest, back)
	must(t, err)
	if l.Kind != LinkAddressBack || l.Address != c.ben.Email || c.fingerprint() != fingerprint {
		t.Errorf("%+v", l)
	}
	must(t, second(c.TakeAddressBack(t.Context(), c.guest, back)))
	if got := c.load(c.ben.ID); got.Email != c.ben.Email || !got.HasPassword || got.Status != Active {
		t.Errorf("%+v", got)
	}
	for _, a := range []Actor{c.self, thief} {
		if _, err := c.Resume(t.Context(), a.SignIn, c.ben.ID, true); err == nil {
			t.Error("a session goes on")
		}
	}
	for _, p := range []string{password, newPassword} {
		wantKind(t, second(c.SignIn(t.Context(), c.guest, c.ben.Email, p)), Unauthenticated)
	}
	c.wantNoKey(second(c.byKey(theirs)), "not known here", "unknown passkey")
	c.dead(back)
	m := &mailbox{}
	must(t, c.PostMail(t.Context(), m.post))
	if got, want := m.kinds(), []string{"address_lost " + newAddress, "passkey_added " + newAddress, "password " + newAddress, "taken_back " + c.ben.Email}; !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
	for _, p := range m.taken {
		if p.Kind == MailTakenBack {
			must(t, second(c.RedeemLink(t.Context(), c.guest, p.Token, "four other plain words")))
		}
	}
	must(t, second(c.SignIn(t.Context(), c.guest, c.ben.Email, "four other plain words")))
}

// TestPasskeysFromBeforeStay when an address is taken back: only those go that were
// added since.
func TestPasskeysFromBeforeStay(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	own, theirs := officeKey(), officeKey()
	c.addKey(c.self, own, "Own")
	c.clock.advance(time.Second)
	back := c.move(newAddress)
	c.addKey(c.self, theirs, "Theirs")
	must(t, second(c.TakeAddressBack(t.Context(), c.guest, back)))
	must(t, second(c.byKey(own)))
	c.wantNoKey(second(c.byKey(theirs)), "not known here", "unknown passkey")
	if n := queryInt(t, c.reader, `SELECT count(*) FROM recovery_codes`); n == 0 {
		t.Error("the codes of who had some are gone")
	}
}

// TestCodesOfAThiefGo when an address is taken back, also of who had an app before.
func TestCodesOfAThiefGo(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	app, own := c.enrol(c.self)
	c.clock.advance(time.Second)
	back := c.move(newAddress)
	c.clock.advance(time.Second)
	theirs, err := c.NewRecoveryCodes(t.Context(), c.self)
	must(t, err)
	must(t, second(c.TakeAddressBack(t.Context(), c.guest, back)))
	c.reset(c.ben)
	must(t, second(c.RedeemLink(t.Context(), c.guest, c.token, newPassword)))
	_, err = c.SignIn(t.Context(), c.guest, c.ben.Email, newPassword)
	var half *Halfway
	if !errors.As(err, &half) {
		t.Fatalf("no second step: %v", err)
	}
	for _, code := range []string{theirs[0], theirs[9], own[0]} {
		wantKind(t, second(c.SignInByCode(t.Context(), c.guest, *half, code)), Invalid)
	}
	must(t, second(c.SignInByCode(t.Context(), c.guest, *half, c.code(app))))
}

// TestTheOldestWayBackWins: who moved the account twice does not get it back by the
// address in between, and cannot end the way back to the first one.
func TestTheOldestWayBackWins(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	first := c.move(newAddress)
	c.clock.advance(time.Minute)
	later := c.move("third@example.org")
	must(t, second(c.TakeAddressBack(t.Context(), c.guest, later)))
	if got := c.load(c.ben.ID).Email; got != newAddress {
		t.Fatalf("it is at %s", got)
	}
	must(t, second(c.TakeAddressBack(t.Context(), c.guest, first)))
	if got := c.load(c.ben.ID).Email; got != c.ben.Email {
		t.Fatalf("it is at %s", got)
	}

	c = newCast(t, mutation{})
	first = c.move(newAddress)
	c.clock.advance(time.Minute)
	later = c.move("third@example.org")
	must(t, second(c.TakeAddressBack(t.Context(), c.guest, first)))
	c.dead(later)
}

// TestTheWayBackEnds when others decide, by time, and when another has the address.
func TestTheWayBackEnds(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(c *cast){
		"time": func(c *cast) {
			c.clock.advance(AddressBackLife - 2*time.Second)
			_, _, err := c.OpenLink(c.t.Context(), c.guest, c.token)
			must(c.t, err)
			c.clock.advance(2 * time.Second)
		},
		"an address by staff": func(c *cast) {
			change(c.t)(c.UpdateUser(c.t.Context(), c.admin, c.ben.ID, edit(FieldEmail, "staff@example.org")))
		},
		"a deactivation, and back": func(c *cast) {
			deactivateBen(c)
			change(c.t)(c.Reactivate(c.t.Context(), console, c.ben.ID))
		},
		"its use": func(c *cast) { must(c.t, second(c.TakeAddressBack(c.t.Context(), c.guest, c.token))) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCast(t, mutation{})
			c.token = c.move(newAddress)
			end(c)
			c.dead(c.token)
		})
	}
}

// TestAnAddressThatCanBeClaimedBackIsTaken for everybody else, in whichever way it is
// given, until the way back has ended; who had it may have it again.
func TestAnAddressThatCanBeClaimedBackIsTaken(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	gone := c.add("Gone", Member)
	change(t)(c.Delete(t.Context(), console, gone.ID))
	back := c.move(gone.Email)
	c.move(newAddress)
	why := "This address was in use until recently and can be claimed back until " + c.Now().Add(AddressBackLife).Format("2 January 2006") + "."
	bea := NewUser{Name: "Bea", Email: "BEN@example.com", Role: Member, Password: password}
	wantField := func(err error) {
		t.Helper()
		if e := wantKind(t, err, Invalid); e.Fields["email"] != why {
			t.Errorf("%q, want %q", e.Fields["email"], why)
		}
	}
	wantField(second(c.CreateUser(t.Context(), console, bea)))
	_, _, err := c.InviteUser(t.Context(), c.admin, bea, true)
	wantField(err)
	wantField(second(c.UpdateUser(t.Context(), c.admin, c.eve.ID, edit(FieldEmail, "ben@example.com"))))
	guests, err := c.CheckGuests(t.Context(), c.admin, ParseGuests("ben@example.com"), Member)
	must(t, err)
	if guests[0].Problem != why {
		t.Errorf("a guest: %q", guests[0].Problem)
	}
	if e := wantKind(t, second(c.Restore(t.Context(), console, gone.ID)), Refused); e.Message != why {
		t.Errorf("restoring: %q", e.Message)
	}
	i := c.bring("name,email\nBea,ben@example.com\n")
	if r := c.row(i.ID, 2); r.Verdict != VerdictRefused || r.Problems["email"] != why {
		t.Errorf("an import: %+v", r)
	}
	c.wantTakenForOthers()
	must(t, second(c.TakeAddressBack(t.Context(), c.guest, back)))
	if got := c.load(c.ben.ID).Email; got != c.ben.Email {
		t.Errorf("Ben has %s", got)
	}
}

// wantTakenForOthers has Eve ask for the address that Ben had: nothing is told her,
// and confirming it says what it says of any address that somebody has.
func (c *cast) wantTakenForOthers() {
	c.t.Helper()
	eve := c.signIn(c.eve)
	must(c.t, second(c.AskAddress(c.t.Context(), eve, c.ben.Email)))
	err := wantKind(c.t, c.ConfirmAddress(c.t.Context(), eve, c.mailed(MailAddress)), Refused)
	if err.Message != errAddressTaken().Error()[len("refused: "):] {
		c.t.Errorf("confirming says %q", err.Message)
	}
}

// squat gives an address to somebody that another can claim back, as an earlier
// version did: the clock says that nobody can any more, and is set back.
func (c *cast) squat(email string) {
	c.t.Helper()
	c.clock.advance(AddressBackLife)
	change(c.t)(c.CreateUser(c.t.Context(), console, NewUser{Name: "Bea", Email: email, Role: Member, Password: password}))
	c.clock.advance(-AddressBackLife)
}

// TestAWayBackThatIsBlocked still puts out whoever moved the account: sessions,
// password and links end, and it waits for an administrator.
func TestAWayBackThatIsBlocked(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	back := c.move(newAddress)
	c.squat(c.ben.Email)
	after, err := c.TakeAddressBack(t.Context(), c.guest, back)
	must(t, err)
	if after.Email != newAddress || after.Status != Deactivated {
		t.Errorf("%+v", after)
	}
	e := c.newest(1)[0]
	if e.Act != ActAddressBack || e.Note == "" || e.Actor != c.ben.ID || len(e.Changes) != 1 {
		t.Errorf("on record: %+v", e)
	}
	if _, err := c.Resume(t.Context(), c.self.SignIn, c.ben.ID, true); err == nil {
		t.Error("a session goes on")
	}
	wantKind(t, second(c.SignIn(t.Context(), c.guest, newAddress, password)), Unauthenticated)
	c.over(back)
	m := &mailbox{}
	must(t, c.PostMail(t.Context(), m.post))
	if len(m.taken) != 0 {
		t.Errorf("told %q", m.kinds())
	}
	must(t, second(c.SignIn(t.Context(), c.guest, "ben@example.com", password))) // Bea has nothing to do with it
}

// TestTheLastAdminIsNotShutOut by a way back that is blocked, but signed out.
func TestTheLastAdminIsNotShutOut(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	change(t)(c.UpdateUser(t.Context(), console, c.ben.ID, edit(FieldRole, "admin")))
	back := c.move(newAddress)
	c.squat(c.ben.Email)
	change(t)(c.UpdateUser(t.Context(), console, c.ana.ID, edit(FieldRole, "member")))
	after, err := c.TakeAddressBack(t.Context(), c.guest, back)
	must(t, err)
	if after.Status != Active || after.Email != newAddress {
		t.Errorf("%+v", after)
	}
	wantKind(t, second(c.SignIn(t.Context(), c.guest, newAddress, password)), Unauthenticated)
}

// TestTwoTakeAnAddressBack at once: it is done once.
func TestTwoTakeAnAddressBack(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	back := c.move(newAddress)
	entries := c.countEntries()
	errs := make([]error, 2)
	var both sync.WaitGroup
	for i := range errs {
		both.Go(func() { errs[i] = second(c.TakeAddressBack(t.Context(), c.guest, back)) })
	}
	both.Wait()
	if (errs[0] == nil) == (errs[1] == nil) || c.countEntries() != entries+1 {
		t.Errorf("%v and %v, %d entries", errs[0], errs[1], c.countEntries()-entries)
	}
}

// TestStaffConfirmTheirOwnAddress as everybody does: the list, an undo and an import
// lead to where it is confirmed. How it is spelled is theirs to say.
func TestStaffConfirmTheirOwnAddress(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	moved := change(t)(c.UpdateUser(t.Context(), console, c.ana.ID, edit(FieldEmail, "ann@example.org")))
	fingerprint := c.fingerprint()
	err := wantKind(t, second(c.UpdateUser(t.Context(), c.admin, c.ana.ID, edit(FieldEmail, "other@example.org"))), Invalid)
	if err.Fields["email"] != ownAddress {
		t.Errorf("%+v", err)
	}
	if c.fingerprint() != fingerprint {
		t.Error("refused, and something changed")
	}
	if err := wantKind(t, second(c.Undo(t.Context(), c.admin, moved.Entry)), Refused); err.Message != ownAddress {
		t.Errorf("undoing: %q", err.Message)
	}
	change(t)(c.UpdateUser(t.Context(), c.admin, c.ana.ID, edit(FieldEmail, "Ann@Example.org")))
	change(t)(c.UpdateUser(t.Context(), console, c.ana.ID, edit(FieldEmail, "console@example.org")))
}

// TestAnImportTellsOfAnAddress at both, as does taking it back, and gives whoever runs
// it no other one. Rows that change no address write no mail.
func TestAnImportTellsOfAnAddress(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	for id, external := range map[int64]string{c.ana.ID: "A", c.ben.ID: "B", c.eve.ID: "E"} {
		change(t)(c.UpdateUser(t.Context(), console, id, edit(FieldExternalID, external)))
	}
	i, err := c.NewImport(t.Context(), c.admin, "x.csv", strings.NewReader("external id,email,phone\nA,ann@example.org,030 11111\nB,"+newAddress+",\nE,,030 22222\n"))
	must(t, err)
	plan := i.Plan
	plan.Key = FieldExternalID
	must(t, c.PlanImport(t.Context(), c.admin, i.ID, plan))
	c.workAs(c.admin, i.ID, ImportChecking)
	if r := c.row(i.ID, 2); r.Verdict != VerdictRefused || r.Problems["email"] != ownAddress {
		t.Errorf("the own row: %+v", r)
	}
	told := func(state ImportState, want ...string) {
		t.Helper()
		c.workAs(c.admin, i.ID, state)
		m := &mailbox{}
		must(t, c.PostMail(t.Context(), m.post))
		if got := m.kinds(); !slices.Equal(got, want) {
			t.Errorf("%s told %q, want %q", state, got, want)
		}
	}
	told(ImportRunning, "address_back "+c.ben.Email, "address_new "+newAddress)
	if got := c.load(c.ben.ID).Email; got != newAddress {
		t.Fatalf("Ben has %s", got)
	}
	told(ImportUndoing, "address_new "+c.ben.Email, "address_old "+newAddress) // an admin who moves it once more ends the way back
}
