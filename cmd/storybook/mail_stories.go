package main

import (
	"context"
	"fmt"
	"html"
	"io"
	"time"

	"github.com/a-h/templ"

	c "backoffice/components"
)

// mailStories are links, invitations, the outbox, and the mails themselves.
func mailStories() []story {
	password := c.Field{ID: "link-password", Name: "password", Label: "Password", Type: "password", Required: true, Autocomplete: "new-password", Hint: "At least 12 characters.", Autofocus: true}
	short := password
	short.Error = "Use at least 12 characters; this has 5."
	email := c.Field{ID: "forgot-email", Name: "email", Label: "E-mail", Type: "email", Required: true, Autocomplete: "username"}
	link := func(invited bool, f c.Field) templ.Component {
		return c.LinkPage(c.LinkForm{Brand: "Northwind", Name: "Elif Yıldız", Email: "elif@bosphorus.example", Invited: invited, Action: "/link/x", Fields: []c.Field{f}})
	}
	all := []story{
		{Name: "link-invite", About: "Where an invitation leads.", Page: bare("Welcome"), Body: link(true, password)},
		{Name: "link-reset", About: "Where a link for a new password leads; the password is too short.", Page: bare("New password"), Body: link(false, short)},
		{Name: "link-over", About: "A link that has run out, was used or was replaced.", Page: bare("Good no more"), Body: c.LinkOverPage(c.LinkOver{Brand: "Northwind", Forgot: "/forgot"})},
		linkAct("link-address", c.LinkAct{Title: "Confirm your new address", Name: "Elif Yıldız", Email: "elif@bosphorus.example", Action: "/link/x", Submit: "Confirm this address",
			Lead: "You sign in with it from then on, and mails go there.", Notes: []string{"The address that you have now is told, and for three days can be put back from there.", "You stay signed in where you are."}}),
		linkAct("link-address-back", c.LinkAct{Title: "Take your account back?", Name: "Elif Yıldız", Email: "elif@bosphorus.example", Action: "/link/x", Submit: "Take the account back", Danger: true,
			Lead:  "It was given another address than this one.",
			Notes: []string{"This address is put back.", "All sessions end, on all devices, and the current password stops working.", "You get a link here to choose a new one.", "If you expected the change, close this page: nothing happens."}}),
		linkAct("link-address-back-done", c.LinkAct{Title: "The account has your address again", Leave: "/login",
			Lead:  "A mail with a link for a new password is on its way to elif@bosphorus.example. The old password no longer works, and all sessions have ended.",
			Notes: []string{"If you are asked for codes that you do not have, ask an administrator to reset the second factor."}}),
		linkAct("link-device", c.LinkAct{Title: "Was this you?", Name: "Elif Yıldız", Action: "/link/x", Submit: "It was not me: end this session", Danger: true,
			Lead:  "Somebody signed in to your account with a device that it had not been seen with.",
			Facts: []c.Fact{{Label: "Device", Text: "Firefox on Linux"}, {Label: "From", Text: "2001:db8:85a3::8a2e:370:7334"}, {Label: "Signed in", When: at("2 h ago")}},
			Notes: []string{"You stay signed in elsewhere.", "If it was you, close this page: nothing happens."}}),
		linkAct("link-device-done", c.LinkAct{Title: "The session has ended", Email: "elif@bosphorus.example", Action: "/forgot", Submit: "Send me a link for a new password", Leave: "/login",
			Lead: "If it was not you, somebody knows your password: choose a new one. The others of your sessions end with that as well."}),
		linkAct("link-of-another", c.LinkAct{Title: "This link is for another account", Action: "/logout", Submit: "Sign out",
			Lead: "You are signed in as Grace Kim. Sign out, and open the link in the mail again."}),
		{Name: "forgot", About: "Forgot password?", Page: bare("Forgot password"), Body: c.ForgotPage(c.ForgotForm{Brand: "Northwind", Email: email})},
		{Name: "forgot-sent", About: "What is said whether or not there is an account.", Page: bare("Forgot password"), Body: c.ForgotPage(c.ForgotForm{Brand: "Northwind", Sent: true})},
		{Name: "forgot-no-mail", About: "No mail is sent here.", Page: bare("Forgot password"), Body: c.ForgotPage(c.ForgotForm{Brand: "Northwind", NoMail: true})},
		users("link-new", "A link that is shown once.", c.NewLinkPage(newLink())),
		users("invite-open", "Somebody who is invited.", c.UserPage(invitedView(c.InviteCard{Person: "Elif Yıldız", By: "Ana Pérez", Made: at("yesterday"), Until: at("30 Nov 2026, 12:00"), Open: true, Mail: true, Send: "/users/15/invite", Revoke: "/users/15/invite/revoke"}))),
		users("invite-expired", "The invitation has run out; no mail is sent here.", c.UserPage(invitedView(c.InviteCard{Person: "Elif Yıldız", By: "Ana Pérez", Made: at("9 days ago"), Until: at("2 days ago"), Expired: true, Send: "/users/15/invite", Revoke: "/users/15/invite/revoke"}))),
		users("guests", "Several people are invited: what would be done.", c.GuestsPage(guests(false))),
		users("guests-done", "What was done.", c.GuestsPage(guests(true))),
		users("guests-stopped", "A fault half-way: what was made, and who is left.", c.GuestsPage(stoppedGuests())),
		{Name: "outbox", About: "The mails in each of their states.", Page: framed("Mail"), Body: c.OutboxPage(outbox())},
		{Name: "outbox-no-mail", About: "Nothing is posted.", Page: framed("Mail"), Body: c.OutboxPage(outboxAsleep())},
	}
	for _, lang := range c.MailLanguages() {
		for _, kind := range c.MailKinds() {
			all = append(all, mailStory(lang, kind))
		}
		all = append(all, mailText(lang, "invite"), mailText(lang, "password")) // with a link, and without
	}
	return all
}

