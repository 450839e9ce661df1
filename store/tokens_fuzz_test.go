package store

import (
	"bytes"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// FuzzCode ends a sign-in that is halfway with whatever code: "#" stands for what the
// app shows, "$" for a recovery code, "<" and ">" for its halves. Only those are
// right, however they are written, and no other uses one up.
func FuzzCode(f *testing.F) {
	s := newTestStore(f)
	ben := s.add("Ben", Member)
	e, codes := s.enrol(s.signIn(ben))
	half, code := s.halfway(ben), s.code(e)
	for _, text := range []string{"", "000000", "#0", "0#", "#\x00", "-#", "٠٠٠٠٠٠", "##", "$x", "x$", "<", ">", "><", "$$", "$2", "<A>", "$\x00", "\xff$", "AAAA-AAAA-AAAA-AAAA", strings.Repeat("A", 200) + "$", strings.Repeat(" ", 5000), "1e5", "+00000"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s.t = t
		one := codes[0]
		typed := strings.NewReplacer("#", code, "$", one, "<", one[:len(one)/2], ">", one[len(one)/2:]).Replace(text)
		bare := strings.Join(strings.Fields(typed), "")
		if bare == code || recoveryDigest(ben.ID, bare) == recoveryDigest(ben.ID, one) {
			return // which are right
		}
		mustExec(t, s.writer, `DELETE FROM throttles`)
		w, err := s.SignInByCode(t.Context(), visitor(here), half, typed)
		wantKind(t, err, Invalid)
		if left := queryLines(t, s.reader, `SELECT count(*) FROM recovery_codes`); w.User.ID != 0 || !slices.Equal(left, []string{"[10]"}) {
			t.Fatalf("%q signs %d in, and leaves %s recovery codes", typed, w.User.ID, left)
		}
	})
}

// FuzzHalfwayMark goes on with a sign-in that is not halfway, with the right code.
func FuzzHalfwayMark(f *testing.F) {
	s := newTestStore(f)
	ben, ana := s.add("Ben", Member), s.add("Ana", Admin)
	e, _ := s.enrol(s.signIn(ben))
	half, code := s.halfway(ben), s.code(e)
	for _, mark := range []string{"", half.Mark[1:], half.Mark + "0", strings.ToUpper(half.Mark), passwordMark(""), passwordMark("x")} {
		f.Add(ben.ID, mark, int64(0))
	}
	f.Add(ana.ID, half.Mark, int64(0))
	f.Add(int64(0), half.Mark, int64(0))
	f.Add(int64(-1), "$", int64(0))
	f.Add(ben.ID, "$", int64(HalfwayWithin))
	f.Add(ben.ID, "$", int64(-1))
	f.Add(ben.ID, "$", int64(1<<62))
	f.Fuzz(func(t *testing.T, id int64, mark string, earlier int64) {
		s.t = t
		mark = strings.ReplaceAll(mark, "$", half.Mark)
		h := Halfway{User: id, Mark: mark, At: half.At.Add(-time.Duration(earlier))}
		if waited := s.Now().Sub(h.At); id == ben.ID && mark == half.Mark && waited >= 0 && waited < HalfwayWithin {
			return // which is right
		}
		_, err := s.SignInByCode(t.Context(), visitor(here), h, code)
		wantKind(t, err, Unauthenticated)
	})
}

// FuzzBrowserShown shows whatever as a browser that is remembered, "$" for one that
// is: it is recognised by its whole secret only, among the first few.
func FuzzBrowserShown(f *testing.F) {
	s := newTestStore(f)
	ben := s.add("Ben", Member)
	secret, err := s.RememberBrowser(f.Context(), s.signIn(ben))
	must(f, err)
	for _, shown := range []string{"", "$", "$.$", "x.$", ".$.", "..$", "....$", "$x", "<.>", "$\x00", strings.Repeat(".", 200) + "$", strings.Repeat("A", 26) + ".$", strings.Repeat(strings.Repeat("A", 26)+".", 4) + "$", "\xff.$", "~"} {
		f.Add(shown)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s.t = t
		shown := strings.NewReplacer("$", secret, "<", secret[:13], ">", secret[13:], "~", strings.ToLower(secret)).Replace(text)
		secrets := browserSecrets(shown)
		if len(secrets) > browsersInCookie || slices.ContainsFunc(secrets, func(one string) bool { return len(one) != browserSecret }) {
			t.Fatalf("%q has %q", shown, secrets)
		}
		var id int64
		must(t, s.transact(t.Context(), console, func(x *tx) (err error) {
			id, err = x.recognised(signInKey(ben.Email), shown)
			return err
		}))
		if (id != 0) != slices.Contains(secrets, secret) {
			t.Fatalf("%q is recognised as %d", shown, id)
		}
		if again := showWith(secret, shown, nil); len(again) > browsersInCookie*(browserSecret+1) {
			t.Fatalf("%q makes %d bytes of it", shown, len(again))
		}
	})
}

