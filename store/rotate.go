package store

import (
	"context"
	"fmt"
	"slices"
)

// placeSeed is where the seed of an authenticator app is sealed for.
const placeSeed = "totp"

// sealedColumn is a column that holds secrets which are sealed: each for its place
// and the number of its row.
type sealedColumn struct {
	place             string
	table, id, column string
	lose              func(*tx) (int, error) // removes what cannot be opened any more, and says how much that was
	lost              string                 // what it was, in words: "authenticator apps removed"
}

// sealedColumns are all of them: what rotating the keys walks.
var sealedColumns = []sealedColumn{
	{place: placeSeed, table: "totp_apps", id: "user_id", column: "seed", lose: deleteAllApps, lost: "authenticator apps removed"},
	{place: sealedMail, table: "mails", id: "id", column: "secret", lose: giveSecretMailsUp, lost: "mails given up"},
}

// sealedAtOnce bounds a transaction of RotateKeys, for which others wait.
const sealedAtOnce = 200

// RotateKeys puts a new key before those of the key file and seals everything
// anew by it. It works while servers run that share the file. The key before it
// stays there, for what was being sealed meanwhile; older ones that seal nothing
// go. To keys that stand in the configuration it adds none: it seals everything
// anew by the first of them, or, where that is done, gives a new one to be put there.
func (s *Store) RotateKeys(ctx context.Context, a Actor) (r Rotation, err error) {
	err = s.write(ctx, a, attempt{ActRotateKeys, 0}, func(x *tx) (err error) {
		if r, err = x.beginRotation(); err != nil || r.Done {
			return err
		}
		_, err = x.record(Entry{Act: ActRotateKeys})
		return err
	})
	if err != nil || r.Done {
		return r, err
	}
	for _, c := range sealedColumns {
		some, err := s.sealAnew(ctx, a, c)
		if r.Sealed += some; err != nil {
			return r, err
		}
	}
	return r, s.transact(ctx, a, (*tx).forgetNames)
}

// beginRotation has the key that everything is to be sealed by put first.
func (x *tx) beginRotation() (r Rotation, err error) {
	if err := x.require(ActRotateKeys, nil); err != nil {
		return r, err
	}
	if !x.store.keys.given {
		return r, x.addKey()
	}
	r.Given = len(x.store.keys.keys)
	if r.Done, err = x.sealedByFirst(); r.Done && r.Given == 1 {
		r.Fresh = freshKey()
	}
	return r, err
}

// addKey gives the key file a new first key. Transactions come one after the
// other, of whichever programs, and whoever seals reads the file within one: of
// several who rotate at once, none overwrites or drops a key that another seals by.
func (x *tx) addKey() error {
	if _, err := x.store.fittingKeys(x.ctx, x.Tx); err != nil {
		return err
	}
	used, err := usedKeys(x.ctx, x.Tx)
	if err != nil {
		return err
	}
	newest, err := x.store.keys.add(used)
	if err != nil {
		return err
	}
	return insertKey(x, newest.id)
}

// forgetNames lets the database know the newest key only.
func (x *tx) forgetNames() error {
	keys, err := x.store.fittingKeys(x.ctx, x.Tx)
	if err != nil {
		return err
	}
	if err := insertKey(x, keys[0].id); err != nil {
		return err
	}
	return deleteOtherKeys(x, keys[0].id)
}

// add puts a new key first, and drops those that seal nothing but the one that
// was first until now.
func (k *keyring) add(used []string) (sealKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	secrets, err := readKeyFile(k.path)
	if err != nil {
		return sealKey{}, err
	}
	fresh := newKey()
	kept := [][]byte{fresh}
	for i, secret := range secrets {
		key, err := newSealKey(secret)
		if err != nil {
			return sealKey{}, err
		}
		if i == 0 || slices.Contains(used, key.id) {
			kept = append(kept, secret)
		}
	}
	if err := writeKeyFile(k.path, kept, false); err != nil {
		return sealKey{}, err
	}
	if err := k.read(); err != nil {
		return sealKey{}, err
	}
	return newSealKey(fresh)
}

// sealAnew seals a column by the newest key, some rows at a time.
func (s *Store) sealAnew(ctx context.Context, a Actor, c sealedColumn) (n int, err error) {
	for after, more := int64(0), true; more; {
		some := 0
		err := s.transact(ctx, a, func(x *tx) error {
			keys, err := s.fittingKeys(x.ctx, x.Tx)
			if err != nil {
				return err
			}
			rows, err := selectSealed(x, c, after, keys[0].id, sealedAtOnce)
			if err != nil {
				return err
			}
			some, more = len(rows), len(rows) == sealedAtOnce
			for _, r := range rows {
				secret, err := s.unseal(c.place, r.id, r.text)
				if err != nil {
					return fmt.Errorf("%s of row %d: %w", c.table, r.id, err)
				}
				if err := updateSealed(x, c, r.id, keys[0].seal(c.place, r.id, secret)); err != nil {
					return err
				}
				after = r.id
			}
			return nil
		})
		if err != nil {
			return n, err
		}
		n += some
	}
	return n, nil
}

// ForgetKeys is for a key file that is lost: what was sealed by its keys is removed,
// because nobody can open it any more, and another file counts from now on. It is
// refused while the file opens it. It says in words what was removed.
func (s *Store) ForgetKeys(ctx context.Context, a Actor) (removed string, err error) {
	err = s.write(within(ctx, endless), a, attempt{ActForgetKeys, 0}, func(x *tx) error {
		if err := x.require(ActForgetKeys, nil); err != nil {
			return err
		}
		known, err := selectKeys(x.ctx, x.Tx)
		if err != nil {
			return err
		}
		keys, err := s.keys.load(true)
		if err != nil {
			return err
		}
		if len(known) == 0 || fits(keys, known) {
			return refused("The keys are those of this database: nothing is lost.")
		}
		removed = ""
		for _, c := range sealedColumns {
			n, err := c.lose(x)
			if err != nil {
				return err
			}
			removed = join(removed, fmt.Sprintf("%d %s", n, c.lost))
		}
		if err := insertKey(x, keys[0].id); err != nil {
			return err
		}
		if err := deleteOtherKeys(x, keys[0].id); err != nil {
			return err
		}
		_, err = x.record(Entry{Act: ActForgetKeys, Note: removed})
		return err
	})
	return removed, err
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + ", " + b
}
