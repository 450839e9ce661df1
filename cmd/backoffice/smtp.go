package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"net/textproto"
	"strconv"
	"strings"

	"backoffice/components"
	"backoffice/store"

	"github.com/wneessen/go-mail"
	"golang.org/x/net/idna"
)

// send hands one mail to the server, over a connection of its own.
func (p *postman) send(ctx context.Context, m store.Posting, v components.MailView) error {
	msg, err := p.message(m, v)
	if err != nil {
		return &store.PostError{Why: "The address cannot be written to.", Final: true, Cause: err}
	}
	client, err := p.client()
	if err == nil {
		err = client.DialWithContext(ctx)
	}
	if err != nil {
		return serverTrouble(err)
	}
	defer client.Close() // what it says after a mail was taken changes nothing
	if err := client.Send(msg); err != nil {
		return mailTrouble(err)
	}
	return nil
}

func (p *postman) client() (*mail.Client, error) {
	options := []mail.Option{mail.WithPort(p.server.port), mail.WithTimeout(p.within), mail.WithTLSPolicy(mail.TLSMandatory),
		mail.WithTLSConfig(&tls.Config{ServerName: p.server.host, MinVersion: tls.VersionTLS12, RootCAs: p.server.roots})}
	switch {
	case p.server.implicit:
		options = append(options, mail.WithSSL())
	case p.server.plain:
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	}
	if p.server.user != "" {
		auth := mail.SMTPAuthAutoDiscover
		if p.server.plain {
			auth = mail.SMTPAuthPlainNoEnc // which somebody has asked for by ?tls=none
		}
		options = append(options, mail.WithSMTPAuth(auth), mail.WithUsername(p.server.user), mail.WithPassword(p.server.password))
	}
	return mail.NewClient(p.server.host, options...)
}

// message is a mail as it goes over the wire: text, and HTML for who prefers it.
func (p *postman) message(m store.Posting, v components.MailView) (*mail.Msg, error) {
	var html bytes.Buffer
	if err := components.MailPage(v).Render(context.Background(), &html); err != nil {
		return nil, err
	}
	msg := mail.NewMsg()
	if err := errors.Join(msg.From(p.from), msg.AddToFormat(m.Name, asciiDomain(m.To))); err != nil {
		return nil, err
	}
	msg.Subject(v.Subject)
	msg.SetDateWithValue(m.Made)
	msg.SetMessageIDWithValue(m.MessageID + "@" + p.host())
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // so that no answering machine answers
	msg.SetGenHeader("Content-Language", v.Lang)
	msg.SetBodyString(mail.TypeTextPlain, v.Text())
	msg.AddAlternativeString(mail.TypeTextHTML, html.String())
	return msg, nil
}

// host is what stands behind the @ of a Message-ID.
func (p *postman) host() string {
	_, host, _ := strings.Cut(p.origin, "://")
	name, _, _ := strings.Cut(host, ":")
	return name
}

// asciiDomain writes a domain as mail servers have it.
func asciiDomain(address string) string {
	local, domain, _ := strings.Cut(address, "@")
	if ascii, err := idna.Lookup.ToASCII(domain); err == nil {
		domain = ascii
	}
	return local + "@" + domain
}

// serverTrouble is why no mail can be handed over now.
func serverTrouble(err error) error {
	e := &store.PostError{Why: "The server could not be reached.", Server: true, Cause: err}
	var answer *textproto.Error
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &answer) && (answer.Code == 535 || answer.Code == 534 || answer.Code == 530):
		e.Why = strconv.Itoa(answer.Code) + ": the server does not accept the user and password of --smtp-url."
	case errors.As(err, &answer):
		e.Why = strconv.Itoa(answer.Code) + ": the server turned the connection away."
	case errors.As(err, &certificate):
		e.Why = "The certificate of the server is not to be trusted."
	case strings.Contains(err.Error(), "STARTTLS"):
		e.Why = "The server offers no STARTTLS, which is required unless --smtp-url ends in ?tls=none."
	}
	return e
}

// mailTrouble is why this one mail did not go.
func mailTrouble(err error) error {
	e := &store.PostError{Why: "The connection broke off before the server had taken it.", Cause: err}
	var sent *mail.SendError
	if !errors.As(err, &sent) || sent.ErrorCode() == 0 {
		return e
	}
	code := strconv.Itoa(sent.ErrorCode())
	if more := sent.EnhancedStatusCode(); more != "" {
		code += " " + more
	}
	e.Why = code + ": the server asks to try again later."
	if sent.ErrorCode() >= 500 {
		e.Why, e.Final = code+": the server does not take it.", true
	}
	return e
}
