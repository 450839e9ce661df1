package store

import (
	_ "embed"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"backoffice/store/storetest"
)

//go:embed testdata/hashes.json
var foreignHashesFile []byte

// madeHash is a hash that another program made, or that was published.
type madeHash struct {
	Kind     string `json:"kind"`
	MadeBy   string `json:"made_by"`
	Password string `json:"password"`
	Hash     string `json:"hash"`
}

func madeHashes(t testing.TB) (made []madeHash) {
	t.Helper()
	must(t, json.Unmarshal(foreignHashesFile, &made))
	return made
}

// dear tells whether a hash has the usual costs of its program or of a
// publication, rather than ones for tests.
func (m madeHash) dear() bool {
	return strings.Contains(m.MadeBy, "default cost") || strings.HasPrefix(m.MadeBy, "published")
}

// wrong are passwords that the hash is not of. The dear hashes are spared: they
// are for the costs.
func (m madeHash) wrong() []string {
	if m.dear() {
		return nil
	}
	wrong := []string{"", "x" + m.Password, strings.ToUpper(m.Password), strings.Trim(m.Password, "t🐴")}
	if len(m.Password) < 72 || m.Kind != "bcrypt" && m.Kind != "Django bcrypt" {
		wrong = append(wrong, m.Password+"x")
	}
	if m.Kind != "argon2id" { // which is ours as well, so that either form will do
		wrong = append(wrong, norm.NFD.String(m.Password))
	}
	return slices.DeleteFunc(wrong, func(s string) bool { return s == m.Password })
}

// TestHashesOfOtherPrograms is every kind with every sort of password.
func TestHashesOfOtherPrograms(t *testing.T) {
	if storetest.OnPostgres() {
		return // about neither
	}
	t.Parallel()
	h := NewHasher(cheap, 0)
	for i, m := range madeHashes(t) {
		if i%storetest.Every(4) > 0 {
			continue
		}
		if kind, err := RecogniseHash(m.Hash); kind != m.Kind || err != nil {
			t.Errorf("RecogniseHash(%s) = %q, %v, want %q", m.Hash, kind, err, m.Kind)
		}
		if ok, stale, err := h.Verify(t.Context(), m.Hash, m.Password); !ok || !stale || err != nil {
			t.Errorf("%s by %s: Verify(%s, %q) = %v, %v, %v", m.Kind, m.MadeBy, m.Hash, m.Password, ok, stale, err)
		}
		for _, password := range m.wrong() {
			if ok, _, err := h.Verify(t.Context(), m.Hash, password); ok || err != nil {
				t.Errorf("%s: Verify(%s, %q) = %v, %v", m.Kind, m.Hash, password, ok, err)
			}
		}
	}
}

// TestCutOffHashesAreNotKnown loses the ends, as narrow columns do, and adds to
// them.
func TestCutOffHashesAreNotKnown(t *testing.T) {
	t.Parallel()
	for _, m := range madeHashes(t) {
		for _, hash := range []string{m.Hash[:len(m.Hash)-1], m.Hash[1:], m.Hash + "A", m.Hash + "\n", " " + m.Hash, m.Hash + "$", m.Hash + "é"} {
			// A salt after the digest and argon2's key may have any length: such a
			// hash then matches nothing.
			if kind, err := RecogniseHash(hash); err == nil && !strings.Contains(kind, "argon2") {
				t.Errorf("RecogniseHash(%q) takes it for %s", hash, kind)
			}
		}
	}
}

