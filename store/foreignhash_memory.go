package store

import (
	"encoding/hex"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/scrypt"
)

const (
	maxScryptLanes  = 64
	maxScryptBlocks = 64
	// maxScryptWork bounds N·r·p: sixteen times Werkzeug's and passlib's default.
	maxScryptWork = 1 << 22
)

// readArgon2 reads the PHC strings of argon2id and argon2i in version 1.3, which
// is what everybody writes but the first users of 2016. argon2d is not for
// passwords: its timing tells.
func readArgon2(hash string) (foreignHash, error) {
	if rest, ok := strings.CutPrefix(hash, "$argon2i$"); ok {
		return argon2Of("argon2i", "$argon2id$"+rest, argon2.Key)
	}
	return argon2Of("argon2id", hash, argon2.IDKey)
}

// readDjangoArgon2 reads the output of Django's Argon2PasswordHasher: its name
// before the PHC string, whose first dollar is the separator.
func readDjangoArgon2(hash string) (foreignHash, error) {
	f, err := readArgon2(strings.TrimPrefix(hash, "argon2"))
	if f.kind != "" {
		f.kind = "Django " + f.kind
	}
	return f, err
}

func argon2Of(kind, hash string, derive func(password, salt []byte, time, memory uint32, threads uint8, keyLen uint32) []byte) (foreignHash, error) {
	p, err := readPHC(hash)
	if err != nil || !p.wellSized() {
		return foreignHash{}, unknownHash
	}
	if !p.affordable() {
		return tooCostly(kind, "%d MiB of memory, %d passes, %d lanes", p.MemoryKiB>>10, p.Time, p.Threads)
	}
	f := keyed(kind, p.hash, func(password []byte) []byte {
		return derive(password, p.salt, p.Time, p.MemoryKiB, p.Threads, uint32(len(p.hash)))
	})
	f.memoryKiB = p.MemoryKiB
	return f, nil
}

// readScrypt reads PHC strings as passlib and others write them:
// $scrypt$ln=16,r=8,p=1$salt$key, where ln is the logarithm of N.
func readScrypt(hash string) (foreignHash, error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 5 {
		return foreignHash{}, unknownHash
	}
	salt, saltOK := readBase64(parts[3])
	key, keyOK := readBase64(parts[4])
	costs := strings.Split(parts[2], ",")
	if !saltOK || !keyOK || len(costs) != 3 {
		return foreignHash{}, unknownHash
	}
	for i, name := range []string{"ln=", "r=", "p="} {
		value, ok := strings.CutPrefix(costs[i], name)
		if !ok {
			return foreignHash{}, unknownHash
		}
		costs[i] = value
	}
	ln, ok := readCost(costs[0])
	if !ok {
		return foreignHash{}, unknownHash
	}
	return scryptOf("scrypt", 1<<min(ln, 30), costs[1], costs[2], salt, key)
}

// readWerkzeugScrypt reads scrypt:N:r:p$salt$key, with the salt's text as the
// salt and the key in hex.
func readWerkzeugScrypt(hash string) (foreignHash, error) {
	parts := strings.Split(hash, "$")
	costs := strings.Split(parts[0], ":")
	if len(parts) != 3 || len(costs) != 4 || parts[1] == "" {
		return foreignHash{}, unknownHash
	}
	key, err := hex.DecodeString(parts[2])
	n, ok := readCost(costs[1])
	if err != nil || !ok {
		return foreignHash{}, unknownHash
	}
	return scryptOf("Werkzeug scrypt", n, costs[2], costs[3], []byte(parts[1]), key)
}

// readDjangoScrypt reads scrypt$N$salt$r$p$key, with the salt's text as the
// salt and the key in padded base64.
func readDjangoScrypt(hash string) (foreignHash, error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[2] == "" {
		return foreignHash{}, unknownHash
	}
	key, keyOK := readPaddedBase64(parts[5])
	n, ok := readCost(parts[1])
	if !keyOK || !ok {
		return foreignHash{}, unknownHash
	}
	return scryptOf("Django scrypt", n, parts[3], parts[4], []byte(parts[2]), key)
}

func scryptOf(kind string, n int, blocks, lanes string, salt, want []byte) (foreignHash, error) {
	r, rOK := readCost(blocks)
	p, pOK := readCost(lanes)
	if !rOK || !pOK || !isKeyLength(len(want), maxHashBytes) {
		return foreignHash{}, unknownHash
	}
	if r > maxScryptBlocks || p > maxScryptLanes || n > maxScryptWork/(r*p) || n*r/8 > maxHashMemoryKiB {
		return tooCostly(kind, "N=%d, r=%d, p=%d", n, r, p)
	}
	if n < 2 || n&(n-1) != 0 {
		return foreignHash{}, unknownHash
	}
	f := keyed(kind, want, func(password []byte) []byte {
		key, err := scrypt.Key(password, salt, n, r, p, len(want))
		if err != nil {
			return nil // matches nothing
		}
		return key
	})
	f.memoryKiB = uint32(n * r / 8)
	return f, nil
}