// FuzzKeyFile reads whatever as a key file, and as keys of the configuration: what is
// none is refused, and nothing of it is told.
func FuzzKeyFile(f *testing.F) {
	for _, text := range []string{"", "#", "# x\n" + givenOld + "\n", givenOld, givenOld + "\n" + givenNew, givenOld + "\r\n", " " + givenOld + "\t", givenOld + "=", givenOld[1:], givenOld[:43] + "x",
		givenOld[:20] + "\n" + givenOld[20:], strings.Repeat("A", 70_000), "\x00" + givenOld, givenOld + "," + givenNew, "\ufeff" + givenOld, givenOld[:42] + "x="} {
		f.Add(text)
	}
	folder := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(folder, "keys")
		must(t, os.WriteFile(path, []byte(text), 0o600))
		secrets, err := readKeyFile(path)
		given, no := parseKeys(text)
		for _, err := range []error{err, no} {
			for _, line := range splitKeys(text) {
				if err != nil && len(line) > 12 && !strings.HasPrefix(path, line) && strings.Contains(err.Error(), line) {
					t.Fatalf("%q is told: %v", text, err)
				}
			}
		}
		if err != nil && !errors.Is(err, errKeyFile) || no != nil && !errors.Is(no, ErrKeys) || no == nil && len(given) == 0 {
			t.Fatalf("%q: %v, %v", text, err, no)
		}
		if err != nil {
			return
		}
		must(t, writeKeyFile(path, secrets, false))
		again, err := readKeyFile(path)
		if err != nil || !slices.EqualFunc(secrets, again, bytes.Equal) {
			t.Fatalf("%q is read as %d keys, and then as %d: %v", text, len(secrets), len(again), err)
		}
	})
}

// FuzzUnseal opens whatever as a sealed secret: "$" stands for one, "^" for the name
// of its key and "&" for what is behind it. It opens in its place alone, and as what
// it was.
func FuzzUnseal(f *testing.F) {
	s := newTestStore(f)
	text := s.sealed(placeSeed, 7, "the seed")
	name, body, _ := strings.Cut(text, ".")
	raw, err := base64.RawStdEncoding.DecodeString(body)
	must(f, err)
	flipped := bytes.Clone(raw)
	flipped[len(flipped)-1] ^= 1
	for _, sealed := range []string{"", "$", "$=", "$\n", "^.", "^", ".&", "&", "^.&&", "^^.&", "x^.&", "^.A", "^.AAAA", strings.ToUpper(name) + ".&", "^." + base64.RawStdEncoding.EncodeToString(flipped),
		"^." + base64.RawStdEncoding.EncodeToString(raw[:12]), "^." + base64.RawStdEncoding.EncodeToString(raw[1:]), "^." + strings.Repeat("A", 100_000), "\x00.\x00"} {
		f.Add(sealed, placeSeed, int64(7))
	}
	f.Add("$", sealedMail, int64(7))
	f.Add("$", placeSeed, int64(8))
	f.Add("$", "totp 7", int64(0))
	f.Add("$", "", int64(-1))
	f.Fuzz(func(t *testing.T, sealed, place string, id int64) {
		sealed = strings.NewReplacer("$", text, "^", name, "&", body).Replace(sealed)
		secret, err := s.unseal(place, id, sealed)
		switch {
		case err != nil && !errors.Is(err, errSealed):
			t.Fatal(err)
		case err == nil && (string(secret) != "the seed" || place != placeSeed || id != 7):
			t.Fatalf("%q opens for %s %d as %q", sealed, place, id, secret)
		case sealed == text && place == placeSeed && id == 7 && err != nil:
			t.Fatal("it does not open any more")
		}
	})
}
