package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"backoffice/store"
	"backoffice/store/storetest"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// The harness of the browser tests: newBrowser opens a private window of a
// real Chromium, its methods do what a person does, and whatever a person
// should never cause (a script error, a violated content security policy, an
// answer of 5xx) fails the test at its end.

const (
	// browserPatience is how long a wait lasts before the test fails.
	browserPatience = 20 * time.Second
	// lookEvery is how often a wait looks into the page.
	lookEvery = 20 * time.Millisecond
)

// chromium is the one browser process of the test binary.
var chromium struct {
	once sync.Once
	ctx  context.Context
	stop context.CancelFunc
	err  error
}

// screenshots numbers the pictures of failures.
var screenshots atomic.Int32

func TestMain(m *testing.M) {
	code := storetest.Main(m, makeTables)
	if chromium.stop != nil {
		chromium.stop()
	}
	removeBuilt()
	os.Exit(code)
}

func makeTables(db string) error {
	s, err := store.Open(context.Background(), store.Config{DB: db})
	if err != nil {
		return err
	}
	return s.Close()
}

// missingTool ends a test whose tool is not there: it is skipped on a developer's
// machine and fails where the tools are promised to be.
func missingTool(t testing.TB, message string) {
	t.Helper()
	if os.Getenv("CI") != "" || os.Getenv("BACKOFFICE_REQUIRE_BROWSER") != "" {
		t.Fatal(message)
	}
	t.Skip(message)
}

// findChromium returns the path of a Chromium, or "".
func findChromium() string {
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome", "chromium-headless-shell"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path
		}
	}
	return ""
}

// startChromium starts the browser process that all tests share.
func startChromium(path string) {
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("no-sandbox", os.Getuid() == 0), // as root it runs only so
		chromedp.Flag("lang", "en-GB"),
	)
	ctx, stopProcess := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, stopBrowser := chromedp.NewContext(ctx)
	chromium.ctx = ctx
	chromium.stop = func() { stopBrowser(); stopProcess() }
	chromium.err = chromedp.Do(ctx)
}

// browser is one private window: cookies, cache and history of its own.
type browser struct {
	t    testing.TB
	ctx  context.Context
	base string // begins every address, such as http://127.0.0.1:40123
	conf browserConf
	// pages counts the pages that leaving has left.
	pages int

	mu       sync.Mutex
	problems []string
	allowed  []string
}

// browserConf is how a browser differs from an ordinary one.
type browserConf struct {
	width, height   int64
	phone, noScript bool
	features        []*emulation.MediaFeature
}

// browserOption changes one thing of a browserConf.
type browserOption func(*browserConf)

// viewport sets the size of the window; it is 1280 by 800 otherwise.
func viewport(width, height int64) browserOption {
	return func(c *browserConf) { c.width, c.height = width, height }
}

// phone is a small touch screen.
func phone() browserOption {
	return func(c *browserConf) { c.width, c.height, c.phone = 390, 844, true }
}

// dark prefers the dark colour scheme; it is light otherwise.
func dark() browserOption { return emulated("prefers-color-scheme", "dark") }

// reducedMotion asks for no animation.
func reducedMotion() browserOption { return emulated("prefers-reduced-motion", "reduce") }

// forcedColors is the high contrast of an operating system.
func forcedColors() browserOption { return emulated("forced-colors", "active") }

// emulated emulates any media feature.
func emulated(name, value string) browserOption {
	return func(c *browserConf) {
		c.features = append(c.features, &emulation.MediaFeature{Name: name, Value: value})
	}
}

// scriptsOff switches the scripts of the pages off. The helpers still work.
func scriptsOff() browserOption { return func(c *browserConf) { c.noScript = true } }

