package components

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