func TestHashesThatAreNotKnown(t *testing.T) {
	t.Parallel()
	const b53 = "abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui"
	const key32, key43 = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8"
	const d43, d86 = key43, key43 + key43
	for _, hash := range []string{
		"", " ", "$", "password", "5f4dcc3b5aa765d61d8327deb882cf99", "!", "md5$salt$5f4dcc3b5aa765d61d8327deb882cf99",
		"$2$05$" + b53, "$2c$05$" + b53, "$2a$03$" + b53, "$2a$+5$" + b53, "$2a$5$" + b53, "$2a$05$" + b53[1:] + "!", "bcrypt$2a$05$" + b53,
		"$argon2d$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$2K0VZtaPYRxfTilcCp8kUA",
		"$argon2i$v=16$m=64,t=1,p=1$c2FsdHNhbHQ$2K0VZtaPYRxfTilcCp8kUA",
		"$argon2id$v=19$m=64,t=0,p=1$c2FsdHNhbHQ$2K0VZtaPYRxfTilcCp8kUA",
		"$argon2id$v=19$m=64,t=1,p=1$c2FsdA$2K0VZtaPYRxfTilcCp8kUA",
		"$scrypt$ln=4,r=8,p=1$c2FsdA", "$scrypt$ln=4,r=8$c2FsdA$" + key43, "$scrypt$r=8,ln=4,p=1$c2FsdA$" + key43,
		"$scrypt$ln=0,r=8,p=1$c2FsdA$" + key43, "$scrypt$ln=4,r=8,p=0$c2FsdA$" + key43, "$scrypt$ln=x,r=8,p=1$c2FsdA$" + key43,
		"$scrypt$ln=4,r=8,p=1$c2FsdA$c2hvcnQ", "$scrypt$ln=4,r=8,p=1$c2Fsd!$" + key43,
		"scrypt:1000:8:1$salt$" + key32, "scrypt:1:8:1$salt$" + key32, "scrypt:1024:8$salt$" + key32, "scrypt:1024:8:-1$salt$" + key32,
		"scrypt:1024:8:1$salt$" + key32[:24], "scrypt:1024:8:1$salt$" + key32 + key32 + key32, "scrypt:1024:8:1$$" + key32, "scrypt:1024:8:1$salt$" + key43, "scrypt:01024:8:1$salt$" + key32,
		"scrypt$1024$salt$8$1$" + key43, "scrypt$1024$$8$1$" + key43 + "=", "scrypt$x$salt$8$1$" + key43 + "=",
		"pbkdf2:sha256$salt$" + key32, "pbkdf2:md5:1000$salt$" + key32, "pbkdf2:sha1:1000$salt$" + key32, "pbkdf2:sha256:0$salt$" + key32,
		"pbkdf2:sha256:1e3$salt$" + key32, "pbkdf2:sha256:1000$$" + key32, "pbkdf2:sha256:1000$salt$001122", "pbkdf2:sha256:1000$salt$" + key32[:24],
		"pbkdf2_sha256$1000$salt$" + key43, "pbkdf2_sha224$1000$salt$" + key43 + "=", "pbkdf2_sha256$$salt$" + key43 + "=", "pbkdf2_sha256$1000$$" + key43 + "=",
		"$pbkdf2-sha256$i=1000,l=20$c2FsdA$" + key43, "$pbkdf2-sha256$i=1000,l=$c2FsdA$" + key43, "$pbkdf2-md5$1000$c2FsdA$" + key43,
		"$pbkdf2-pbkdf2$1000$c2FsdA$" + key43[:27], "$pbkdf2-sha256$1000$c2FsdA$" + key43 + "=",
		"$6$salt", "$6$seventeen-letters$" + d86, "$6$salt$" + d43, "$5$salt$" + d86, "$6$rounds=999$salt$" + d86,
		"$6$rounds=05000$salt$" + d86, "$6$rounds=x$salt$" + d86, "$6$salt$" + d86[1:] + "!",
		"$P$5herons7", "$P$4herons77n8hfRWXkyQpWCV8vsu3Xa0", "$P$!herons77n8hfRWXkyQpWCV8vsu3Xa0", "$P$5herons77n8hfRWXkyQpWCV8vsu3Xa!",
		"{SSHA}", "{SSHA", "{SSHA1}Z4UBSfCHY56EXMSXt4SRZvhdovBzYWx0", "{SSHA384}Z4UBSfCHY56EXMSXt4SRZvhdovBzYWx0", "{SSHA}not base64",
		"{SSHA}Z4UBSfCHY56EXMSXt4SRZvhdovA=", "{SSHA256}Z4UBSfCHY56EXMSXt4SRZvhdovBzYWx0",
		"{SSHA}" + strings.Repeat("AAAA", 30), "pbkdf2:sha256:1000$" + strings.Repeat("salt", 200) + "$" + key32,
	} {
		if kind, err := RecogniseHash(hash); kind != "" || err != unknownHash {
			t.Errorf("RecogniseHash(%q) = %q, %v", hash, kind, err)
		}
	}
}