// newBrowser opens a private window for the site at base and closes it when
// the test ends. The test is skipped where there is no Chromium.
func newBrowser(t testing.TB, base string, opts ...browserOption) *browser {
	t.Helper()
	path := findChromium()
	if path == "" {
		missingTool(t, "no Chromium found: browser tests skipped; set CHROMIUM to its path or install the package chromium")
	}
	chromium.once.Do(func() { startChromium(path) })
	if chromium.err != nil {
		t.Fatalf("Chromium (%s) does not start: %v", path, chromium.err)
	}
	b := &browser{t: t, base: strings.TrimSuffix(base, "/")}
	b.conf = browserConf{width: 1280, height: 800, features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "light"}}}
	if storetest.OnPostgres() { // on SQLite it has been seen to move
		b.conf.features = append(b.conf.features, &emulation.MediaFeature{Name: "prefers-reduced-motion", Value: "reduce"})
	}
	for _, o := range opts {
		o(&b.conf)
	}
	ctx, cancel := chromedp.NewContext(chromium.ctx, chromedp.WithNewBrowserContext(), chromedp.WithListener(b.watch))
	b.ctx = ctx
	t.Cleanup(func() {
		cancel()
		b.report()
	})
	b.must(b.configure(), "opening a browser")
	return b
}

// another opens a second window, of another person, on the same site.
func (b *browser) another(opts ...browserOption) *browser {
	b.t.Helper()
	return newBrowser(b.t, b.base, opts...)
}

// configure makes the window what its options say.
func (b *browser) configure() error {
	steps := []chromedp.Action[chromedp.Void]{
		cdpStep(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: b.conf.width, Height: b.conf.height, DeviceScaleFactor: 1, Mobile: b.conf.phone,
		}),
		cdpStep(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: b.conf.features}),
		cdpStep(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: b.conf.noScript}),
		cdpStep(emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: b.conf.phone}),
		// A window that is not in front gets no focus and no animation frames.
		cdpStep(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}),
	}
	if wait, err := time.ParseDuration(os.Getenv("BACKOFFICE_TEST_LATENCY")); err == nil {
		// A slow line finds the tests that do not wait for what they wait for.
		line := network.Conditions{Latency: float64(wait.Milliseconds()), DownloadThroughput: -1, UploadThroughput: -1}
		steps = append(steps, cdpStep(network.EmulateNetworkConditionsByRule,
			network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{&line}}))
	}
	return chromedp.Do(b.ctx, steps...)
}

// cdpStep is one command of the protocol whose result nobody needs.
func cdpStep[P, R any](command cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, command, params)
		return err
	})
}

// watch notes the events that no page may cause. It must not wait for anything.
func (b *browser) watch(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
		b.problem("uncaught exception: " + text)
	case *runtime.EventConsoleAPICalled:
		if text := consoleText(e.Args); e.Type == runtime.ConsoleAPICalledTypeError || isCSP(text) {
			b.problem("console: " + text)
		}
	case *log.EventEntryAdded:
		// Refusals (4xx) are logged as errors of the network and are in order.
		bad := e.Entry.Level == log.EntryLevelError && e.Entry.Source != log.EntrySourceNetwork
		if bad || isCSP(e.Entry.Text) {
			b.problem("log: " + e.Entry.Text + " " + e.Entry.URL)
		}
	case *network.EventResponseReceived:
		if e.Response.Status >= 500 {
			b.problem(fmt.Sprintf("answer %d from %s", e.Response.Status, e.Response.URL))
		}
	case *page.EventJavascriptDialogOpening:
		b.problem("a dialog of the browser opened: " + e.Message)
		go func() { // it stops the page until somebody answers
			_ = chromedp.Do(b.ctx, cdpStep(page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true}))
		}()
	}
}

func isCSP(text string) bool { return strings.Contains(text, "Content Security Policy") }

// consoleText is what a console call printed, roughly.
func consoleText(args []*runtime.RemoteObject) string {
	parts := make([]string, len(args))
	for i, a := range args {
		parts[i] = cmp.Or(a.Description, string(a.Value))
	}
	return strings.Join(parts, " ")
}

func (b *browser) problem(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.problems = append(b.problems, text)
}

