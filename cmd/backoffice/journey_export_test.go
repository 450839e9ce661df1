package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"backoffice/store"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// keepDownloads lets the browser keep files, and gives the folder.
func (b *browser) keepDownloads() string {
	b.t.Helper()
	folder := b.t.TempDir()
	b.must(b.do(cdpStep(cdpbrowser.SetDownloadBehavior, cdpbrowser.SetDownloadBehaviorParams{Behavior: cdpbrowser.SetDownloadBehaviorBehaviorAllow,
		BrowserContextID: chromedp.FromContext(b.ctx).BrowserContextID, DownloadPath: folder})), "keeping downloads")
	return folder
}

// downloaded waits for the next file in a folder and takes it away. The browser
// reserves a name with an empty file before it moves a finished download there.
func (b *browser) downloaded(folder string) (name string, rows [][]string) {
	b.t.Helper()
	var files []string
	waitFor(b.t, "a download", func() bool {
		files, _ = filepath.Glob(filepath.Join(folder, "users-*.csv"))
		if len(files) != 1 {
			return false
		}
		file, err := os.Stat(files[0])
		return err == nil && file.Size() > 0
	})
	rows = readTable(b.t, files[0])
	b.must(os.Remove(files[0]), "taking the file away")
	return filepath.Base(files[0]), rows
}

// TestJourneyExport takes away what stands on the screen: with a mouse, with
// the keyboard, without scripts, and after signing in again.
func TestJourneyExport(t *testing.T) {
	d := newDesk(t)
	d.people(60)
	d.person("Zoë García", "zoe@example.com", store.Viewer)
	d.person("Aaron García", "aaron@example.com", store.Viewer)
	b := d.enter(anaEmail, "/users")
	plain := d.enter(anaEmail, "/users", scriptsOff())
	folder, plainFolder := b.keepDownloads(), plain.keepDownloads()
	garcias := func(b *browser, folder string) {
		b.t.Helper()
		name, rows := b.downloaded(folder)
		if !strings.HasPrefix(name, "users-20") || !slices.Equal(rows[0][:3], []string{"id", "name", "email"}) {
			b.t.Errorf("%s begins with %q", name, rows[0])
		}
		var names []string
		for _, row := range rows[1:] {
			names = append(names, row[1])
		}
		if !slices.Equal(names, []string{"Zoë García", "Aaron García"}) {
			b.t.Errorf("the file has %q", names)
		}
	}

	d.step("what a search, a filter and an order have left", func() {
		b.fill("#q", "garcia @example.com")
		b.waitPath("/users?q=garcia+%40example.com")
		b.click("#chip-role")
		b.click("#chip-role-3")
		b.waitPath("/users?q=garcia+%40example.com&role=viewer")
		b.click("#sort-name")
		b.waitPath("/users?q=garcia+%40example.com&role=viewer&sort=-name")
		b.idle()
		b.click("#export-open")
		b.click("#export-csv")
		garcias(b, folder)
		b.waitPath("/users?q=garcia+%40example.com&role=viewer&sort=-name")
		b.waitGone("#export-menu:popover-open")
		b.keptFocus("an export")
	}, b)

	d.step("by keyboard", func() {
		b.focus("#export-open")
		b.press(kb.Enter, kb.Tab)
		b.waitFocus("button#export-csv")
		b.press(kb.Enter)
		garcias(b, folder)
	}, b)

	d.step("without scripts", func() {
		plain.open("/users?q=garcia+%40example.com&role=viewer&sort=-name")
		plain.click("#export-open")
		plain.click("#export-csv")
		garcias(plain, plainFolder)
	}, plain)

	d.step("after the session has ended", func() {
		d.endSessions(anaEmail)
		b.click("#export-open")
		b.follow("#export-csv")
		b.signIn(anaEmail, staffPassword)
		b.waitText("#kept-form", "viewer")
		b.click("#kept-form button[type=submit]")
		garcias(b, folder)
	}, b)

	trail, err := d.db.Trail(t.Context(), staff, store.TrailQuery{Act: string(store.ActExport)})
	if err != nil || len(trail.Entries) != 4 {
		t.Errorf("%d exports on record, %v", len(trail.Entries), err)
	}
}
