package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

const (
	saltBytes = 16
	hashBytes = 32

	// What a stored hash may ask for. Hashes come in by import as well, and one
	// that asks for all memory must not get it.
	maxHashMemoryKiB = 256 << 10
	maxHashTime      = 16
	maxHashThreads   = 16
	maxHashWork      = 1 << 20 // KiB of memory times passes
	minSaltBytes     = 8
	maxSaltBytes     = 64
	minHashBytes     = 16
	maxHashBytes     = 64
	maxPHCBytes      = 300
)

// errBadHash is the cause when a stored hash cannot be used; it is nothing that
// the person who signs in can mend.
var errBadHash = errors.New("stored password hash is malformed or asks for too much")

// HashParams are the costs of argon2id.
type HashParams struct {
	MemoryKiB uint32 // memory of one hash
	Time      uint32 // passes over the memory
	Threads   uint8  // lanes
}

// DefaultHashParams is what OWASP recommends for argon2id: 19 MiB, two passes,
// one lane.
var DefaultHashParams = HashParams{MemoryKiB: 19456, Time: 2, Threads: 1}

// Hasher makes password hashes, argon2id written as PHC strings, and checks those
// and the kinds that other programs make (RecogniseHash). It never works on more
// of them at once than it was made for, since each takes its memory whole and
// sign-ins come in crowds; on those that take much, one at a time.
type Hasher struct {
	params HashParams
	slots  chan struct{}
	much   chan struct{}
	crowd  atomic.Int64 // how many wait for their turn or have it
	most   int64        // that many at most
	// derive is argon2.IDKey; tests watch it.
	derive func(password, salt []byte, time, memory uint32, threads uint8, keyLen uint32) []byte
}

// NewHasher returns a hasher that makes hashes of the given cost, of which a
// zero field means the default, with at most parallel of them at work at once;
// zero or less means GOMAXPROCS. Costs beyond what Verify accepts are cut to it.
func NewHasher(p HashParams, parallel int) *Hasher {
	if parallel <= 0 {
		parallel = runtime.GOMAXPROCS(0)
	}
	return &Hasher{params: p.sensible(), derive: argon2.IDKey, most: int64(parallel * crowdEach),
		slots: make(chan struct{}, parallel), much: make(chan struct{}, 1)}
}

// crowdEach is how many may wait for each that is worked on. The last of them
// waits some four seconds; who would wait longer gives up anyway, and a queue
// without an end would make everybody wait for those who have.
const crowdEach = 64

// errCrowded refuses to hash for one more than may wait.
var errCrowded = &Error{Kind: Unavailable, RetryAfter: 2 * time.Second,
	Message: "Many people are signing in just now. Please try again in a moment."}

// full reports whether one more would be refused, before anything is done for them.
func (h *Hasher) full() bool { return h.crowd.Load() >= h.most }

// sensible fills in the defaults and keeps the costs within their limits.
func (p HashParams) sensible() HashParams {
	p.MemoryKiB = cmp.Or(p.MemoryKiB, DefaultHashParams.MemoryKiB)
	p.Time = cmp.Or(p.Time, DefaultHashParams.Time)
	p.Threads = cmp.Or(p.Threads, DefaultHashParams.Threads)
	p.Threads = min(p.Threads, maxHashThreads)
	p.Time = min(p.Time, maxHashTime)
	p.MemoryKiB = min(p.MemoryKiB, maxHashMemoryKiB, maxHashWork/p.Time)
	p.MemoryKiB = max(p.MemoryKiB, 8*uint32(p.Threads))
	return p
}

// Hash returns a new hash of a password. It waits for its turn until ctx ends.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	stored := phc{HashParams: h.params, salt: make([]byte, saltBytes), hash: make([]byte, hashBytes)}
	rand.Read(stored.salt) // never fails: without randomness the program ends
	key, err := h.key(ctx, stored, passwordText(password))
	if err != nil {
		return "", err
	}
	stored.hash = key
	return stored.String(), nil
}

// Verify tells whether a password is the one that a hash was made of, and
// whether the hash is stale: not made as Hash makes it today, so that it should
// be made anew while the password is at hand.
func (h *Hasher) Verify(ctx context.Context, hash, password string) (ok, stale bool, err error) {
	stored, err := parsePHC(hash)
	if err != nil {
		return h.verifyForeign(ctx, hash, password)
	}
	stale = stored.HashParams != h.params || len(stored.salt) != saltBytes || len(stored.hash) != hashBytes
	for i, text := range passwordTexts(password) {
		key, err := h.key(ctx, stored, text)
		if err != nil {
			return false, false, err
		}
		if subtle.ConstantTimeCompare(key, stored.hash) == 1 {
			return true, stale || i > 0, nil
		}
	}
	if stored.HashParams != h.params {
		// Cheaper than ours perhaps, which would tell that somebody is there.
		return false, stale, h.VerifyNobody(ctx, password)
	}
	return false, stale, nil
}

