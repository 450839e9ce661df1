package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// enrol gives the actor an authenticator app. A minute later its next code counts.
func (s *testStore) enrol(a Actor) (Enrolment, []string) {
	s.t.Helper()
	must(s.t, s.BeginApp(s.t.Context(), a))
	e, err := s.Enrolment(s.t.Context(), a)
	must(s.t, err)
	codes, err := s.ConfirmApp(s.t.Context(), a, s.code(e))
	must(s.t, err)
	s.clock.advance(time.Minute)
	return e, codes
}

// code is what the app shows now.
func (s *testStore) code(e Enrolment) string {
	s.t.Helper()
	code, err := e.Code(s.Now())
	must(s.t, err)
	return code
}

// wrongCode is a code that the app does not show these days.
func (s *testStore) wrongCode(e Enrolment) string {
	for n := 0; ; n++ {
		code := fmt.Sprintf("%06d", n)
		seed, err := keyText.DecodeString(e.Key)
		must(s.t, err)
		near := false
		for step := totpStep(s.Now()) - 9; step < totpStep(s.Now())+9; step++ {
			near = near || totpCode(seed, step) == code
		}
		if !near {
			return code
		}
	}
}

// halfway gives the password of somebody who has a second factor.
func (s *testStore) halfway(u *User) Halfway {
	s.t.Helper()
	w, err := s.SignIn(s.t.Context(), visitor(here), u.Email, password)
	var half *Halfway
	if !errors.As(err, &half) {
		s.t.Fatalf("the password was enough, or not right: %+v, %v", w, err)
	}
	return *half
}

// TestSignInWithAnApp takes two steps, of which the first lets nobody in.
func TestSignInWithAnApp(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ben := s.add("Ben", Member)
	e, _ := s.enrol(s.signIn(ben))
	before, entries := dump(t, s.reader, "signins"), s.countEntries()
	half := s.halfway(ben)
	if diff := differences(before, dump(t, s.reader, "signins")); diff != "" || s.countEntries() != entries {
		t.Errorf("the password alone did:\n%s", diff)
	}
	code := s.code(e)
	w, err := s.SignInByCode(t.Context(), visitor(here), half, code[:3]+" "+code[3:]+" ")
	must(t, err)
	if w.User.ID != ben.ID || w.SignIn.Factor != ByApp || !w.HasApp || w.SignIn.Proved != s.Now() {
		t.Errorf("%+v", w)
	}
	if got := s.newest(1)[0]; got.Act != ActSignIn || got.Actor != ben.ID || got.Note != "with the authenticator app" {
		t.Errorf("on record as %+v", got)
	}
	wrong := wantKind(t, second(s.SignInByCode(t.Context(), visitor(here), s.halfway(ben), code)), Invalid)
	if wrong.Fields["code"] != WrongCode {
		t.Errorf("a code taken twice: %+v", wrong)
	}
	if got := s.newest(1)[0]; got.Act != ActSignIn || got.Outcome != Failure || got.Target != ben.ID || got.Kind != Nobody || got.Note != "wrong code" {
		t.Errorf("on record as %+v", got)
	}
	s.clock.advance(30 * time.Second)
	must(t, second(s.SignInByCode(t.Context(), visitor(here), s.halfway(ben), s.code(e))))
	if f, err := s.Factors(t.Context(), console, ben.ID); err != nil || f.App.IsZero() || f.Used != s.Now() || f.Codes != 10 {
		t.Errorf("%+v, %v", f, err)
	}
}

