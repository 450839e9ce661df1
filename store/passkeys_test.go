package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"backoffice/store/storetest"
)

// office is where the passkeys of these tests work.
var office = PasskeySite{Host: "office.example", Origin: "https://office.example", Brand: "Office"}

// officeKey is an authenticator at the office.
func officeKey() *storetest.Authenticator { return &storetest.Authenticator{Origin: office.Origin} }

// addKey gives the actor a passkey, with recovery codes if it is their first factor.
func (s *testStore) addKey(a Actor, k *storetest.Authenticator, name string) []string {
	s.t.Helper()
	asked, err := s.AskNewPasskey(s.t.Context(), a, office)
	must(s.t, err)
	codes, err := s.AddPasskey(s.t.Context(), a, office, asked.Challenge, NewPasskey{Answer: k.Create(s.t, asked.Options), Name: name, Device: "Firefox on Linux"})
	must(s.t, err)
	return codes
}

// ask gives what a passkey is asked to sign.
func (s *testStore) ask(a Actor, use PasskeyUse, h Halfway) PasskeyAsked {
	s.t.Helper()
	asked, err := s.AskPasskey(s.t.Context(), a, use, h, office)
	must(s.t, err)
	return asked
}

// byKey signs in by a passkey and nothing else.
func (s *testStore) byKey(k *storetest.Authenticator) (Whoever, error) {
	s.t.Helper()
	asked := s.ask(visitor(here), PasskeyAlone, Halfway{})
	return s.SignInByPasskey(s.t.Context(), visitor(here), office, asked.Challenge, k.Sign(s.t, asked.Options))
}

// after is what follows the password.
func (s *testStore) after(h Halfway, k *storetest.Authenticator) (Whoever, error) {
	s.t.Helper()
	asked := s.ask(visitor(here), PasskeySecond, h)
	return s.SignInBySecondPasskey(s.t.Context(), visitor(here), h, office, asked.Challenge, k.Sign(s.t, asked.Options))
}

// wantNoKey fails unless a passkey is refused, by these words, and on record with a note.
func (s *testStore) wantNoKey(err error, words, note string) {
	s.t.Helper()
	if e := wantKind(s.t, err, Invalid); e != nil && !strings.Contains(e.Fields["credential"], words) {
		s.t.Errorf("%q is said, want %q", e.Fields["credential"], words)
	}
	if got := s.newest(1)[0]; note != "" && (got.Outcome != Failure || got.Note != note) {
		s.t.Errorf("on record as %+v, want %q", got, note)
	}
}

// TestPasskeyInPlaceOfAPassword signs in by nothing else, which is as good as two.
func TestPasskeyInPlaceOfAPassword(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ben := s.add("Ben", Member)
	k := officeKey()
	k.Counter, k.Synced = 4, true
	codes := s.addKey(s.signIn(ben), k, " Ben’s  telephone ")
	if len(codes) != recoveryCount {
		t.Errorf("recovery codes: %v", codes)
	}
	if got := s.newest(1)[0]; got.Act != ActAddFactor || got.Target != ben.ID || got.Note != "passkey “Ben’s telephone”" {
		t.Errorf("on record as %+v", got)
	}
	s.clock.advance(time.Hour)
	w, err := s.byKey(k)
	must(t, err)
	if w.User.ID != ben.ID || w.SignIn.Factor != ByPasskey || w.Passkeys != 1 || w.HasApp || !w.HasFactor() || w.SignIn.Proved != s.Now() {
		t.Errorf("%+v", w)
	}
	if got := s.newest(1)[0]; got.Act != ActSignIn || got.Kind != Person || got.Actor != ben.ID || got.Note != "with the passkey “Ben’s telephone” alone" {
		t.Errorf("on record as %+v", got)
	}
	f, err := s.Factors(t.Context(), w.actor(), ben.ID)
	must(t, err)
	if p := f.Passkeys[0]; p.Used != s.Now() || p.Made.IsZero() || !p.Synced() || p.Site != office.Host || f.Codes != recoveryCount {
		t.Errorf("%+v", f)
	}
	k.Nameless = true
	s.wantNoKey(second(s.byKey(k)), "not accepted", "the passkey “Ben’s telephone” was not accepted")
	k.Nameless, k.Unverified = false, true
	s.wantNoKey(second(s.byKey(k)), "not accepted", "the passkey “Ben’s telephone” was not accepted")
}

