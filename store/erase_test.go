package store

import "testing"

// TestEraseOnRequest removes somebody who was deleted at once: only them, for good,
// with an entry that says who did it, and the trail is whole.
func TestEraseOnRequest(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ana := as(s.add("Ana", Admin))
	ben, cy := s.add("Ben", Member), s.add("Cy", Member)
	for _, u := range []*User{ben, cy} {
		change(t)(s.UpdateUser(t.Context(), ana, u.ID, edit(FieldPhone, "030 12345")))
		change(t)(s.Delete(t.Context(), ana, u.ID))
	}
	wantKind(t, s.Erase(t.Context(), as(s.add("Eve", Editor)), ben.ID), Forbidden)
	must(t, s.Erase(t.Context(), ana, ben.ID))
	wantKind(t, second(s.User(t.Context(), ana, ben.ID)), NotFound)
	wantKind(t, s.Erase(t.Context(), ana, ben.ID), NotFound)
	change(t)(s.Restore(t.Context(), ana, cy.ID))
	if e := s.newest(2)[1]; e.Act != ActPurge || e.Actor != ana.ID || e.Note != "Erased on request." {
		t.Errorf("on record is %+v", e)
	}
	if r := s.verified(); r.Purged == 0 {
		t.Errorf("%+v", r)
	}
	checkInvariants(t, s.Store)
}
