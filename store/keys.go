package store

import (
	"bufio"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// Some secrets have to be read again, so that a digest is not enough: the seed of
// an authenticator app, the text of a mail that waits. They are sealed by a key
// that does not lie in the database, so that who gets hold of a copy of it, or of
// a backup, has none of them.

// keySize is that of AES-256, in bytes.
const keySize = 32

// keyring is the keys of a key file, newest first. The first one seals; all of
// them open. The file is made when it is needed first, read whenever something is
// to be sealed, and again when something was sealed by a key that is not known: it
// may have been given a new one. Keys that are given are all there are, and there is
// no file.
type keyring struct {
	path  string
	given bool

	mu   sync.Mutex
	keys []sealKey
}

// sealKey is one key, ready for use, and the name that stands before what it has
// sealed.
type sealKey struct {
	id   string
	aead cipher.AEAD
}

// errKeyFile begins what is said about a key file that cannot be used. Nothing of
// what is in it is ever said.
var errKeyFile = errors.New("the key file")

// load reads the file, or makes it if that may be.
func (k *keyring) load(mayMake bool) ([]sealKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	err := k.read()
	if errors.Is(err, fs.ErrNotExist) && mayMake {
		if err = writeKeyFile(k.path, [][]byte{newKey()}, true); err == nil || errors.Is(err, fs.ErrExist) {
			err = k.read() // of two who start at once, the file of the first holds
		}
	}
	return k.keys, err
}

// read takes the keys of the file.
func (k *keyring) read() error {
	if k.given {
		return nil
	}
	secrets, err := readKeyFile(k.path)
	if err != nil {
		return err
	}
	keys := make([]sealKey, len(secrets))
	for i, secret := range secrets {
		if keys[i], err = newSealKey(secret); err != nil {
			return err
		}
	}
	k.keys = keys
	return nil
}

// find gives a key by its name. One that is not known may be in the file by now.
func (k *keyring) find(id string) (sealKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	named := func(key sealKey) bool { return key.id == id }
	i := slices.IndexFunc(k.keys, named)
	if i < 0 {
		if err := k.read(); err != nil {
			return sealKey{}, err
		}
		i = slices.IndexFunc(k.keys, named)
	}
	if i < 0 {
		return sealKey{}, errSealed
	}
	return k.keys[i], nil
}

// readKeyFile gives the keys of a file: one a line, in base64; lines that begin
// with # say something to people.
func readKeyFile(path string) ([][]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errKeyFile, err)
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && readByOthers(info) && !mounted(path) {
		return nil, fmt.Errorf("%w %s can be read by others: chmod 600 it", errKeyFile, path)
	}
	var secrets [][]byte
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		secret, ok := parseKey(line)
		if !ok {
			return nil, fmt.Errorf("%w %s, line %d: a key is %d bytes in base64", errKeyFile, path, n, keySize)
		}
		secrets = append(secrets, secret)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%w: %w", errKeyFile, err)
	}
	if len(secrets) == 0 {
		return nil, fmt.Errorf("%w %s holds no key", errKeyFile, path)
	}
	return secrets, nil
}

// readByOthers reports whether a file is open to anybody but its owner. A group that
// bears the number of its owner is nobody else: so Kubernetes gives a volume to the
// one user of a container, again and again.
func readByOthers(info fs.FileInfo) bool {
	open := fs.FileMode(0o077)
	if sys, ok := info.Sys().(*syscall.Stat_t); ok && sys.Uid == sys.Gid && sys.Uid != 0 {
		open = 0o007
	}
	return info.Mode().IsRegular() && info.Mode().Perm()&open != 0
}

// mounted reports whether a file was put there by Kubernetes, whose secrets are
// symbolic links to files of a folder that the container alone sees.
func mounted(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

// writeKeyFile writes the keys for the owner alone, whole or not at all. fresh
// fails with fs.ErrExist when the file is there already.
func writeKeyFile(path string, secrets [][]byte, fresh bool) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".key-*") // for the owner alone
	if err != nil {
		return fmt.Errorf("%w: %w", errKeyFile, err)
	}
	defer os.Remove(f.Name())
	text := "# Keys of Backoffice. The first one seals, all of them open. Keep a copy apart from the backups.\n"
	for _, secret := range secrets {
		text += base64.StdEncoding.EncodeToString(secret) + "\n"
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		place := os.Rename
		if fresh {
			place = os.Link
		}
		err = place(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errKeyFile, err)
	}
	return nil
}