// TestPasskeyAfterThePassword need not know its owner: the password does.
func TestPasskeyAfterThePassword(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ben, eve := s.add("Ben", Member), s.add("Eve", Member)
	k, others := officeKey(), officeKey()
	codes := s.addKey(s.signIn(ben), k, "")
	s.addKey(s.signIn(eve), others, "Hers")
	half := s.halfway(ben)
	if half.App || !half.Passkey {
		t.Errorf("%+v", half)
	}
	k.Unverified, k.Nameless = true, true
	w, err := s.after(half, k)
	must(t, err)
	if w.User.ID != ben.ID || w.SignIn.Factor != ByPasskey {
		t.Errorf("%+v", w)
	}
	if got := s.newest(1)[0]; got.Note != "with the passkey “Firefox on Linux”" {
		t.Errorf("on record as %+v", got)
	}
	asked := s.ask(visitor(here), PasskeySecond, half)
	if !k.Offers(t, asked.Options) || others.Offers(t, asked.Options) {
		t.Errorf("offered: %s", asked.Options)
	}
	s.wantNoKey(second(s.after(half, others)), "not known here", "unknown passkey")
	must(t, second(s.SignInByCode(t.Context(), visitor(here), half, codes[0])))
	wantKind(t, second(s.SignInByCode(t.Context(), visitor(here), half, "123456")), Invalid)
}

// TestAnswersOfPasskeysAreForOneQuestion: of this use, this person, in time, and once.
func TestAnswersOfPasskeysAreForOneQuestion(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ben, eve := s.add("Ben", Member), s.add("Eve", Member)
	k, hers := officeKey(), officeKey()
	a := s.signIn(ben)
	s.addKey(a, k, "K")
	s.addKey(s.signIn(eve), hers, "Hers")
	half := s.halfway(ben)
	asked := s.ask(visitor(here), PasskeySecond, half)
	answer := k.Sign(t, asked.Options)
	late := "That took too long."
	enter := func(c Challenge, answer string) error {
		return second(s.SignInBySecondPasskey(t.Context(), visitor(here), half, office, c, answer))
	}
	must(t, enter(asked.Challenge, answer))
	s.wantNoKey(enter(asked.Challenge, answer), late, "")
	s.wantNoKey(enter(asked.Challenge, k.Sign(t, asked.Options)), late, "")
	s.wantNoKey(enter(Challenge{}, answer), late, "")

	fresh := s.ask(visitor(here), PasskeySecond, half)
	s.wantNoKey(enter(fresh.Challenge, answer), "not accepted", "the passkey “K” was not accepted") // the answer to another session
	s.wantNoKey(enter(fresh.Challenge, k.Sign(t, fresh.Options)), late, "")                         // it was answered
	other := s.ask(visitor(here), PasskeySecond, s.halfway(eve))
	s.wantNoKey(enter(other.Challenge, k.Sign(t, other.Options)), late, "")
	alone := s.ask(visitor(here), PasskeyAlone, Halfway{})
	s.wantNoKey(enter(alone.Challenge, k.Sign(t, alone.Options)), late, "")
	proof := s.ask(a, PasskeyProof, Halfway{})
	s.wantNoKey(enter(proof.Challenge, k.Sign(t, proof.Options)), late, "")
	s.wantNoKey(s.ProveByPasskey(t.Context(), a, office, other.Challenge, k.Sign(t, other.Options)), late, "")

	old := s.ask(visitor(here), PasskeyAlone, Halfway{})
	s.clock.advance(ChallengeWithin)
	s.wantNoKey(second(s.SignInByPasskey(t.Context(), visitor(here), office, old.Challenge, k.Sign(t, old.Options))), late, "")
	must(t, s.Sweep(t.Context()))
	if n := queryInt(t, s.reader, `SELECT count(*) FROM spent_challenges`); n == 0 {
		t.Error("what was answered is forgotten too early")
	}
	s.clock.advance(2 * time.Minute)
	must(t, s.Sweep(t.Context()))
	if n := queryInt(t, s.reader, `SELECT count(*) FROM spent_challenges`); n != 0 {
		t.Errorf("%d challenges are kept for ever", n)
	}
}

