package components

// MailView is a mail in words, of which there is a text and an HTML.
type MailView struct {
	Lang     string // "en" or "es"
	Brand    string
	Subject  string
	Greeting string
	Lines    []string // what it is about, a paragraph each
	Button   string   // what the link does; empty when there is none
	URL      string
	URLLine  string   // said above the link itself, for those whose button does nothing
	After    []string // what to know besides
	Foot     string   // why one gets it
}

// MailFacts is what is known of a mail before it is put into words.
type MailFacts struct {
	Kind  string // as the store names kinds of mail
	Brand string
	Name  string // whom it is for
	By    string // who caused it; empty when nobody else did, or nobody is known
	Staff bool   // somebody else did
	URL   string // of its link; empty when it has none
	Until string // when the link runs out, in words of its language
	To    string // the address it goes to

	Passkeys bool // an invitation may be accepted by one

	Browser, System string // of the device that it tells of: "Firefox", "Linux"; either may be empty
	From            string // the network address of that
	When            string // in words of its language
}

// OutboxView is the page of the outbox.
type OutboxView struct {
	States []Chip
	Mails  []MailRow
	Older  string // href
	NoMail bool   // nothing is posted: no server is configured
	Again  string // POST: all that failed and can be sent is tried again; may be empty
}

// MailRow is a mail of the outbox.
type MailRow struct {
	ID      int64
	State   Status
	Kind    string // "Invitation"
	To      string
	Name    string // of the person
	Href    string // their page
	Made    Moment
	When    string // "sent", "next try": what Moment says; may be empty
	Moment  Moment // may be empty where When says it all
	Problem string
	Tries   string // "3 tries"; may be empty
	Again   string // POST; empty when it makes no sense
	Do      string // "Try now", "Send again": what Again does
}
