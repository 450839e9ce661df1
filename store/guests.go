package store

import (
	"context"
	"strings"
	"unicode"
)

// MaxGuests is how many people are invited at once.
const MaxGuests = 500

// Guest is one of several people who are to be invited together.
type Guest struct {
	Name    string
	Email   string
	Problem string // why they cannot be invited; "" when they can
}

// ParseGuests reads addresses as they are pasted: a line each, or with commas or
// semicolons between them, with or without a name, as in Ana Pérez
// <ana@example.com>. Without one, the address says how they are called.
func ParseGuests(text string) []Guest {
	var guests []Guest
	for _, piece := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' || r == ',' || r == ';' || r == '\t' }) {
		if piece = trim(piece); piece == "" {
			continue
		}
		guests = append(guests, parseGuest(piece))
	}
	return guests
}

func parseGuest(piece string) Guest {
	name, address, named := strings.Cut(piece, "<")
	if !named {
		return Guest{Name: nameIn(piece), Email: piece}
	}
	address, _, _ = strings.Cut(address, ">")
	g := Guest{Name: strings.Trim(trim(name), `"'`), Email: trim(address)}
	if g.Name == "" {
		g.Name = nameIn(g.Email)
	}
	return g
}

// nameIn makes "Ana Perez" of ana.perez@example.com.
func nameIn(address string) string {
	local, _, _ := strings.Cut(address, "@")
	local, _, _ = strings.Cut(local, "+")
	words := strings.FieldsFunc(local, func(r rune) bool { return r == '.' || r == '_' || r == '-' || unicode.IsDigit(r) })
	for i, w := range words {
		r := []rune(w)
		r[0] = unicode.ToUpper(r[0])
		words[i] = string(r)
	}
	if len(words) == 0 {
		return local
	}
	return strings.Join(words, " ")
}

// CheckGuests says of each guest what speaks against inviting them. It changes
// nothing: who invites them asks again.
func (s *Store) CheckGuests(ctx context.Context, a Actor, guests []Guest, role Role) ([]Guest, error) {
	if !Can(a, ActInvite, nil) || !Can(a, ActSetRole, &Target{Role: role}) {
		return nil, forbidden("Your role does not allow this.")
	}
	if len(guests) > MaxGuests {
		return nil, invalid(map[string]string{"addresses": "Invite at most 500 people at once."})
	}
	out, seen := make([]Guest, len(guests)), map[string]bool{}
	for i, g := range guests {
		problem, err := s.guestProblem(ctx, g, role, seen)
		if err != nil {
			return nil, err
		}
		g.Problem = problem
		out[i] = g
	}
	return out, nil
}

// guestProblem is what speaks against one of them.
func (s *Store) guestProblem(ctx context.Context, g Guest, role Role, seen map[string]bool) (string, error) {
	u, problems := NewUser{Name: g.Name, Email: g.Email, Role: role}.invited()
	for _, f := range []Field{FieldEmail, FieldName} {
		if problems[string(f)] != "" {
			return problems[string(f)], nil
		}
	}
	if seen[u.emailKey] {
		return "This address stands here twice.", nil
	}
	seen[u.emailKey] = true
	owner, err := loadUserByEmail(ctx, s.reader, u.emailKey)
	switch {
	case KindOf(err) == NotFound:
		until, err := claimOn(ctx, s.reader, u.emailKey, 0, s.now())
		if until.IsZero() {
			return "", err
		}
		return claimable(until), err
	case err != nil:
		return "", err
	}
	return owner.Name + " has this already.", nil
}