// TestAnAnswerIsTakenOnce also by many at once.
func TestAnAnswerIsTakenOnce(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	k := officeKey()
	s.addKey(s.signIn(s.add("Ben", Member)), k, "K")
	asked := s.ask(visitor(here), PasskeyAlone, Halfway{})
	answer := k.Sign(t, asked.Options)
	var all []func() error
	for range 4 {
		all = append(all, func() error {
			return second(s.SignInByPasskey(t.Context(), visitor(here), office, asked.Challenge, answer))
		})
	}
	n := 0
	for _, err := range atOnce(all...) {
		if err == nil {
			n++
		}
	}
	if n != 1 {
		t.Errorf("taken %d times", n)
	}
}

// TestWrongPasskeys are refused with what is wrong, and on record.
func TestWrongPasskeys(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ben := s.add("Ben", Member)
	k := officeKey()
	k.Counter = 10
	a := s.signIn(ben)
	s.addKey(a, k, "K")
	try := func(words, note string) {
		t.Helper()
		s.wantNoKey(second(s.byKey(k)), words, note)
	}
	k.Origin = "https://office.example:8443"
	try("Passkeys work at https://office.example only.", "a passkey was used at another address")
	k.Origin, k.Host = office.Origin, "elsewhere.example"
	try("not accepted", "the passkey “K” was not accepted")
	k.Host, k.Counter = "", 5
	try("may have been copied", "the passkey “K” may have been copied: its counter went back")
	if got := s.newest(1)[0]; got.Target != ben.ID || got.Kind != Nobody {
		t.Errorf("on record as %+v", got)
	}
	k.Counter = 0
	try("may have been copied", "the passkey “K” may have been copied: its counter went back")
	k.Counter = 20
	must(t, second(s.byKey(k)))
	asked := s.ask(visitor(here), PasskeyAlone, Halfway{})
	s.wantNoKey(second(s.SignInByPasskey(t.Context(), visitor(here), office, asked.Challenge, "{}")), "not accepted", "the passkey was not accepted")

	f, err := s.Factors(t.Context(), a, ben.ID)
	must(t, err)
	must(t, s.RemovePasskey(t.Context(), a, f.Passkeys[0].ID))
	try("not known here", "unknown passkey")
	s.signIn(ben) // the password is enough again
	if n := queryInt(t, s.reader, `SELECT count(*) FROM recovery_codes`); n != 0 {
		t.Errorf("%d recovery codes are left", n)
	}
}

