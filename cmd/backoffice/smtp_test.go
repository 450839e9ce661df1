package main

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http/httptest"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"backoffice/store"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// mailServer is a real server of mail in this process. What it does with a mail is
// up to the test.
type mailServer struct {
	t      testing.TB
	addr   string
	roots  *x509.CertPool
	server *smtp.Server

	mu    sync.Mutex
	from  func() error
	rcpt  func(to string) error
	begun func(c *smtp.Conn) // before a mail is read
	data  func(c *smtp.Conn) error
	after func(c *smtp.Conn) // when one was answered
	mails []string
	mute  bool // nobody can sign in
}

const smtpUser, smtpPassword = "office", "a secret of the server"

// serveMail starts a server. With tlsFirst it speaks nothing else; without a
// certificate, no TLS at all.
func serveMail(t testing.TB, certified, tlsFirst bool) *mailServer {
	t.Helper()
	web := httptest.NewUnstartedServer(nil)
	web.StartTLS()
	defer web.Close()
	m := &mailServer{t: t, roots: x509.NewCertPool()}
	m.roots.AddCert(web.Certificate())
	config := &tls.Config{Certificates: web.TLS.Certificates}
	m.server = smtp.NewServer(m)
	m.server.Domain, m.server.AllowInsecureAuth = "mail.example.com", true
	if certified {
		m.server.TLSConfig = config
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m.addr = l.Addr().String()
	if tlsFirst {
		l = tls.NewListener(l, config)
	}
	go m.server.Serve(l)
	t.Cleanup(func() { m.server.Close() })
	return m
}

// NewSession implements smtp.Backend.
func (m *mailServer) NewSession(c *smtp.Conn) (smtp.Session, error) {
	return &mailSession{m: m, c: c}, nil
}

// taken gives the mails that came.
func (m *mailServer) taken() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.mails
}

// mailSession is one connection.
type mailSession struct {
	m     *mailServer
	c     *smtp.Conn
	known bool
}

func (s *mailSession) AuthMechanisms() []string {
	if s.m.mute {
		return []string{"X-NONE"}
	}
	return []string{sasl.Plain}
}

func (s *mailSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != smtpUser || password != smtpPassword {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "no"}
		}
		s.known = true
		return nil
	}), nil
}

func (s *mailSession) Mail(string, *smtp.MailOptions) error {
	if s.m.from != nil {
		return s.m.from()
	}
	if !s.known {
		return smtp.ErrAuthRequired
	}
	return nil
}

func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	if s.m.rcpt != nil {
		return s.m.rcpt(to)
	}
	return nil
}

func (s *mailSession) Data(r io.Reader) error {
	if s.m.begun != nil {
		s.m.begun(s.c)
	}
	b, err := io.ReadAll(r)
	if err == nil && s.m.data != nil {
		err = s.m.data(s.c)
	}
	if err == nil {
		s.m.mu.Lock()
		s.m.mails = append(s.m.mails, string(b))
		s.m.mu.Unlock()
	}
	return err
}

func (s *mailSession) Reset() {
	if s.m.after != nil {
		s.m.after(s.c)
	}
}

func (s *mailSession) Logout() error { return nil }

// postmanTo is one who hands mails to the server that an address of ours names.
func (m *mailServer) postmanTo(format string) *postman {
	m.t.Helper()
	server, err := parseSMTP(strings.NewReplacer("HOST", m.addr, "PASSWORD", "a%20secret%20of%20the%20server").Replace(format))
	if err != nil {
		m.t.Fatal(err)
	}
	server.roots = m.roots
	return &postman{server: server, from: "Northwind <office@northwind.example>", brand: "Northwind", origin: "https://office.northwind.example",
		language: "en", zone: time.UTC, within: 20 * time.Second, grace: 20 * time.Second, log: slog.New(slog.DiscardHandler)}
}

// invitation is a mail on its way.
func invitation() store.Posting {
	made := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	return store.Posting{Token: "TOKENTOKENTOKENTOKENTOKEN2", Mail: store.Mail{ID: 1, Kind: store.MailInvite, Name: "Zoë O'Brien", To: "zoe@bücher.example",
		By: 7, ByName: "Ana Pérez", Made: made, Until: made.Add(store.InviteLife), MessageID: "ABC"}}
}

// TestMailArrives hands a mail over in each way that there is, and reads it.
func TestMailArrives(t *testing.T) {
	t.Parallel()
	for name, way := range map[string]struct {
		certified, tlsFirst bool
		url                 string
	}{
		"STARTTLS":     {true, false, "smtp://office:PASSWORD@HOST"},
		"TLS at first": {true, true, "smtps://office:PASSWORD@HOST"},
		"no TLS":       {false, false, "smtp://office:PASSWORD@HOST?tls=none"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := serveMail(t, way.certified, way.tlsFirst)
			if err := m.postmanTo(way.url).post(t.Context(), invitation()); err != nil {
				t.Fatal(err)
			}
			if len(m.taken()) != 1 {
				t.Fatalf("%d mails came", len(m.taken()))
			}
			checkMail(t, m.taken()[0])
		})
	}
}

