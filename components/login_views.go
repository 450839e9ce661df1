package components

// SignIn is the sign-in form, as a page or as a dialog over one; also for somebody
// who is signed in and has to prove again to be themselves.
type SignIn struct {
	Step     Step // what is asked for
	Again    bool // somebody who is signed in proves it again: without the e-mail
	Brand    string
	Email    string
	Next     string   // where to go afterwards
	Error    string   // "That e-mail and password do not match."
	Reason   string   // why one is asked: "You were signed out after 30 minutes without activity."
	Kept     []Hidden // a form that was sent without a session, carried through the sign-in
	KeptFor  string   // in words: "Your changes are kept."
	Person   string   // id of the person for whom what is behind it, or kept in it, was drawn; empty when nothing is
	Remember bool     // the box for remembering the browser is ticked
	NoAdmin  bool     // there is no administrator yet: explain the one-time link instead of a form
	App      bool     // a code of an authenticator app is one of the ways
	Passkeys bool     // so is a passkey
	Passkey  PasskeyAsk
	Alone    bool // the passkey is all that is asked for
}

// Step is what a sign-in asks for.
type Step string

// The steps.
const (
	AskPassword Step = ""
	AskCode     Step = "code"     // of an authenticator app
	AskRecovery Step = "recovery" // one of the recovery codes
	AskPasskey  Step = "passkey"
)

// KeptForm is shown after a sign-in that interrupted a form when scripts are off.
type KeptForm struct {
	Title  string // "Welcome back, Grace Kim"
	Lead   string // what has become of the form
	Action string // where the form goes
	Fields []Fact // what was typed, to be read
	Hidden []Hidden
	Cancel string // href
}

// Setup makes the first admin.
type Setup struct {
	Brand   string
	Action  string // POST
	Fields  []Field
	Example bool // add example people: checked
	Error   string
}
