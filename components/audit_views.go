package components

// Timeline is a piece of the audit trail, newest first, grouped by day.
type Timeline struct {
	Days      []Day
	NewerHref string
	OlderHref string
	Empty     string // what to say when there is nothing
	Archived  string // what to say where it begins later than the history did; may be empty
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
