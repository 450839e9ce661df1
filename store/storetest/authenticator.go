package storetest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"
)

// Authenticator is a passkey of a test, with the browser around it: it makes one key
// pair, and signs with it. What it gets wrong is for a test to say.
type Authenticator struct {
	Origin string // that the browser signs: "https://office.example"

	Unverified bool   // it does not know its owner
	Nameless   bool   // it does not say whose it is
	Synced     bool   // copies of it are kept
	Counter    uint32 // of signatures; 0: it does not count
	Model      []byte // 16 bytes; nil: it does not say
	Host       string // that it signs for; "": the one that asks

	id, handle []byte
	key        *ecdsa.PrivateKey
}

var b64 = base64.RawURLEncoding

// asked is what both kinds of options have that matters here.
type asked struct {
	PublicKey struct {
		Challenge string
		RPID      string `json:"rpId"`
		RP        struct{ ID string }
		User      struct{ ID string }
		Allow     []struct{ ID string } `json:"allowCredentials"`
		Exclude   []struct{ ID string } `json:"excludeCredentials"`
	}
}

func read(t testing.TB, options string) (a asked) {
	t.Helper()
	if err := json.Unmarshal([]byte(options), &a); err != nil {
		t.Fatalf("options of a passkey: %v: %s", err, options)
	}
	return a
}

// ID is what the key pair is known by, as options name it.
func (k *Authenticator) ID() string { return b64.EncodeToString(k.id) }

// Offers reports whether options name the key pair: as one that will do, or as one that
// is not to be made again.
func (k *Authenticator) Offers(t testing.TB, options string) bool {
	t.Helper()
	a := read(t, options)
	for _, one := range append(a.PublicKey.Allow, a.PublicKey.Exclude...) {
		if one.ID == k.ID() {
			return true
		}
	}
	return false
}

// Create makes the key pair and gives the answer of the browser.
func (k *Authenticator) Create(t testing.TB, options string) string {
	t.Helper()
	a := read(t, options)
	var err error
	if k.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	k.id = make([]byte, 16)
	rand.Read(k.id)
	if k.handle, err = b64.DecodeString(a.PublicKey.User.ID); err != nil || len(k.handle) == 0 {
		t.Fatalf("the owner is called %q", a.PublicKey.User.ID)
	}
	data := k.data(a.PublicKey.RP.ID, 0x40)
	data = append(data, k.model()...)
	data = binary.BigEndian.AppendUint16(data, uint16(len(k.id)))
	data = append(append(data, k.id...), k.publicKey(t)...)
	attestation := append([]byte("\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59"), byte(len(data)>>8), byte(len(data)))
	return k.answer(t, "webauthn.create", a.PublicKey.Challenge, map[string]any{
		"attestationObject": b64.EncodeToString(append(attestation, data...)), "transports": []string{"internal", "made-up"},
	})
}

// Sign signs what is asked and gives the answer of the browser.
func (k *Authenticator) Sign(t testing.TB, options string) string {
	t.Helper()
	a := read(t, options)
	if k.Counter > 0 {
		k.Counter++
	}
	data := k.data(a.PublicKey.RPID, 0)
	digest := sha256.Sum256(k.client("webauthn.get", a.PublicKey.Challenge))
	sum := sha256.Sum256(append(append([]byte{}, data...), digest[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, k.key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	response := map[string]any{"authenticatorData": b64.EncodeToString(data), "signature": b64.EncodeToString(signature)}
	if !k.Nameless {
		response["userHandle"] = b64.EncodeToString(k.handle)
	}
	return k.answer(t, "webauthn.get", a.PublicKey.Challenge, response)
}

// data is what an authenticator says of itself: for whom, how, and how often.
func (k *Authenticator) data(host string, flags byte) []byte {
	if k.Host != "" {
		host = k.Host
	}
	flags |= 0x01
	if !k.Unverified {
		flags |= 0x04
	}
	if k.Synced {
		flags |= 0x18
	}
	sum := sha256.Sum256([]byte(host))
	return binary.BigEndian.AppendUint32(append(sum[:], flags), k.Counter)
}

func (k *Authenticator) model() []byte {
	if k.Model == nil {
		return make([]byte, 16)
	}
	return k.Model
}

// publicKey is the key as COSE has it.
func (k *Authenticator) publicKey(t testing.TB) []byte {
	t.Helper()
	point, err := k.key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		t.Fatal(err)
	}
	out := append([]byte{0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20}, point[1:33]...)
	return append(append(out, 0x22, 0x58, 0x20), point[33:]...)
}

func (k *Authenticator) client(ceremony, challenge string) []byte {
	b, _ := json.Marshal(map[string]any{"type": ceremony, "challenge": challenge, "origin": k.Origin, "crossOrigin": false})
	return b
}

func (k *Authenticator) answer(t testing.TB, ceremony, challenge string, response map[string]any) string {
	t.Helper()
	response["clientDataJSON"] = b64.EncodeToString(k.client(ceremony, challenge))
	b, err := json.Marshal(map[string]any{"id": k.ID(), "rawId": k.ID(), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{},
		"authenticatorAttachment": "platform"})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
