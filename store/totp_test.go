package store

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestCodesOfTheStandard are those that RFC 6238 gives in its appendix B, which
// has eight digits of them.
func TestCodesOfTheStandard(t *testing.T) {
	t.Parallel()
	for at, want := range map[int64]string{59: "94287082", 1111111109: "07081804", 1111111111: "14050471",
		1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130"} {
		if got := totpCode([]byte("12345678901234567890"), totpStep(time.Unix(at, 0))); got != want[2:] {
			t.Errorf("at %d: %s, want %s", at, got, want[2:])
		}
	}
}

// TestClocksMayDiffer by one step either way, and a step counts once.
func TestClocksMayDiffer(t *testing.T) {
	t.Parallel()
	seed := newSeed()
	now := totpStep(morning)
	for _, c := range []struct {
		step, after int64
		want        bool
	}{{now, 0, true}, {now - 1, 0, true}, {now + 1, 0, true}, {now - 2, 0, false}, {now + 2, 0, false},
		{now, now, false}, {now - 1, now, false}, {now + 1, now, true}, {now, now - 1, true}} {
		step, ok := totpMatch(seed, totpCode(seed, c.step), morning, c.after)
		if ok != c.want || ok && step != c.step {
			t.Errorf("the code of step %+d after %+d: %v, step %+d", c.step-now, c.after-now, ok, step-now)
		}
	}
	for _, wrong := range []string{"", "12345", "1234567", "abcdef", "١٢٣٤٥٦"} {
		if _, ok := totpMatch(seed, wrong, morning, 0); ok {
			t.Errorf("%q is a code", wrong)
		}
	}
}

// TestKeyForAnApp can be read by apps and typed by people.
func TestKeyForAnApp(t *testing.T) {
	t.Parallel()
	e := Enrolment{Key: keyText.EncodeToString([]byte("12345678901234567890"))}
	if want := "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"; e.Groups() != want {
		t.Errorf("in groups: %s", e.Groups())
	}
	u, err := url.Parse(e.URI("Müller & Söhne: Berlin", "ana+x@example.com"))
	must(t, err)
	q := u.Query()
	if u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Müller & Söhne  Berlin:ana+x@example.com" || q.Get("secret") != e.Key ||
		q.Get("issuer") != "Müller & Söhne: Berlin" || strings.Contains(u.RawQuery, "+") {
		t.Errorf("%s", u)
	}
	if code, err := e.Code(time.Unix(59, 0)); code != "287082" || err != nil {
		t.Errorf("%s, %v", code, err)
	}
}

// TestRecoveryCodesAreLong, all different, and read however they are typed.
func TestRecoveryCodesAreLong(t *testing.T) {
	t.Parallel()
	codes := newRecoveryCodes()
	if len(codes) != 10 {
		t.Fatalf("%d codes", len(codes))
	}
	for i, code := range codes {
		if len(code) != 19 || slices.Index(codes, code) != i {
			t.Errorf("%s", code)
		}
		typed := strings.ReplaceAll(strings.ReplaceAll(strings.ToUpper(" "+code), "-", " "), "O", "0")
		if recoveryDigest(7, typed) != recoveryDigest(7, code) {
			t.Errorf("%q is not %q", typed, code)
		}
		if recoveryDigest(8, code) == recoveryDigest(7, code) {
			t.Error("a code is everybody's")
		}
	}
}
