package components

// offersMore reports whether a person's page needs a menu beside "Edit".
func offersMore(a Actions) bool {
	return a.DeactivateHref+a.ResetHref+a.SeeHref+a.ReactivateHref+a.DeleteHref+a.RestoreHref+a.EraseHref+a.EndSessions != ""
}
