package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
)

// Imported hashes are checked at the cost they came with, until their owners have
// signed in once. So refusing some takes longer than refusing others, and if nobody
// took always the same, the slow ones would be known to be somebody. Therefore an
// address that has no account stands for one that has: it takes the time of a hash
// that is chosen by the address, always the same one while nobody comes or goes. What
// somebody at the door sees of the unknown is what they see of the known: some are slow.

// refuseNobody takes as long as refusing somebody does. What is compared is never the
// typed password itself: that it is somebody's must not show either.
func (s *Store) refuseNobody(ctx context.Context, account, password string) error {
	hash, err := decoyHash(ctx, s.reader, decoyNumber(account))
	if err != nil {
		return err
	}
	if _, _, err = s.hasher.Verify(ctx, hash, "\x01"+password); errors.Is(err, errBadHash) {
		return s.hasher.VerifyNobody(ctx, password)
	}
	return err
}

// decoyNumber is the number that an address chooses by. It is not negative.
func decoyNumber(account string) int64 {
	sum := sha256.Sum256([]byte("decoy\x00" + account))
	return int64(binary.BigEndian.Uint64(sum[:]) >> 1)
}
