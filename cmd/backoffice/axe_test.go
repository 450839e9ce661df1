package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"backoffice/store/storetest"
)

// repoRoot is the folder of go.mod, seen from the folder of this package,
// which is where its tests run.
const repoRoot = "../.."

// axeFinding is one rule of axe-core that a page breaks.
type axeFinding struct {
	Rule, Impact, Help string
	Places             []struct{ Selector, HTML, Why string }
}

// axeTags chooses the rules: WCAG 2.2 up to AA and what axe calls best practice.
const axeTags = `['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']`

// axeScript returns the source of axe-core, which npm puts into .ci.
func axeScript(t testing.TB) string {
	t.Helper()
	file := cmp.Or(os.Getenv("AXE_JS"), filepath.Join(repoRoot, ".ci/node_modules/axe-core/axe.min.js"))
	source, err := os.ReadFile(file)
	if err != nil {
		missingTool(t, "axe-core not found: accessibility checks skipped; run npm ci in .ci or set AXE_JS ("+err.Error()+")")
	}
	return string(source)
}

// axeCheck fails the test for everything axe-core finds on the page that the
// browser shows; where says which page that is. It puts the checker into the
// page past the content security policy, as a debugger does. With rules, it
// looks for those alone.
func axeCheck(t testing.TB, b *browser, where string, rules ...string) {
	t.Helper()
	for _, f := range axeFindings(t, b, rules) {
		var places strings.Builder
		for _, p := range f.Places {
			fmt.Fprintf(&places, "\n  at %s\n     %s\n     %s", p.Selector, p.HTML, strings.ReplaceAll(p.Why, "\n", "\n     "))
		}
		t.Errorf("%s: axe %s (%s): %s%s", where, f.Rule, f.Impact, f.Help, places.String())
	}
}

// axeFindings runs axe-core on the page as it stands when nothing moves any more.
func axeFindings(t testing.TB, b *browser, rules []string) []axeFinding {
	t.Helper()
	only := `{type: 'tag', values: ` + axeTags + `}`
	if len(rules) > 0 {
		only = `{type: 'rule', values: ['` + strings.Join(rules, `', '`) + `']}`
	}
	var there bool
	if b.eval(`!!window.axe`, &there); !there {
		b.eval(axeScript(t)+`; undefined`, nil)
	}
	var found []axeFinding
	b.eval(`(async () => {
		// A colour half way through a transition is nobody's contrast.
		for (const a of document.getAnimations()) { try { a.finish(); } catch { a.cancel(); } }
		const result = await axe.run(document, {runOnly: `+only+`, resultTypes: ['violations'], preload: false, elementRef: false});
		return result.violations.map(v => ({
			Rule: v.id, Impact: v.impact, Help: v.help,
			Places: v.nodes.map(n => ({Selector: n.target.flat().join(' '), HTML: n.html.slice(0, 300), Why: n.failureSummary})),
		}));
	})()`, &found)
	return found
}

func TestAxeCheckSees(t *testing.T) {
	if storetest.OnPostgres() {
		return // about markup
	}
	url := testSite(t, map[string]string{
		"/good": htmlPage("", `<main><h1>Good</h1><form><label>Name <input></label><button>Save</button></form></main>`),
		"/bad":  htmlPage(`<link rel="stylesheet" href="/pale.css">`, `<main><h1>Bad</h1><form><input><button></button></form><p id="pale">pale</p></main>`),

		"/pale.css": `#pale { color: #ccc; background: #fff }`,
	})
	b := newBrowser(t, url)
	b.open("/good")
	axeCheck(t, b, "the good page")

	b.open("/bad")
	rec := &recorder{TB: t}
	axeCheck(rec, b, "the bad page")
	for _, rule := range []string{"label", "button-name", "color-contrast"} {
		if !strings.Contains(rec.message, "axe "+rule+" ") {
			t.Errorf("%s is not reported in:\n%s", rule, rec.message)
		}
	}
}