// VerifyNobody takes as long as Verify. It stands in when there is no account
// to verify against, so that the time does not tell.
func (h *Hasher) VerifyNobody(ctx context.Context, password string) error {
	nobody := phc{HashParams: h.params, salt: make([]byte, saltBytes), hash: make([]byte, hashBytes)}
	for _, text := range passwordTexts(password) {
		key, err := h.key(ctx, nobody, text)
		if err != nil {
			return err
		}
		subtle.ConstantTimeCompare(key, nobody.hash)
	}
	return nil
}

// key derives a key as a stored hash prescribes, when it is its turn.
func (h *Hasher) key(ctx context.Context, stored phc, text string) ([]byte, error) {
	done, err := h.turn(ctx, stored.MemoryKiB)
	if err != nil {
		return nil, err
	}
	defer done()
	return h.derive([]byte(text), stored.salt,
		stored.Time, stored.MemoryKiB, stored.Threads, uint32(len(stored.hash))), nil
}

// turn waits until a hash that takes so much memory may be worked on, or ctx
// ends. done is to be called when the work is done. What takes much more than
// our own hashes waits for its like first, while it holds no slot, so that the
// others go on; and its memory is given back before the next one begins. Of too
// many who wait, the last is refused.
func (h *Hasher) turn(ctx context.Context, memoryKiB uint32) (done func(), err error) {
	defer func() {
		if err != nil {
			h.crowd.Add(-1)
		}
	}()
	if h.crowd.Add(1) > h.most {
		return nil, errCrowded
	}
	much := memoryKiB > max(muchMemoryKiB, h.params.MemoryKiB)
	if much {
		if err := take(ctx, h.much); err != nil {
			return nil, err
		}
	}
	if err := take(ctx, h.slots); err != nil {
		if much {
			<-h.much
		}
		return nil, err
	}
	return func() {
		<-h.slots
		h.crowd.Add(-1)
		if much {
			debug.FreeOSMemory()
			<-h.much
		}
	}, nil
}

// take takes one of the places in a channel, unless ctx has ended or ends first.
func take(ctx context.Context, places chan struct{}) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// passwordText is the form of a password that is hashed. Two keyboards write é
// in two ways and half-width letters in a third; NIST SP 800-63B allows NFKC or
// NFC for that, and NFKC covers more of them.
func passwordText(password string) string { return norm.NFKC.String(password) }

// passwordTexts are the texts that an argon2id hash may be of: the one that we
// hash and, where it differs, the one that was typed. The hash may have come from
// a program that hashes that, and nothing about it says so.
func passwordTexts(password string) []string {
	if text := passwordText(password); text != password {
		return []string{text, password}
	}
	return []string{password}
}

// phc is a hash as the password hashing competition's format writes it:
// $argon2id$v=19$m=19456,t=2,p=1$salt$hash.
type phc struct {
	HashParams
	salt, hash []byte
}

// String writes the hash down.
func (p phc) String() string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		p.MemoryKiB, p.Time, p.Threads, b64.EncodeToString(p.salt), b64.EncodeToString(p.hash))
}

// parsePHC reads a hash and refuses one that asks for too much.
func parsePHC(s string) (phc, error) {
	p, err := readPHC(s)
	if err != nil || !p.wellSized() || !p.affordable() {
		return phc{}, errBadHash
	}
	return p, nil
}

// readPHC reads what String writes, and nothing that is merely like it.
func readPHC(s string) (phc, error) {
	var p phc
	parts := strings.Split(s, "$")
	if len(s) > maxPHCBytes || len(parts) != 6 {
		return p, errBadHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.MemoryKiB, &p.Time, &p.Threads); err != nil {
		return p, errBadHash
	}
	var saltErr, hashErr error
	p.salt, saltErr = base64.RawStdEncoding.DecodeString(parts[4])
	p.hash, hashErr = base64.RawStdEncoding.DecodeString(parts[5])
	if saltErr != nil || hashErr != nil || p.String() != s {
		return phc{}, errBadHash
	}
	return p, nil
}

// wellSized tells whether a hash has sensible sizes.
func (p phc) wellSized() bool {
	return p.Threads >= 1 && p.Time >= 1 && p.MemoryKiB >= 8*uint32(p.Threads) &&
		len(p.salt) >= minSaltBytes && len(p.salt) <= maxSaltBytes &&
		len(p.hash) >= minHashBytes && len(p.hash) <= maxHashBytes
}

// affordable tells whether a hash has sensible costs.
func (p phc) affordable() bool {
	return p.Threads <= maxHashThreads && p.Time <= maxHashTime && p.MemoryKiB <= maxHashMemoryKiB &&
		uint64(p.MemoryKiB)*uint64(p.Time) <= maxHashWork
}