// TestCodeIsTakenOnce also by many at once.
func TestCodeIsTakenOnce(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ben := s.add("Ben", Member)
	e, codes := s.enrol(s.signIn(ben))
	for _, code := range []string{s.code(e), codes[0]} {
		half := s.halfway(ben)
		var all []func() error
		for range 4 {
			all = append(all, func() error { return second(s.SignInByCode(t.Context(), visitor(here), half, code)) })
		}
		n := 0
		for _, err := range atOnce(all...) {
			if err == nil {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%q was taken %d times", code, n)
		}
	}
}

// TestASetUpIsOfOneSession: whoever has another one open, or comes back to the same one
// later, is not shown the key, and cannot finish with it.
func TestASetUpIsOfOneSession(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ben := s.add("Ben", Member)
	aged := s.signIn(ben)
	s.clock.advance(ProofLasts)
	own := s.signIn(ben)
	must(t, s.BeginApp(t.Context(), own))
	e, err := s.Enrolment(t.Context(), own)
	must(t, err)
	fresh := s.signIn(ben)
	for _, other := range []Actor{aged, fresh} {
		wantKind(t, second(s.Enrolment(t.Context(), other)), NotFound)
	}
	must(t, s.Prove(t.Context(), aged, password, ""))
	for _, other := range []Actor{aged, fresh} {
		wantKind(t, second(s.ConfirmApp(t.Context(), other, s.code(e))), NotFound)
	}
	s.clock.advance(ProofLasts)
	wantKind(t, second(s.Enrolment(t.Context(), own)), ProofNeeded)
	must(t, s.Prove(t.Context(), own, password, ""))
	if again, err := s.Enrolment(t.Context(), own); err != nil || again.Key != e.Key {
		t.Errorf("%+v, %v", again, err)
	}
	must(t, second(s.ConfirmApp(t.Context(), own, s.code(e))))
}

// TestGuessedCodesAreThrottled for the account, wherever they come from and however
// many at once, and for its owner in their own browser and session alone.
func TestGuessedCodesAreThrottled(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ben, eve := s.add("Ben", Member), s.add("Eve", Member)
	mine, others := s.remembered(ben), s.remembered(eve)
	a, hers := s.signIn(ben), s.signIn(eve)
	e, codes := s.enrol(a)
	half, wrong := s.halfway(ben), s.wrongCode(e)
	var all []func() error
	for i := range 24 {
		all = append(all, func() error {
			return second(s.SignInByCode(t.Context(), visitor(fmt.Sprintf("203.0.113.%d", i)), half, wrong))
		})
	}
	counts := map[Kind]int{}
	for _, err := range atOnce(all...) {
		counts[KindOf(err)]++
	}
	if counts[Invalid] != 6 || counts[Throttled] != 18 {
		t.Errorf("%v, want 6 looked at and 18 throttled", counts)
	}
	for _, stranger := range []Actor{visitor(there), others, hers} { // also who is known as somebody else
		for _, right := range []string{s.code(e), codes[0]} {
			if err := wantKind(t, second(s.SignInByCode(t.Context(), stranger, half, right)), Throttled); err.RetryAfter != 2*time.Second {
				t.Errorf("wait %v", err.RetryAfter)
			}
		}
	}
	must(t, second(s.SignInByCode(t.Context(), mine, half, s.code(e))))
	must(t, s.Prove(t.Context(), a, "", codes[1]))
	wantKind(t, second(s.SignInByCode(t.Context(), visitor(there), half, wrong)), Throttled) // that the owner got in lets nobody go on
	for range 6 {
		wantKind(t, s.Prove(t.Context(), a, "", wrong), Invalid)
	}
	wantKind(t, s.Prove(t.Context(), a, "", codes[2]), Throttled)
	must(t, second(s.SignInByCode(t.Context(), mine, half, codes[2])))

	s.reopen()
	s.clock.advance(2 * time.Second)
	must(t, second(s.SignInByCode(t.Context(), visitor(here), half, codes[3])))
	s.clock.advance(30 * time.Second)
	wantKind(t, second(s.SignInByCode(t.Context(), visitor(here), half, wrong)), Invalid)
	if err := wantKind(t, second(s.SignInByCode(t.Context(), visitor(here), half, wrong)), Throttled); err.RetryAfter != 4*time.Second {
		t.Errorf("after the owner got in one waits %v", err.RetryAfter)
	}
}

// TestHalfwayStartsOver when the account is not any more what the password was
// right for.
func TestHalfwayStartsOver(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(s *testStore, h *Halfway, a Actor){
		"another password": func(s *testStore, h *Halfway, a Actor) {
			must(t, s.ResetPassword(t.Context(), console, h.User, newPassword, false))
		},
		"deactivated":         func(s *testStore, h *Halfway, _ Actor) { must(t, second(s.Deactivate(t.Context(), console, h.User))) },
		"deleted":             func(s *testStore, h *Halfway, _ Actor) { must(t, second(s.Delete(t.Context(), console, h.User))) },
		"without the app":     func(s *testStore, h *Halfway, _ Actor) { must(t, s.ResetFactors(t.Context(), console, h.User)) },
		"five minutes":        func(s *testStore, h *Halfway, _ Actor) { s.clock.advance(HalfwayWithin) },
		"made up":             func(_ *testStore, h *Halfway, _ Actor) { h.Mark = "" },
		"of somebody unknown": func(_ *testStore, h *Halfway, _ Actor) { h.User = 99 },
		"of nobody":           func(_ *testStore, h *Halfway, _ Actor) { *h = Halfway{} },
		"from tomorrow":       func(s *testStore, h *Halfway, _ Actor) { h.At = s.Now().Add(time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newTestStore(t)
			s.add("Ana", Admin)
			ben := s.add("Ben", Member)
			a := s.signIn(ben)
			_, codes := s.enrol(a)
			half := s.halfway(ben)
			change(s, &half, a)
			before := s.fingerprint()
			if err := second(s.SignInByCode(t.Context(), visitor(here), half, codes[0])); !errors.Is(err, ErrStartOver) {
				t.Errorf("%v", err)
			}
			if s.fingerprint() != before {
				t.Error("something was written")
			}
		})
	}
}

// TestRecoveryCodes let somebody in once each, until there are new ones.
func TestRecoveryCodes(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ben, eve := s.add("Ben", Member), s.add("Eve", Editor)
	a := s.signIn(ben)
	_, codes := s.enrol(a)
	_, others := s.enrol(s.signIn(eve))
	w, err := s.SignInByCode(t.Context(), visitor(here), s.halfway(ben), strings.ToUpper(strings.ReplaceAll(codes[3], "-", " ")))
	must(t, err)
	if got := s.newest(1)[0]; w.SignIn.Factor != ByRecovery || got.Note != "with a recovery code; 9 left" {
		t.Errorf("%+v, on record as %+v", w.SignIn, got)
	}
	for _, dead := range []string{codes[3], others[0], codes[4][:15], ""} {
		wantKind(t, second(s.SignInByCode(t.Context(), visitor(here), s.halfway(ben), dead)), Invalid)
	}
	fresh, err := s.NewRecoveryCodes(t.Context(), w.actor())
	must(t, err)
	wantKind(t, second(s.SignInByCode(t.Context(), visitor(here), s.halfway(ben), codes[5])), Invalid)
	must(t, second(s.SignInByCode(t.Context(), visitor(here), s.halfway(ben), fresh[5])))
	if f, err := s.Factors(t.Context(), a, ben.ID); err != nil || f.Codes != 9 {
		t.Errorf("%+v, %v", f, err)
	}
}

// actor is the person of a sign-in, acting with it.
func (w Whoever) actor() Actor {
	a := as(&w.User)
	a.SignIn, a.proven = w.SignIn.ID, false
	return a
}

// TestEnrolment counts once a code was seen, and not for ever.
func TestEnrolment(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ben := s.add("Ben", Member)
	a := s.signIn(ben)
	wantKind(t, second(s.Enrolment(t.Context(), a)), NotFound)
	wantKind(t, second(s.ConfirmApp(t.Context(), a, "123456")), NotFound)
	wantKind(t, second(s.NewRecoveryCodes(t.Context(), a)), Refused)
	wantKind(t, s.RemoveApp(t.Context(), a), Refused)

	must(t, s.BeginApp(t.Context(), a))
	first, err := s.Enrolment(t.Context(), a)
	must(t, err)
	a = s.signIn(ben) // the password is still enough
	must(t, s.BeginApp(t.Context(), a))
	e, err := s.Enrolment(t.Context(), a)
	must(t, err)
	if e.Key == first.Key {
		t.Error("the key of an app that was given up is used again")
	}
	wantKind(t, second(s.ConfirmApp(t.Context(), a, s.wrongCode(e))), Invalid)
	wantKind(t, second(s.ConfirmApp(t.Context(), a, s.code(first))), Invalid)
	s.clock.advance(enrolWithin)
	must(t, s.Prove(t.Context(), a, password, ""))
	wantKind(t, second(s.Enrolment(t.Context(), a)), NotFound)
	wantKind(t, second(s.ConfirmApp(t.Context(), a, s.code(e))), NotFound)

	e, codes := s.enrol(a)
	wantKind(t, s.BeginApp(t.Context(), a), Refused)
	wantKind(t, second(s.Enrolment(t.Context(), a)), NotFound)
	for _, secret := range append(slices.Clone(codes), e.Key, e.Groups()) {
		for _, line := range dump(t, s.reader, "totp_apps", "recovery_codes", "audit_entries", "audit_values", "throttles") {
			if strings.Contains(line, secret) || strings.Contains(line, strings.ReplaceAll(secret, "-", "")) {
				t.Errorf("%s stands in %s", secret, line)
			}
		}
	}
	must(t, s.RemoveApp(t.Context(), a))
	s.signIn(ben)
	if n := queryInt(t, s.reader, `SELECT count(*) FROM recovery_codes`); n != 0 {
		t.Errorf("%d recovery codes are left", n)
	}
}

// TestFactorsGoWithThePerson when their data is removed, and come back with them
// before that.
func TestFactorsGoWithThePerson(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ben := s.add("Ben", Member)
	s.enrol(s.signIn(ben))
	change(t)(s.Delete(t.Context(), console, ben.ID))
	change(t)(s.Restore(t.Context(), console, ben.ID))
	s.halfway(ben)
	change(t)(s.Delete(t.Context(), console, ben.ID))
	s.clock.advance(KeepDeleted + time.Second)
	must(t, second(s.Purge(t.Context())))
	if left := dump(t, s.reader, "totp_apps", "recovery_codes"); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

// TestFactorsAreOnesOwn to see, and an admin's.
func TestFactorsAreOnesOwn(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ana, eve, ben := s.add("Ana", Admin), s.add("Eve", Editor), s.add("Ben", Member)
	must(t, second(s.Factors(t.Context(), as(ana), ben.ID)))
	must(t, second(s.Factors(t.Context(), as(ben), ben.ID)))
	wantKind(t, second(s.Factors(t.Context(), as(eve), ben.ID)), Forbidden)
	wantKind(t, s.BeginApp(t.Context(), console), Forbidden)
}

// TestResetFactors lets somebody in by the password again, and ends where they are
// signed in. Nobody does it to themselves.
func TestResetFactors(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ana, ben := s.add("Ana", Admin), s.add("Ben", Member)
	a := s.signIn(ben)
	wantKind(t, s.ResetFactors(t.Context(), console, ben.ID), Refused)
	s.enrol(a)
	must(t, s.ResetFactors(t.Context(), as(ana), ben.ID))
	var ended *Ended
	if err := second(s.Resume(t.Context(), a.SignIn, ben.ID, true)); !errors.As(err, &ended) || ended.Why != EndedFactor {
		t.Errorf("%v", err)
	}
	s.signIn(ben)
	admin := s.signIn(ana)
	s.enrol(admin)
	wantKind(t, s.ResetFactors(t.Context(), admin, ana.ID), Refused)
}

// TestRequiredFactors are due a week after the role has needed them.
func TestRequiredFactors(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ana, ben := s.add("Ana", Admin), s.add("Ben", Member)
	a := s.signIn(ben)
	due := func() time.Time {
		w, err := s.Resume(t.Context(), a.SignIn, ben.ID, true)
		must(t, err)
		return w.FactorDue()
	}
	require := func(want bool, roles ...Role) {
		t.Helper()
		if changed, err := s.RequireFactors(t.Context(), as(ana), roles); changed != want || err != nil {
			t.Errorf("%v: %v, %v", roles, changed, err)
		}
	}
	require(true, Admin)
	if !due().IsZero() {
		t.Error("due for a role that needs none")
	}
	since := s.Now()
	require(true, Admin, Member)
	if got := s.newest(1)[0]; got.Act != ActFactorPolicy || got.Note != "required for admin, member" {
		t.Errorf("on record as %+v", got)
	}
	s.clock.advance(time.Minute)
	entries := s.countEntries()
	require(false, Member, Admin)
	if s.countEntries() != entries {
		t.Error("that nothing has changed is on record")
	}
	require(true, Member)
	if got := due(); got != since.Add(FactorGrace) {
		t.Errorf("due at %v", got)
	}
	s.enrol(a)
	if !due().IsZero() {
		t.Error("due for somebody who has one")
	}
	must(t, s.RemoveApp(t.Context(), a))
	require(true)
	if !due().IsZero() {
		t.Error("due though it is optional again")
	}
}