// TestHashesThatCostTooMuch has each kind at its cap and right above it.
func TestHashesThatCostTooMuch(t *testing.T) {
	t.Parallel()
	const b53 = "abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui"
	const hex, b64 = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8"
	const argonTail = "$c2FsdHNhbHQ$2K0VZtaPYRxfTilcCp8kUA"
	for _, c := range []struct{ dearest, tooDear, why string }{
		{"$2b$14$" + b53, "$2b$15$" + b53, "(cost 15, at most 14)"},
		{"bcrypt_sha256$$2b$14$" + b53, "bcrypt_sha256$$2b$31$" + b53, "(cost 31, at most 14)"},
		{"$argon2id$v=19$m=262144,t=4,p=1" + argonTail, "$argon2id$v=19$m=262145,t=1,p=1" + argonTail, "(256 MiB of memory, 1 passes, 1 lanes)"},
		{"$argon2i$v=19$m=65536,t=16,p=16" + argonTail, "$argon2i$v=19$m=262144,t=5,p=1" + argonTail, "(256 MiB of memory, 5 passes, 1 lanes)"},
		{"argon2$argon2i$v=19$m=65536,t=16,p=16" + argonTail, "argon2$argon2i$v=19$m=1024,t=1,p=17" + argonTail, "(1 MiB of memory, 1 passes, 17 lanes)"},
		{"$scrypt$ln=18,r=8,p=2$c2FsdA$" + b64, "$scrypt$ln=19,r=8,p=1$c2FsdA$" + b64, "(N=524288, r=8, p=1)"},
		{"$scrypt$ln=2,r=64,p=64$c2FsdA$" + b64, "$scrypt$ln=2,r=65,p=1$c2FsdA$" + b64, "(N=4, r=65, p=1)"},
		{"$scrypt$ln=16,r=8,p=8$c2FsdA$" + b64, "$scrypt$ln=99999999999999999999,r=8,p=1$c2FsdA$" + b64, "(N=1073741824, r=8, p=1)"},
		{"scrypt:65536:8:8$salt$" + hex, "scrypt:65536:8:9$salt$" + hex, "(N=65536, r=8, p=9)"},
		{"scrypt$65536$salt$8$8$" + b64 + "=", "scrypt$99999999999999999999$salt$8$5$" + b64 + "=", "(N=2147483647, r=8, p=5)"},
		{"pbkdf2:sha256:2000000$salt$" + hex, "pbkdf2:sha256:2000001$salt$" + hex, "(2000001 iterations, at most 2000000)"},
		{"pbkdf2_sha256$2000000$salt$" + b64 + "=", "pbkdf2_sha256$99999999999999999999$salt$" + b64 + "=", "(2147483647 iterations, at most 2000000)"},
		{"$6$rounds=1000000$salt$" + b64 + b64, "$6$rounds=1000001$salt$" + b64 + b64, "(1000001 rounds, at most 1000000)"},
		{"$P$Iherons77n8hfRWXkyQpWCV8vsu3Xa0", "$P$Jherons77n8hfRWXkyQpWCV8vsu3Xa0", "(2^21 rounds, at most 2^20)"},
	} {
		kind, err := RecogniseHash(c.dearest)
		if kind == "" || err != nil {
			t.Errorf("RecogniseHash(%s) = %q, %v", c.dearest, kind, err)
		}
		want := ValueError("This password hash costs too much to check " + c.why + ".")
		if refused, err := RecogniseHash(c.tooDear); refused != kind || err != want {
			t.Errorf("RecogniseHash(%s) = %q, %v, want %q, %v", c.tooDear, refused, err, kind, want)
		}
	}
	kind, err := RecogniseHash("$2x$05$" + b53)
	if kind != "bcrypt" || err == nil || !strings.Contains(err.Error(), "2x") {
		t.Errorf("2x is %q, %v", kind, err)
	}
}

// TestVerifyRefusesWhatRecogniseHashRefuses also reads its errors, which go to
// the log.
func TestVerifyRefusesWhatRecogniseHashRefuses(t *testing.T) {
	t.Parallel()
	h := NewHasher(cheap, 1)
	for _, hash := range []string{
		"5f4dcc3b5aa765d61d8327deb882cf99", "$2x$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui",
		"$P$Jherons77n8hfRWXkyQpWCV8vsu3Xa0", "$argon2id$v=19$m=262145,t=1,p=1$c2FsdHNhbHQ$2K0VZtaPYRxfTilcCp8kUA",
	} {
		ok, _, err := h.Verify(t.Context(), hash, "password")
		if ok || !errors.Is(err, errBadHash) || KindOf(err) != Internal {
			t.Errorf("Verify(%s) = %v, %v", hash, ok, err)
		} else if strings.Contains(err.Error(), hash[len(hash)-8:]) {
			t.Errorf("the error tells the hash: %v", err)
		}
	}
}

