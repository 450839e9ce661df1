package store

import "context"

// MaxGuests is how many people are invited at once.
const MaxGuests = 500

// Guest is one of several people who are to be invited together.
type Guest struct {
	Name    string
	Email   string
	Problem string // why they cannot be invited; "" when they can
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
		return "", nil
	case err != nil:
		return "", err
	}
	return owner.Name + " has this already.", nil
}
