package store

import (
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"strings"
)

const maxPBKDF2Iterations = 2_000_000

// foreignDigests are the digests of the kinds that name theirs.
var foreignDigests = map[string]func() hash.Hash{
	"sha1": sha1.New, "sha256": sha256.New, "sha512": sha512.New,
}

// readPBKDF2 reads $pbkdf2-sha256$29000$salt$key as passlib writes it, whose
// plain $pbkdf2$ is SHA-1, and the PHC form $pbkdf2-sha256$i=29000,l=32$salt$key.
func readPBKDF2(hash string) (foreignHash, error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 5 {
		return foreignHash{}, unknownHash
	}
	digest := "sha1"
	if parts[1] != "pbkdf2" {
		digest = strings.TrimPrefix(parts[1], "pbkdf2-")
	}
	salt, saltOK := readBase64(parts[3])
	key, keyOK := readBase64(parts[4])
	iterations, length, hasLength := strings.Cut(strings.TrimPrefix(parts[2], "i="), ",l=")
	if n, _ := readCost(length); !saltOK || !keyOK || hasLength && n != len(key) {
		return foreignHash{}, unknownHash
	}
	return pbkdf2Of("PBKDF2", digest, iterations, salt, key)
}

// readWerkzeugPBKDF2 reads pbkdf2:sha256:iterations$salt$key, with the salt's
// text as the salt and the key in hex.
func readWerkzeugPBKDF2(hash string) (foreignHash, error) {
	parts := strings.Split(hash, "$")
	method := strings.Split(parts[0], ":")
	if len(parts) != 3 || len(method) != 3 || parts[1] == "" {
		return foreignHash{}, unknownHash
	}
	key, err := hex.DecodeString(parts[2])
	if err != nil {
		return foreignHash{}, unknownHash
	}
	return pbkdf2Of("Werkzeug PBKDF2", method[1], method[2], []byte(parts[1]), key)
}

// readDjangoPBKDF2 reads pbkdf2_sha256$iterations$salt$key, with the salt's text
// as the salt and the key in padded base64.
func readDjangoPBKDF2(hash string) (foreignHash, error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 4 || parts[2] == "" {
		return foreignHash{}, unknownHash
	}
	key, ok := readPaddedBase64(parts[3])
	if !ok {
		return foreignHash{}, unknownHash
	}
	return pbkdf2Of("Django PBKDF2", strings.TrimPrefix(parts[0], "pbkdf2_"), parts[1], []byte(parts[2]), key)
}

// pbkdf2Of takes keys of up to one digest's length: a longer one costs its owner
// a multiple and a guesser nothing more, so nobody makes it.
func pbkdf2Of(kind, digest, iterations string, salt, want []byte) (foreignHash, error) {
	newDigest, known := foreignDigests[digest]
	n, ok := readCost(iterations)
	if !known || !ok || !isKeyLength(len(want), newDigest().Size()) {
		return foreignHash{}, unknownHash
	}
	if n > maxPBKDF2Iterations {
		return tooCostly(kind, "%d iterations, at most %d", n, maxPBKDF2Iterations)
	}
	return keyed(kind, want, func(password []byte) []byte {
		key, err := pbkdf2.Key(newDigest, string(password), salt, n, len(want))
		if err != nil {
			return nil // matches nothing
		}
		return key
	}), nil
}