// TestTrapsOfForeignHashes has one line per oddity of a program; each hash was
// made by the program's own library.
func TestTrapsOfForeignHashes(t *testing.T) {
	t.Parallel()
	const (
		ofBefore    = "$2b$04$abcdefghijklmnopqrstuurVuonhdASGxouTT2vs6aczD1rdQw2kq" // bcrypt
		of72x       = "$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i"
		ofHeronsWP  = "$wp$2y$04$kCY5yz4MyC0Et8TZtlBpA.snAdbqkh9SfFIcG4uR1SAl6p2W3.qai"
		ofHerons    = "$P$5herons77n8hfRWXkyQpWCV8vsu3Xa0"
		ofLigature  = "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$2K0VZtaPYRxfTilcCp8kUA"
		ofNFD       = "pbkdf2_sha256$10$salt$yoYZYr79SyP+Ugz9w+LgLYmGgTslaFJXcSb8Fdvo2ZE="
		of1024x     = "{ssha}S/3LaJESWPDIQK3nA5ZfDwTOk99zYWx0"
		of1025x     = "{SSHA}Z4UBSfCHY56EXMSXt4SRZvhdovBzYWx0"
		of300xCrypt = "$6$rounds=1000000$budget$zjaEfU7pBgr5wxsUhp17Mi2XVb5O3Kiu6hTqEjyu4V/6.kAoVW8PNg/xcrKbnM0hhVdI9S92EbRd7XGtVnhZZ0"
		of300xPHP   = "$P$IlonglongmxvD15YHaTfdb26PXo.8e0"
	)
	x := func(n int) string { return strings.Repeat("x", n) }
	h := NewHasher(cheap, 0)
	for _, c := range []struct {
		rule, hash, password string
		want                 bool
	}{
		{"bcrypt", ofBefore, "before", true},
		{"bcrypt does not end at a zero byte", ofBefore, "before\x00before", false},
		{"bcrypt looks at 72 bytes", of72x, x(72), true},
		{"bcrypt looks at 72 bytes only", of72x, x(200), true},
		{"bcrypt looks at 72 bytes", of72x, x(71), false},
		{"WordPress trims", ofHeronsWP, "\tseven herons \x00", true},
		{"WordPress trims the ends", ofHeronsWP, "seven  herons", false},
		{"phpass trims", ofHerons, " seven herons\n", true},
		{"phpass trims the ends", ofHerons, "seven  herons", false},
		{"argon2id of the typed text", ofLigature, "ﬁn de la caña", true},
		{"argon2id of another text", ofLigature, "fin de la caña", false},
		{"foreign text is not brought into a form", ofNFD, "contrasen\u0303a", true},
		{"foreign text is not brought into a form", ofNFD, "contraseña", false},
		{"the longest password", of1024x, x(1024), true},
		{"longer than the longest password", of1025x, x(1025), false},
		{"more work than two seconds with SHA-512-crypt", of300xCrypt, x(300), false},
		{"more work than two seconds with phpass", of300xPHP, x(300), false},
	} {
		if ok, stale, err := h.Verify(t.Context(), c.hash, c.password); ok != c.want || !stale || err != nil {
			t.Errorf("%s: Verify(%s, %q) = %v, %v, %v", c.rule, c.hash, c.password, ok, stale, err)
		}
	}
}

// TestOwnHashOfTypedTextIsStale: the text's form is no cost, so that only the
// form tells that the hash is not as Hash makes it.
func TestOwnHashOfTypedTextIsStale(t *testing.T) {
	t.Parallel()
	h := NewHasher(cheap, 1)
	stored := phc{HashParams: cheap, salt: make([]byte, saltBytes), hash: make([]byte, hashBytes)}
	key, err := h.key(t.Context(), stored, "e\u0301")
	must(t, err)
	stored.hash = key
	if ok, stale, err := h.Verify(t.Context(), stored.String(), "e\u0301"); !ok || !stale || err != nil {
		t.Errorf("Verify = %v, %v, %v", ok, stale, err)
	}
}

