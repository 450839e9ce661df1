package store

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// PasskeySite is where passkeys are made and used. A browser ties each of them to the
// host, and has it sign the origin.
type PasskeySite struct {
	Host   string // without a port
	Origin string // scheme, host and port
	Brand  string // who asks, in the words of the browser
}

// PasskeySiteAt gives the site at an origin, such as https://office.example.com. It is
// not ok where browsers have no passkeys: without TLS, unless it is this very machine,
// and at an address that is a number.
func PasskeySiteAt(origin, brand string) (site PasskeySite, ok bool) {
	u, err := url.Parse(origin)
	if err != nil {
		return PasskeySite{}, false
	}
	host := strings.ToLower(u.Hostname())
	local := host == "localhost" || strings.HasSuffix(host, ".localhost")
	if u.Scheme != "https" && !(u.Scheme == "http" && local) || protocol.ValidateRPID(host) != nil {
		return PasskeySite{}, false
	}
	return PasskeySite{Host: host, Origin: u.Scheme + "://" + u.Host, Brand: brand}, true
}

// PasskeyUse is what a passkey is asked for.
type PasskeyUse string

// The uses.
const (
	PasskeyNew    PasskeyUse = "new"    // one is made
	PasskeyAlone  PasskeyUse = "alone"  // to sign in by nothing else
	PasskeySecond PasskeyUse = "second" // to sign in, after the password
	PasskeyProof  PasskeyUse = "proof"  // to prove once more who one is
	PasskeyFirst  PasskeyUse = "first"  // one is made, in place of the first password
)

// Challenge is what a passkey is asked to sign: for one use, by one person, once. It
// stays with the session of who was asked, or sealed with their browser, and its text is
// no secret.
type Challenge struct {
	Use    PasskeyUse
	User   int64  // 0: whoever it is
	Handle string // of one that is made: what the passkey is to call its owner
	Text   string
	Made   time.Time
}

// PasskeyAsked is what a browser is given to ask for a passkey by.
type PasskeyAsked struct {
	Challenge Challenge
	Options   string // JSON
}

// handleSize is how long the name is that authenticators know somebody by, in bytes.
const handleSize = 32

// maxPasskeys is how many of them somebody may have.
const maxPasskeys = 20

// AskNewPasskey gives what a browser makes a passkey of the acting person by.
func (s *Store) AskNewPasskey(ctx context.Context, a Actor, site PasskeySite) (asked PasskeyAsked, err error) {
	err = s.write(ctx, a, attempt{ActAddFactor, a.ID}, func(x *tx) error {
		u, err := x.self(ActAddFactor)
		if err != nil {
			return err
		}
		mine, err := selectPasskeys(x.ctx, x.Tx, u.ID)
		if err != nil {
			return err
		}
		if len(mine) >= maxPasskeys {
			return refused("You have as many passkeys as anybody may have. Remove one first.")
		}
		asked, err = askNew(PasskeyNew, u, mine, site, x.now)
		return err
	})
	return asked, err
}

func askNew(use PasskeyUse, u *User, mine []Passkey, site PasskeySite, now time.Time) (PasskeyAsked, error) {
	lib, err := site.library()
	if err != nil {
		return PasskeyAsked{}, err
	}
	c := Challenge{Use: use, User: u.ID, Handle: handleOf(mine), Made: now}
	o := owner{handle: c.Handle, name: u.Email, shown: u.Name}
	var have []protocol.CredentialDescriptor
	for _, p := range mine {
		k, err := p.credentialRecord()
		if err != nil {
			return PasskeyAsked{}, err
		}
		have = append(have, k.Descriptor())
	}
	options, session, err := lib.BeginRegistration(o, webauthn.WithExclusions(have), webauthn.WithAuthenticatorSelection(use.selection()))
	if err != nil {
		return PasskeyAsked{}, err
	}
	c.Text = session.Challenge
	text, err := json.Marshal(options)
	return PasskeyAsked{c, string(text)}, err
}

// handleOf is what the authenticators of somebody call them: a number that says nothing.
func handleOf(mine []Passkey) string {
	if len(mine) > 0 {
		return mine[0].handle
	}
	b := make([]byte, handleSize)
	rand.Read(b) // never fails
	return inBase64(b)
}

// AskPasskey gives what a browser asks for a passkey by: of the person whose sign-in is
// halfway, of the acting person, or of whoever it is. It fails with NotFound for people
// who have none that works here, and where there is nobody whose it could be. Nothing is
// kept of it.
func (s *Store) AskPasskey(ctx context.Context, a Actor, use PasskeyUse, h Halfway, site PasskeySite) (PasskeyAsked, error) {
	c := Challenge{Use: use, Made: s.now()}
	switch use {
	case PasskeySecond:
		c.User = h.User
	case PasskeyProof:
		c.User = a.ID
	default:
		return ask(c, nil, site)
	}
	theirs, err := selectPasskeys(ctx, s.reader, c.User)
	if err != nil {
		return PasskeyAsked{}, err
	}
	if theirs = site.own(theirs); len(theirs) == 0 {
		return PasskeyAsked{}, &Error{Kind: NotFound, Message: "There is no passkey that works at this address."}
	}
	return ask(c, theirs, site)
}

