package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"slices"
	"strings"
)

// SettleRestored ends what a backup has brought back that may have been ended, used or
// sent since it was made: sign-ins, remembered browsers, one-time links other than
// invitations, and mails that wait, which can be sent again by hand. It gives how many
// sign-ins it was. Where nothing is sealed, whatever key file is there counts from now on.
func (s *Store) SettleRestored(ctx context.Context, a Actor) (signIns int, err error) {
	err = s.write(ctx, a, attempt{ActEndEverybody, 0}, func(x *tx) (err error) {
		if err := x.require(ActEndEverybody, nil); err != nil {
			return err
		}
		if err := errors.Join(deleteLinksBut(x, LinkInvite), giveMailsUp(x, mailRestored)); err != nil {
			return err
		}
		if used, err := usedKeys(x.ctx, x.Tx); err != nil || len(used) > 0 {
			return orElse(err, x.settle(&signIns))
		}
		return orElse(deleteOtherKeys(x, ""), x.settle(&signIns))
	})
	return signIns, err
}

func (x *tx) settle(signIns *int) (err error) {
	*signIns, err = x.endEverybody(", and links and waiting mails, after a restore")
	return err
}

const mailRestored = "It waited when the backup was made that has been restored since; it may have gone then."

// usedKeys gives the names of the keys that something in a database is sealed by.
func usedKeys(ctx context.Context, q querier) (used []string, err error) {
	for _, c := range sealedColumns {
		names, err := keysInUse(ctx, q, c)
		if err != nil {
			return nil, err
		}
		used = append(used, names...)
	}
	slices.Sort(used)
	return slices.Compact(used), nil
}

// OpensSecrets fails with Refused when a backup holds what the keys of a configuration,
// or those of the file that it names, cannot open. A backup of a version that sealed
// nothing holds nothing.
func OpensSecrets(ctx context.Context, backup string, c Config) error {
	if IsPostgres(c.DB) {
		return nil // which no backup is restored into
	}
	used, err := keysOfBackup(ctx, backup)
	if err != nil || len(used) == 0 {
		return err
	}
	k := keyring{path: cmp.Or(c.KeyFile, keyFileOf(c.DB))}
	keys, err := parseKeys(c.Keys)
	if c.Keys == "" {
		keys, err = k.load(false)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, key := range keys {
		used = slices.DeleteFunc(used, func(name string) bool { return name == key.id })
	}
	if len(used) == 0 {
		return nil
	}
	return &Error{Kind: Refused, Message: fmt.Sprintf("%s holds secrets, such as those of authenticator apps, that %s cannot open. "+
		"Put the key file of its time there, or say which one it is by --key-file. If it is lost, --without-keys restores the rest.", backup, cmp.Or(given(c), "the key file "+k.path))}
}

// given names the keys of a configuration, if it has some.
func given(c Config) string {
	if c.Keys == "" {
		return ""
	}
	return "the keys that were given"
}

func keysOfBackup(ctx context.Context, backup string) ([]string, error) {
	db, err := openFile(backup, url.Values{"mode": {"ro"}, "immutable": {"1"}})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	used, err := usedKeys(ctx, db)
	if err != nil && strings.Contains(err.Error(), "no such table") {
		return nil, nil
	}
	return used, err
}
