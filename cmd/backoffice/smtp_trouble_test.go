package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"backoffice/store"

	"github.com/emersion/go-smtp"
)

// refuses has a server answer with a code, an enhanced one and a text.
func refuses(code int, enhanced smtp.EnhancedCode, text string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: text}
}

// TestMailDoesNotGo meets servers that are down, slow, refuse, break off, know
// nobody, or offer no TLS: it says why, which mails are given up, and whether the
// others are left for later.
func TestMailDoesNotGo(t *testing.T) {
	t.Parallel()
	from := func(code int, enhanced ...int) func(*mailServer, *postman) {
		return func(m *mailServer, _ *postman) {
			m.from = func() error { return refuses(code, smtp.EnhancedCode(enhanced), "text") }
		}
	}
	rcpt := func(text string, code int, enhanced ...int) func(*mailServer, *postman) {
		return func(m *mailServer, _ *postman) {
			m.rcpt = func(string) error { return refuses(code, smtp.EnhancedCode(enhanced), text) }
		}
	}
	data := func(code int, enhanced ...int) func(*mailServer, *postman) {
		return func(m *mailServer, _ *postman) {
			m.data = func(*smtp.Conn) error { return refuses(code, smtp.EnhancedCode(enhanced), "text") }
		}
	}
	const good, unknown, open = "smtp://office:PASSWORD@HOST", "smtp://office:wrong@HOST", "smtp://HOST"
	const broken, late = "The connection broke off before the server had taken it.", "The server did not answer in time."
	for name, c := range map[string]struct {
		plain         bool
		url           string
		arrange       func(m *mailServer, p *postman)
		why           string
		final, server bool
	}{
		"down":                       {url: good, arrange: down, why: "The server could not be reached.", server: true},
		"silent":                     {url: good, arrange: silent, why: late, server: true},
		"silent with TLS first":      {url: "smtps://office:PASSWORD@HOST", arrange: silent, why: late, server: true},
		"knows no such user":         {url: unknown, why: "535: the server does not accept the user and password of --smtp-url.", server: true},
		"nobody can sign in":         {url: good, arrange: func(m *mailServer, _ *postman) { m.mute = true }, why: "The server offers no way to sign in that the user and password of --smtp-url are good for.", server: true},
		"asks for a user":            {url: open, arrange: from(530, 5, 7, 0), why: "530 5.7.0: the server asks for a user and password, which --smtp-url does not have.", server: true},
		"asks for another user":      {url: good, arrange: from(530, 5, 7, 0), why: "530 5.7.0: the server does not accept the user and password of --smtp-url.", server: true},
		"asks for one its own way":   {url: open, why: "502 5.7.0: the server takes no mails from --mail-from. It may want a user and password in --smtp-url.", server: true},
		"refuses the sender":         {url: good, arrange: from(553, 5, 7, 1), why: "553 5.7.1: the server takes no mails from --mail-from.", server: true},
		"has no room":                {url: good, arrange: from(452, 4, 3, 1), why: "452 4.3.1: the server asks to try again later.", server: true},
		"closes":                     {url: good, arrange: from(421, 4, 3, 2), why: "421 4.3.2: the server asks to try again later.", server: true},
		"closes at the recipient":    {url: good, arrange: rcpt("text", 421, 4, 7, 0), why: "421 4.7.0: the server asks to try again later.", server: true},
		"wants another sign-in then": {url: good, arrange: rcpt("text", 538, 5, 7, 11), why: "538 5.7.11: the server does not accept the user and password of --smtp-url.", server: true},
		"relays nothing":             {url: good, arrange: rcpt("relay access denied", 554, 5, 7, 1), why: "554 5.7.1: the server does not pass our mails on.", server: true},
		"relays nothing, says so":    {url: good, arrange: rcpt("relay not permitted", 550, 5, 1, 0), why: "550 5.1.0: the server does not pass our mails on.", server: true},
		"refuses for now":            {url: good, arrange: rcpt("text", 451, 4, 1, 1), why: "451 4.1.1: the server asks to try again later."},
		"refuses for good":           {url: good, arrange: rcpt("zoe@xn--bcher-kva.example is nobody", 550, 5, 1, 1), why: "550 5.1.1: the server does not take it.", final: true},
		"refuses the text":           {url: good, arrange: data(554, 5, 1, 1), why: "554 5.1.1: the server does not take it.", final: true},
		"closes at the text":         {url: good, arrange: data(421, 4, 3, 2), why: "421 4.3.2: the server asks to try again later.", server: true},
		"hangs within the text":      {url: good, arrange: hang, why: late, server: true},
		"breaks off":                 {url: good, arrange: func(m *mailServer, _ *postman) { m.data = breakOff }, why: broken, server: true},
		"breaks off half-way":        {url: good, arrange: func(m *mailServer, _ *postman) { m.begun = func(c *smtp.Conn) { c.Conn().Close() } }, why: broken, server: true},
		"no TLS":                     {plain: true, url: good, why: "The server offers no STARTTLS, which is required unless --smtp-url ends in ?tls=none.", server: true},
		"a strange certificate": {url: good, arrange: func(_ *mailServer, p *postman) { p.server.roots = x509.NewCertPool() },
			why: "The certificate of the server is not to be trusted.", server: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := serveMail(t, !c.plain, false)
			p := m.postmanTo(c.url)
			if c.arrange != nil {
				c.arrange(m, p)
			}
			err := p.post(t.Context(), invitation())
			var e *store.PostError
			if !errors.As(err, &e) || e.Why != c.why || e.Final != c.final || e.Server != c.server {
				t.Errorf("%+v", err)
			}
			if err != nil && (strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "TOKEN")) {
				t.Errorf("tells a secret: %v", err)
			}
			if len(m.taken()) != 0 {
				t.Error("it was taken")
			}
		})
	}
}

