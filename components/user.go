package components

// offersMore reports whether a person's page needs a menu beside "Edit".
func offersMore(a Actions) bool {
	return a.DeactivateHref+a.ResetHref+a.MustHref+a.SeeHref+a.ReactivateHref+a.DeleteHref+a.RestoreHref+a.EraseHref+a.EndSessions != ""
}

// given is how many of the things a role may do.
func given(all []Grant) (n int) {
	for _, g := range all {
		if g.Given {
			n++
		}
	}
	return n
}
