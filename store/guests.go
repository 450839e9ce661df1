package store

import "context"

// MaxGuests is how many people are invited at once.
const MaxGuests = 500

// Guest is one of several people who are to be invited together.
type Guest struct {
	Name    string
	Email   string
	Problem string // why they cannot be invited; "" when they can
	Waiting int64  // the account of who was invited before and has not come: there a new link can be made
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
		if err := s.checkGuest(ctx, &g, role, seen); err != nil {
			return nil, err
		}
		out[i] = g
	}
	return out, nil
}

// checkGuest notes what speaks against one of them.
func (s *Store) checkGuest(ctx context.Context, g *Guest, role Role, seen map[string]bool) error {
	u, problems := NewUser{Name: g.Name, Email: g.Email, Role: role}.invited()
	for _, f := range []Field{FieldEmail, FieldName} {
		if g.Problem = problems[string(f)]; g.Problem != "" {
			return nil
		}
	}
	if seen[u.emailKey] {
		g.Problem = "This address stands here twice."
		return nil
	}
	seen[u.emailKey] = true
	owner, err := loadUserByEmail(ctx, s.reader, u.emailKey)
	switch {
	case KindOf(err) == NotFound:
		until, err := claimOn(ctx, s.reader, u.emailKey, 0, s.now())
		if !until.IsZero() {
			g.Problem = claimable(until)
		}
		return err
	case err != nil:
		return err
	case owner.Status == Invited:
		g.Waiting, g.Name, g.Problem = owner.ID, owner.Name, owner.Name+" has been invited already, but has not accepted yet."
	default:
		g.Problem = owner.Name + " already has this."
	}
	return nil
}
