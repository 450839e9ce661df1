// Package components draws the screens: typed templ components that turn view
// models into HTML. A component knows nothing of the database, of HTTP, of
// sessions or of the clock: whoever calls it has already decided what may be
// seen and has already written every time, number and name as text. That is
// what lets cmd/storybook show each of them in each of its states.
//
// views.go holds the view models, one struct per thing on a screen.
// htmx.go holds the DOM ids and the attributes that make a plain link or form
// swap a fragment. Every *.templ file is one noun.
package components

// Page is what the layout draws around a screen.
type Page struct {
	Title  string   // of the document, without the product's name
	Brand  string   // the organisation's name, shown top left and in the title
	Zone   string   // the time zone of all times, for the script's tooltips: "Europe/Madrid"
	Viewer *Viewer  // who is signed in; nil draws the bare layout (sign-in, set-up, errors)
	Nav    []Link   // the main navigation; Current marks the page one is on
	Toast  *Toast   // a message kept for this page by the request before it
	Idle   *IdleBox // wakes before the idle time-out; nil where nobody is signed in
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

// --- the list of people ---

// UserList is the list of people with its search, filters, order and place.
type UserList struct {
	Query       string   // what was typed into the search box
	Kept        []Hidden // filters and order that the search form keeps
	Statuses    []Chip   // All, Active, Invited, Deactivated
	Roles       []Chip   // Any role, Admin, …
	FilterHref  string   // GET: the form of all other filters
	Chosen      []Chip   // those that are chosen; each takes its filter away
	Columns     []Column
	Rows        []UserRow
	Summary     string   // "1,000,000 people", "3 people match", "1,000+ people match"
	Range       string   // "Showing 25 of 1,000,000"
	PrevHref    string   // empty at the start
	NextHref    string   // empty at the end
	ClearHref   string   // removes search and filters; empty when there are none
	CreateHref  string   // empty when the viewer may not create; carries the search as a name when nothing was found
	Exports     []Option // kinds of file that the list can be had as; empty when the viewer may not export
	Exported    []Hidden // what the export form carries: search, filters and order as they are shown
	CreateLabel string   // "New user", or with a search that found nothing: "Create “zoe@…”"
	ImportHref  string   // to the imports; empty when the viewer may not import
	Live        Live
}

// Chip is a filter that can be chosen with one click.
type Chip struct {
	Label   string
	Count   string // "702k"; may be empty
	Href    string // where choosing (or, when chosen, removing) it leads
	Current bool
}

// FilterForm is the form of the filters that have no chips of their own.
type FilterForm struct {
	Created      Field // selects; the option "dates" of Created stands for From and To
	SignIn       Field
	Password     Field
	From, To     string // dates, yyyy-mm-dd
	Deleted      bool   // shows those who are deleted
	DeletedCount string
	Kept         []Hidden // search, role, status and order
	ClearHref    string   // takes all filters away; empty when there are none
	BackHref     string   // the list as it is
}

// Column is the head of a column.
type Column struct {
	Key   string // "name", "email", "role", "status", "phone", "signin", "created"
	Label string
	Href  string // sorts by it, or turns the order round
	Sort  string // "", "ascending" or "descending", as in aria-sort
}

// UserRow is one person in the list.
type UserRow struct {
	ID         int64
	Avatar     Avatar
	Name       Cell
	Email      Cell
	Phone      Cell
	Role       Cell
	Status     Status
	LastSignIn Moment
	Created    Moment
	Href       string    // the person's page, with the list one came from
	HasMenu    bool      // whether the viewer may do anything with this person
	Found      []Mark    // a match in what no column shows, such as the external id; may be empty
	Form       *UserForm // set while the whole row is being edited
}

// Status is a person's status as a badge.
type Status struct {
	Key   string // "active", "invited", "deactivated", "deleted"
	Label string
}

// Actions are the acts that the viewer may carry out on one person; an empty
// address means "not allowed" or "makes no sense now", and draws nothing.
type Actions struct {
	Name           string // whom they act on, for accessible names
	EditHref       string // GET: the whole-row or whole-page form
	DeactivateHref string // POST
	ReactivateHref string // POST
	DeleteHref     string // GET a confirmation, then POST to the same address
	RestoreHref    string // POST
	EndSessions    string // POST: end all of this person's sessions
}

// Cell is one value of a person, which opens into a form where it may be edited.
type Cell struct {
	UserID  int64
	Field   string // "name", "email", "phone", "role", "external_id"
	Label   string // "Name"
	Text    string // what is shown; empty shows a dash, or "Add phone" where it may be edited
	Marks   []Mark // the same in pieces, when a search has hits in it
	Person  string // whose value it is, for the accessible name "Edit phone of Camille Dubois"
	CanEdit bool
	Badge   string // for the role: its key, drawn as a badge; otherwise empty
	Href    string // where the value leads when it is the name in a list; then a pencil beside it opens the form
	Fresh   bool   // somebody else has just changed it
}

// CellForm is a cell that is being edited in place.
type CellForm struct {
	Field  Field
	UserID int64
	Person string
	Key    string // the field's key, as in Cell.Field
	Label  string
}

// Conflict is shown when somebody else changed the same field meanwhile.
type Conflict struct {
	Yours, Theirs, Before string
	Who                   string // who changed it
	When                  string // "2 min ago"
}

// Field is one labelled control of a form.
type Field struct {
	ID           string // DOM id of the control; its error is ID+"-error", its hint ID+"-hint"
	Name         string // of the form value
	Label        string
	Type         string // "text", "email", "tel", "password", "select", "checkbox"
	Value        string
	Was          string // the value that the form was drawn from, sent as "was.<Name>"
	HasWas       bool   // whether to send Was
	Hint         string
	Error        string
	Autocomplete string
	Options      []Option // of a select
	Required     bool
	Disabled     bool
	Autofocus    bool
	MaxLength    int // 0: none
	Conflict     *Conflict
	UserID       int64  // whose value it is; 0 for nobody's yet
	Newer        *Newer // a value that somebody else has set since it was drawn; nil: none
}

// Newer is offered beside a control whose value somebody else has changed.
type Newer struct {
	UserID int64
	Field  string // its key
	Label  string
	Person string
	Text   string // the value as people read it; may be empty
	Who    string // who set it; empty when that is not known
}

// Live is the watch over a page.
type Live struct {
	Href     string // where it asks; empty draws nothing
	Pace     string // how often, such as "1s"
	Arrived  string // "3 new people", who would stand in the list; may be empty
	ShowHref string // the list with them
	Ended    string // why it asks no longer: "You are signed out"; empty while it does
	Note     string // what that means
	Reload   string // href: the page anew; empty: signing in is what helps
}

// UserForm creates a person or edits all fields of one.
type UserForm struct {
	UserID     int64 // 0 for a new person
	Person     string
	Action     string // where it is posted
	Fields     []Field
	Submit     string // "Create user", "Save changes"
	CancelHref string
	Error      string // about the form as a whole
	Live       Live
}

// --- one person ---

// UserView is a person's page.
type UserView struct {
	ID       int64
	Avatar   Avatar
	Name     string
	Email    string
	Role     Cell
	Status   Status
	Facts    []Fact // at a glance: last sign-in, created, changed, id
	Tabs     []Link // Profile, Sessions, History
	Tab      string // "profile", "sessions" or "history"
	Profile  []Cell // the fields of the profile tab, in order
	Grants   []Grant
	Sessions SessionList
	History  Timeline
	Actions  Actions
	BackHref string // to the list one came from
	PrevHref string // the person before in that list; empty at its start
	PrevName string
	NextHref string
	NextName string
	Notice   string // "Deleted on … Can be restored until …"; may be empty
	You      bool   // the viewer looks at themselves
	Live     Live
}

// Fact is a label with a value.
type Fact struct {
	Label string
	Text  string
	When  Moment // used instead of Text when Text is empty
}

// Grant is one thing a role may or may not do.
type Grant struct {
	Label string
	Given bool
}

// SessionList is the sign-ins of one person that are still good.
type SessionList struct {
	Sessions  []Session
	EndOthers string // POST: ends all but the viewer's own; empty when there is nothing to end
	EndAll    string // POST: ends all of this person's; empty when not allowed
	Everybody string // GET: asks before everybody is signed out; empty when not allowed
	Person    string
	Own       bool // they are the viewer's own
}

// Session is one sign-in.
type Session struct {
	ID      int64
	Device  string // "Firefox on Linux"
	Icon    string // "laptop" or "phone"
	Address string
	Started Moment
	Seen    Moment
	This    bool   // the one this page was asked with
	End     string // POST: ends it; empty when not allowed
}

// --- the trail ---

// Timeline is a piece of the audit trail, newest first, grouped by day.
type Timeline struct {
	Days      []Day
	NewerHref string
	OlderHref string
	Empty     string // what to say when there is nothing
	Person    bool   // about one person: the target need not be named in each entry
}

// Day is the entries of one day.
type Day struct {
	Label   string // "Today", "Yesterday", "Friday 20 November 2026"
	Entries []Entry
}

// Entry is one entry of the audit trail, as a sentence.
type Entry struct {
	ID       int64
	Icon     string // see Icon
	Tone     string // "", "ok", "warn" or "bad"
	Actor    Party
	Verb     string // "changed", "signed in", "was refused: delete"
	Target   *Party // nil when the entry is about nobody else
	Note     string // the rest of the sentence or the reason; may be empty
	Changes  []Change
	Time     Moment // Text is the time of day
	From     string // address; may be empty
	Device   string
	Request  string // request id
	Undo     string // POST to undo; empty when it cannot be undone
	UndoName string
	Undone   string // "Undone by Ana, 2 min ago"; may be empty
}

// Party is somebody named in an entry.
type Party struct {
	Name   string
	Href   string // empty: not a link
	Avatar Avatar
	System bool // the program itself, the command line, or nobody known
}

// Change is one field before and after.
type Change struct{ Label, Before, After string }

// AuditView is the page of the audit trail.
type AuditView struct {
	Query    string // a person's id, e-mail or name
	Acts     []Option
	Outcomes []Option
	From, To string   // dates, yyyy-mm-dd
	Clear    string   // href; empty when nothing is filtered
	Export   string   // POST: the same entries as a file; empty when not allowed
	Filter   []Hidden // the filter, for Export
	Error    string
	Timeline Timeline
}

// --- signing in ---

// SignIn is the sign-in form, as a page or as a dialog over one.
type SignIn struct {
	Brand   string
	Email   string
	Next    string   // where to go afterwards
	Error   string   // "That e-mail and password do not match."
	Reason  string   // why one is asked: "You were signed out after 30 minutes without activity."
	Kept    []Hidden // a form that was sent without a session, carried through the sign-in
	KeptFor string   // in words: "Your changes are kept."
	Person  string   // id of the person the page behind the dialog was drawn for; empty on a page
	NoAdmin bool     // there is no administrator yet: explain the one-time link instead of a form
}

// KeptForm is shown after a sign-in that interrupted a form when scripts are off.
type KeptForm struct {
	Name   string // who is signed in now
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

// Confirm asks before something that deserves a second thought.
type Confirm struct {
	Title    string
	Body     []string // paragraphs
	Action   string   // POST
	Hidden   []Hidden
	Submit   string // "Delete Camille Dubois"
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
	Password PasswordForm
	Sessions SessionList
	History  Timeline // what staff did to this account
}

// PasswordForm changes one's own password.
type PasswordForm struct {
	Action string // where it is posted; empty means "/account/password"
	Fields []Field
	Error  string
	Forced bool // a new password must be chosen before anything else
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
