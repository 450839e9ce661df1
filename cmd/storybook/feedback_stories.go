package main

import (
	"github.com/a-h/templ"

	c "backoffice/components"
)

// feedbackStories are toasts, questions, warnings and errors.
func feedbackStories() []story {
	ask := c.Confirm{
		Title: "Delete Camille Dubois?", Danger: true, Action: "/users/13/delete", Submit: "Delete Camille Dubois", Cancel: "/users/13", TargetID: "u13",
		Body:   []string{"The account stops working at once, and open sessions end.", "You can undo this for 30 days. After that the data is gone."},
		Hidden: []c.Hidden{{Name: "view", Value: "row"}},
	}
	reset := c.Confirm{
		Title: "New password for Camille Dubois", Action: "/users/13/reset", Submit: "Send the link to camille@atelier.example", Name: "how", Value: "mail", Cancel: "/users/13", TargetID: c.MainID,
		Body: []string{"They get a link to choose a new password. It works once, for an hour; an earlier link no longer works.",
			"Until then their old password works, and they stay signed in, unless you stop it now."},
		Check: &c.Field{ID: "reset-stop", Name: "stop", Type: "checkbox", Label: "Sign them out everywhere and stop the old password now",
			Hint: "For a password that somebody else may know. They are told by mail. Passkeys and second factors stay; you find those under Sessions."},
		Other: &c.Option{Value: "link", Label: "Make a link to hand over"},
	}
	return []story{
		users("reset-dialog", "A link for a new password, and whether the old one is to be stopped.", over(c.UsersPage(list()), c.ConfirmDialog(reset))),
		users("reset", "The same as a page.", c.ConfirmPage(reset)),
		users("toasts", "Good, bad and plain news, with and without undo; three at most.", over(c.UsersPage(list()), corner(toasts()...))),
		users("confirm-dialog", "A second thought before deleting.", over(c.UsersPage(list()), c.ConfirmDialog(ask))),
		users("confirm", "The same as a page.", c.ConfirmPage(ask)),
		users("filter-dialog", "The filters that have no chips of their own.", over(c.UsersPage(filtered()), c.FilterDialog(filterForm()))),
		users("filter", "The same as a page.", c.FilterPage(filterForm())),
		users("idle", "The session is about to end.", over(c.UsersPage(list()), c.IdleCheck(c.IdleBox{Warn: true, Left: "2 minutes"}))),
		{Name: "error-404", About: "Nothing there.", Page: framed("Not found"), Body: c.ErrorPage(c.ErrorView{Status: 404, Title: "There is nothing here", Message: "The address may be mistyped, or the person may have been deleted.", RequestID: "01JD9Z6Q8R3T", BackHref: "/users", BackLabel: "Back to the list"})},
		{Name: "error-403", About: "Not allowed, without a frame.", Page: bare("Not allowed"), Body: c.ErrorPage(c.ErrorView{Status: 403, Title: "Your role does not allow this", Message: "Only an editor or an admin may change people. Ask one of them, if you need to.", RequestID: "01JD9Z6Q8R3T"})},
	}
}

func toasts() []templ.Component {
	return []templ.Component{
		c.ToastView(c.Toast{Tone: "ok", Title: "This one is the fourth and is not seen", UndoAction: "/undo/1"}),
		c.ToastView(c.Toast{Tone: "info", Title: "Nothing to change", Detail: "Camille Dubois already is a member."}),
		c.ToastView(c.Toast{Tone: "bad", Title: "No answer from the server", Detail: "What you typed is still here. Try again."}),
		c.ToastView(c.Toast{Tone: "ok", Title: "Camille Dubois updated", Detail: "Role changed to Member", UndoAction: "/undo/2", UndoName: "Undo: role of Camille Dubois"}),
	}
}