// down is a server that does not run: its port is taken, and nobody listens there.
func down(m *mailServer, p *postman) {
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() { syscall.Close(socket) })
	if err := syscall.Bind(socket, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		m.t.Fatal(err)
	}
	address, err := syscall.Getsockname(socket)
	if err != nil {
		m.t.Fatal(err)
	}
	p.server.port = address.(*syscall.SockaddrInet4).Port
}

// silent is a server that takes the connection and says nothing.
func silent(m *mailServer, p *postman) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() { l.Close() })
	p.server.port = l.Addr().(*net.TCPAddr).Port
	p.within = 50 * time.Millisecond
}

// hang is a server that takes the text of a mail and never answers.
func hang(m *mailServer, p *postman) {
	m.data = func(*smtp.Conn) error {
		<-m.t.Context().Done()
		return refuses(451, smtp.EnhancedCode{4, 0, 0}, "over")
	}
	p.within = 2 * time.Second // which has to do for all that comes before
}

func breakOff(c *smtp.Conn) error {
	c.Conn().Close()
	return errors.New("broken off")
}

// TestMailThatWasTakenIsNotSentAgain whatever the server does next.
func TestMailThatWasTakenIsNotSentAgain(t *testing.T) {
	t.Parallel()
	m := serveMail(t, true, false)
	m.after = func(c *smtp.Conn) { c.Conn().Close() }
	if err := m.postmanTo("smtp://office:PASSWORD@HOST").post(t.Context(), invitation()); err != nil || len(m.taken()) != 1 {
		t.Errorf("%d came, %v", len(m.taken()), err)
	}
}

// TestPostingStops: what is on its way when the program is to end gets a moment, and
// then says that it was stopped, not that the server is to blame.
func TestPostingStops(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	m := serveMail(t, true, false)
	m.data = func(*smtp.Conn) error { stop(); return nil }
	if err := m.postmanTo("smtp://office:PASSWORD@HOST").post(ctx, invitation()); err != nil || len(m.taken()) != 1 {
		t.Errorf("what was nearly taken was cut off: %v", err)
	}
	for name, arrange := range map[string]func(*mailServer, *postman, func()){
		"before the greeting": func(m *mailServer, p *postman, stop func()) {
			silent(m, p)
			stop()
		},
		"within the text": func(m *mailServer, p *postman, stop func()) {
			hang(m, p)
			hanging := m.data
			m.data = func(c *smtp.Conn) error { stop(); return hanging(c) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, stop := context.WithCancel(t.Context())
			m := serveMail(t, true, false)
			p := m.postmanTo("smtp://office:PASSWORD@HOST")
			arrange(m, p, stop)
			p.within, p.grace = time.Hour, 50*time.Millisecond
			var e *store.PostError
			if err := p.post(ctx, invitation()); !errors.Is(err, context.Canceled) || errors.As(err, &e) {
				t.Errorf("%+v", err)
			}
		})
	}
}

// TestProgramStopsInTheMidstOfAMail, and the next one sends it at once.
func TestProgramStopsInTheMidstOfAMail(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "office.db")
	open := func() *store.Store {
		db, err := store.Open(t.Context(), store.Config{DB: file})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		return db
	}
	db := open()
	if _, _, err := db.InviteUser(t.Context(), staff, store.NewUser{Name: "Nell", Email: "nell@example.com", Role: store.Member}, true); err != nil {
		t.Fatal(err)
	}
	m := serveMail(t, true, false)
	p := m.postmanTo("smtp://office:PASSWORD@HOST")
	p.within, p.grace = time.Hour, time.Millisecond
	reached := make(chan bool)
	m.data = func(*smtp.Conn) error { close(reached); <-t.Context().Done(); return errors.New("over") }
	db.KeepMail(p.post, func(err error) { t.Error(err) })
	<-reached
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	db = open()
	mails, _, err := db.Outbox(t.Context(), staff, store.MailQuery{})
	if err != nil || len(mails) != 1 || mails[0].State != store.MailWaiting || mails[0].Next.After(time.Now()) || mails[0].Problem != "It was interrupted while it was sent." {
		t.Fatalf("%+v %v", mails, err)
	}
	next := serveMail(t, true, false)
	if err := db.PostMail(t.Context(), next.postmanTo("smtp://office:PASSWORD@HOST").post); err != nil {
		t.Fatal(err)
	}
	if came := next.taken(); len(came) != 1 || !strings.Contains(came[0], fmt.Sprintf("<%s@office.northwind.example>", mails[0].MessageID)) {
		t.Errorf("%d came", len(came))
	}
}

// TestOneWrongSettingGivesNothingUp has a server that knows nobody by this password,
// and many mails to go.
func TestOneWrongSettingGivesNothingUp(t *testing.T) {
	t.Parallel()
	db, err := store.Open(t.Context(), store.Config{DB: filepath.Join(t.TempDir(), "office.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for n := range 5 {
		if _, _, err := db.InviteUser(t.Context(), staff, store.NewUser{Name: "Nell", Email: fmt.Sprintf("nell%d@example.com", n), Role: store.Member}, true); err != nil {
			t.Fatal(err)
		}
	}
	m := serveMail(t, true, false)
	asked := 0
	m.from = func() error { asked++; return refuses(550, smtp.EnhancedCode{5, 7, 1}, "send as somebody else") }
	if err := db.PostMail(t.Context(), m.postmanTo("smtp://office:PASSWORD@HOST").post); err != nil {
		t.Fatal(err)
	}
	counts, err := db.MailCounts(t.Context(), staff)
	if err != nil || counts[store.MailWaiting] != 5 || asked != 1 {
		t.Errorf("%v after asking %d times, %v", counts, asked, err)
	}
}
