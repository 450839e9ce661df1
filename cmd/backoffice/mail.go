package main

import (
	"context"
	"crypto/x509"
	"errors"
	"log/slog"
	netmail "net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	"backoffice/components"
	"backoffice/handlers"
	"backoffice/store"
)

// mailFlags say how mails are sent.
type mailFlags struct {
	SMTPURL  string `name:"smtp-url" env:"BACKOFFICE_SMTP_URL" placeholder:"URL" help:"The server that mails are handed to, such as smtp://user:password@mail.example.com:587, or smtps:// where TLS comes first. STARTTLS is required unless ?tls=none stands behind it. Without it, mails wait and links are shown to be handed over."`
	MailFrom string `name:"mail-from" env:"BACKOFFICE_MAIL_FROM" placeholder:"ADDRESS" help:"Whom mails are from, such as 'Northwind <office@example.com>'."`
	Language string `env:"BACKOFFICE_LANGUAGE" enum:"en,es" default:"en" help:"The language that mails are written in: ${enum}."`
}

// on reports whether mails are sent.
func (f *mailFlags) on() bool { return f.SMTPURL != "" }

// check refuses half of what sending mails takes, by the name of what is missing.
func (f *mailFlags) check(publicURL string) error {
	if f.SMTPURL == "" {
		if f.MailFrom != "" {
			return wrongSetting("smtp-url", "is missing: without it, --mail-from sends nothing.")
		}
		return nil
	}
	if _, err := parseSMTP(f.SMTPURL); err != nil {
		return err
	}
	if f.MailFrom == "" {
		return wrongSetting("mail-from", "is missing: mails need somebody whom they are from.")
	}
	if _, err := netmail.ParseAddress(f.MailFrom); err != nil {
		return wrongSetting("mail-from", "must be an address, such as office@example.com or 'Northwind <office@example.com>'.")
	}
	if publicURL == "" {
		return wrongSetting("public-url", "is missing: the links in mails begin with it.")
	}
	return nil
}

// smtpServer is what --smtp-url says.
type smtpServer struct {
	host           string
	port           int
	user, password string
	implicit       bool // TLS comes before anything else
	plain          bool // there is no TLS

	roots *x509.CertPool // whom the server's certificate is to be from; nil: whom the system trusts
}

// parseSMTP reads the address of a server. What it says of a wrong one does not
// repeat it: there may be a password in it.
func parseSMTP(text string) (smtpServer, error) {
	u, err := url.Parse(text)
	wrong := wrongSetting("smtp-url", "must be like smtp://user:password@mail.example.com:587 or smtps://…, with signs such as @ and / of the password written as %%40 and %%2F.")
	if err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.Fragment != "" {
		return smtpServer{}, wrong
	}
	s := smtpServer{host: u.Hostname(), port: 587, implicit: u.Scheme == "smtps"}
	if s.implicit {
		s.port = 465
	}
	if u.Port() != "" {
		if s.port, err = strconv.Atoi(u.Port()); err != nil || s.port < 1 || s.port > 65535 {
			return smtpServer{}, wrong
		}
	}
	s.user = u.User.Username()
	s.password, _ = u.User.Password()
	switch q := u.RawQuery; {
	case q == "tls=none" && !s.implicit:
		s.plain = true
	case q != "":
		return smtpServer{}, wrongSetting("smtp-url", "may end in ?tls=none, and in nothing else; with smtps:// not even in that.")
	}
	return s, nil
}

// deliver has what lies in the outbox posted until the store is closed.
func (f *mailFlags) deliver(c handlers.Config, db *store.Store, log *slog.Logger) {
	server, _ := parseSMTP(f.SMTPURL) // which check has done before
	p := &postman{server: server, from: f.MailFrom, brand: c.Brand, origin: strings.TrimSuffix(c.PublicURL, "/"), language: f.Language, zone: c.Location, within: postTime, grace: postGrace, log: log}
	db.KeepMail(p.post, func(err error) { log.Error("the outbox is behind", "cause", err.Error()) })
}

// postman puts mails into words and hands them to the server.
type postman struct {
	server        smtpServer
	from          string
	brand, origin string
	language      string
	zone          *time.Location
	within        time.Duration // how long handing one mail over may take
	grace         time.Duration // how long it may go on when the program is to end
	log           *slog.Logger
}

// postTime is what a server gets to take a mail.
const postTime = time.Minute

// postGrace is what a mail gets that is on its way when the program is to end, so
// that one is not sent twice that the server has nearly taken.
const postGrace = 3 * time.Second

// post hands a mail to the server, and logs why it did not go: neither whom it was
// for nor what is in it.
func (p *postman) post(ctx context.Context, m store.Posting) error {
	ctx, cancel := withGrace(ctx, p.grace)
	defer cancel()
	ctx, end := context.WithTimeout(ctx, p.within)
	defer end()
	err := p.send(ctx, m, p.words(m))
	var e *store.PostError
	if errors.As(err, &e) {
		p.log.Warn("a mail did not go", "mail", m.ID, "why", e.Why, "final", e.Final, "server", e.Server)
	}
	return err
}

// withGrace gives a context that ends a while after another one.
func withGrace(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	late, cancel := context.WithCancel(context.WithoutCancel(ctx))
	keep := context.AfterFunc(ctx, func() {
		select {
		case <-time.After(grace):
			cancel()
		case <-late.Done():
		}
	})
	return late, func() { keep(); cancel() }
}

// words puts a mail into words.
func (p *postman) words(m store.Posting) components.MailView {
	f := components.MailFacts{Kind: string(m.Kind), Brand: p.brand, Name: m.Name, By: m.ByName, Staff: m.By != 0, To: m.To}
	_, f.Passkeys = store.PasskeySiteAt(p.origin, p.brand)
	if m.SignIn.ID != 0 {
		f.Browser, f.System = handlers.Device(m.SignIn.Agent)
		f.From, f.When = m.SignIn.Address, components.MailDate(p.language, m.SignIn.Started.In(p.zone))
	}
	if m.Token != "" {
		f.URL = p.origin + "/link/" + m.Token
		f.Until = components.MailDate(p.language, m.Until.In(p.zone))
	}
	return components.MailFor(p.language, f)
}