func newKey() []byte {
	secret := make([]byte, keySize)
	rand.Read(secret) // never fails
	return secret
}

func newSealKey(secret []byte) (sealKey, error) {
	block, err := aes.NewCipher(secret)
	if err != nil {
		return sealKey{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	sum := sha256.Sum256(append([]byte("backoffice key\x00"), secret...))
	return sealKey{id: hex.EncodeToString(sum[:8]), aead: aead}, err
}

// errSealed is the error of a secret that does not open: its key is gone, or it
// was sealed for something else.
var errSealed = errors.New("store: a secret was sealed by a key that is not there, or for another row")

// seal encrypts a secret for one row of one table, by AES-256-GCM. What is sealed
// for another place does not open, so that nobody who can write into the database
// gives a seed of their own to somebody else.
func (k sealKey) seal(place string, id int64, secret []byte) string {
	return k.id + "." + base64.RawStdEncoding.EncodeToString(k.aead.Seal(nil, nil, secret, sealedFor(place, id)))
}

func (k sealKey) open(place string, id int64, body string) ([]byte, error) {
	sealed, err := base64.RawStdEncoding.DecodeString(body)
	if err != nil {
		return nil, errSealed
	}
	secret, err := k.aead.Open(nil, nil, sealed, sealedFor(place, id))
	if err != nil {
		return nil, errSealed
	}
	return secret, nil
}

func sealedFor(place string, id int64) []byte {
	return []byte(place + " " + strconv.FormatInt(id, 10))
}

// seal encrypts a secret by the newest key, whose name the database keeps.
func (x *tx) seal(place string, id int64, secret []byte) (string, error) {
	keys, err := x.store.fittingKeys(x.ctx, x.Tx)
	if err != nil {
		return "", err
	}
	return keys[0].seal(place, id, secret), insertKey(x, keys[0].id)
}

// unseal gives back what was sealed for this place.
func (s *Store) unseal(place string, id int64, text string) ([]byte, error) {
	name, body, _ := strings.Cut(text, ".")
	key, err := s.keys.find(name)
	if err != nil {
		return nil, err
	}
	return key.open(place, id, body)
}

// CheckKeys makes the key file unless it is there, and fails when it is not that
// of this database: another instance has other keys, or the file was lost. From the
// first time on the database knows the key, so that no second file is made for it
// elsewhere before anything is sealed.
func (s *Store) CheckKeys(ctx context.Context) error {
	known, err := selectKeys(ctx, s.reader)
	if err != nil {
		return err
	}
	if len(known) > 0 {
		_, err := s.fittingKeys(ctx, s.reader)
		return err
	}
	return s.transact(ctx, Actor{Kind: System}, func(x *tx) error {
		keys, err := s.fittingKeys(x.ctx, x.Tx)
		if err != nil {
			return err
		}
		return insertKey(x, keys[0].id)
	})
}

// fittingKeys are the keys, one of which the database knows if it knows any.
func (s *Store) fittingKeys(ctx context.Context, q querier) ([]sealKey, error) {
	known, err := selectKeys(ctx, q)
	if err != nil {
		return nil, err
	}
	keys, err := s.keys.load(len(known) == 0)
	if err == nil && (len(known) == 0 || fits(keys, known)) {
		return keys, nil
	}
	if err != nil && (len(known) == 0 || !errors.Is(err, fs.ErrNotExist)) {
		return nil, err
	}
	if s.keys.given {
		return nil, wrongKeys("the keys that were given are not those of this database, whose secrets they cannot open: give every instance the same ones, " +
			"or, if they are lost, run 'backoffice keys forget'")
	}
	return nil, fmt.Errorf("%w %s is not the one of this database, whose secrets it cannot open: give every instance the same file (--key-file), "+
		"or, if it is lost, run 'backoffice keys forget'", errKeyFile, s.keys.path)
}

// fits reports whether a key is one of those that a database knows.
func fits(keys []sealKey, known []string) bool {
	return slices.ContainsFunc(keys, func(key sealKey) bool { return slices.Contains(known, key.id) })
}

// keyFileOf is where the keys of a database lie unless it is said.
func keyFileOf(db string) string {
	if IsPostgres(db) {
		return "backoffice.key"
	}
	return db + ".key"
}
