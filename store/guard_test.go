package store

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

// takingAway are the ways for somebody to lose their access.
var takingAway = map[string]func(s *testStore, a Actor, u *User) error{
	"deactivate": func(s *testStore, a Actor, u *User) error { return second(s.Deactivate(s.t.Context(), a, u.ID)) },
	"delete":     func(s *testStore, a Actor, u *User) error { return second(s.Delete(s.t.Context(), a, u.ID)) },
	"demote to editor": func(s *testStore, a Actor, u *User) error {
		return second(s.UpdateUser(s.t.Context(), a, u.ID, edit(FieldRole, "editor")))
	},
	"demote to member": func(s *testStore, a Actor, u *User) error {
		return second(s.UpdateUser(s.t.Context(), a, u.ID, map[Field]Edit{FieldName: {To: "New"}, FieldRole: {To: "member"}}))
	},
}

// TestLastAdminStays refuses on the command line what would leave nobody who
// can let people in, and refuses nobody to do it to themselves.
func TestLastAdminStays(t *testing.T) {
	t.Parallel()
	for name, take := range takingAway {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newTestStore(t)
			ana := s.add("Ana", Admin)
			s.add("Eve", Editor)
			refusedAs := func(a Actor, says string) {
				t.Helper()
				before, entries := dump(t, s.reader, "users", "user_counts", "signins"), s.countEntries()
				if err := wantKind(t, take(s, a, ana), Refused); !strings.Contains(err.Message, says) {
					t.Errorf("it says %q", err.Message)
				}
				if diff := differences(before, dump(t, s.reader, "users", "user_counts", "signins")); diff != "" {
					t.Errorf("something was changed:\n%s", diff)
				}
				if e := s.newest(1)[0]; s.countEntries() != entries+1 || e.Outcome != Denied || e.Target != ana.ID {
					t.Errorf("the refusal is not on record: %+v", e)
				}
			}
			refusedAs(console, "last active admin")
			refusedAs(Actor{Kind: System}, "last active admin")
			refusedAs(as(ana), "your own access")

			// Others do not count who cannot come in.
			out := s.add("Otto", Admin)
			change(t)(s.Deactivate(t.Context(), console, out.ID))
			gone := s.add("Gus", Admin)
			change(t)(s.Delete(t.Context(), console, gone.ID))
			example := s.add("Example", Admin)
			mustExec(t, s.writer, `UPDATE users SET password_hash = '' WHERE id = ?1`, example.ID)
			refusedAs(console, "last active admin")

			// With another one, only oneself is refused still.
			zoe := s.add("Zoe", Admin)
			refusedAs(as(ana), "your own access")
			must(t, take(s, as(zoe), ana))
			wantKind(t, take(s, as(zoe), zoe), Refused)
		})
	}
}

// TestOneselfStays is about people who are not admins, too.
func TestOneselfStays(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.add("Ana", Admin)
	for _, role := range []Role{Editor, Viewer, Member} {
		u := s.add("Self "+string(role), role)
		for name, take := range takingAway {
			if name == "demote to editor" && role != Editor || name == "demote to member" && role == Member {
				continue
			}
			if err := take(s, as(u), u); KindOf(err) != Forbidden && KindOf(err) != Refused {
				if name != "demote to editor" { // an editor who stays editor changes nothing
					t.Errorf("%s: %s themselves: %v", role, name, err)
				}
			}
		}
		if now := s.load(u.ID); now.Role != role || now.Status != Active || !now.Deleted.IsZero() {
			t.Errorf("%+v", now)
		}
	}
	// What takes no access away may be done to oneself.
	ana := s.add("Olga", Admin)
	change(t)(s.UpdateUser(t.Context(), as(ana), ana.ID, edit(FieldName, "Olga II")))
}

// TestAdminsDemoteEachOther lets both try at the same moment, in every way:
// one of them stays.
func TestAdminsDemoteEachOther(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ana, zoe := s.add("Ana", Admin), s.add("Zoe", Admin)
	for round := range 12 {
		for name, take := range takingAway {
			errs := atOnce(
				func() error { return take(s, as(ana), zoe) },
				func() error { return take(s, as(zoe), ana) })
			if (errs[0] == nil) == (errs[1] == nil) {
				t.Fatalf("round %d, %s: %v and %v", round, name, errs[0], errs[1])
			}
			loser := zoe
			if errs[1] == nil {
				loser = ana
			}
			change(t)(s.Undo(t.Context(), console, s.lastDone().ID))
			if !s.load(loser.ID).isActiveAdmin() {
				t.Fatalf("round %d, %s: the undoing did not bring %s back", round, name, loser.Name)
			}
		}
	}
}

// lastDone is the newest entry of something that was done.
func (s *testStore) lastDone() Entry {
	s.t.Helper()
	trail, err := s.Trail(s.t.Context(), console, TrailQuery{Outcome: Done, Limit: 1})
	must(s.t, err)
	return trail.Entries[0]
}

// atOnce runs all at the same moment and gives their errors.
func atOnce(all ...func() error) []error {
	errs := make([]error, len(all))
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i, do := range all {
		wg.Go(func() {
			<-start
			errs[i] = do()
		})
	}
	close(start)
	wg.Wait()
	return errs
}

