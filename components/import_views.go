package components

// ImportList is the imports there have been.
type ImportList struct {
	Imports []ImportItem
	NewHref string
}

// ImportItem is one import in the list.
type ImportItem struct {
	ID      int64
	Name    string // of the file
	Href    string
	State   Status
	Summary string // "400 created, 30 changed, 2 refused"
	Who     string
	When    Moment
	Undo    string // GET: asks before all of it is undone; empty when there is nothing to undo
}

// ImportUpload is the form that brings a file.
type ImportUpload struct {
	Action string
	Max    string // "256 MB"
	Error  string
}

// ImportView is one import: its dry run, how it goes on, what became of it.
type ImportView struct {
	ID       int64
	Name     string
	Who      string
	When     Moment
	State    Status
	Problem  string // why it stopped; may be empty
	Progress *ImportProgress
	Plan     ImportPlanForm
	Totals   []Chip // each leads to its rows
	Will     string // "This creates 400 people and changes 30."
	Note     string // what is to be known about it: "Nothing is written before you run it."
	Run      string // POST; each address is empty when it makes no sense now
	RunLabel string
	Continue string // POST
	Undo     string // GET: asks first
	Discard  string // POST
	Refused  string // GET: the refused rows as a file
	Heads    []ImportHead
	Rows     []ImportLine
	Range    string
	NextHref string
	Top      string // the first page of rows; empty on it
	Empty    string // what to say when there is no row to show
}

// ImportProgress is how far the work has come.
type ImportProgress struct {
	Label   string // "Checking members.csv"
	Text    string // "Row 1,200 of about 3,000"
	At, All int
	Poll    string // GET: asks again in a second; empty when nobody works on it
	Stop    string // POST
	Refresh string // the page, for those without scripts
}

// ImportHead is the head of a column of the file.
type ImportHead struct {
	Label string // what it becomes: "E-mail"
	Title string // what it is called in the file; may be empty
}

// ImportLine is one row of the file.
type ImportLine struct {
	ImportID int64
	Line     int
	Verdict  Status
	Name     string // whom it is about; empty for nobody yet
	Href     string
	Problem  string // about the row as a whole
	Cells    []ImportCell
	Mend     string // POST: the cells as a form; empty when there is nothing to mend
	Open     bool   // the cells are controls
}

// ImportCell is one value of a row.
type ImportCell struct {
	Label  string
	Text   string
	Before string // what it is now, where the row changes it
	New    bool   // the row sets it
	Field  *Field // the control to mend it
}

// ImportPlanForm says how the file is read and lets that be corrected.
type ImportPlanForm struct {
	Action  string // empty when it cannot be changed any more
	Facts   []Fact // what was recognised
	Ignored string // "Ignored: Aula, Curso"; may be empty
	Fields  []Field
	Columns []ImportColumn
	Error   string
	Open    bool
}

// ImportColumn is a column of the file and what it becomes.
type ImportColumn struct {
	Title   string
	Samples []string
	Field   Field
}
