package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// frame is one of the four looks that each story is pictured in.
type frame struct {
	name, scheme string
	width        int64
	scale        float64
}

// frames: light and dark, a desk and a hand.
func frames() []frame {
	return []frame{
		{"light-1280", "light", 1280, 1}, {"dark-1280", "dark", 1280, 1},
		{"light-390", "light", 390, 2}, {"dark-390", "dark", 390, 2},
	}
}

// readmePictures are the pictures that the README shows, as STORY-FRAME.
var readmePictures = []string{"users-list-light-1280", "users-list-dark-1280", "users-list-light-390",
	"signin-dialog-dark-1280", "cell-conflict-light-1280", "audit-light-1280", "import-checked-light-1280"}

// chosen says which pictures to make: all, those of some stories, named with
// commas between them, or those of the README.
func chosen(only string, readme bool) func(story, picture string) bool {
	return func(story, picture string) bool {
		if readme {
			return slices.Contains(readmePictures, picture)
		}
		return only == "" || slices.Contains(strings.Split(only, ","), story)
	}
}

// takePictures writes DIR/STORY-FRAME.png for each wanted picture of the
// stories that base serves.
func takePictures(ctx context.Context, base, dir string, wanted func(story, picture string) bool, out io.Writer) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return withBrowser(ctx, func(ctx context.Context) error {
		return takeEach(ctx, base, dir, wanted, out)
	})
}

// withBrowser does something with a tab of a browser of its own.
func withBrowser(ctx context.Context, do func(context.Context) error) error {
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.DisableGPU,
		chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("no-sandbox", os.Getuid() == 0), // as root it runs only so
	)
	ctx, stop := chromedp.NewExecAllocator(ctx, opts...)
	defer stop()
	ctx, closeTab := chromedp.NewContext(ctx)
	defer closeTab()
	return do(ctx)
}

func takeEach(ctx context.Context, base, dir string, wanted func(story, picture string) bool, out io.Writer) error {
	taken := 0
	for _, s := range stories() {
		for _, f := range frames() {
			name := s.Name + "-" + f.name
			if !wanted(s.Name, name) {
				continue
			}
			if err := takePicture(ctx, base+"/"+s.Name, filepath.Join(dir, name+".png"), f); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			taken++
		}
	}
	if taken == 0 {
		return errors.New("there is no such story")
	}
	fmt.Fprintln(out, taken, "pictures in", dir)
	return nil
}

func takePicture(ctx context.Context, url, file string, f frame) error {
	media := []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: f.scheme},
		{Name: "prefers-reduced-motion", Value: "reduce"}, // a picture of the end, not of the way
	}
	height := int64(800)
	if f.width < 720 {
		height = 844
	}
	err := chromedp.Do(ctx,
		step(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: f.width, Height: height, DeviceScaleFactor: f.scale, Mobile: f.width < 720,
		}),
		step(emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: f.width < 720}),
		step(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: media}),
		chromedp.Navigate(url),
	)
	if err != nil {
		return err
	}
	png, err := capture(ctx)
	if err != nil {
		return err
	}
	return os.WriteFile(file, png, 0o644)
}

// capture pictures the whole page; where a dialog is open, what one sees of it:
// its backdrop covers the window, not the page.
func capture(ctx context.Context) ([]byte, error) {
	open, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.querySelector("dialog[open]") !== null`))
	if err != nil {
		return nil, err
	}
	if open {
		return chromedp.Run(ctx, chromedp.CaptureScreenshot())
	}
	return chromedp.Run(ctx, chromedp.FullScreenshot(100))
}

// step is a command to the browser as one action among others.
func step[P, R any](command cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, command, params)
		return err
	})
}
