package handlers

import (
	"net/url"
	"strings"

	"backoffice/components"
	"backoffice/store"
)

// outbox is the mails that were written, and how each of them stands.
func (s *server) outbox(a *ask) (view, error) {
	q := store.MailQuery{State: store.MailState(a.URL.Query().Get("state")), Below: parseID(a.URL.Query().Get("below"))}
	screen, err := s.outboxScreen(a, q)
	if err != nil {
		return view{}, err
	}
	return view{title: "Mail", screen: components.OutboxPage(screen)}, nil
}

func (s *server) outboxScreen(a *ask, q store.MailQuery) (components.OutboxView, error) {
	v := components.OutboxView{NoMail: !s.mail}
	mails, older, err := s.store.Outbox(a.Context(), a.actor, q)
	if err != nil {
		return v, err
	}
	counts, err := s.store.MailCounts(a.Context(), a.actor)
	if err != nil {
		return v, err
	}
	v.States = mailChips(q.State, counts)
	for i := range mails {
		v.Mails = append(v.Mails, s.mailRow(a, &mails[i]))
		if mails[i].State == store.MailFailed && v.Mails[i].Again != "" {
			v.Again = "/mail/again"
		}
	}
	if older {
		v.Older = mailPath(q.State, mails[len(mails)-1].ID)
	}
	return v, nil
}

var mailStateLabels = map[store.MailState]string{store.MailWaiting: "Waiting", store.MailSending: "Sending", store.MailSent: "Sent", store.MailFailed: "Failed"}

// mailChips are the states, with how many mails are in each.
func mailChips(chosen store.MailState, counts map[store.MailState]int) []components.Chip {
	all := 0
	var chips []components.Chip
	for _, state := range store.MailStates() {
		all += counts[state]
		chips = append(chips, components.Chip{Label: mailStateLabels[state], Count: short(store.Count{N: counts[state]}.N), Href: mailPath(state, 0), Current: chosen == state})
	}
	return append([]components.Chip{{Label: "All", Count: short(all), Href: mailPath("", 0), Current: chosen == ""}}, chips...)
}

// mailPath is the address of a place in the outbox.
func mailPath(state store.MailState, below int64) string {
	q := url.Values{}
	if state != "" {
		q.Set("state", string(state))
	}
	if below > 0 {
		q.Set("below", formatID(below))
	}
	return strings.TrimSuffix("/mail?"+q.Encode(), "?")
}

func (s *server) mailRow(a *ask, m *store.Mail) components.MailRow {
	row := components.MailRow{ID: m.ID, State: components.Status{Key: "mail-" + string(m.State), Label: mailStateLabels[m.State]}, Kind: m.Kind.Label(),
		To: m.To, Name: m.Name, Href: "/users/" + formatID(m.User), Made: a.words.moment(m.Made), Problem: m.Problem}
	if m.Attempts > 1 {
		row.Tries = count(m.Attempts, "try", "tries")
	}
	row.When, row.Moment = s.mailTime(a, m)
	switch sendable := m.Sendable(a.words.now); {
	case m.State == store.MailWaiting && !sendable:
		row.When, row.Moment, row.Problem = "", components.Moment{}, "The link in it is no longer valid: it will not be sent."
	case !s.mail || !sendable || m.State == store.MailSending || m.State == store.MailWaiting && m.Attempts == 0:
	case m.State == store.MailSent:
		row.Do = "Send again"
	default:
		row.Do = "Try now"
	}
	if row.Do != "" {
		row.Again = "/mail/" + formatID(m.ID) + "/again"
	}
	return row
}

// mailTime is when a mail went, or is tried next. Without a server it is not tried,
// whatever time it is down for.
func (s *server) mailTime(a *ask, m *store.Mail) (when string, at components.Moment) {
	switch {
	case m.State == store.MailSent:
		return "sent", a.words.moment(m.Sent)
	case m.State != store.MailWaiting:
		return "", at
	case !s.mail:
		return "waits until a mail server is set up", at
	case !m.Next.After(a.words.now):
		return "about to be sent", at
	}
	return "next try", a.words.moment(m.Next)
}

// mailAgain has a mail tried again at once, or sent once more.
func (s *server) mailAgain(a *ask) (view, error) {
	m, err := s.store.ResendMail(a.Context(), a.actor, a.pathID())
	if err != nil {
		return view{}, err
	}
	title := "Trying again"
	if m.State == store.MailSent {
		title = "It is sent again"
	}
	return s.outboxAgain(a, &components.Toast{Tone: "ok", Title: title, Detail: m.Kind.Label() + " to " + m.To})
}

// failedMailAgain has all mails tried again that were given up, where there is a
// point in it.
func (s *server) failedMailAgain(a *ask) (view, error) {
	n, err := s.store.ResendFailed(a.Context(), a.actor)
	if err != nil {
		return view{}, err
	}
	toast := &components.Toast{Tone: "ok", Title: count(n, "failed mail is", "failed mails are") + " tried again"}
	if n == 0 {
		toast.Title = "No failed mail can be tried again"
	}
	return s.outboxAgain(a, toast)
}

// outboxAgain shows the page of the outbox anew that something was done on.
func (s *server) outboxAgain(a *ask, toast *components.Toast) (view, error) {
	if !a.hx.fragment {
		return view{goTo: "/mail", toast: toast}, nil
	}
	page := pageOf(a).Query()
	screen, err := s.outboxScreen(a, store.MailQuery{State: store.MailState(page.Get("state")), Below: parseID(page.Get("below"))})
	return view{part: components.OutboxPage(screen), toast: toast}, err
}
