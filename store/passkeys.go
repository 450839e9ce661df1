package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// Passkey is a key pair in somebody's telephone, computer or security key, of which the
// public half is here.
type Passkey struct {
	ID   int64
	Name string
	Made time.Time
	Used time.Time // zero: never
	Site string    // the host that it works at

	user                  int64
	credential, publicKey string // in base64url
	handle                string // what it calls its owner, in base64url
	model                 string // the kind of authenticator, as a number
	transports            string // the ways to reach it, with spaces between
	flags, counter        int64  // what it said of itself last
}

// Synced reports whether copies of it are kept by the provider of its owner, so that it
// outlives the device.
func (p *Passkey) Synced() bool {
	return protocol.AuthenticatorFlags(p.flags).HasBackupState()
}

func (p *Passkey) quoted() string { return "passkey “" + p.Name + "”" }

// NewPasskey is the answer of a browser that has made a passkey.
type NewPasskey struct {
	Answer string // JSON
	Name   string // by its owner; may be empty
	Device string // the browser in words, for want of a better name
}

// AddPasskey takes a passkey that a browser has made for the acting person. If it is
// their first second factor it gives recovery codes, to be shown once. What is wrong
// fails with Invalid, in the field credential or name.
func (s *Store) AddPasskey(ctx context.Context, a Actor, site PasskeySite, c Challenge, n NewPasskey) (codes []string, err error) {
	answer, unreadable := readCreation(n.Answer)
	name, err := passkeyName(n.Name, answer, n.Device)
	if err != nil {
		return nil, err
	}
	var wrong error
	err = s.write(ctx, a, attempt{ActAddFactor, a.ID}, func(x *tx) error {
		u, err := x.self(ActAddFactor)
		if err != nil {
			return err
		}
		if err := x.spend(c, PasskeyNew, u.ID); err != nil {
			return err
		}
		p, no := &Passkey{}, unreadable
		if no == nil {
			p, no = made(u, site, c, answer)
		}
		if no != nil {
			wrong, err = x.notPasskey(Entry{Act: ActAddFactor, Target: u.ID}, ofPerson(u.ID), no)
			return err
		}
		p.Name = name
		codes, err = x.addPasskey(u, p)
		return err
	})
	return codes, orElse(err, wrong)
}

// passkeyName is what a passkey is called: what its owner says, else by its kind, else by
// the browser that made it.
func passkeyName(typed string, answer *protocol.ParsedCredentialCreationData, device string) (string, error) {
	if strings.TrimSpace(typed) == "" {
		typed = device
		if answer != nil {
			typed = cmp.Or(passkeyModel(modelNumber(answer.Response.AttestationObject.AuthData.AttData.AAGUID)), device)
		}
	}
	name, err := ParseName(typed)
	if err != nil {
		return "", invalid(map[string]string{"name": err.Error()})
	}
	return name, nil
}

// made checks what a browser says that it has made.
func made(u *User, site PasskeySite, c Challenge, answer *protocol.ParsedCredentialCreationData) (*Passkey, *noPasskey) {
	if !site.is(answer.Response.CollectedClientData.Origin) {
		return nil, wrongAddress(site)
	}
	lib, err := site.library()
	if err != nil {
		return nil, badPasskey("")
	}
	session := webauthn.SessionData{Challenge: c.Text, RelyingPartyID: site.Host, UserID: fromBase64(c.Handle),
		UserVerification: c.Use.verification(), CredParams: webauthn.CredentialParametersDefault()}
	k, err := lib.CreateCredential(owner{handle: c.Handle}, session, answer)
	if err != nil || len(k.ID) > maxCredential {
		return nil, badPasskey("")
	}
	p := &Passkey{Site: site.Host, user: u.ID, credential: inBase64(k.ID), publicKey: inBase64(k.PublicKey), handle: c.Handle,
		model: modelNumber(k.Authenticator.AAGUID), flags: int64(k.Flags.ProtocolValue()), counter: int64(k.Authenticator.SignCount)}
	p.transports = transportsOf(k.Transport)
	return p, nil
}

// maxCredential is how long the name of a key pair may be, in bytes: what WebAuthn allows.
const maxCredential = 1023

// transportsOf are the ways to reach an authenticator that are known here: what it says
// is for its own browser.
func transportsOf(all []protocol.AuthenticatorTransport) string {
	var known []string
	for _, t := range all {
		switch t {
		case protocol.USB, protocol.NFC, protocol.BLE, protocol.SmartCard, protocol.Hybrid, protocol.Internal:
			known = append(known, string(t))
		}
	}
	slices.Sort(known)
	return strings.Join(slices.Compact(known), " ")
}

func (x *tx) addPasskey(u *User, p *Passkey) (codes []string, err error) {
	if codes, err = x.keepPasskey(u, p); err != nil {
		return nil, err
	}
	return codes, x.factorChanged(u, MailPasskeyAdded, Entry{Act: ActAddFactor, Note: p.quoted()})
}

