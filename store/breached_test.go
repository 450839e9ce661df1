package store

import (
	"bytes"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// sha1Of is a password as it stands in a list.
func sha1Of(password string) string {
	sum := sha1.Sum([]byte(password))
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// writeBreached writes a list of n passwords and some more, and gives its path.
func writeBreached(t testing.TB, n int, end string, count bool, more ...string) string {
	t.Helper()
	var lines []string
	for i := range n {
		lines = append(lines, sha1Of(fmt.Sprint("password ", i)))
	}
	for _, p := range more {
		lines = append(lines, sha1Of(p))
	}
	slices.Sort(lines)
	for i := range lines {
		if count {
			lines[i] += ":" + strings.Repeat("9", i%7+1)
		}
	}
	path := filepath.Join(t.TempDir(), "breached.txt")
	must(t, os.WriteFile(path, []byte(strings.Join(lines, end)), 0o600))
	return path
}

// TestBreachedFindsEach of a list, whatever its lines look like, and none besides.
func TestBreachedFindsEach(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 3, 10, 1000} {
		for _, end := range []string{"\n", "\r\n"} {
			for _, count := range []bool{false, true} {
				path := writeBreached(t, n, end, count)
				for _, last := range []string{"", end} {
					text, err := os.ReadFile(path)
					must(t, err)
					must(t, os.WriteFile(path, append(text, last...), 0o600))
					b, err := openBreached(path)
					must(t, err)
					for i := range n {
						if found, err := b.holds(fmt.Sprint("password ", i)); !found || err != nil {
							t.Fatalf("of %d, number %d is not found (%v)", n, i, err)
						}
						if found, err := b.holds(fmt.Sprint("another ", i)); found || err != nil {
							t.Fatalf("of %d, number %d is found that is not there (%v)", n, i, err)
						}
					}
					must(t, b.close())
				}
			}
		}
	}
}

// TestBreachedIsRefused when it is something else, by its name.
func TestBreachedIsRefused(t *testing.T) {
	t.Parallel()
	good, err := os.ReadFile(writeBreached(t, 2000, "\n", true))
	must(t, err)
	lines := bytes.Split(good, []byte("\n"))
	slices.Reverse(lines)
	for name, text := range map[string]string{
		"empty":            "",
		"words":            "password\n123456\n",
		"MD5":              "5F4DCC3B5AA765D61D8327DEB882CF99:1\n",
		"SHA-256":          strings.Repeat("AB", 32) + "\n",
		"no hexadecimal":   strings.Repeat("XY", 20) + ":1\n",
		"no count":         strings.Repeat("AB", 20) + ":\n",
		"count with words": strings.Repeat("AB", 20) + ":many\n",
		"one long line":    strings.Repeat("AB", 20000),
		"the wrong way":    string(bytes.Join(lines, []byte("\n"))),
		"an empty line":    strings.Repeat("AB", 20) + ":1\n\n" + strings.Repeat("AC", 20) + ":1\n",
	} {
		path := filepath.Join(t.TempDir(), "list.txt")
		must(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := openBreached(path)
		if !errors.Is(err, ErrBreachedFile) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := openBreached(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) || !errors.Is(err, ErrBreachedFile) {
		t.Errorf("none at all: %v", err)
	}
}

// FuzzBreachedLine: whatever a line is, it is read or refused.
func FuzzBreachedLine(f *testing.F) {
	f.Add([]byte(sha1Of("a") + ":3\r"))
	f.Add([]byte(":"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if digest, err := readBreached(text); (err == nil) != (len(digest) == sha1.Size) {
			t.Errorf("%q: %x, %v", text, digest, err)
		}
	})
}