// linkAct is where a link leads that has one thing done.
func linkAct(name string, v c.LinkAct) story {
	v.Brand = "Northwind"
	return story{Name: name, About: v.Title, Page: bare(v.Title), Body: c.LinkActPage(v)}
}

// mailStory is a mail as a program for mail shows it.
func mailStory(lang, kind string) story {
	v := mailView(lang, kind)
	return story{Name: "mail-" + kind + "-" + lang, About: v.Subject, Document: c.MailPage(v)}
}

// mailText is the same for those who read no HTML.
func mailText(lang, kind string) story {
	v := mailView(lang, kind)
	body := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := fmt.Fprintf(w, `<div class="narrow"><h1>%s</h1><textarea class="in" rows="16" readonly aria-label="The text">%s</textarea></div>`,
			html.EscapeString(v.Subject), html.EscapeString(v.Text()))
		return err
	})
	return story{Name: "mail-" + kind + "-" + lang + "-text", About: "The same as text.", Page: bare(v.Subject), Body: body}
}

func mailView(lang, kind string) c.MailView {
	when := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	return c.MailFor(lang, c.MailFacts{Kind: kind, Brand: "Northwind", Name: "Elif Yıldız", By: "Ana Pérez", To: "elif@bosphorus.example",
		Browser: "Firefox", System: "Linux", From: "203.0.113.7", When: c.MailDate(lang, when),
		URL: "https://office.northwind.example/link/JBSWY3DPEHPK3PXPJBSWY3DPEH", Until: c.MailDate(lang, when.AddDate(0, 0, 7)), Passkeys: true})
}

func newLink() c.NewLinkView {
	return c.NewLinkView{Title: "Invitation for Elif Yıldız", Person: "Elif Yıldız", URL: "https://office.northwind.example/link/JBSWY3DPEHPK3PXPJBSWY3DPEH",
		Until: at("30 Nov 2026, 12:00"), Back: "/users/15", Again: "If it gets lost, make another one: this one then stops working."}
}

func invitedView(card c.InviteCard) c.UserView {
	v := view(people()[4], "profile")
	v.Status, v.Invite = c.Status{Key: "invited", Label: "Invited"}, &card
	return v
}