// keepPasskey is addPasskey without its entry in the trail.
func (x *tx) keepPasskey(u *User, p *Passkey) (codes []string, err error) {
	known, err := loadPasskey(x, p.credential)
	if err != nil {
		return nil, err
	}
	if known != nil {
		return nil, invalid(map[string]string{"credential": "This passkey is known here already."})
	}
	f, err := x.factors(u.ID)
	if err != nil {
		return nil, err
	}
	if f.passkeys >= maxPasskeys {
		return nil, refused("You have as many passkeys as anybody may have. Remove one first.")
	}
	if err := insertPasskey(x, p); err != nil {
		return nil, err
	}
	if !f.any() {
		return x.replaceCodes(u.ID)
	}
	return nil, nil
}

// ownPasskey is one of the acting person's own.
func (x *tx) ownPasskey(act Act, id int64) (*User, *Passkey, error) {
	u, err := x.self(act)
	if err != nil {
		return nil, nil, err
	}
	mine, err := selectPasskeys(x.ctx, x.Tx, u.ID)
	if err != nil {
		return nil, nil, err
	}
	i := slices.IndexFunc(mine, func(p Passkey) bool { return p.ID == id })
	if i < 0 {
		return nil, nil, &Error{Kind: NotFound, Message: "You have no such passkey. It may have been removed."}
	}
	return u, &mine[i], nil
}

// OwnPasskey gives one of the acting person's own passkeys.
func (s *Store) OwnPasskey(ctx context.Context, a Actor, id int64) (Passkey, error) {
	mine, err := selectPasskeys(ctx, s.reader, a.ID)
	if err != nil {
		return Passkey{}, err
	}
	for _, p := range mine {
		if p.ID == id {
			return p, nil
		}
	}
	return Passkey{}, &Error{Kind: NotFound, Message: "You have no such passkey. It may have been removed."}
}

// RenamePasskey calls one of the acting person's own passkeys otherwise.
func (s *Store) RenamePasskey(ctx context.Context, a Actor, id int64, name string) error {
	name, err := ParseName(name)
	if err != nil {
		return invalid(map[string]string{"name": err.Error()})
	}
	return s.write(ctx, a, attempt{ActRenamePasskey, a.ID}, func(x *tx) error {
		u, p, err := x.ownPasskey(ActRenamePasskey, id)
		if err != nil || p.Name == name {
			return err
		}
		if err := renamePasskey(x, p.ID, name); err != nil {
			return err
		}
		_, err = x.record(Entry{Act: ActRenamePasskey, Target: u.ID, Note: "“" + p.Name + "” to “" + name + "”"})
		return err
	})
}

// RemovePasskey takes one of the acting person's own passkeys away, and with their last
// second factor the recovery codes.
func (s *Store) RemovePasskey(ctx context.Context, a Actor, id int64) error {
	return s.write(ctx, a, attempt{ActRemoveFactor, a.ID}, func(x *tx) error {
		u, p, err := x.ownPasskey(ActRemoveFactor, id)
		if err != nil {
			return err
		}
		if f, err := x.factors(u.ID); err != nil || !u.HasPassword && f.passkeys == 1 {
			return orElse(err, refused("This passkey is your only way in. Add another one first, or choose a password by a link."))
		}
		if err := deletePasskey(x, u.ID, p.ID); err != nil {
			return err
		}
		if err := x.dropIdleCodes(u.ID); err != nil {
			return err
		}
		return x.factorChanged(u, MailPasskeyRemoved, Entry{Act: ActRemoveFactor, Note: p.quoted()})
	})
}

// secondFactors is what somebody has to prove to be themselves by.
type secondFactors struct {
	app      *totpApp // nil: none, or none that counts yet
	passkeys int
}

func (f secondFactors) any() bool { return f.app != nil || f.passkeys > 0 }

// inWords names them: "authenticator app, 2 passkeys".
func (f secondFactors) inWords() string {
	words := ""
	if f.app != nil {
		words = "authenticator app"
	}
	if f.passkeys > 0 {
		words = join(words, plural(f.passkeys, "passkey", "passkeys"))
	}
	return words
}

func (x *tx) factors(user int64) (secondFactors, error) {
	return loadFactors(querierAt{x.ctx, x.Tx}, user)
}

func loadFactors(q querierAt, user int64) (f secondFactors, err error) {
	app, err := loadApp(q.ctx, q.querier, user)
	if err != nil {
		return f, err
	}
	if app != nil && app.confirmed != 0 {
		f.app = app
	}
	f.passkeys, err = countPasskeys(q.ctx, q.querier, user)
	return f, err
}

// dropIdleCodes removes recovery codes that stand in for nothing any more.
func (x *tx) dropIdleCodes(user int64) error {
	f, err := x.factors(user)
	if err != nil || f.any() {
		return err
	}
	return deleteRecoveryCodes(x, user)
}
