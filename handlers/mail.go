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
	switch m.State {
	case store.MailSent:
		row.When, row.Moment = "sent", a.words.moment(m.Sent)
	case store.MailWaiting:
		row.When, row.Moment = "next try", a.words.moment(m.Next)
	}
	if again := m.State == store.MailFailed || m.State == store.MailWaiting && m.Attempts > 0; again && s.mail && m.Sendable(a.words.now) {
		row.Again = "/mail/" + formatID(m.ID) + "/again"
	}
	return row
}

// mailAgain has a mail tried again at once.
func (s *server) mailAgain(a *ask) (view, error) {
	m, err := s.store.ResendMail(a.Context(), a.actor, a.pathID())
	if err != nil {
		return view{}, err
	}
	toast := &components.Toast{Tone: "ok", Title: "It is tried again", Detail: m.Kind.Label() + " to " + m.To}
	if !a.hx.fragment {
		return view{goTo: "/mail", toast: toast}, nil
	}
	page := pageOf(a).Query()
	screen, err := s.outboxScreen(a, store.MailQuery{State: store.MailState(page.Get("state")), Below: parseID(page.Get("below"))})
	return view{part: components.OutboxPage(screen), toast: toast}, err
}
