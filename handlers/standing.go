package handlers

import (
	"backoffice/components"
	"backoffice/store"
)

// standing is the status of a person with how their invitation stands.
func (w words) standing(u *store.User) components.Status {
	st := status(u)
	if st.Key != string(store.Invited) || u.InviteUntil.IsZero() {
		return st
	}
	if left := u.InviteUntil.Sub(w.now); left > 0 {
		st.Note = inDays(left) + " left"
	} else {
		st.Key, st.Label, st.Note = "expired", "Invite expired", w.ago(u.InviteUntil)
	}
	st.By = u.InvitedBy
	return st
}
