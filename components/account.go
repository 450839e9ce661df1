package components

// passwordAction is where one's own new password is posted.
func passwordAction(f PasswordForm) string {
	return either(f.Action, "/account/password")
}
