package components

// LinkForm is where a one-time link leads: somebody chooses a password.
type LinkForm struct {
	Brand   string
	Name    string // whose account it is
	Email   string
	Invited bool // it is their first password
	Action  string
	Fields  []Field
	Error   string

	Passkeys bool       // a passkey may be made in place of a password
	Passkey  PasskeyAsk // it is what is asked for
}

// LinkAct is where a link leads that has one thing done, and what is said when it is
// done.
type LinkAct struct {
	Brand  string
	Title  string
	Lead   string
	Name   string // whose account it is; may be empty
	Email  string // the address that it is about; may be empty
	Facts  []Fact
	Action string // POST; empty when nothing is to be done here
	Hidden []Hidden
	Submit string
	Danger bool
	Notes  []string // what it does, and does not
	Leave  string   // href to the sign-in page; may be empty
}

// LinkOver is shown for a link that is good no more, and for one that never was.
type LinkOver struct {
	Brand  string
	Forgot string // where one asks for another; empty when no mail is sent
}

// ForgotForm asks for a link to choose a new password by.
type ForgotForm struct {
	Brand  string
	Email  Field
	NoMail bool // no mail is sent here: ask an administrator
	Sent   bool // it was asked for, and what is to be said is said
}

// NewLinkView is a one-time link that is shown once, to be handed over.
type NewLinkView struct {
	Title  string // "Invitation for Lena Brandt"
	Person string
	URL    string
	Until  Moment
	Back   string // href: the person's page
	Again  string // what a lost link means: "Make another one on …"
}

// InviteCard is how the invitation of somebody stands who has not come yet.
type InviteCard struct {
	Person  string
	By      string // who invited; empty when nobody knows
	Made    Moment
	Until   Moment
	Open    bool   // there is a link that is good
	Expired bool   // there was one
	Mail    bool   // links go by mail
	Send    string // POST: makes a new one; empty when not allowed
	Revoke  string // POST: takes it back; empty when there is nothing to take back
}

// GuestForm invites several people at once.
type GuestForm struct {
	Text    string // the addresses as they were pasted
	Error   string
	Roles   []Option
	Mail    bool // invitations go by mail
	Checked bool // Guests says how each of them stands; nothing has been done
	Done    bool // they have been invited
	Guests  []GuestRow
	Fine    int    // how many can be invited, or were
	Waiting string // "3 people have been invited already…", for whom there can be new links; empty when there are none
	Again   bool   // they get new ones
	Summary string // "3 can be invited, 2 cannot"
	Links   string // the links to hand over, a line each; empty when they went by mail
	Fault   string // why it stopped before everybody was invited
	Rest    string // whose turn had not come then, a line each
}

// GuestRow is one of them.
type GuestRow struct {
	Name, Email string
	Href        string // their page, if they have an account
	Status      Status
	Problem     string
}
