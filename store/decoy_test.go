package store

import (
	"fmt"
	"testing"
)

// TestUnknownAddressesStandForSomebody imports slow hashes, and counts how many of the
// unknown are refused by one: as many as of those who are there.
func TestUnknownAddressesStandForSomebody(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	const slow = "pbkdf2_sha256$1000$seasalt$hfCNhXrMpXhSYMDYh9k8fsJJ3bxVIfJv8UlFsF1ZWqY="
	for i := range 40 {
		u := s.add(fmt.Sprintf("User%d", i), Member)
		if i%4 == 0 {
			mustExec(t, s.writer, `UPDATE users SET password_hash = ?1 WHERE id = ?2`, slow, u.ID)
		}
	}
	slowOnes := 0
	for i := range 400 {
		account := fmt.Sprintf("nobody%d@example.com", i)
		hash, err := decoyHash(t.Context(), s.reader, decoyNumber(account))
		must(t, err)
		again, err := decoyHash(t.Context(), s.reader, decoyNumber(account))
		must(t, err)
		if hash != again {
			t.Fatal("an address is slow once, and quick another time")
		}
		if hash == slow {
			slowOnes++
		}
	}
	if slowOnes < 60 || slowOnes > 140 {
		t.Errorf("of 400 unknown addresses %d are slow, where a quarter of the people are", slowOnes)
	}
}

// TestNobodyIsRefusedWhateverTheirHash refuses the unknown where nobody is there yet,
// where nobody has a password, and by the very password of whom they stand for.
func TestNobodyIsRefusedWhateverTheirHash(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	refused := func() {
		t.Helper()
		_, err := s.SignIn(t.Context(), visitor(here), "nobody@example.com", password)
		wantKind(t, err, Unauthenticated)
	}
	refused()
	u := s.add("Ana", Admin)
	refused()
	for _, hash := range []string{"", "no hash at all", "{SSHA}S/3LaJESWPDIQK3nA5ZfDwTOk99zYWx0"} {
		mustExec(t, s.writer, `UPDATE users SET password_hash = ?1 WHERE id = ?2`, hash, u.ID)
		refused()
	}
}
