package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"backoffice/store"
)

// export runs the command on the data of a desk.
func (d *desk) export(args ...string) (code int, stdout, stderr string) {
	var out, bad bytes.Buffer
	code = run(context.Background(), append([]string{"export", "--db", d.DB}, args...), noEnv, strings.NewReader(""), &out, &bad)
	return code, out.String(), bad.String()
}

// download is the same by the browser's form.
func (d *desk) download(cookie string, form url.Values) string {
	d.t.Helper()
	r, err := http.NewRequest("POST", d.URL+"/users/export", strings.NewReader(form.Encode()))
	if err != nil {
		d.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Cookie", cookie)
	a, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err != nil || a.StatusCode != http.StatusOK {
		d.t.Fatalf("%d %v: %.300s", a.StatusCode, err, b)
	}
	return string(b)
}

// TestExportCommand holds the command against the browser while the server
// runs: the same bytes for the same question, each on record.
func TestExportCommand(t *testing.T) {
	d := newDesk(t)
	d.people(700)
	cookie := signIn(t, d.URL, anaEmail, staffPassword)
	folder := t.TempDir()
	for _, key := range []string{"csv", "xlsx", "jsonl", "json"} {
		file := filepath.Join(folder, "people."+key)
		code, said, wrong := d.export("example", "--role", "member", "--status=active", "--sort=-email", "-o", file)
		if code != exitOK || !strings.HasSuffix(said, " people written to "+file+"\n") {
			t.Fatalf("%s: exit code %d: %q %q", key, code, said, wrong)
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want := d.download(cookie, url.Values{"q": {"example"}, "role": {"member"}, "status": {"active"}, "sort": {"-email"}, "format": {key}})
		if string(got) != want || len(want) < 10_000 {
			t.Errorf("%s: the command writes %d bytes, the browser gets %d", key, len(got), len(want))
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: others may read it: %v %v", key, info.Mode(), err)
		}
	}
	trail, err := d.db.Trail(context.Background(), staff, store.TrailQuery{Act: string(store.ActExport)})
	if err != nil || len(trail.Entries) != 8 {
		t.Fatalf("%d exports on record, %v", len(trail.Entries), err)
	}
	for _, e := range trail.Entries {
		if !strings.HasPrefix(e.Note, "search “example”, role member, status active, sorted by -email, as ") {
			t.Errorf("on record as %+v", e)
		}
	}
}

// TestExportImportsWithoutAChange takes an exported file for one to import.
func TestExportImportsWithoutAChange(t *testing.T) {
	d := newDesk(t)
	d.people(700)
	u := d.person(`=cmd|' /C calc'!A0, "Zoë"`, "zoe@example.com", store.Viewer)
	d.edit(u, store.FieldPhone, "+34 600 123 456")
	d.edit(u, store.FieldExternalID, "'=1")
	file := filepath.Join(t.TempDir(), "people.csv")
	if code, _, wrong := d.export("-o", file); code != exitOK {
		t.Fatalf("exit code %d: %s", code, wrong)
	}
	for _, key := range []string{"email", "external_id"} {
		var out bytes.Buffer
		code := run(context.Background(), []string{"import", file, "--dry-run", "--key", key, "--db", d.DB}, noEnv, strings.NewReader(""), &out, &out)
		if !strings.Contains(out.String(), "0 to create, 0 to change") || key == "email" && (code != exitOK || !strings.Contains(out.String(), "702 unchanged, 0 refused")) {
			t.Errorf("by %s: exit code %d: %s", key, code, &out)
		}
	}
}

func TestExportToStandardOutput(t *testing.T) {
	d := newDesk(t)
	d.person("Aaron García", "aaron@example.com", store.Viewer)
	for _, c := range []struct {
		args []string
		code int
		out  []string // lines, or a part of the message
	}{
		{[]string{"aaron"}, exitOK, []string{"id,name", "2,Aaron García,aaron@example.com,viewer"}},
		{[]string{"--role", "admin", "--format", "csv", "-o", "-"}, exitOK, []string{"id,name", "1,Ana Pérez,"}},
		{[]string{"--sort=-name", "--format", "jsonl"}, exitOK, []string{`{"id":1,"name":"Ana Pérez"`, `{"id":2,"name":"Aaron García"`}},
		{[]string{"nobody", "--format", "json"}, exitOK, []string{"[]"}},
		{[]string{"--format", "pdf"}, exitUsage, []string{"pdf"}},
		{[]string{"--role", "owner"}, exitUsage, []string{"owner"}},
		{[]string{"-o", filepath.Join(t.TempDir(), "no", "such", "folder.csv")}, exitFailed, []string{"no such file"}},
	} {
		code, out, wrong := d.export(c.args...)
		if code != c.code {
			t.Errorf("%v: exit code %d, want %d: %s", c.args, code, c.code, wrong)
		}
		if code != exitOK {
			if out != "" || !strings.Contains(wrong, c.out[0]) {
				t.Errorf("%v: says %q and %q", c.args, out, wrong)
			}
			continue
		}
		lines := strings.Split(strings.TrimSpace(strings.TrimPrefix(out, "\uFEFF")), "\n")
		if !slices.EqualFunc(lines, c.out, strings.HasPrefix) {
			t.Errorf("%v: %q, want %q", c.args, lines, c.out)
		}
	}
}

// TestWriteWhole: a file that could not be written to its end is not there, and
// the one that was there before still is.
func TestWriteWhole(t *testing.T) {
	folder := t.TempDir()
	name := filepath.Join(folder, "people.csv")
	write := func(text string, err error) error {
		return writeWhole(name, func(w io.Writer) error {
			_, werr := io.WriteString(w, text)
			return errors.Join(err, werr)
		})
	}
	for _, c := range []struct {
		text string
		err  error
		want string
	}{{"lost", io.ErrShortWrite, ""}, {"first", nil, "first"}, {"lost", io.ErrShortWrite, "first"}, {"second", nil, "second"}} {
		if err := write(c.text, c.err); !errors.Is(err, c.err) {
			t.Errorf("%q: %v", c.text, err)
		}
		if b, _ := os.ReadFile(name); string(b) != c.want {
			t.Errorf("after %q the file holds %q, want %q", c.text, b, c.want)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(folder, ".*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	nowhere := filepath.Join(folder, "nowhere")
	if err := os.Symlink(os.DevNull, nowhere); err != nil {
		t.Fatal(err)
	}
	if err := writeWhole(nowhere, func(io.Writer) error { return nil }); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(nowhere); err != nil || info.Mode().IsRegular() {
		t.Errorf("what was no file has become one: %v %v", info.Mode(), err)
	}
}

// readTable reads an exported CSV file.
func readTable(t testing.TB, file string) [][]string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\uFEFF")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestExportCommandFilters asks for the same people by flags and by the form.
func TestExportCommandFilters(t *testing.T) {
	d := newDesk(t)
	d.people(300)
	cookie := signIn(t, d.URL, anaEmail, staffPassword)
	for _, c := range []struct {
		flags []string
		form  string
	}{
		{[]string{"--created=60d"}, "created=60d"},
		{[]string{"--created=..2024-12-31", "--sign-in=older-30d"}, "created=..2024-12-31&signin=older-30d"},
		{[]string{"--sign-in=never", "--password=no", "--role=member"}, "signin=never&password=no&role=member"},
		{[]string{"--invite=pending", "--factor=no"}, "invite=pending&factor=no"},
		{[]string{"--invite=none"}, "invite=none"},
		{[]string{"--slowed"}, "slowed=yes"},
		{[]string{"--status=deleted"}, "status=deleted"},
	} {
		form, err := url.ParseQuery("format=csv&" + c.form)
		if err != nil {
			t.Fatal(err)
		}
		_, got, wrong := d.export(c.flags...)
		if want := d.download(cookie, form); got != want || wrong != "" {
			t.Errorf("%v gives %d bytes, the form %d; %s", c.flags, len(got), len(want), wrong)
		}
	}
	for _, bad := range []string{"--created=soon", "--sign-in=older-x", "--created=.."} {
		if code, _, wrong := d.export(bad); code != exitUsage || !strings.Contains(wrong, strings.Split(bad, "=")[0]) {
			t.Errorf("%s: exit code %d, %q", bad, code, wrong)
		}
	}
}
