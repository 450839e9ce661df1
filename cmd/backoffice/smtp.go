package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	netmail "net/mail"
	"strings"
	"time"

	"backoffice/components"
	"backoffice/store"

	"github.com/wneessen/go-mail"
	"golang.org/x/net/idna"
)

// send hands one mail to the server, over a connection of its own that ends with
// the context, whatever the server does.
func (p *postman) send(ctx context.Context, m store.Posting, v components.MailView) error {
	msg, err := p.message(m, v)
	if err != nil {
		return &store.PostError{Why: "The address cannot be written to.", Final: true, Cause: err}
	}
	client, err := p.client(ctx)
	if err != nil {
		return p.dialTrouble(ctx, err)
	}
	line, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return p.dialTrouble(ctx, err)
	}
	if err := client.SendWithSMTPClient(line, msg); err != nil {
		return p.mailTrouble(ctx, err, m.To)
	}
	if line.UpdateDeadline(quitTime) == nil {
		line.Quit() // what it says after a mail was taken changes nothing
	}
	return nil
}

// quitTime is how long it is waited for a server to say goodbye.
const quitTime = 2 * time.Second

func (p *postman) client(ctx context.Context) (*mail.Client, error) {
	// Neither NOOP nor RSET: a connection is new, and for one mail only. It is the
	// context that ends it, so what the library waits for is longer than that.
	options := []mail.Option{mail.WithPort(p.server.port), mail.WithTimeout(2 * p.within), mail.WithTLSPolicy(mail.TLSMandatory), mail.WithTLSConfig(p.tls()),
		mail.WithDialContextFunc(p.dialFor(ctx)), mail.WithoutNoop(), mail.WithoutRset()}
	switch {
	case p.server.implicit: // dialFor has seen to it, and STARTTLS is neither needed nor offered
		options = append(options, mail.WithTLSPolicy(mail.TLSOpportunistic))
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

func (p *postman) tls() *tls.Config {
	return &tls.Config{ServerName: p.server.host, MinVersion: tls.VersionTLS12, RootCAs: p.server.roots}
}

// dialFor opens the connection for a mail. It is closed when the context of the mail
// ends: neither waiting for an answer nor sending looks at that by itself.
func (p *postman) dialFor(posting context.Context) mail.DialContextFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		context.AfterFunc(posting, func() { conn.Close() })
		if !p.server.implicit {
			return conn, nil
		}
		secure := tls.Client(conn, p.tls())
		return secure, secure.HandshakeContext(ctx)
	}
}

// message is a mail as it goes over the wire: text, and HTML for who prefers it.
func (p *postman) message(m store.Posting, v components.MailView) (*mail.Msg, error) {
	var html bytes.Buffer
	if err := components.MailPage(v).Render(context.Background(), &html); err != nil {
		return nil, err
	}
	to, err := netmail.ParseAddress(asciiDomain(m.To))
	if err != nil {
		return nil, err
	}
	to.Name = strings.Join(strings.Fields(m.Name), " ") // quoted or encoded as it needs
	msg := mail.NewMsg()
	if err := msg.From(p.from); err != nil {
		return nil, err
	}
	msg.AddToMailAddress(to)
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