// TestSameAddressAtOnce gives an address to one of many who want it.
func TestSameAddressAtOnce(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ana := s.add("Ana", Admin)
	for round := range 8 {
		var all []func() error
		for i := range 4 {
			n := newPerson(fmt.Sprintf("Ben %d", i), Member)
			n.Email = fmt.Sprintf("%s%d@example.com", []string{"ben", "Ben", "BEN", "bEn"}[i], round)
			all = append(all, func() error { return second(s.CreateUser(t.Context(), as(ana), n)) })
		}
		made := 0
		for _, err := range atOnce(all...) {
			if err == nil {
				made++
			} else if wantKind(t, err, Invalid).Fields["email"] == "" {
				t.Errorf("nothing stands beside the address: %v", err)
			}
		}
		if made != 1 {
			t.Fatalf("round %d: %d people have the same address", round, made)
		}
	}
}

// TestSameFieldAtOnce lets one of many win who drew their form from the same
// value; the others see a conflict.
func TestSameFieldAtOnce(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ana, ben := s.add("Ana", Admin), s.add("Ben", Member)
	was := ben.Name
	for round := range 8 {
		var all []func() error
		for i := range 4 {
			to := fmt.Sprintf("Ben %d-%d", round, i)
			all = append(all, func() error {
				return second(s.UpdateUser(t.Context(), as(ana), ben.ID, editFrom(FieldName, was, to)))
			})
		}
		won := 0
		for _, err := range atOnce(all...) {
			if err == nil {
				won++
			} else if c := wantKind(t, err, Conflict).Conflicts["name"]; c.Before != was || c.Theirs != s.load(ben.ID).Name {
				t.Errorf("the conflict is %+v", c)
			}
		}
		if won != 1 {
			t.Fatalf("round %d: %d won", round, won)
		}
		was = s.load(ben.ID).Name
	}
}

// TestFirstAdmin is the one-time link: it makes one admin, once.
func TestFirstAdmin(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	link := func() string {
		t.Helper()
		token, err := s.NewSetupToken(t.Context())
		must(t, err)
		return token
	}
	good := func(token string) bool {
		t.Helper()
		ok, err := s.CheckSetupToken(t.Context(), token)
		must(t, err)
		return ok
	}
	guest, fay := visitor("192.0.2.9"), newPerson("Fay", Member)
	if good("") || s.hasAdmin() {
		t.Error("an empty store lets people in")
	}
	old, token := link(), link()
	if old == token || good(old) || !good(token) || good("") {
		t.Error("a newer link does not replace the older one")
	}
	if kept := strings.Join(dump(t, s.reader, "setup"), ""); strings.Contains(kept, token) {
		t.Error("the token is kept as it is")
	}
	wantKind(t, second(s.SetUp(t.Context(), guest, old, fay)), NotFound)
	wantKind(t, second(s.SetUp(t.Context(), guest, "", fay)), NotFound)
	bad := fay
	bad.Password = "short"
	if err := wantKind(t, second(s.SetUp(t.Context(), guest, token, bad)), Invalid); err.Fields["password"] == "" {
		t.Errorf("%v", err)
	}
	s.reopen()
	if !good(token) {
		t.Fatal("a failed attempt spent the link, or a restart did")
	}
	var all []func() error
	for i := range 4 {
		n := newPerson(fmt.Sprintf("Fay %d", i), Member)
		all = append(all, func() error { return second(s.SetUp(t.Context(), guest, token, n)) })
	}
	made := 0
	for _, err := range atOnce(all...) {
		if err == nil {
			made++
		} else {
			wantKind(t, err, NotFound)
		}
	}
	if made != 1 || s.load(1).Role != Admin || !s.hasAdmin() || good(token) {
		t.Errorf("%d admins were made", made)
	}
	if link() != "" {
		t.Error("there is a link although there is an admin")
	}
	s.signIn(s.load(1))
}

func (s *testStore) hasAdmin() bool {
	s.t.Helper()
	has, err := s.HasAdmin(s.t.Context())
	must(s.t, err)
	return has
}

// TestLinkDiesWithTheFirstAdmin, however that admin was made.
func TestLinkDiesWithTheFirstAdmin(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func(*testStore) error{
		"the command line": func(s *testStore) error {
			return second(s.CreateUser(s.t.Context(), console, newPerson("Ana", Admin)))
		},
		"the environment": func(s *testStore) error { return second(s.EnsureAdmin(s.t.Context(), newPerson("Ana", Admin))) },
	} {
		s := newTestStore(t)
		token, err := s.NewSetupToken(t.Context())
		must(t, err)
		must(t, make(s))
		if ok, err := s.CheckSetupToken(t.Context(), token); ok || err != nil {
			t.Errorf("%s: the link is still good, %v", name, err)
		}
		wantKind(t, second(s.SetUp(t.Context(), visitor("192.0.2.9"), token, newPerson("Fay", Admin))), NotFound)
	}
}

// TestEnsureAdmin makes one admin, however many programs start at once, and
// examples do not stand in for one.
func TestEnsureAdmin(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	must(t, second(s.AddExamples(t.Context(), console, 1500)))
	counts, err := s.Counts(t.Context(), console)
	must(t, err)
	if counts[Admin][Active] == 0 {
		t.Fatal("there is no admin among the examples")
	}
	if s.hasAdmin() {
		t.Error("an example stands in for an admin")
	}
	var all []func() error
	made := make([]bool, 4)
	for i := range made {
		all = append(all, func() (err error) {
			made[i], err = s.EnsureAdmin(t.Context(), newPerson(fmt.Sprintf("Fay %d", i), Member))
			return err
		})
	}
	n := 0
	for i, err := range atOnce(all...) {
		must(t, err)
		if made[i] {
			n++
		}
	}
	if n != 1 || !s.hasAdmin() {
		t.Errorf("%d admins were made", n)
	}
}
