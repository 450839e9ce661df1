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

// takePictures writes DIR/STORY-FRAME.png for each story that base serves, or
// only for some, named with commas between them.
func takePictures(ctx context.Context, base, dir, only string, out io.Writer) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.DisableGPU,
		chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("no-sandbox", os.Getuid() == 0), // as root it runs only so
	)
	ctx, stop := chromedp.NewExecAllocator(ctx, opts...)
	defer stop()
	ctx, closeTab := chromedp.NewContext(ctx)
	defer closeTab()
	taken := 0
	for _, s := range stories() {
		if only != "" && !slices.Contains(strings.Split(only, ","), s.Name) {
			continue
		}
		for _, f := range frames() {
			if err := takePicture(ctx, base+"/"+s.Name, filepath.Join(dir, s.Name+"-"+f.name+".png"), f); err != nil {
				return fmt.Errorf("%s in %s: %w", s.Name, f.name, err)
			}
			taken++
		}
	}
	if taken == 0 {
		return errors.New("there is no story named " + only)
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
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		return err
	}
	return os.WriteFile(file, png, 0o644)
}

// step is a command to the browser as one action among others.
func step[P, R any](command cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, command, params)
		return err
	})
}
