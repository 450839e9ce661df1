package store

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrKeys is the error of Config.Keys that are none. It repeats nothing of them.
var ErrKeys = errors.New("store: the keys that were given")

// splitKeys takes several keys in a text apart: what stands between them is in no
// base64.
func splitKeys(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(", ;\t\r\n", r) })
}

// parseKeys reads keys as a key file has them.
func parseKeys(text string) ([]sealKey, error) {
	var keys []sealKey
	for i, one := range splitKeys(text) {
		secret, ok := parseKey(one)
		if !ok {
			return nil, fmt.Errorf("%w: key %d of them is not %d bytes in base64", ErrKeys, i+1, keySize)
		}
		key, err := newSealKey(secret)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(keys, func(k sealKey) bool { return k.id == key.id }) {
			return nil, fmt.Errorf("%w: key %d of them stands there twice", ErrKeys, i+1)
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%w: there is no key among them", ErrKeys)
	}
	return keys, nil
}

func parseKey(text string) (secret []byte, ok bool) {
	secret, err := base64.StdEncoding.DecodeString(text)
	return secret, err == nil && len(secret) == keySize
}

// freshKey is a new key, as text.
func freshKey() string { return base64.StdEncoding.EncodeToString(newKey()) }

// wrongKeys is the error of keys of the configuration that cannot open the secrets
// of a database. To programs it is the same as that of a key file.
type wrongKeys string

// Error says it.
func (e wrongKeys) Error() string { return string(e) }

// Is makes it one of those.
func (wrongKeys) Is(target error) bool { return target == errKeyFile }

// Rotation is what RotateKeys did.
type Rotation struct {
	Sealed int    // secrets that were sealed anew by the first key
	Given  int    // how many keys stand in the configuration; 0 when there is a key file
	Done   bool   // everything was sealed by the first of them already, and nothing was done
	Fresh  string // then, if it is the only one: a new one to be put there
}

// sealedByFirst reports whether the first key has sealed everything, and is the only
// one that the database knows.
func (x *tx) sealedByFirst() (bool, error) {
	keys, err := x.store.fittingKeys(x.ctx, x.Tx)
	if err != nil {
		return false, err
	}
	names, err := selectKeys(x.ctx, x.Tx)
	if err != nil {
		return false, err
	}
	for _, c := range sealedColumns {
		used, err := keysInUse(x.ctx, x.Tx, c)
		if err != nil {
			return false, err
		}
		names = append(names, used...)
	}
	return !slices.ContainsFunc(names, func(name string) bool { return name != keys[0].id }), nil
}
