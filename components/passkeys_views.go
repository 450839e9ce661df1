package components

// PasskeyAsk is what a form makes the browser ask for a passkey by.
type PasskeyAsk struct {
	Options string // JSON; empty: it cannot be asked for
	New     bool   // one is made
	Now     bool   // at once, before anybody presses the button
	Site    string // where passkeys work: "https://office.example.com"
	Problem string // why it cannot be asked for
}

// Passkey is one of somebody's passkeys in a list.
type Passkey struct {
	ID        int64
	Name      string
	Made      Moment
	Used      Moment // no ISO: never
	Synced    bool   // it outlives the device
	Elsewhere string // the host that it works at; empty when that is this one
	Rename    string // GET; empty when it is not one's own
	Remove    string // GET
}

// PasskeyForm adds a passkey, or gives one another name.
type PasskeyForm struct {
	Title, Lead string
	Action      string // POST
	Submit      string
	Name        Field
	Next        string // where to go afterwards
	Error       string
	Ask         PasskeyAsk
	Renames     bool   // it is about the name only
	Cancel      string // href
}
