package components

import (
	"strconv"

	"github.com/a-h/templ"
)

// The DOM ids that handlers may name as the target of a fragment.
const (
	MainID       = "main"        // the whole screen, without the top bar
	ListID       = "list"        // the card with the people
	ResultsID    = "results"     // the card below its search box
	ChipsID      = "chips"       // the filters above the table
	SummaryID    = "summary"     // the count beside the heading of the list
	ToastsID     = "toasts"      // toasts are appended here
	DialogID     = "dialog"      // holds at most one dialog
	SignInID     = "signin-box"  // the inside of the sign-in dialog
	IdleID       = "idle"        // the watch over the idle time-out
	SessionsID   = "sessions"    // the sign-ins of one person
	BrowsersID   = "browsers"    // the browsers that one is remembered in
	TimelineID   = "timeline"    // a piece of the trail
	PasskeyBoxID = "passkey-box" // the inside of the dialog about a passkey
	UserHeadID   = "user-head"   // name, badges and acts on a person's page

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
	onSight  = "intersect, session:restored from:self"
	onReload = "page:refresh, session:restored from:self"
)

// attributes are names and values in turns, for a template to spread.
type attributes []string

// Items gives them to templ.
func (a attributes) Items() []templ.KeyValue[string, any] {
	all := make([]templ.KeyValue[string, any], 0, len(a)/2)
	for i := 0; i < len(a); i += 2 {
		all = append(all, templ.KV[string, any](a[i], a[i+1]))
	}
	return all
}

// getFragment makes a link fetch a fragment. The link keeps its href, which
// leads to the same thing as a whole page.
func getFragment(href, target, swap string) attributes {
	return attributes{"hx-get", href, "hx-swap", swap, "hx-target", target, "hx-trigger", onClick}
}

// cellHost is for what holds cells. What a click on any of them does is said
// there once: it would be half of what a page of rows weighs.
func cellHost() attributes {
	return attributes{"hx-target:inherited", "closest .cell", "hx-swap:inherited", "outerHTML", "hx-trigger:inherited", onClick}
}

// filterForm makes the form of the filters change the list behind its dialog.
func filterForm() attributes {
	return attributes{"hx-get", "/users", "hx-swap", "outerMorph", "hx-target", Sel(ResultsID), "hx-trigger", onSubmit}
}

// listLink makes a link change the list in place; the address bar follows.
func listLink(href string) attributes {
	return append(getFragment(href, Sel(ResultsID), "outerMorph"), "hx-push-url", "true")
}

// postForm makes a form send itself and swap the answer. Its buttons rest
// meanwhile, so that a double click is one request.
func postForm(action, target, swap string) attributes {
	return postBy("findAll button", action, target, swap)
}

// postBy is postForm for a form whose buttons are found by a selector.
func postBy(buttons, action, target, swap string) attributes {
	return attributes{"hx-disable", buttons, "hx-post", action, "hx-swap", swap, "hx-sync", "this:drop",
		"hx-target", target, "hx-trigger", onSubmit}
}

// pageForm makes a form whose answer is the whole screen. A refused form comes
// back as that screen too: it must fill the main element, not replace it.
func pageForm(action string) attributes {
	return append(postForm(action, Sel(MainID), "innerMorph"),
		"hx-status:422", "swap:innerMorph", "hx-status:409", "swap:innerMorph")
}

// strengthWatch makes a field ask how good the password is that is being typed.
func strengthWatch(id string) attributes {
	return attributes{"hx-post", "/password/strength", "hx-swap", "innerHTML", "hx-sync", "this:replace",
		"hx-target", Sel(id + "-strength"), "hx-trigger", "input changed delay:300ms, session:restored from:self"}
}

// undoForm makes a form whose answer is a toast.
func undoForm(action string) attributes {
	return postForm(action, Sel(ToastsID), "beforeend")
}

// rowForm is the form of a whole row. Its button stands in another cell than
// the form itself, so it is named instead of found.
func rowForm(f UserForm) attributes {
	return postBy(Sel(rowFormID(f.UserID)+"-save"), f.Action, Sel(RowID(f.UserID)), "outerHTML")
}

func rowFormID(id int64) string { return RowID(id) + "-form" }

// confirmForm is the form of a dialog. The answer is for what the dialog was
// about, which the server may also delete or leave alone.
func confirmForm(c Confirm) attributes {
	if c.TargetID == MainID || c.TargetID == "" {
		return pageForm(c.Action)
	}
	return postForm(c.Action, Sel(c.TargetID), "outerMorph")
}

// signInForm is the form of the sign-in dialog: a refusal redraws the inside
// of the dialog only, so that it stays open and the e-mail stays typed.
func signInForm(action string) attributes {
	return append(postForm(action, Sel(SignInID), "outerMorph"), "hx-status:429", "swap:outerMorph", "hx-status:503", "swap:outerMorph")
}

// bodyAttributes hold for the whole page: which refusals are shown where the
// form was, and for whom the page was drawn.
func bodyAttributes(p Page) attributes {
	a := attributes{"hx-status:422:inherited", "swap:outerMorph", "hx-status:409:inherited", "swap:outerMorph"}
	if p.Viewer == nil {
		return append(a, "class", "bare")
	}
	return append(a, "hx-headers:inherited", `{"Page-Person":"`+strconv.FormatInt(p.Viewer.ID, 10)+`"}`)
}
