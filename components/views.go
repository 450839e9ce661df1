// Package components draws the screens: typed templ components that turn view
// models into HTML. A component knows nothing of the database, of HTTP, of
// sessions or of the clock: whoever calls it has already decided what may be
// seen and has already written every time, number and name as text. That is
// what lets cmd/storybook show each of them in each of its states.
//
// views.go and *_views.go hold the view models, one struct per thing on a screen.
// htmx.go holds the DOM ids and the attributes that make a plain link or form
// swap a fragment. Every *.templ file is one noun.
package components

// Page is what the layout draws around a screen.
type Page struct {
	Title        string     // of the document, without the product's name
	Brand        string     // the organisation's name, shown top left and in the title
	Zone         string     // the time zone of all times, for the script's tooltips: "Europe/Madrid"
	Viewer       *Viewer    // who is signed in; nil draws the bare layout (sign-in, set-up, errors)
	Nav          []Link     // the main navigation; Current marks the page one is on
	SecurityHref string     // in the account menu; empty when the viewer may not go there
	Toast        *Toast     // a message kept for this page by the request before it
	Idle         *IdleBox   // wakes before the idle time-out; nil where nobody is signed in
	Seeing       *SeeingBar // the viewer sees the back office as somebody else; nil: as themselves
}

// Viewer is the signed-in person as the layout shows them.
type Viewer struct {
	ID     int64 // sent along with every fragment request, so that a page drawn for one person is never continued by another
	Name   string
	Email  string
	Role   string // "Admin", "Editor", …
	Avatar Avatar
}

// Avatar is a person's initials on one of seven colours.
type Avatar struct {
	Initials string
	Hue      int // 1…7
}

// Link is a place one can go.
type Link struct {
	Label   string
	Href    string
	Icon    string // an icon's name, see Icon; may be empty
	Current bool
}

// Option is one choice of a select or a radio group.
type Option struct {
	Value, Label string
	Selected     bool
}

// Hidden is a form value that is carried along unseen.
type Hidden struct{ Name, Value string }

// Moment is a time, already put into words.
type Moment struct {
	Text string // "2 min ago", "—" for never
	Full string // "Monday 23 November 2026, 15:04 UTC"; the tooltip; empty for never, and in rows, where the script makes it
	ISO  string // RFC 3339, for <time datetime>; empty for never
}

// Mark is a piece of text; Hit pieces are what the search matched.
type Mark struct {
	Text string
	Hit  bool
}

// Toast says what just happened and may offer to undo it.
type Toast struct {
	Tone       string // "ok", "bad" or "info"
	Title      string // "Camille Dubois updated"
	Detail     string // "Role changed to Member"; may be empty
	UndoAction string // where to POST to undo it; empty when it cannot be undone
	UndoName   string // accessible name of the button: "Undo: role of Camille Dubois"
}

// IdleBox asks the server, after a delay, whether the idle time-out is near,
// and is replaced by the answer. Warn makes it visible.
type IdleBox struct {
	Wake string // htmx interval until it asks again, such as "1680s"
	Warn bool   // show the warning now
	Left string // "2 minutes"
}

// Confirm asks before something that deserves a second thought.
type Confirm struct {
	Title    string
	Body     []string // paragraphs
	Action   string   // POST
	Hidden   []Hidden
	Submit   string // "Delete Camille Dubois"
	Name     string // of the value that the button sends; may be empty
	Value    string
	Check    *Field  // a choice that goes with it; may be nil
	Other    *Option // another way to do it: a second button with the same name
	Danger   bool
	Cancel   string // href for pages
	TargetID string // DOM id that the answer is for: the row, or "main"
}

// --- own account, home, errors ---

// AccountView is one's own account.
type AccountView struct {
	Name     string
	Email    string
	Avatar   Avatar
	RoleName string
	Facts    []Fact
	Address  AddressCard
	Password PasswordForm
	Sessions SessionList
	Browsers []Browser
	History  Timeline // the newest of what others did to this account
	AllHref  string   // the whole of it; empty when that is all
	Factor   FactorCard
	Looks    bool   // somebody only looks: there is nothing to type or to press
	Others   string // "2 other sessions are": offer to end them, because a factor has changed
}

// AddressCard is one's own address, and the one that one has asked for.
type AddressCard struct {
	Email  string
	New    Field
	Action string // POST: asks for another one, or for the same again
	Asked  string // the one that waits to be confirmed; empty: none does
	Until  Moment // how long it can be
	Cancel string // POST: asks for it no more
	NoMail bool   // no mail is sent here
}

// PasswordForm changes one's own password.
type PasswordForm struct {
	Action string // where it is posted; empty means "/account/password"
	Fields []Field
	Error  string
	Forced bool // a new password must be chosen before anything else
	None   bool // there is none: one signs in with a passkey
	Mail   bool // a link to choose one by goes by mail
}

// HomeView is the page after signing in.
type HomeView struct {
	Greeting string // "Good morning, Grace"
	Tiles    []Tile
	Recent   Timeline
	AllHref  string // the whole trail
}

// Tile is a figure that leads to the list behind it.
type Tile struct {
	Label, Figure, Note, Href string
	Tone                      string // "", "warn" or "bad"
}

// ErrorView is a page, or the text of a toast, for something that went wrong.
type ErrorView struct {
	Status    int
	Title     string
	Message   string
	RequestID string
	BackHref  string
	BackLabel string
}