// TestClosedAccountsHaveNoPasskey that lets anybody in.
func TestClosedAccountsHaveNoPasskey(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ben := s.add("Ben", Member)
	k := officeKey()
	s.addKey(s.signIn(ben), k, "K")
	change(t)(s.Deactivate(t.Context(), console, ben.ID))
	s.wantNoKey(second(s.byKey(k)), "This account is deactivated.", "the account is deactivated")
	change(t)(s.Delete(t.Context(), console, ben.ID))
	s.wantNoKey(second(s.byKey(k)), "not known here", "the account is deleted")
	s.clock.advance(KeepDeleted + time.Second)
	must(t, second(s.Purge(t.Context())))
	if left := dump(t, s.reader, "passkeys"); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

// TestPasskeysAreThrottled: after some that are wrong, those that are wrong are refused
// without a trace, by whom they are for or where they come from. Those that are right
// get through whatever others have tried, and so do codes.
func TestPasskeysAreThrottled(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ben := s.add("Ben", Member)
	k, stray := officeKey(), officeKey()
	a := s.signIn(ben)
	s.addKey(a, k, "K")
	e, _ := s.enrol(a)
	s.addKey(s.signIn(s.add("Eve", Member)), stray, "Hers")
	stray.Unverified = true
	half := s.halfway(ben)
	ways := map[string]func(*storetest.Authenticator) error{
		"second": func(k *storetest.Authenticator) error { return second(s.after(half, k)) },
		"proof": func(k *storetest.Authenticator) error {
			asked := s.ask(a, PasskeyProof, Halfway{})
			return s.ProveByPasskey(t.Context(), a, office, asked.Challenge, k.Sign(t, asked.Options))
		},
	}
	for range throttles.passkey.free + 1 {
		wantKind(t, ways["second"](stray), Invalid)
		wantKind(t, second(s.byKey(stray)), Invalid)
	}
	ways["alone"] = func(k *storetest.Authenticator) error { return second(s.byKey(k)) }
	before := dump(t, s.reader, "throttles", "spent_challenges", "audit_entries")
	for name, by := range ways {
		for range 3 {
			if err := wantKind(t, by(stray), Throttled); err.RetryAfter != 2*time.Second {
				t.Errorf("%s: %+v", name, err)
			}
		}
	}
	if after := dump(t, s.reader, "throttles", "spent_challenges", "audit_entries"); !slices.Equal(before, after) {
		t.Error("what is refused is kept")
	}
	for name, by := range ways {
		if err := by(k); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, second(s.SignInByCode(t.Context(), visitor(there), half, s.code(e))))
	for range throttles.factor.free + 1 {
		wantKind(t, second(s.SignInByCode(t.Context(), visitor(there), half, s.wrongCode(e))), Invalid)
	}
	wantKind(t, second(s.SignInByCode(t.Context(), visitor(there), half, s.wrongCode(e))), Throttled)
	must(t, ways["second"](k))
	s.clock.advance(2 * time.Second)
	wantKind(t, ways["proof"](stray), Invalid)
}

// TestAskingKeepsNothing, however often somebody asks who is not known, and nobody is asked
// who is not there.
func TestAskingKeepsNothing(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	must(t, s.CheckKeys(t.Context()))
	before := s.fingerprint()
	for range 500 {
		_, err := s.SealChallenge(t.Context(), s.ask(visitor(here), PasskeyAlone, Halfway{}).Challenge)
		must(t, err)
	}
	if s.fingerprint() != before || len(dump(t, s.reader, "throttles")) != 0 {
		t.Error("something is kept of it")
	}
	for _, use := range []PasskeyUse{PasskeySecond, PasskeyProof} {
		wantKind(t, second(s.AskPasskey(t.Context(), visitor(here), use, Halfway{}, office)), NotFound)
	}
}

// TestSealedChallenges are given back as they are, and nobody makes one up.
func TestSealedChallenges(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	asked := s.ask(visitor(here), PasskeyAlone, Halfway{}).Challenge
	sealed, err := s.SealChallenge(t.Context(), asked)
	must(t, err)
	if got := s.OpenChallenge(sealed); !got.Made.Equal(asked.Made) || got.Text != asked.Text || got.Use != PasskeyAlone {
		t.Errorf("%+v, want %+v", got, asked)
	}
	s.reopen()
	if s.OpenChallenge(sealed).Text != asked.Text {
		t.Error("a restart makes it useless")
	}
	keys, err := s.keys.load(false)
	must(t, err)
	made, err := json.Marshal(asked)
	must(t, err)
	flipped := []byte(sealed)
	flipped[len(flipped)-1] ^= 1
	for _, forged := range []string{"", "x", string(made), string(flipped), strings.Repeat("A", 1<<16), keys[0].seal(placeSeed, 0, made), keys[0].seal(placeChallenge, 0, []byte("{"))} {
		if got := s.OpenChallenge(forged); got != (Challenge{}) {
			t.Errorf("%.40q gives %+v", forged, got)
		}
	}
}

// TestPasskeysAreAdded by who has proved of late who they are, each once, and up to a
// number.
func TestPasskeysAreAdded(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ben, eve := s.add("Ben", Member), s.add("Eve", Member)
	a := s.signIn(ben)
	asked, err := s.AskNewPasskey(t.Context(), a, office)
	must(t, err)
	k := officeKey()
	add := func(a Actor, c Challenge, n NewPasskey) error {
		return second(s.AddPasskey(t.Context(), a, office, c, n))
	}
	answer := NewPasskey{Answer: k.Create(t, asked.Options), Name: "K"}
	s.wantNoKey(add(a, asked.Challenge, NewPasskey{Answer: "no JSON", Name: "K"}), "not accepted", "the passkey was not accepted")
	s.wantNoKey(add(a, asked.Challenge, answer), "too long", "") // it was answered
	if e := wantKind(t, add(a, asked.Challenge, NewPasskey{Name: "\x00"}), Invalid); e.Fields["name"] == "" {
		t.Errorf("%+v", e)
	}
	elsewhere := &storetest.Authenticator{Origin: "https://evil.example"}
	asked, err = s.AskNewPasskey(t.Context(), a, office)
	must(t, err)
	s.wantNoKey(add(a, asked.Challenge, NewPasskey{Answer: elsewhere.Create(t, asked.Options), Name: "K"}), "work at https://office.example only", "a passkey was used at another address")

	must(t, second(s.AddPasskey(t.Context(), a, office, s.newChallenge(a, k, &answer), answer)))
	asked, err = s.AskNewPasskey(t.Context(), a, office)
	must(t, err)
	if !k.Offers(t, asked.Options) {
		t.Errorf("the same device may make a second one: %s", asked.Options)
	}
	b := s.signIn(eve)
	wrong := s.newChallenge(b, officeKey(), &NewPasskey{})
	s.wantNoKey(add(a, wrong, answer), "too long", "")

	s.clock.advance(ProofLasts)
	wantKind(t, second(s.AskNewPasskey(t.Context(), a, office)), ProofNeeded)
	wantKind(t, add(a, asked.Challenge, answer), ProofNeeded)
	f, err := s.Factors(t.Context(), a, ben.ID)
	must(t, err)
	wantKind(t, s.RemovePasskey(t.Context(), a, f.Passkeys[0].ID), ProofNeeded)
	must(t, s.RenamePasskey(t.Context(), a, f.Passkeys[0].ID, "Other"))
	wantKind(t, second(s.AskNewPasskey(t.Context(), console, office)), Forbidden)
}

// newChallenge is a challenge for a passkey that is made by it.
func (s *testStore) newChallenge(a Actor, k *storetest.Authenticator, n *NewPasskey) Challenge {
	s.t.Helper()
	asked, err := s.AskNewPasskey(s.t.Context(), a, office)
	must(s.t, err)
	n.Answer = k.Create(s.t, asked.Options)
	return asked.Challenge
}

// TestManyPasskeys are enough at some number. Only the first brings recovery codes.
func TestManyPasskeys(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	a := s.signIn(s.add("Ben", Member))
	for i := range maxPasskeys {
		codes := s.addKey(a, officeKey(), fmt.Sprint("Key ", i))
		if (len(codes) > 0) != (i == 0) {
			t.Errorf("passkey %d came with %d codes", i, len(codes))
		}
	}
	wantKind(t, second(s.AskNewPasskey(t.Context(), a, office)), Refused)
	handles := queryLines(t, s.reader, `SELECT DISTINCT handle FROM passkeys`)
	if len(handles) != 1 {
		t.Errorf("one person is called %v", handles)
	}
}

// TestOnePasskeyIsOnePersons: the same key pair is not taken for a second account.
func TestOnePasskeyIsOnePersons(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	a, b := s.signIn(s.add("Ben", Member)), s.signIn(s.add("Eve", Member))
	k := officeKey()
	var n NewPasskey
	first := s.newChallenge(a, k, &n)
	n.Name = "K"
	must(t, second(s.AddPasskey(t.Context(), a, office, first, n)))
	var again struct{ ID, RawID string }
	must(t, json.Unmarshal([]byte(n.Answer), &again))
	mustExec(t, s.writer, `DELETE FROM spent_challenges`) // the worst that may happen
	copied := first
	copied.User = b.ID
	s.wantNoKey(second(s.AddPasskey(t.Context(), b, office, copied, n)), "known here already", "")
	for _, err := range []error{second(s.OwnPasskey(t.Context(), b, 1)), s.RenamePasskey(t.Context(), b, 1, "Mine"), s.RemovePasskey(t.Context(), b, 1)} {
		wantKind(t, err, NotFound)
	}
	p, err := s.OwnPasskey(t.Context(), a, 1)
	if err != nil || p.Name != "K" {
		t.Errorf("%+v, %v", p, err)
	}
}

// TestNamesOfPasskeys are what their owner says, or else what there is to be said.
func TestNamesOfPasskeys(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	a := s.signIn(s.add("Ben", Member))
	bitwarden := officeKey()
	bitwarden.Model = []byte("\xd5\x48\x82\x6e\x79\xb4\xdb\x40\xa3\xd8\x11\x11\x6f\x7e\x83\x49")
	s.addKey(a, bitwarden, " ")
	s.addKey(a, officeKey(), "")
	s.addKey(a, bitwarden, "At work")
	must(t, s.RenamePasskey(t.Context(), a, 2, " At  home "))
	if got := s.newest(1)[0]; got.Act != ActRenamePasskey || got.Note != "“Firefox on Linux” to “At home”" {
		t.Errorf("on record as %+v", got)
	}
	entries := s.countEntries()
	must(t, s.RenamePasskey(t.Context(), a, 2, "At home"))
	if s.countEntries() != entries {
		t.Error("that nothing has changed is on record")
	}
	if e := wantKind(t, s.RenamePasskey(t.Context(), a, 2, " "), Invalid); e.Fields["name"] == "" {
		t.Errorf("%+v", e)
	}
	f, err := s.Factors(t.Context(), a, a.ID)
	must(t, err)
	var names []string
	for _, p := range f.Passkeys {
		names = append(names, p.Name)
	}
	if want := []string{"Bitwarden", "At home", "At work"}; !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
}

// TestAppAndPasskey stand side by side: the codes go with the last of them, and staff
// take all of it.
func TestAppAndPasskey(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ben, ana := s.add("Ben", Member), s.add("Ana", Admin)
	a := s.signIn(ben)
	e, _ := s.enrol(a)
	k := officeKey()
	if codes := s.addKey(a, k, "K"); codes != nil {
		t.Errorf("the codes are others now: %v", codes)
	}
	half := s.halfway(ben)
	if !half.App || !half.Passkey {
		t.Errorf("%+v", half)
	}
	must(t, second(s.SignInByCode(t.Context(), visitor(here), half, s.code(e))))
	must(t, s.RemoveApp(t.Context(), a))
	f, err := s.Factors(t.Context(), a, ben.ID)
	if err != nil || f.Codes != recoveryCount || !f.Any() {
		t.Errorf("%+v, %v", f, err)
	}
	must(t, second(s.NewRecoveryCodes(t.Context(), a)))
	wantKind(t, s.RemoveApp(t.Context(), a), Refused)
	s.addKey(a, officeKey(), "Second")
	s.clock.advance(time.Minute)
	s.enrol(a)
	must(t, s.ResetFactors(t.Context(), as(ana), ben.ID))
	if got := s.newest(1)[0]; got.Note != "authenticator app, 2 passkeys and recovery codes" {
		t.Errorf("on record as %+v", got)
	}
	if left := dump(t, s.reader, "passkeys", "totp_apps", "recovery_codes"); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	s.wantNoKey(second(s.byKey(k)), "not known here", "unknown passkey")
}

// TestProofByPasskey is asked of who has one: a password that a browser keeps is none.
func TestProofByPasskey(t *testing.T) {
	t.Parallel()
	c := newCast(t, mutation{})
	k := officeKey()
	codes := c.addKey(c.admin, k, "K")
	c.clock.advance(ProofLasts)
	wantKind(t, second(c.Delete(t.Context(), c.admin, c.ben.ID)), ProofNeeded)
	wantKind(t, c.Prove(t.Context(), c.admin, password, ""), Invalid)
	asked := c.ask(c.admin, PasskeyProof, Halfway{})
	must(t, c.ProveByPasskey(t.Context(), c.admin, office, asked.Challenge, k.Sign(t, asked.Options)))
	if got := c.newest(1)[0]; got.Act != ActProof || got.Note != "with the passkey “K”" {
		t.Errorf("on record as %+v", got)
	}
	must(t, second(c.Delete(t.Context(), c.admin, c.ben.ID)))
	c.clock.advance(ProofLasts)
	must(t, c.Prove(t.Context(), c.admin, "", codes[0]))
}

// TestRequiredFactorMayBeAPasskey.
func TestRequiredFactorMayBeAPasskey(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	must(t, second(s.RequireFactors(t.Context(), console, []Role{Member})))
	a := s.signIn(s.add("Ben", Member))
	s.addKey(a, officeKey(), "K")
	w, err := s.Resume(t.Context(), a.SignIn, a.ID, true)
	if err != nil || !w.FactorDue().IsZero() {
		t.Errorf("due %v, %v", w.FactorDue(), err)
	}
	f, err := s.Factors(t.Context(), a, a.ID)
	must(t, err)
	must(t, s.RemovePasskey(t.Context(), a, f.Passkeys[0].ID))
	if w, err = s.Resume(t.Context(), a.SignIn, a.ID, true); err != nil || w.FactorDue().IsZero() {
		t.Errorf("not due any more, %v", err)
	}
}

// TestPasskeysOfAnotherAddress do not work here, and are not asked for.
func TestPasskeysOfAnotherAddress(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ben := s.add("Ben", Member)
	k := officeKey()
	s.addKey(s.signIn(ben), k, "K")
	moved := PasskeySite{Host: "new.example", Origin: "https://new.example", Brand: "New"}
	half := s.halfway(ben)
	if !half.Passkey {
		t.Error("the second factor is gone with the address")
	}
	wantKind(t, second(s.AskPasskey(t.Context(), visitor(here), PasskeySecond, half, moved)), NotFound)
	asked, err := s.AskPasskey(t.Context(), visitor(here), PasskeyAlone, Halfway{}, moved)
	must(t, err)
	k.Origin = moved.Origin
	s.wantNoKey(second(s.SignInByPasskey(t.Context(), visitor(here), office, asked.Challenge, k.Sign(t, asked.Options))), "work at https://office.example only", "")
}

// TestWherePasskeysWork is where browsers have them.
func TestWherePasskeysWork(t *testing.T) {
	t.Parallel()
	for origin, host := range map[string]string{
		"https://office.example": "office.example", "https://Office.Example:8443": "office.example", "http://localhost:8080": "localhost",
		"http://app.localhost": "app.localhost", "https://localhost": "localhost",
		"http://office.example": "", "http://127.0.0.1:8080": "", "https://127.0.0.1": "", "https://[::1]:8443": "", "ftp://office.example": "",
		"": "", "https://": "", "http://notlocalhost": "", "https://a..b": "", "://": "", "https://exa mple": "",
	} {
		site, ok := PasskeySiteAt(origin, "B")
		if site.Host != host || ok != (host != "") {
			t.Errorf("%q: %+v, %v", origin, site, ok)
		}
		if ok && (site.Brand != "B" || !strings.HasPrefix(strings.ToLower(origin), strings.ToLower(site.Origin))) {
			t.Errorf("%q: %+v", origin, site)
		}
	}
}

// FuzzPasskeyAnswer gives whatever as the answer of a browser: it is refused, and
// nothing breaks.
func FuzzPasskeyAnswer(f *testing.F) {
	s := newTestStore(f)
	ben := s.add("Ben", Member)
	a := s.signIn(ben)
	k := officeKey()
	s.addKey(a, k, "K")
	asked := s.ask(visitor(here), PasskeyAlone, Halfway{})
	challenge := s.newChallenge(a, officeKey(), &NewPasskey{})
	right := k.Sign(f, asked.Options)
	creation := officeKey().Create(f, `{"publicKey":{"challenge":"AAAA","rp":{"id":"office.example"},"user":{"id":"AAAA"}}}`)
	for _, seed := range []string{"", "{}", "null", "[]", `{"id":"AA"}`, right[:len(right)/2], creation, creation[:len(creation)-40],
		strings.Replace(right, `"type":"public-key"`, `"type":"x"`, 1), strings.Repeat("[", 5000), `{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"AA","signature":""}}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, answer string) {
		if answer == right {
			return
		}
		given := newAssertion(office, asked.Challenge, answer)
		if given.unreadable == nil {
			mine, err := selectPasskeys(t.Context(), s.reader, ben.ID)
			must(t, err)
			if _, err := mine[0].signed(given); err == nil {
				t.Fatalf("taken: %q", answer)
			}
		}
		if created, no := readCreation(answer); no == nil {
			if _, no := made(ben, office, challenge, created); no == nil {
				t.Fatalf("made: %q", answer)
			}
		}
	})
}
