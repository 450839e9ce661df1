package store

import (
	"strings"
	"testing"
)

// TestPasswordStrength grows with what there is to guess, and follows the rules
// that are asked when the password is set.
func TestPasswordStrength(t *testing.T) {
	t.Parallel()
	s := newTestStore(t, func(c *Config) { c.Brand = "Northwind" })
	for password, want := range map[string]Strength{
		"":                          {},
		"short":                     {1, "Use at least 12 characters; this has 5."},
		"aaaaaaaaaaaaaaaa":          {1, "This is one short piece repeated, which is easily guessed."},
		"password1234":              {1, "This is one of the most common passwords."},
		"Ana-Northwind-2026":        {1, "This is made of your name or address, which is easily guessed."},
		"x8Kq!fz2Lw0p":              {Score: 2},
		"x8Kq!fz2Lw0pR7vT":          {Score: 3},
		"x8Kq!fz2Lw0p12345678":      {Score: 2},
		"x8Kq!fz2Lw0pqqqqqqqqq":     {Score: 2},
		"seven grey herons fishing": {Score: 4},
		"семь серых цапель на пруду": {Score: 4},
	} {
		got, err := s.PasswordStrength(password, "Ana", "ana@example.com")
		if err != nil || got != want {
			t.Errorf("%q: %+v, %v, want %+v", password, got, err, want)
		}
	}
}

// TestNewPasswords are asked the same wherever they are set: the rules, the name
// of the organisation, and the list of breached ones.
func TestNewPasswords(t *testing.T) {
	t.Parallel()
	const known = "correct horse battery staple"
	list := writeBreached(t, 100, "\r\n", true, known)
	s := newCast(t, mutation{}, func(c *Config) { c.Brand, c.BreachedPasswords = "Northwind", list })
	for bad, why := range map[string]string{known: "has leaked", "northwind-2026": "made of your name", "short": "at least 12"} {
		person := newPerson("Nell", Member)
		person.Password = bad
		s.reset(s.eve)
		_, redeemed := s.RedeemLink(t.Context(), s.guest, s.token, bad)
		for way, err := range map[string]error{
			"create": second(s.CreateUser(t.Context(), s.admin, person)),
			"change": s.ChangeOwnPassword(t.Context(), s.self, password, bad),
			"link":   redeemed,
			"reset":  s.ResetPassword(t.Context(), s.admin, s.ben.ID, bad, false),
		} {
			if got := wantKind(t, err, Invalid).Fields["password"]; !strings.Contains(got, why) {
				t.Errorf("%s with %q: %q", way, bad, got)
			}
		}
	}
	must(t, s.ChangeOwnPassword(t.Context(), s.self, password, newPassword))
	must(t, s.breached.file.Close())
	wantKind(t, s.ChangeOwnPassword(t.Context(), s.self, newPassword, password), Internal) // not taken unseen
	s.breached = nil
	must(t, s.ChangeOwnPassword(t.Context(), s.self, newPassword, known))
}

// TestFirstAdminsPassword is asked the same.
func TestFirstAdminsPassword(t *testing.T) {
	t.Parallel()
	list := writeBreached(t, 100, "\n", false, newPassword)
	s := newTestStore(t, func(c *Config) { c.BreachedPasswords = list })
	first := newPerson("Fay", Admin)
	first.Password = newPassword
	_, err := s.EnsureAdmin(t.Context(), first)
	if got := wantKind(t, err, Invalid).Fields["password"]; !strings.Contains(got, "has leaked") {
		t.Errorf("%q", got)
	}
	first.Password = password
	must(t, second(s.EnsureAdmin(t.Context(), first)))
}
