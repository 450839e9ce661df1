package store

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"

	"golang.org/x/crypto/bcrypt"
)

const (
	bcryptBytes   = 60 // of a whole hash
	minBcryptCost = 4
	maxBcryptCost = 14

	bcryptDigits = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	// phpSpace is what PHP's trim takes off.
	phpSpace = " \t\n\r\x00\x0b"
)

func readBcrypt(hash string) (foreignHash, error) {
	return bcryptOf("bcrypt", hash, func(password []byte) []byte { return password })
}

// readDjangoBcrypt reads the output of Django's BCryptPasswordHasher.
func readDjangoBcrypt(hash string) (foreignHash, error) {
	return bcryptOf("Django bcrypt", strings.TrimPrefix(hash, "bcrypt$"),
		func(password []byte) []byte { return password })
}

// readDjangoBcryptSHA256 reads the output of Django's BCryptSHA256PasswordHasher,
// which lets bcrypt see all of a long password by way of a digest in hex.
func readDjangoBcryptSHA256(hash string) (foreignHash, error) {
	return bcryptOf("Django bcrypt with SHA-256", strings.TrimPrefix(hash, "bcrypt_sha256$"),
		func(password []byte) []byte {
			sum := sha256.Sum256(password)
			return []byte(hex.EncodeToString(sum[:]))
		})
}

// readWordPressBcrypt reads what WordPress has written since 6.8: bcrypt of a
// keyed digest in base64. WordPress trims passwords both when they are set and
// when people sign in, so a blank too many has always worked for its users.
func readWordPressBcrypt(hash string) (foreignHash, error) {
	return bcryptOf("WordPress bcrypt", strings.TrimPrefix(hash, "$wp"),
		func(password []byte) []byte {
			mac := hmac.New(sha512.New384, []byte("wp-sha384"))
			mac.Write(bytes.Trim(password, phpSpace))
			return []byte(base64.StdEncoding.EncodeToString(mac.Sum(nil)))
		})
}

// bcryptOf reads a bcrypt hash of what prepare makes of a password. The versions
// 2a, 2b and 2y name bug fixes and mean the same today. 2x marks hashes of a
// faulty program that took some different passwords for the same.
func bcryptOf(kind, hash string, prepare func(password []byte) []byte) (foreignHash, error) {
	if len(hash) != bcryptBytes || hash[3] != '$' || hash[6] != '$' || strings.Trim(hash[7:], bcryptDigits) != "" {
		return foreignHash{}, unknownHash
	}
	cost, err := strconv.ParseUint(hash[4:6], 10, 8)
	if err != nil || cost < minBcryptCost || !strings.Contains("abxy", hash[2:3]) {
		return foreignHash{}, unknownHash
	}
	if hash[2] == 'x' {
		return foreignHash{kind: kind}, ValueError("bcrypt hashes of the faulty version 2x are not accepted.")
	}
	if cost > maxBcryptCost {
		return tooCostly(kind, "cost %d, at most %d", cost, maxBcryptCost)
	}
	return foreignHash{kind: kind, matches: func(password []byte) bool {
		return bcryptMatches([]byte(hash), prepare(password))
	}}, nil
}

// bcryptMatches refuses a zero byte. bcrypt puts one after the password and
// repeats both until it has the 72 bytes that it looks at, so that "a" and
// "a\x00a" would be the same; and programs in C took what stands before it only.
func bcryptMatches(hash, password []byte) bool {
	return bytes.IndexByte(password, 0) < 0 && bcrypt.CompareHashAndPassword(hash, password) == nil
}