// TestWrongPasswordCostsAsMuchAsNobody counts our own hashes, so that a quick
// foreign one does not tell that there is an account.
func TestWrongPasswordCostsAsMuchAsNobody(t *testing.T) {
	t.Parallel()
	h := NewHasher(cheap, 1)
	own, err := h.Hash(t.Context(), "seven herons")
	must(t, err)
	made := 0
	derive := h.derive
	h.derive = func(password, salt []byte, time, memory uint32, threads uint8, n uint32) []byte {
		if memory == cheap.MemoryKiB && n == hashBytes {
			made++
		}
		return derive(password, salt, time, memory, threads, n)
	}
	for _, password := range []string{"seven cranes", "seven\u00a0cranes"} {
		made = 0
		must(t, h.VerifyNobody(t.Context(), password))
		nobody := made
		for _, hash := range []string{own, "{SSHA}S/3LaJESWPDIQK3nA5ZfDwTOk99zYWx0", "$P$5herons77n8hfRWXkyQpWCV8vsu3Xa0", argonVectors[0]} {
			made = 0
			if ok, _, err := h.Verify(t.Context(), hash, password); ok || err != nil || made != nobody {
				t.Errorf("%q against %s: %v, %v, %d hashes, nobody costs %d", password, hash, ok, err, made, nobody)
			}
		}
	}
}

// TestSignInWithTheHashOfAnotherProgram puts one hash of each kind into the
// row, as an import does.
func TestSignInWithTheHashOfAnotherProgram(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.add("Root", Admin)
	u := s.add("Ana", Member)
	done := map[string]bool{}
	for _, m := range madeHashes(t) {
		if done[m.Kind] || m.dear() || len(m.Password) < 10 {
			continue
		}
		done[m.Kind] = true
		mustExec(t, s.writer, `UPDATE users SET password_hash = ?1, last_sign_in_at = 0 WHERE id = ?2`, m.Hash, u.ID)
		_, err := s.SignIn(t.Context(), visitor("192.0.2.1"), u.Email, m.Password+"x")
		if e := wantKind(t, err, Unauthenticated); e.Message != WrongCredentials {
			t.Errorf("%s: a wrong password gives %q", m.Kind, e.Message)
		}
		if now := s.load(u.ID).passwordHash; now != m.Hash {
			t.Errorf("%s: after a wrong password the row holds %s", m.Kind, now)
		}
		for _, round := range []string{"first", "second"} {
			if w, err := s.SignIn(t.Context(), visitor("192.0.2.1"), u.Email, m.Password); err != nil || w.User.ID != u.ID {
				t.Fatalf("%s: the %s sign-in gives %v", m.Kind, round, err)
			}
			now := s.load(u.ID).passwordHash
			if !strings.HasPrefix(now, "$argon2id$v=19$m=64,t=1,p=1$") || now == m.Hash {
				t.Errorf("%s: after the %s sign-in the row holds %s", m.Kind, round, now)
			}
		}
	}
	if len(done) != 20 {
		t.Errorf("%d kinds were tried", len(done))
	}
}

var figures = regexp.MustCompile(`[0-9]+`)

// FuzzForeignHash reads anything, and checks a password against what it takes
// for a hash: in bounded time, with words for people and none of the hash.
func FuzzForeignHash(f *testing.F) {
	kinds := map[string]bool{"": true}
	for _, m := range madeHashes(f) {
		kinds[m.Kind] = true
		if !m.dear() {
			f.Add(m.Hash)
		}
	}
	known := map[string]bool{}
	for _, s := range []string{
		string(unknownHash), "bcrypt hashes of the faulty version #x are not accepted.",
		"This password hash costs too much to check (cost #, at most #).",
		"This password hash costs too much to check (# MiB of memory, # passes, # lanes).",
		"This password hash costs too much to check (N=#, r=#, p=#).",
		"This password hash costs too much to check (# iterations, at most #).",
		"This password hash costs too much to check (# rounds, at most #).",
		"This password hash costs too much to check (#^# rounds, at most #^#).",
	} {
		known[s] = true
	}
	f.Fuzz(func(t *testing.T, s string) {
		hash, err := readForeign(s)
		if !kinds[hash.kind] {
			t.Fatalf("%q is of the kind %q", s, hash.kind)
		}
		if err != nil {
			if !known[figures.ReplaceAllString(err.Error(), "#")] {
				t.Fatalf("%q is refused with %v", s, err)
			}
			return
		}
		if hash.memoryKiB > maxHashMemoryKiB || strings.ContainsFunc(s, unicode.IsSpace) {
			t.Fatalf("%q is taken for %s of %d KiB", s, hash.kind, hash.memoryKiB)
		}
		start := time.Now()
		hash.matches([]byte("x"))
		if took := time.Since(start); took > 20*time.Second {
			t.Fatalf("%q took %v", s, took)
		}
	})
}
