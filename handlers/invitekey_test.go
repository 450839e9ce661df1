package handlers

import (
	"context"
	"strings"
	"testing"

	"backoffice/store"
	"backoffice/store/storetest"
)

// invitedByLink invites Lena Brandt and gives her number and the path of her link.
func (s *site) invitedByLink() (id int64, path string) {
	s.t.Helper()
	l, c, err := s.db.InviteUser(context.Background(), commandLine, store.NewUser{Name: "Lena Brandt", Email: "lena@example.com", Role: store.Viewer}, false)
	if err != nil {
		s.t.Fatal(err)
	}
	return c.User.ID, "/link/" + l.Token
}

// TestAcceptingAnInvitationByAPasskey goes from the link to the first sign-in, without
// a password. What goes wrong can be tried again, or done otherwise.
func TestAcceptingAnInvitationByAPasskey(t *testing.T) {
	t.Parallel()
	s := newHome(t)
	lena, path := s.invitedByLink()
	guest := s.as(milo) // somebody else is signed in there
	page := guest.get(path).is(t, 200).lacks("form[data-passkey]")
	asked := guest.submit(page, "#link-form", "use", "passkey").is(t, 200).shows("h1", "Create a passkey").shows(".whose", "Lena Brandt")
	if !strings.Contains(asked.options(), `"residentKey":"required"`) || !strings.Contains(asked.options(), `"userVerification":"required"`) || asked.header.Get("Referrer-Policy") != "strict-origin" {
		t.Errorf("asked by %s", asked.options())
	}
	guest.submit(asked, "#link-form", "use", "password").is(t, 200).shows("h1", "Welcome to")
	k := &storetest.Authenticator{Origin: homeURL}
	wrong := guest.submit(asked, "#link-form", "credential", "{}").is(t, 422).shows("#link-form", "not accepted")
	before := s.user(lena)
	if before.Status != store.Invited || wrong.options() == asked.options() {
		t.Errorf("%+v", before)
	}
	done := guest.submit(wrong, "#link-form", "credential", k.Create(t, wrong.options())).is(t, 200).shows("h1", "Your passkey is set")
	if done.count("#recovery-codes li") != 10 || done.attr(".form-foot a", "href") != "/login" {
		t.Errorf("%s", excerpt(done.body))
	}
	guest.get("/account").to(t, "/login?next=%2Faccount") // nobody is signed in there any more
	s.as(nobody).get(path).is(t, 410)
	entry := guest.post("/login", "use", "passkey").is(t, 200)
	guest.submit(entry, "#signin-form", "credential", k.Sign(t, entry.options())).is(t, 303).to(t, "/")
	guest.get("/account").is(t, 200).shows("#user-name", "Lena Brandt").shows("#passkey-1", "Firefox on Linux").lacks("#password-form")
	refused := guest.submit(guest.get("/account/passkeys/1/remove").is(t, 200), "#confirm-form").is(t, 409)
	refused.shows(".lead", "your only way in")
	admin := s.as(ana)
	admin.get("/users/"+formatID(lena)+"/factors/reset").is(t, 200).shows("main", "They have no password")
}

// TestOnlyInvitationsAreAcceptedByAPasskey: a link for a new password is for that, and
// where there are no passkeys none is offered.
func TestOnlyInvitationsAreAcceptedByAPasskey(t *testing.T) {
	t.Parallel()
	s := newHome(t)
	reset := s.resetOf(nora)
	s.as(nobody).get(reset).is(t, 200).lacks("[name=use]")
	s.as(nobody).post(reset, "use", "passkey").is(t, 410)
	s.as(nobody).post(reset, "step", "passkey", "credential", "{}").is(t, 410)
	plain := newSite(t)
	_, path := plain.invitedByLink()
	plain.as(nobody).get(path).is(t, 200).lacks("[name=use]")
	plain.as(nobody).post(path, "use", "passkey").is(t, 200).shows("h1", "Welcome to")
}