// unexpected returns the problems that no allow covers.
func (b *browser) unexpected() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var left []string
problems:
	for _, p := range b.problems {
		for _, a := range b.allowed {
			if strings.Contains(p, a) {
				continue problems
			}
		}
		left = append(left, p)
	}
	return left
}

// report fails the test for every problem that was seen.
func (b *browser) report() {
	for _, p := range b.unexpected() {
		b.t.Errorf("in the browser: %s", p)
	}
}

// allow lets problems pass whose text contains part.
func (b *browser) allow(part string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.allowed = append(b.allowed, part)
}

// allow5xx lets answers of 5xx pass, where a test breaks the server on purpose.
func (b *browser) allow5xx() { b.allow("answer 5") }

// do runs actions with the patience of a wait.
func (b *browser) do(actions ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(b.ctx, browserPatience)
	defer cancel()
	return chromedp.Do(ctx, actions...)
}

// must fails the test with a picture of the page if err is not nil.
func (b *browser) must(err error, doing string) {
	b.t.Helper()
	if err != nil {
		b.fail("%s: %v", doing, err)
	}
}

// fail ends the test and shows what the person would have seen.
func (b *browser) fail(format string, args ...any) {
	b.t.Helper()
	message := fmt.Sprintf(format, args...)
	var html, at, focus string
	_ = b.evaluate(`location.href`, &at)
	_ = b.evaluate(describeFocus, &focus)
	_ = b.evaluate(`(document.querySelector('dialog[open]') ?? document.querySelector('main') ?? document.documentElement).outerHTML`, &html)
	if picture, err := b.picture(); err == nil {
		message += "\npicture: " + saveArtifact(b.t, picture)
	}
	for _, p := range b.unexpected() {
		message += "\nalso: " + p
	}
	b.t.Fatalf("%s\nat: %s, focus on %q\n%.3000s", message, at, focus, html)
}

// saveArtifact writes the picture of a failure where it outlives the test.
func saveArtifact(t testing.TB, png []byte) string {
	dir := cmp.Or(os.Getenv("BACKOFFICE_ARTIFACTS"), filepath.Join(os.TempDir(), "backoffice-artifacts"))
	name := regexp.MustCompile(`[^A-Za-z0-9]+`).ReplaceAllString(t.Name(), "-")
	file := filepath.Join(dir, fmt.Sprintf("%s-%d.png", name, screenshots.Add(1)))
	if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(file, png, 0o644)); err != nil {
		return err.Error()
	}
	return file
}

// evaluate runs a script in the page and decodes its value into out, which may
// be nil. With scripts off it must not wait for anything.
func (b *browser) evaluate(js string, out any) error {
	ctx, cancel := context.WithTimeout(b.ctx, browserPatience)
	defer cancel()
	var opts []chromedp.EvaluateOption
	if !b.conf.noScript {
		opts = append(opts, chromedp.EvalAwaitPromise)
	}
	raw, err := chromedp.Run(ctx, chromedp.Evaluate[[]byte](js, opts...))
	if err != nil || out == nil || len(raw) == 0 {
		return err
	}
	return json.Unmarshal(raw, out)
}

// until looks into the page until the expression gives a true value. A page
// that is just being replaced gives an error: that is asked again too, which
// is why the polling is done from here and not by a timer inside the page.
func (b *browser) until(js, waitingFor string) {
	b.t.Helper()
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	deadline := time.Now().Add(browserPatience)
	for {
		var yes bool
		err := b.evaluate(`!!(`+js+`)`, &yes)
		if err == nil && yes {
			return
		}
		if time.Now().After(deadline) || b.ctx.Err() != nil {
			b.fail("waited %v in vain for %s (%v)", browserPatience, waitingFor, err)
		}
		<-ticker.C
	}
}

// jsString makes a literal of JavaScript.
func jsString(s string) string {
	b, _ := json.Marshal(s) // a string can always be written
	return string(b)
}