// checkMail reads a mail as a program for mail does.
func checkMail(t *testing.T, text string) {
	t.Helper()
	msg, err := netmail.ReadMessage(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	words := new(mime.WordDecoder)
	for name, want := range map[string]string{"Subject": "You are invited to Northwind", "Message-ID": "<ABC@office.northwind.example>",
		"From": "Northwind", "To": "zoe@xn--bcher-kva.example", "Auto-Submitted": "auto-generated", "Date": "Mon, 23 Nov 2026 12:00:00"} {
		got, err := words.DecodeHeader(msg.Header.Get(name))
		if err != nil || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	_, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(msg.Body, params["boundary"])
	for _, kind := range []string{"text/plain", "text/html"} {
		part, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil || !strings.HasPrefix(part.Header.Get("Content-Type"), kind) {
			t.Errorf("%s: %v %v", kind, part.Header, err)
		}
		for _, want := range []string{"Zoë O", "Ana Pérez has created an account", "Choose a password or a passkey", "https://office.northwind.example/link/TOKENTOKENTOKENTOKENTOKEN2", "until Monday 30 November 2026, 12:00 UTC"} {
			if !strings.Contains(string(body), want) {
				t.Errorf("%s lacks %q:\n%s", kind, want, body)
			}
		}
	}
}

// TestSMTPSettings reads addresses of servers, and refuses wrong ones without
// repeating the password in them.
func TestSMTPSettings(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]smtpServer{
		"smtp://mail.example.com":                     {host: "mail.example.com", port: 587},
		"smtps://mail.example.com":                    {host: "mail.example.com", port: 465, implicit: true},
		"smtp://a%40b:p%2Fw@mail.example.com:25":      {host: "mail.example.com", port: 25, user: "a@b", password: "p/w"},
		"smtp://mail.example.com:25?tls=none":         {host: "mail.example.com", port: 25, plain: true},
		"smtp://[2001:db8::1]:2525/":                  {host: "2001:db8::1", port: 2525},
		"smtp://u:hunter2@mail.example.com:0":         {},
		"smtp://u:hunter2@mail.example.com:x":         {},
		"smtp://u:hunter2@mail.example.com/x":         {},
		"smtps://u:hunter2@mail.example.com?tls=none": {},
		"smtp://u:hunter2@mail.example.com?tls=maybe": {},
		"smtp://u:hunter2/@mail.example.com":          {},
		"http://u:hunter2@mail.example.com":           {},
		"mail.example.com:25":                         {},
		"smtp://u:hunter2@":                           {},
	} {
		got, err := parseSMTP(text)
		if got != want || (err == nil) != (want.host != "") {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: tells the password: %v", text, err)
		}
	}
	const url, from, public = "smtp://mail.example.com", "a@example.com", "https://office.example.com"
	for f, missing := range map[mailFlags]string{{}: "", {SMTPURL: url, MailFrom: from}: "", {SMTPURL: url}: "--mail-from", {MailFrom: from}: "--smtp-url",
		{SMTPURL: url, MailFrom: "nobody"}: "--mail-from"} {
		err := f.check(public)
		if (err == nil) != (missing == "") || err != nil && !strings.Contains(err.Error(), missing) {
			t.Errorf("%+v: %v", f, err)
		}
	}
	f := mailFlags{SMTPURL: url, MailFrom: from}
	if err := f.check(""); err == nil || !strings.Contains(err.Error(), "--public-url") {
		t.Errorf("without a public address: %v", err)
	}
}

// TestAnyNameGetsMail hands mails over to people with names that have signs in them
// which mean something in the head of a mail, and reads whom they are to.
func TestAnyNameGetsMail(t *testing.T) {
	t.Parallel()
	m := serveMail(t, true, false)
	p := m.postmanTo("smtp://office:PASSWORD@HOST")
	names := map[string]string{`Ends in \`: `Ends in \`, `"Zoë" "Z" O'Brien`: `"Zoë" "Z" O'Brien`, `Ben "Bo" \" <x@y.example>`: `Ben "Bo" \" <x@y.example>`,
		"García, Nora; Dr. (h. c.)": "García, Nora; Dr. (h. c.)", "上杉 謙信 🦊": "上杉 謙信 🦊", "Ben\r\nBcc: all@example.com": "Ben Bcc: all@example.com",
		strings.Repeat("Ñandú ", 33) + "Ab": strings.Repeat("Ñandú ", 33) + "Ab", strings.Repeat("x", 200): strings.Repeat("x", 200), strings.Repeat(`\`, 200): strings.Repeat(`\`, 200), "=?utf-8?q?x?=": "=?utf-8?q?x?="}
	for name, want := range names {
		mail := invitation()
		mail.Name = name
		if err := p.post(t.Context(), mail); err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		came := m.taken()
		msg, err := netmail.ReadMessage(strings.NewReader(came[len(came)-1]))
		if err != nil {
			t.Fatal(err)
		}
		to, err := msg.Header.AddressList("To")
		if err != nil || len(to) != 1 || to[0].Name != want || to[0].Address != "zoe@xn--bcher-kva.example" || msg.Header.Get("Bcc") != "" {
			t.Errorf("%q went to %v, %v", name, to, err)
		}
	}
}

func TestMailsInSpanish(t *testing.T) {
	t.Parallel()
	p := &postman{brand: "Northwind", origin: "https://o.example", language: "es", zone: time.UTC}
	v := p.words(invitation())
	p.origin = "http://192.0.2.7" // where browsers have no passkeys
	if text := p.words(invitation()).Text(); strings.Contains(text, "llave") || !strings.Contains(v.Text(), "una contraseña o una llave de acceso") {
		t.Errorf("an invitation is accepted by what there is: %s", text)
	}
	if v.Lang != "es" || !strings.Contains(v.Text(), "hasta el lunes 30 de noviembre de 2026, 12:00 UTC") {
		t.Errorf("%s", v.Text())
	}
}