func guests(done bool) c.GuestForm {
	refused := c.Status{Key: "refused", Label: "Cannot"}
	fine := c.Status{Key: "create", Label: "Can be invited"}
	f := c.GuestForm{Text: "Lena Brandt <lena@example.com>\nomar.haddad@example.com\nana@example.com\nnowhere\nelif@bosphorus.example", Roles: roleOptions("Member"), Mail: !done, Checked: !done, Done: done, Fine: 2,
		Summary: "2 people can be invited, 3 cannot"}
	if done {
		f.Summary, fine.Label = "2 people invited, 3 cannot", "Invited"
		f.Links = "lena@example.com https://office.northwind.example/link/JBSWY3DPEHPK3PXPJBSWY3DPEH\nomar.haddad@example.com https://office.northwind.example/link/KRUGKIDROVUWG2ZAMJZG653OEB\n"
	}
	waiting := c.GuestRow{Name: "Elif Yıldız", Email: "elif@bosphorus.example", Href: "/users/15", Status: c.Status{Key: "invited", Label: "Not accepted yet"},
		Problem: "Elif Yıldız has been invited already, but has not accepted yet."}
	if !done {
		f.Waiting = "1 person has been invited already, but has not accepted yet. A new invitation ends the one before it."
	}
	f.Guests = []c.GuestRow{{Name: "Lena Brandt", Email: "lena@example.com", Status: fine}, {Name: "Omar Haddad", Email: "omar.haddad@example.com", Status: fine},
		{Name: "Ana", Email: "ana@example.com", Status: refused, Problem: "Ana Pérez already has this."},
		{Name: "Nowhere", Email: "nowhere", Status: refused, Problem: "An e-mail address needs an @, as in ana@example.com."}, waiting}
	return f
}

func stoppedGuests() c.GuestForm {
	f := guests(true)
	f.Summary, f.Guests = "2 people invited", f.Guests[:2]
	f.Fault = "Not everyone was invited. Stopped at gil@example.com: The disk of the server is full. Nothing was changed; please tell whoever runs this server, and try again later."
	f.Rest = "\"Gil Ruiz\" <gil@example.com>\n\"Ivo\" <ivo@example.com>\n"
	return f
}

func outbox() c.OutboxView {
	state := func(key, label string) c.Status { return c.Status{Key: "mail-" + key, Label: label} }
	return c.OutboxView{
		Again: "/mail/again",
		States: []c.Chip{{Label: "All", Count: "4", Href: "/mail", Current: true}, {Label: "Waiting", Count: "1", Href: "/mail?state=waiting"}, {Label: "Sending", Count: "1", Href: "/mail?state=sending"},
			{Label: "Sent", Count: "1", Href: "/mail?state=sent"}, {Label: "Failed", Count: "1", Href: "/mail?state=failed"}},
		Mails: []c.MailRow{
			{ID: 4, State: state("sending", "Sending"), Kind: "Invitation", To: "elif@bosphorus.example", Name: "Elif Yıldız", Href: "/users/15", Made: at("just now")},
			{ID: 3, State: state("waiting", "Waiting"), Kind: "Link for a new password", To: "camille@atelier.example", Name: "Camille Dubois", Href: "/users/13", Made: at("12 min ago"), When: "next try", Moment: at("in 4 min"),
				Problem: "451 4.7.1: the server asks to try again later.", Tries: "3 tries", Again: "/mail/3/again", Do: "Try now"},
			{ID: 2, State: state("sent", "Sent"), Kind: "Password changed", To: "bjorn@lindqvist.example", Name: "Björn Lindqvist", Href: "/users/12", Made: at("2 h ago"), When: "sent", Moment: at("2 h ago"), Again: "/mail/2/again", Do: "Send again"},
			{ID: 1, State: state("failed", "Failed"), Kind: "Address changed, to the old one", To: "a.very.long.address.that.goes.on.and.on@subdomain.of.an.organisation.example", Name: "Amara Okafor", Href: "/users/11", Made: at("yesterday"),
				Problem: "550 5.1.1: the server does not take it.", Tries: "2 tries", Again: "/mail/1/again", Do: "Try now"},
		},
	}
}

// outboxAsleep is an outbox that nobody empties.
func outboxAsleep() c.OutboxView {
	waiting := c.Status{Key: "mail-waiting", Label: "Waiting"}
	return c.OutboxView{NoMail: true, States: []c.Chip{{Label: "All", Count: "2", Href: "/mail", Current: true}, {Label: "Waiting", Count: "2", Href: "/mail?state=waiting"}},
		Mails: []c.MailRow{
			{ID: 2, State: waiting, Kind: "Password changed", To: "bjorn@lindqvist.example", Name: "Björn Lindqvist", Href: "/users/12", Made: at("2 h ago"), When: "waits until a mail server is set up"},
			{ID: 1, State: waiting, Kind: "Link for a new password", To: "camille@atelier.example", Name: "Camille Dubois", Href: "/users/13", Made: at("3 h ago"), Problem: "The link in it is no longer valid: it will not be sent."},
		}}
}
