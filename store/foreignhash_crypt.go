package store

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
	"strings"
)

const (
	minSHACryptRounds     = 1000
	maxSHACryptRounds     = 1_000_000
	defaultSHACryptRounds = 5000
	maxSHACryptSalt       = 16

	phpassBytes   = 34 // of a whole hash
	minPhpassLog2 = 7
	maxPhpassLog2 = 20

	cryptDigits = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// readSHACrypt reads the hashes of Unix systems, $6$salt$key and
// $6$rounds=10000$salt$key, and the same with $5$ for SHA-256. The rounds that
// are written have been brought within the bounds before.
func readSHACrypt(hash string) (foreignHash, error) {
	kind, newDigest, digits := "SHA-512-crypt", sha512.New, 86
	if hash[1] == '5' {
		kind, newDigest, digits = "SHA-256-crypt", sha256.New, 43
	}
	rounds, parts := defaultSHACryptRounds, strings.Split(hash[3:], "$")
	if written, ok := strings.CutPrefix(parts[0], "rounds="); ok && len(parts) == 3 {
		rounds, _ = readCost(written)
		parts = parts[1:]
	}
	if len(parts) != 2 || len(parts[0]) > maxSHACryptSalt || rounds < minSHACryptRounds || !isCrypt64(parts[1], digits) {
		return foreignHash{}, unknownHash
	}
	if rounds > maxSHACryptRounds {
		return tooCostly(kind, "%d rounds, at most %d", rounds, maxSHACryptRounds)
	}
	salt := []byte(parts[0])
	return keyed(kind, []byte(parts[1]), func(password []byte) []byte {
		if rounds*len(password) > maxRoundBytes {
			return nil // matches nothing
		}
		return crypt64(shaCryptOrder(shaCrypt(newDigest(), password, salt, rounds)))
	}), nil
}

// shaCrypt is the algorithm of Ulrich Drepper, "Unix crypt using SHA-256 and
// SHA-512", version 0.6. The names p and s are that text's.
func shaCrypt(h hash.Hash, password, salt []byte, rounds int) []byte {
	sum := shaCryptStart(h, password, salt)
	p := fill(digestOf(h, bytes.Repeat(password, len(password))), len(password))
	s := fill(digestOf(h, bytes.Repeat(salt, 16+int(sum[0]))), len(salt))
	for i := range rounds {
		first, last := sum, p
		if i%2 == 1 {
			first, last = p, sum
		}
		h.Reset()
		h.Write(first)
		if i%3 != 0 {
			h.Write(s)
		}
		if i%7 != 0 {
			h.Write(p)
		}
		h.Write(last)
		sum = h.Sum(sum[:0])
	}
	return sum
}

// shaCryptStart is the digest that the rounds begin with.
func shaCryptStart(h hash.Hash, password, salt []byte) []byte {
	b := digestOf(h, password, salt, password)
	h.Reset()
	h.Write(password)
	h.Write(salt)
	h.Write(fill(b, len(password)))
	for n := len(password); n > 0; n >>= 1 {
		if n&1 == 1 {
			h.Write(b)
		} else {
			h.Write(password)
		}
	}
	return h.Sum(nil)
}

// shaCryptOrder brings a digest into the order in which its bytes are written:
// each three are one of each third, and the thirds take turns.
func shaCryptOrder(digest []byte) []byte {
	third := len(digest) / 3
	ordered := make([]byte, 0, len(digest))
	a, b, c := 0, third, 2*third
	for range third {
		ordered = append(ordered, digest[c], digest[b], digest[a])
		if len(digest) == sha512.Size {
			a, b, c = b+1, c+1, a+1
		} else {
			a, b, c = c+1, a+1, b+1
		}
	}
	return append(ordered, digest[3*third:]...)
}

// readPhpass reads the portable hashes of phpass, $P$ with WordPress and others,
// $H$ with phpBB: one digit for the logarithm of the rounds, eight of salt, and
// the key. Since WordPress trims passwords, the trimmed one will do as well.
func readPhpass(hash string) (foreignHash, error) {
	if len(hash) != phpassBytes || !isCrypt64(hash[12:], phpassBytes-12) {
		return foreignHash{}, unknownHash
	}
	log2, salt, want := strings.IndexByte(cryptDigits, hash[3]), []byte(hash[4:12]), []byte(hash[12:])
	if log2 < minPhpassLog2 {
		return foreignHash{}, unknownHash
	}
	if log2 > maxPhpassLog2 {
		return tooCostly("phpass", "2^%d rounds, at most 2^%d", log2, maxPhpassLog2)
	}
	exact := keyed("phpass", want, func(password []byte) []byte { return phpass(password, salt, 1<<log2) })
	return foreignHash{kind: exact.kind, matches: func(password []byte) bool {
		trimmed := bytes.Trim(password, phpSpace)
		return exact.matches(password) || len(trimmed) < len(password) && exact.matches(trimmed)
	}}, nil
}

// phpass is crypt_private of Solar Designer's "Portable PHP password hashing
// framework", version 0.5.
func phpass(password, salt []byte, rounds int) []byte {
	if rounds*len(password) > maxRoundBytes {
		return nil // matches nothing
	}
	h := md5.New()
	sum := digestOf(h, salt, password)
	for range rounds {
		h.Reset()
		h.Write(sum)
		h.Write(password)
		sum = h.Sum(sum[:0])
	}
	return crypt64(sum)
}

func digestOf(h hash.Hash, parts ...[]byte) []byte {
	h.Reset()
	for _, part := range parts {
		h.Write(part)
	}
	return h.Sum(nil)
}

// fill repeats a digest until it is n long.
func fill(digest []byte, n int) []byte {
	return bytes.Repeat(digest, n/len(digest)+1)[:n]
}

// crypt64 writes bytes in the digits of Unix crypt: three as four digits, the
// lowest six bits first.
func crypt64(b []byte) []byte {
	digits := make([]byte, 0, (len(b)*8+5)/6)
	bits, held := 0, 0
	for _, v := range b {
		bits |= int(v) << held
		for held += 8; held >= 6; held -= 6 {
			digits = append(digits, cryptDigits[bits&63])
			bits >>= 6
		}
	}
	if held > 0 {
		digits = append(digits, cryptDigits[bits])
	}
	return digits
}

// isCrypt64 tells whether something is so many digits of Unix crypt.
func isCrypt64(s string, n int) bool { return len(s) == n && strings.Trim(s, cryptDigits) == "" }
