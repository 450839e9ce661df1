package store

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"strings"
)

const (
	maxForeignHashBytes = 512
	// muchMemoryKiB is from where on hashes are checked one at a time.
	muchMemoryKiB = 32 << 10
	// maxRoundBytes bounds rounds times the password's length for the kinds that
	// hash the password again in each round: a few hundred bytes at the dearest,
	// any length at usual costs. It keeps a check within two seconds.
	maxRoundBytes = 256 << 20
)

// unknownHash is for what has the shape of no kind, down to its last character.
const unknownHash ValueError = "This kind of password hash is not known."

// foreignHash is a password hash as some program writes it, read and found to
// be affordable.
type foreignHash struct {
	kind      string // for people
	memoryKiB uint32 // what a check takes at once
	matches   func(password []byte) bool
}

// foreignKinds tells by its beginning how a hash is read; the first that fits
// decides. A reader gives the kind with its error once it is sure of it.
var foreignKinds = []struct {
	prefix string
	read   func(hash string) (foreignHash, error)
}{
	{"$2", readBcrypt},
	{"bcrypt$$2", readDjangoBcrypt},
	{"bcrypt_sha256$$2", readDjangoBcryptSHA256},
	{"$wp$2", readWordPressBcrypt},
	{"$argon2", readArgon2},
	{"argon2$argon2", readDjangoArgon2},
	{"$scrypt$", readScrypt},
	{"scrypt:", readWerkzeugScrypt},
	{"scrypt$", readDjangoScrypt},
	{"$pbkdf2", readPBKDF2},
	{"pbkdf2:", readWerkzeugPBKDF2},
	{"pbkdf2_", readDjangoPBKDF2},
	{"$5$", readSHACrypt},
	{"$6$", readSHACrypt},
	{"$P$", readPhpass},
	{"$H$", readPhpass},
	{"{SSHA", readSSHA},
	{"{ssha", readSSHA},
}

// RecogniseHash tells by its shape what kind of password hash something is, in
// words for people: "bcrypt", "Django PBKDF2". The error is a ValueError that
// says why people could not sign in with it: the kind is not known, or checking
// it would cost too much, in which case the kind is given all the same. No part
// of the hash is in either.
func RecogniseHash(s string) (kind string, err error) {
	f, err := readForeign(s)
	return f.kind, err
}

// readForeign reads a hash of any kind. They are all written in ASCII.
func readForeign(hash string) (foreignHash, error) {
	if len(hash) > maxForeignHashBytes || !graphic(hash) {
		return foreignHash{}, unknownHash
	}
	for _, k := range foreignKinds {
		if strings.HasPrefix(hash, k.prefix) {
			return k.read(hash)
		}
	}
	return foreignHash{}, unknownHash
}

func graphic(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// verifyForeign is Verify for hashes that other programs made. Those are always
// stale. They were made of the password's bytes as they were typed, for hardly
// a program brings Unicode into one form first: so the text is taken as it is.
//
// A wrong password costs one of our own hashes on top, as much as there being
// nobody: else the quick kinds would tell that somebody is there. The slow ones do not
// tell it, because some of those who are not there are as slow: see refuseNobody.
func (h *Hasher) verifyForeign(ctx context.Context, hash, password string) (ok, stale bool, err error) {
	f, err := readForeign(hash)
	if err != nil {
		return false, false, fmt.Errorf("%w: %v", errBadHash, err)
	}
	if ok, err = h.matchForeign(ctx, f, password); ok || err != nil {
		return ok, true, err
	}
	return false, true, h.VerifyNobody(ctx, password)
}

// matchForeign checks a password when it is its turn. One longer than any that
// can be set is not worth the work, which grows with it.
func (h *Hasher) matchForeign(ctx context.Context, f foreignHash, password string) (bool, error) {
	done, err := h.turn(ctx, f.memoryKiB)
	if err != nil {
		return false, err
	}
	defer done()
	return len(password) <= maxPasswordBytes && f.matches([]byte(password)), nil
}

// keyed is a foreign hash that holds the key which its derivation gives.
func keyed(kind string, want []byte, derive func(password []byte) []byte) foreignHash {
	return foreignHash{kind: kind, matches: func(password []byte) bool {
		return subtle.ConstantTimeCompare(derive(password), want) == 1
	}}
}

// tooCostly refuses a hash of a known kind.
func tooCostly(kind, why string, args ...any) (foreignHash, error) {
	return foreignHash{kind: kind},
		ValueError("This password hash costs too much to check (" + fmt.Sprintf(why, args...) + ").")
}

// readCost reads a positive number as programs write it: digits, without a sign
// or a leading zero. One that no cap allows is cut, so that costs can be
// multiplied without care.
func readCost(s string) (n int, ok bool) {
	if s == "" || s[0] == '0' || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	if err != nil || n > math.MaxInt32 {
		n = math.MaxInt32
	}
	return n, true
}

// readBase64 reads unpadded base64 of the usual alphabet, and of passlib's,
// which has a dot where that has a plus.
func readBase64(s string) ([]byte, bool) {
	b, err := base64.RawStdEncoding.Strict().DecodeString(strings.ReplaceAll(s, ".", "+"))
	return b, err == nil
}

// readPaddedBase64 reads base64 as Python's and LDAP's libraries write it.
func readPaddedBase64(s string) ([]byte, bool) {
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	return b, err == nil
}

// isKeyLength tells whether a stored key of n bytes tells passwords apart and is
// of a length that somebody makes. Keys of these kinds may be shorter and would
// still match, so one that was cut off on its way must not pass for whole.
func isKeyLength(n, most int) bool { return n >= minHashBytes && n <= most && n%4 == 0 }
