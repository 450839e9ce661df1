package components

import (
	"strconv"

	"github.com/a-h/templ"
)

// The DOM ids that handlers may name as the target of a fragment.
const (
	MainID     = "main"       // the whole screen, without the top bar
	ListID     = "list"       // the card with the people
	ResultsID  = "results"    // the card below its search box
	ChipsID    = "chips"      // the filters above the table
	SummaryID  = "summary"    // the count beside the heading of the list
	ToastsID   = "toasts"     // toasts are appended here
	DialogID   = "dialog"     // holds at most one dialog
	SignInID   = "signin-box" // the inside of the sign-in dialog
	IdleID     = "idle"       // the watch over the idle time-out
	SessionsID = "sessions"   // the sign-ins of one person
	TimelineID = "timeline"   // a piece of the trail
	UserHeadID = "user-head"  // name, badges and acts on a person's page

	ImportProgressID = "import-progress" // how far the work on an import has come
	ImportRowsID     = "import-rows"     // the rows of an import, with their totals
	ImportSumID      = "import-sum"      // the totals and what running it would do
)

// Sel is the selector of a DOM id.
func Sel(id string) string { return "#" + id }

// RowID is the DOM id of a person's row: "u12".
func RowID(id int64) string { return "u" + strconv.FormatInt(id, 10) }

// CellID is the DOM id of one value of a person: "u12-email".
func CellID(id int64, field string) string { return RowID(id) + "-" + field }

// ImportRowID is the DOM id of a row of an import: "line-12".
func ImportRowID(line int) string { return "line-" + strconv.Itoa(line) }

// userPath is the address of a person: "/users/12".
func userPath(id int64) string { return "/users/" + strconv.FormatInt(id, 10) }

// Triggers. Each names session:restored as well: the sign-in dialog fires it on
// the element whose request was refused, which then sends itself again. It
// bubbles, hence from:self: only the element itself may answer to it.
const (
	onClick  = "click, session:restored from:self"
	onSubmit = "submit, session:restored from:self"
	onInput  = "input changed delay:150ms, submit, session:restored from:self"
	onReload = "page:refresh, session:restored from:self"
)

// getFragment makes a link fetch a fragment. The link keeps its href, which
// leads to the same thing as a whole page.
func getFragment(href, target, swap string) templ.Attributes {
	return templ.Attributes{
		"hx-get":     href,
		"hx-target":  target,
		"hx-swap":    swap,
		"hx-trigger": onClick,
	}
}

// listLink makes a link change the list in place; the address bar follows.
func listLink(href string) templ.Attributes {
	a := getFragment(href, Sel(ResultsID), "outerMorph")
	a["hx-push-url"] = "true"
	return a
}

// postForm makes a form send itself and swap the answer. Its buttons rest
// meanwhile, so that a double click is one request.
func postForm(action, target, swap string) templ.Attributes {
	return templ.Attributes{
		"hx-post":    action,
		"hx-target":  target,
		"hx-swap":    swap,
		"hx-trigger": onSubmit,
		"hx-disable": "findAll button",
		"hx-sync":    "this:drop",
	}
}

// pageForm makes a form whose answer is the whole screen. A refused form comes
// back as that screen too: it must fill the main element, not replace it.
func pageForm(action string) templ.Attributes {
	a := postForm(action, Sel(MainID), "innerMorph")
	a["hx-status:422"] = "swap:innerMorph"
	a["hx-status:409"] = "swap:innerMorph"
	return a
}

// undoForm makes a form whose answer is a toast.
func undoForm(action string) templ.Attributes {
	return postForm(action, Sel(ToastsID), "beforeend")
}

// rowForm is the form of a whole row. Its button stands in another cell than
// the form itself, so it is named instead of found.
func rowForm(f UserForm) templ.Attributes {
	a := postForm(f.Action, Sel(RowID(f.UserID)), "outerHTML")
	a["hx-disable"] = Sel(rowFormID(f.UserID) + "-save")
	return a
}

func rowFormID(id int64) string { return RowID(id) + "-form" }

// actForm is a form behind one act on a person: in the list its answer is the
// row, on the person's page the screen.
func actForm(action, view string, id int64) templ.Attributes {
	if view == "page" {
		return pageForm(action)
	}
	return postForm(action, Sel(RowID(id)), "outerMorph")
}

// confirmForm is the form of a dialog. The answer is for what the dialog was
// about, which the server may also delete or leave alone.
func confirmForm(c Confirm) templ.Attributes {
	if c.TargetID == MainID || c.TargetID == "" {
		return pageForm(c.Action)
	}
	return postForm(c.Action, Sel(c.TargetID), "outerMorph")
}

// signInForm is the form of the sign-in dialog: a refusal redraws the inside
// of the dialog only, so that it stays open and the e-mail stays typed.
func signInForm() templ.Attributes {
	a := postForm("/login", Sel(SignInID), "outerMorph")
	a["hx-status:429"] = "swap:outerMorph"
	return a
}

// bodyAttributes hold for the whole page: which refusals are shown where the
// form was, and for whom the page was drawn.
func bodyAttributes(p Page) templ.Attributes {
	a := templ.Attributes{
		"hx-status:422:inherited": "swap:outerMorph",
		"hx-status:409:inherited": "swap:outerMorph",
	}
	if p.Viewer == nil {
		a["class"] = "bare"
		return a
	}
	a["hx-headers:inherited"] = `{"Page-Person":"` + strconv.FormatInt(p.Viewer.ID, 10) + `"}`
	return a
}
