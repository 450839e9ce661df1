package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"backoffice/store/storetest"
)

// nuIgnored are the messages of the Nu HTML checker that say nothing about our
// pages.
var nuIgnored = []*regexp.Regexp{
	// htmx reads hx-* attributes, which the checker cannot know.
	regexp.MustCompile(`^Attribute “hx-[^”]*” not allowed on element “[^”]*” at this point\.$`),
}

// nuMessage is one message of the checker.
type nuMessage struct {
	Type, Message, Extract, URL string
	LastLine                    int
}

// nuCheck fails the test for every error the Nu HTML checker finds in pages,
// which are whole documents by the name to report them under. One run of the
// checker does for all of them, as its start takes most of the time.
func nuCheck(t testing.TB, pages map[string]string) {
	t.Helper()
	dir := t.TempDir()
	names := slices.Sorted(maps.Keys(pages))
	var files []string
	for i, name := range names {
		file := filepath.Join(dir, fmt.Sprintf("%d.html", i))
		if err := os.WriteFile(file, []byte(pages[name]), 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	for _, m := range nuMessages(t, files) {
		if slices.ContainsFunc(nuIgnored, func(r *regexp.Regexp) bool { return r.MatchString(m.Message) }) {
			continue
		}
		name := m.URL
		var i int
		if _, err := fmt.Sscanf(path.Base(m.URL), "%d.html", &i); err == nil && i < len(names) {
			name = names[i]
		}
		t.Errorf("%s: line %d: %s: %s\n\t%s", name, m.LastLine, m.Type, m.Message, strings.TrimSpace(m.Extract))
	}
}

// nuMessages runs the checker, which npm puts into .ci, over files.
func nuMessages(t testing.TB, files []string) []nuMessage {
	t.Helper()
	jar := cmp.Or(os.Getenv("VNU_JAR"), filepath.Join(repoRoot, ".ci/node_modules/vnu-jar/build/dist/vnu.jar"))
	if _, err := os.Stat(jar); err != nil {
		missingTool(t, "the Nu HTML checker is not there: HTML checks skipped; run npm ci in .ci or set VNU_JAR ("+err.Error()+")")
	}
	java, err := exec.LookPath("java")
	if err != nil {
		missingTool(t, "no java found: HTML checks skipped")
	}
	args := append([]string{"-jar", jar, "--errors-only", "--format", "json"}, files...)
	var stderr bytes.Buffer
	cmd := exec.Command(java, args...)
	cmd.Stderr = &stderr
	runErr := cmd.Run() // not nil when it finds errors: what it wrote tells which
	var report struct{ Messages []nuMessage }
	if err := json.Unmarshal(stderr.Bytes(), &report); err != nil {
		t.Fatalf("the Nu HTML checker: %v: %v\n%s", runErr, err, stderr.String())
	}
	return report.Messages
}

func TestNuCheckSees(t *testing.T) {
	if storetest.OnPostgres() {
		return // about markup
	}
	nuCheck(t, map[string]string{"good": htmlPage("", `<main><h1>Good</h1>
		<form method="post" action="/x" hx-post="/x" hx-status:422:inherited="swap:outerMorph"><button>Save</button></form></main>`)})

	rec := &recorder{TB: t}
	nuCheck(rec, map[string]string{
		"bad":  htmlPage("", `<p id="twice"><div id="twice" hx="no">in a paragraph</div></p>`),
		"good": htmlPage("", `<p hx-get="/x">good</p>`),
	})
	for _, part := range []string{"bad: line 1: ", "Duplicate ID", "No “p” element in scope", "Attribute “hx” not allowed"} {
		if !strings.Contains(rec.message, part) {
			t.Errorf("%q is not reported in:\n%s", part, rec.message)
		}
	}
	if strings.Contains(rec.message, "good: ") {
		t.Errorf("the good page is reported:\n%s", rec.message)
	}
}