func ask(c Challenge, theirs []Passkey, site PasskeySite) (PasskeyAsked, error) {
	lib, err := site.library()
	if err != nil {
		return PasskeyAsked{}, err
	}
	var allowed []protocol.CredentialDescriptor
	for _, p := range theirs {
		k, err := p.credentialRecord()
		if err != nil {
			return PasskeyAsked{}, err
		}
		allowed = append(allowed, k.Descriptor())
	}
	options, session, err := lib.BeginDiscoverableLogin(webauthn.WithAllowedCredentials(allowed), webauthn.WithUserVerification(c.Use.verification()))
	if err != nil {
		return PasskeyAsked{}, err
	}
	c.Text = session.Challenge
	text, err := json.Marshal(options)
	return PasskeyAsked{c, string(text)}, err
}

// verification says whether the authenticator has to know its owner, by a finger or a
// PIN: if it is all that is asked for, it counts for both factors.
func (use PasskeyUse) verification() protocol.UserVerificationRequirement {
	if use == PasskeyAlone || use == PasskeyFirst {
		return protocol.VerificationRequired
	}
	return protocol.VerificationPreferred
}

// selection says what a passkey that is made has to be able to: if there is no
// password, it has to name its owner.
func (use PasskeyUse) selection() protocol.AuthenticatorSelection {
	s := protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementPreferred, UserVerification: use.verification()}
	if use == PasskeyFirst {
		s.ResidentKey, s.RequireResidentKey = protocol.ResidentKeyRequirementRequired, protocol.ResidentKeyRequired()
	}
	return s
}

// own are those passkeys that work at this site.
func (site PasskeySite) own(all []Passkey) (own []Passkey) {
	for _, p := range all {
		if p.Site == site.Host {
			own = append(own, p)
		}
	}
	return own
}

// library is what speaks WebAuthn, for this site. Where an authenticator comes from is
// not asked: that would tell more of people than is needed here.
func (site PasskeySite) library() (*webauthn.WebAuthn, error) {
	patience := webauthn.TimeoutConfig{Timeout: ChallengeWithin, TimeoutUVD: ChallengeWithin}
	return webauthn.New(&webauthn.Config{
		RPID: site.Host, RPDisplayName: site.Brand, RPOrigins: []string{site.Origin},
		AttestationPreference:             protocol.PreferNoAttestation,
		Timeouts:                          webauthn.TimeoutsConfig{Login: patience, Registration: patience},
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore, // some password managers add some
	})
}

// owner is a person as the library knows them.
type owner struct {
	handle      string
	name, shown string
	keys        []webauthn.Credential
}

// WebAuthnID implements webauthn.User.
func (o owner) WebAuthnID() []byte { return fromBase64(o.handle) }

// WebAuthnName implements webauthn.User.
func (o owner) WebAuthnName() string { return o.name }

// WebAuthnDisplayName implements webauthn.User.
func (o owner) WebAuthnDisplayName() string { return o.shown }

// WebAuthnCredentials implements webauthn.User.
func (o owner) WebAuthnCredentials() []webauthn.Credential { return o.keys }

// credentialRecord is the passkey as the library knows it.
func (p *Passkey) credentialRecord() (webauthn.Credential, error) {
	c := webauthn.Credential{ID: fromBase64(p.credential), PublicKey: fromBase64(p.publicKey), Flags: webauthn.NewCredentialFlags(protocol.AuthenticatorFlags(p.flags))}
	for _, t := range strings.Fields(p.transports) {
		c.Transport = append(c.Transport, protocol.AuthenticatorTransport(t))
	}
	c.Authenticator.SignCount = uint32(p.counter)
	if len(c.ID) == 0 || len(c.PublicKey) == 0 {
		return c, &Error{Kind: Internal, Message: "A passkey cannot be read."}
	}
	return c, nil
}

func inBase64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// fromBase64 gives nothing for what is damaged, which fits nothing.
func fromBase64(s string) []byte {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return nil
	}
	return b
}

// modelNumber is the number of a kind of authenticator, in groups as it is written.
func modelNumber(b []byte) string {
	if len(b) != 16 {
		return ""
	}
	s := hex.EncodeToString(b)
	return strings.Join([]string{s[:8], s[8:12], s[12:16], s[16:20], s[20:]}, "-")
}
