package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// doors are the stories that a sheet of the ways in shows: signing in, proving it
// again, second factors, sessions and invitations.
func doors() []string {
	return []string{"signin", "signin-code", "proof-dialog-passkey", "factor-setup", "passkey-add", "recovery-codes",
		"account-passkeys", "user-sessions", "invite-open", "guests", "guests-done", "link-or-passkey"}
}

// doorFrames are the looks that there is a sheet of.
func doorFrames() []frame { return frames()[:3] }

// takeSheets writes DIR/doors-FRAME.png for each look: many pictures on one, so that a
// reader sees them together, and the repository keeps few.
func takeSheets(ctx context.Context, base, dir string, out io.Writer) error {
	for _, name := range doors() {
		if !slices.ContainsFunc(stories(), func(s story) bool { return s.Name == name }) {
			return fmt.Errorf("there is no story %s", name)
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return withBrowser(ctx, func(ctx context.Context) error {
		for _, f := range doorFrames() {
			if err := takeSheet(ctx, base, filepath.Join(dir, "doors-"+f.name+".png"), f); err != nil {
				return fmt.Errorf("%s: %w", f.name, err)
			}
		}
		fmt.Fprintln(out, len(doorFrames()), "sheets in", dir)
		return nil
	})
}

// takeSheet pictures each story, and then all the pictures.
func takeSheet(ctx context.Context, base, file string, f frame) error {
	folder, err := os.MkdirTemp("", "storybook-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	for _, name := range doors() {
		if err := takePicture(ctx, base+"/"+name, filepath.Join(folder, name+".png"), f); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	page := filepath.Join(folder, "sheet.html")
	if err := os.WriteFile(page, []byte(sheetPage(f)), 0o600); err != nil {
		return err
	}
	err = chromedp.Do(ctx,
		step(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 1280, Height: 400, DeviceScaleFactor: 1}),
		chromedp.Navigate("file://"+page),
	)
	if err != nil {
		return err
	}
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		return err
	}
	return os.WriteFile(file, png, 0o644)
}

// sheetPage shows the top of each picture.
func sheetPage(f frame) string {
	columns, shape := 2, "16 / 10"
	if f.width < 720 {
		columns, shape = 6, "390 / 844"
	}
	ground := map[string]string{"light": "#e9e9ee", "dark": "#2b2b31"}[f.scheme]
	var b strings.Builder
	fmt.Fprintf(&b, `<!doctype html><meta charset="utf-8"><style>body { margin: 0; padding: 12px; background: %s; display: grid; gap: 12px; grid-template-columns: repeat(%d, 1fr); }
img { width: 100%%; aspect-ratio: %s; object-fit: cover; object-position: top; border-radius: 6px; }</style>`, ground, columns, shape)
	for _, name := range doors() {
		fmt.Fprintf(&b, `<img src="%s.png" alt="">`, name)
	}
	return b.String()
}
