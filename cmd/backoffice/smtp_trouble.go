package main

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/textproto"
	"slices"
	"strconv"
	"strings"

	"backoffice/store"

	"github.com/wneessen/go-mail"
)

// Why a mail does not go. What is wrong with the server, or with what it knows us
// as, is wrong for all mails, and is mended by somebody sooner or later: nothing is
// given up because of it. Only what a server says of this recipient or this text is
// final, and only for this mail.

// What a server says of itself or of us, whenever it does: that it closes, is full,
// cannot sign anybody in, wants another sign-in, or did not understand.
var (
	wantsAnotherSignIn = []int{530, 534, 535, 538}
	saysOfItself       = append([]int{421, 452, 454, 500, 502, 503}, wantsAnotherSignIn...)
)

// dialTrouble is why there is no connection that a mail could be sent by.
func (p *postman) dialTrouble(ctx context.Context, err error) error {
	if ctx.Err() == context.Canceled {
		return ctx.Err()
	}
	e := &store.PostError{Why: "The server could not be reached.", Server: true, Cause: err}
	var answer *textproto.Error
	var certificate *tls.CertificateVerificationError
	var op *net.OpError
	switch {
	case errors.As(err, &answer):
		e.Why = strconv.Itoa(answer.Code) + ": " + p.refusal(answer.Code, "the server turned the connection away.")
	case errors.As(err, &certificate):
		e.Why = "The certificate of the server is not to be trusted."
	case strings.Contains(err.Error(), "STARTTLS"):
		e.Why = "The server offers no STARTTLS, which is required unless --smtp-url ends in ?tls=none."
	case noSignIn(err):
		e.Why = "The server offers no way to sign in that the user and password of --smtp-url are good for."
	case ctx.Err() != nil && !(errors.As(err, &op) && op.Op == "dial"):
		e.Why = tooSlow
	}
	return e
}

// noSignIn reports whether that is why the library went no further.
func noSignIn(err error) bool {
	said := strings.ToLower(err.Error())
	return strings.Contains(said, "smtp auth") && strings.Contains(said, "support")
}

// tooSlow is said of a server that takes longer than a mail may.
const tooSlow = "The server did not answer in time."

// refusal puts it into words that the server wants another sign-in, or gives other words.
func (p *postman) refusal(code int, other string) string {
	switch {
	case !slices.Contains(wantsAnotherSignIn, code):
		return other
	case p.server.user == "":
		return "the server asks for a user and password, which --smtp-url does not have."
	}
	return "the server does not accept the user and password of --smtp-url."
}

// mailTrouble is why a mail did not go over a connection that there was.
func (p *postman) mailTrouble(ctx context.Context, err error, to string) error {
	var sent *mail.SendError
	errors.As(err, &sent)
	switch {
	case sent != nil && sent.ErrorCode() != 0:
		return p.answered(sent, to)
	case ctx.Err() == context.Canceled:
		return ctx.Err()
	case ctx.Err() != nil:
		return &store.PostError{Why: tooSlow, Server: true, Cause: err}
	}
	return &store.PostError{Why: "The connection broke off before the server had taken it.", Server: true, Cause: err}
}

// answered is what a server answered to a mail.
func (p *postman) answered(sent *mail.SendError, to string) error {
	code, about := sent.ErrorCode(), strconv.Itoa(sent.ErrorCode())
	if more := sent.EnhancedStatusCode(); more != "" {
		about += " " + more
	}
	e := &store.PostError{Server: slices.Contains(saysOfItself, code), Cause: sent}
	why := "the server does not take it."
	switch {
	case sent.Reason == mail.ErrSMTPMailFrom:
		e.Server, why = true, p.unlessSignedIn("the server takes no mails from --mail-from.")
	case sent.Reason == mail.ErrSMTPRcptTo && code >= 500 && relays(sent, to):
		e.Server, why = true, p.unlessSignedIn("the server does not pass our mails on.")
	}
	if code < 500 {
		why = "the server asks to try again later."
	}
	e.Final = code >= 500 && !e.Server
	e.Why = about + ": " + p.refusal(code, why)
	return e
}

// unlessSignedIn adds to what a server does not do what may be the matter.
func (p *postman) unlessSignedIn(why string) string {
	if p.server.user == "" {
		why += " It may want a user and password in --smtp-url."
	}
	return why
}

// relays reports whether a server refuses a recipient because of who we are: to those
// who have not signed in, most take no mails for elsewhere. Some give it the code for
// matters of policy, x.7.x; others only say so.
func relays(sent *mail.SendError, to string) bool {
	said := strings.ToLower(strings.ReplaceAll(sent.Error(), asciiDomain(to), ""))
	return strings.Contains(sent.EnhancedStatusCode(), ".7.") || strings.Contains(said, "relay")
}
