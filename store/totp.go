package store

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" // what authenticator apps speak; a MAC does not suffer from its collisions
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// The codes of authenticator apps, as RFC 6238 has them: six digits, another every
// half minute, made from a seed that the app and the store know.

const (
	totpSeed  = 20 // bytes
	totpEvery = 30 // seconds
	totpSkew  = 1  // steps that the clock of a telephone may be wrong, either way
)

// totpStep is the number of the half minute that a time lies in.
func totpStep(t time.Time) int64 { return t.Unix() / totpEvery }

// totpCode is the code of one step.
func totpCode(seed []byte, step int64) string {
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step))
	mac := hmac.New(sha1.New, seed)
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[at:])&0x7fffffff%1_000_000)
}

// totpMatch finds the step whose code it is, among those around now that come
// after the last one that was taken. It takes as long for a wrong code.
func totpMatch(seed []byte, code string, now time.Time, after int64) (step int64, ok bool) {
	for s := totpStep(now) - totpSkew; s <= totpStep(now)+totpSkew; s++ {
		if subtle.ConstantTimeCompare([]byte(code), []byte(totpCode(seed, s))) == 1 && s > after && !ok {
			step, ok = s, true
		}
	}
	return step, ok
}

// Enrolment is an authenticator app that is being set up.
type Enrolment struct {
	Key   string // the seed as people and apps write it, without spaces
	Begun time.Time
}

var keyText = base32.StdEncoding.WithPadding(base32.NoPadding)

// Groups is the key to be typed: in groups of four.
func (e Enrolment) Groups() string { return inGroups(e.Key, " ") }

func inGroups(s, between string) string {
	var groups []string
	for ; len(s) > 4; s = s[4:] {
		groups = append(groups, s[:4])
	}
	return strings.Join(append(groups, s), between)
}

// URI is what the picture says to the app: the key, whose it is, and where.
func (e Enrolment) URI(issuer, account string) string {
	label := strings.ReplaceAll(issuer, ":", " ") + ":" + account
	q := "secret=" + e.Key + "&issuer=" + strings.ReplaceAll(url.QueryEscape(issuer), "+", "%20") + "&algorithm=SHA1&digits=6&period=30"
	return (&url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + label, RawQuery: q}).String()
}

// Code is what an app shows that has been given this key.
func (e Enrolment) Code(at time.Time) (string, error) {
	seed, err := keyText.DecodeString(e.Key)
	return totpCode(seed, totpStep(at)), err
}

func newSeed() []byte {
	seed := make([]byte, totpSeed)
	rand.Read(seed) // never fails
	return seed
}
