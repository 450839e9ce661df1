package components

// passkeyForm makes a browser ask for a passkey before the form is sent.
func passkeyForm(p PasskeyAsk) attributes {
	if p.Options == "" {
		return nil
	}
	a := attributes{"data-passkey", p.Options}
	if p.New {
		a = append(a, "data-passkey-new", "")
	}
	if p.Now {
		a = append(a, "data-passkey-now", "")
	}
	return a
}

// passkeyProblems are what is said of a passkey that the browser did not give, by what
// the script calls the reasons.
func passkeyProblems(p PasskeyAsk) attributes {
	a := attributes{
		"data-cancelled", "No passkey was used: it was cancelled, took too long, or there is none here. You can try again.",
		"data-address", "Passkeys work at " + p.Site + " only. Please open it there.",
		"data-unsupported", "This browser has no passkeys. A newer one has.",
		"data-other", "The browser could not use a passkey. Please try again.",
	}
	if p.New {
		a = append(a, "data-known", "There is a passkey of yours on this device already.")
		a[1] = "No passkey was made: it was cancelled, or took too long. You can try again."
	}
	return a
}

// passkeyBoxForm is the form of the dialog: a refusal redraws the inside of it, so that
// it stays open and the name stays typed.
func passkeyBoxForm(v PasskeyForm) attributes {
	return postForm(v.Action, Sel(PasskeyBoxID), "outerMorph")
}
