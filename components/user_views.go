package components

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
	InviteHref  string   // to the form that invites several people; empty when the viewer may not
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
	Standing     []Field // the invitation, the second factor if the viewer may ask for it, slowed down or not
	From, To     string  // dates, yyyy-mm-dd
	Deleted      bool    // shows those who are deleted
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
	Key   string // "active", "invited", "expired", "deactivated", "deleted"
	Label string
	Note  string // in a row, how the invitation stands: "5 days left"; may be empty
	By    string // who made it; may be empty
}

// Actions are the acts that the viewer may carry out on one person; an empty
// address means "not allowed" or "makes no sense now", and draws nothing.
type Actions struct {
	Name           string // whom they act on, for accessible names
	EditHref       string // GET: the whole-row or whole-page form
	DeactivateHref string // POST
	ReactivateHref string // POST
	ResetHref      string // GET a question, then POST to the same address: a link for a new password
	MustHref       string // POST: they have to choose a new password, or no longer
	Must           bool   // they have to by now
	DeleteHref     string // GET a confirmation, then POST to the same address
	RestoreHref    string // POST
	EraseHref      string // GET a confirmation, then POST to the same address
	InviteHref     string // POST: a new invitation, in place of an older one
	RevokeHref     string // POST: takes the invitation back
	Mail           bool   // invitations can be sent
	SeeHref        string // GET a form: see the back office as they do
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

// Strength says how good a password is.
type Strength struct {
	Score int    // 0 (nothing is typed) to 4
	Word  string // "Weak", "Fair", "Good" or "Strong"
	Note  string // why it is not taken; may be empty
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
	Factor   *FactorCard // on the tab of sessions; nil: the viewer may not see it
	History  Timeline
	Actions  Actions
	BackHref string // to the list one came from
	PrevHref string // the person before in that list; empty at its start
	PrevName string
	NextHref string
	NextName string
	Notice   string      // "Deleted on … Can be restored until …"; may be empty
	Slowed   *Slowed     // tries to sign in are slowed down; nil: they are not
	You      bool        // the viewer looks at themselves
	Invite   *InviteCard // of somebody who has not come yet; otherwise nil
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
	Factor  string // by what it was proved: "authenticator app"
	As      string // as whom the back office is seen in it: "Björn Lindqvist until 15:04"; mostly empty
	This    bool   // the one this page was asked with
	New     bool   // it began with a device that the person had not been seen with
	End     string // POST: ends it; empty when not allowed
}

// Browser is one that the person is remembered in.
type Browser struct {
	ID      int64
	Device  string // "Firefox on Linux"
	Icon    string // "laptop" or "phone"
	Address string
	Seen    Moment
	Until   string // "21 February 2027"
	This    bool   // the one this page was asked with
}

// Slowed says that tries to sign in as a person are slowed down.
type Slowed struct {
	Person   string
	Failures string // "12 failed tries"
	Last     Moment // the last of them
	From     string // where that came from; empty when not to be seen
	Wait     string // until the next one is possible: "40 seconds"; empty: it is
	Lift     string // POST: forgets them; empty when not allowed
}
