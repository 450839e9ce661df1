package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// What a person does in a browser and what they see. A selector means the
// first element that matches and can be seen, unless the method says other.

// open goes to a path of the site (or a whole address) and waits until it has loaded.
func (b *browser) open(path string) {
	b.t.Helper()
	if strings.HasPrefix(path, "/") {
		path = b.base + path
	}
	b.must(b.do(chromedp.Navigate(path)), "opening "+path)
}

// leaving runs an act that leads to another page, and waits until that one has
// loaded: a plain link, a plain form, a reload, Back to another document.
func (b *browser) leaving(act func()) {
	b.t.Helper()
	// The mark is never the same twice: Back may bring an older page back with
	// the mark it was left with.
	b.pages++
	b.must(b.evaluate(fmt.Sprintf(`void (document.left = %d)`, b.pages), nil), "marking the page")
	act()
	// Until it is painted, and while one page fades into the other, a click would
	// reach neither.
	b.until(fmt.Sprintf(`document.left !== %d && document.readyState === 'complete' && performance.getEntriesByType('paint').length &&
		!document.getAnimations().some(a => a.effect?.pseudoElement?.startsWith('::view-transition'))`, b.pages), "another page to load")
}

// follow clicks and waits until another page has loaded.
func (b *browser) follow(sel string) {
	b.t.Helper()
	b.leaving(func() { b.t.Helper(); b.click(sel) })
}

// reload loads the page again.
func (b *browser) reload() {
	b.t.Helper()
	b.leaving(func() { _ = b.evaluate(`location.reload()`, nil) })
}

// back presses the Back button. What comes is for the test to wait for, as
// htmx may swap it into the page or the browser may load another one.
func (b *browser) back() { _ = b.evaluate(`history.back()`, nil) }

// forward presses the Forward button.
func (b *browser) forward() { _ = b.evaluate(`history.forward()`, nil) }

// findVisible is a script: the first element that matches sel and can be seen.
func findVisible(sel string) string {
	return fmt.Sprintf(`[...document.querySelectorAll(%s)].find(e => e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length)`, jsString(sel))
}

// click waits until the element stands still with nothing in front of it, and
// presses the mouse button (on a phone: the finger) in its middle.
func (b *browser) click(sel string) {
	b.t.Helper()
	x, y := b.aim(sel)
	if b.conf.phone {
		b.must(b.do(chromedp.TapXY(x, y)), "tapping "+sel)
		return
	}
	b.must(b.do(
		chromedp.MouseEvent(chromedp.MouseMoved, x, y),
		chromedp.MouseClickXY(x, y),
	), "clicking "+sel)
}

// hover moves the mouse over the element.
func (b *browser) hover(sel string) {
	b.t.Helper()
	x, y := b.aim(sel)
	b.must(b.do(chromedp.MouseEvent(chromedp.MouseMoved, x, y)), "pointing at "+sel)
}

// aim brings the element into view and returns its middle, once that is the
// same at two looks and a click there would reach the element.
func (b *browser) aim(sel string) (x, y float64) {
	b.t.Helper()
	b.until(`(() => {
		const e = `+findVisible(sel)+`;
		if (!e || e.disabled) return false;
		e.scrollIntoView({block: 'nearest', inline: 'nearest', behavior: 'instant'});
		const middle = r => [r.left + r.width / 2, r.top + r.height / 2];
		const reached = ([x, y]) => {
			const hit = document.elementFromPoint(x, y);
			return hit && (e.contains(hit) || hit.closest('label')?.control === e);
		};
		// A link that runs over several lines has nothing in the middle of its box.
		let at = [e.getBoundingClientRect(), ...e.getClientRects()].map(middle).find(reached);
		if (!at) {
			// Something sticky may lie over the edge of the window.
			e.scrollIntoView({block: 'center', inline: 'nearest', behavior: 'instant'});
			at = [e.getBoundingClientRect(), ...e.getClientRects()].map(middle).find(reached);
		}
		const before = document.aimed;
		document.aimed = at && {e, at: at.join()};
		return at && before?.e === e && before.at === document.aimed.at;
	})()`, sel+" to be seen and free to be clicked")
	var at string
	b.must(b.evaluate(`document.aimed.at`, &at), "aiming at "+sel)
	if _, err := fmt.Sscanf(at, "%g,%g", &x, &y); err != nil {
		b.fail("aiming at %s: %q: %v", sel, at, err)
	}
	return x, y
}

// focus puts the keyboard focus on the element, without the mouse.
func (b *browser) focus(sel string) {
	b.t.Helper()
	b.waitFor(sel)
	b.must(b.evaluate(findVisible(sel)+`.focus()`, nil), "focusing "+sel)
}

// fill clicks into a field, selects what stands there and types text over it.
func (b *browser) fill(sel, text string) {
	b.t.Helper()
	b.click(sel)
	b.until(`document.activeElement?.matches(`+jsString(sel)+`)`, sel+" to have the focus")
	b.press("Control+a")
	if text == "" {
		b.press(kb.Delete)
		return
	}
	b.typeText(text)
}

// typeText types into whatever has the focus: key by key where a keyboard has
// the key, as composed input (like an accent or an emoji) where it has not.
func (b *browser) typeText(text string) {
	b.t.Helper()
	for text != "" {
		if r, n := utf8.DecodeRuneInString(text); r < utf8.RuneSelf {
			b.must(b.do(chromedp.KeyEvent(string(r), likeAKeyboard)), "typing")
			text = text[n:]
			continue
		}
		n := strings.IndexFunc(text, func(r rune) bool { return r < utf8.RuneSelf })
		if n < 0 {
			n = len(text)
		}
		b.must(b.do(cdpStep(input.InsertText, input.InsertTextParams{Text: text[:n]})), "typing")
		text = text[n:]
	}
}

// choose picks the option with this value in a select.
func (b *browser) choose(sel, value string) {
	b.t.Helper()
	b.waitFor(sel)
	var ok bool
	err := b.evaluate(`(e => {
		e.focus();
		e.value = `+jsString(value)+`;
		e.dispatchEvent(new Event('input', {bubbles: true}));
		e.dispatchEvent(new Event('change', {bubbles: true}));
		return e.value === `+jsString(value)+`;
	})(`+findVisible(sel)+`)`, &ok)
	b.must(err, "choosing in "+sel)
	if !ok {
		b.fail("%s has no option %q", sel, value)
	}
}

// press presses keys one after the other: kb.Enter, kb.Escape, kb.Tab, "j", or
// with modifiers "Control+k", "Shift+"+kb.Tab.
func (b *browser) press(keys ...string) {
	b.t.Helper()
	for _, key := range keys {
		modifiers, rest := splitModifiers(key)
		opts := []chromedp.KeyOption{chromedp.KeyModifiers(modifiers...), likeAKeyboard}
		if key == "Control+a" {
			// Headless Chromium has no menu that would know the short cut.
			opts = append(opts, func(k *input.DispatchKeyEventParams) {
				if k.Type == kb.KeyRawDown {
					k.Commands = []string{"selectAll"}
				}
			})
		}
		b.must(b.do(chromedp.KeyEvent(rest, opts...)), "pressing "+key)
	}
}

// likeAKeyboard sends a key as a keyboard does: a page that refuses the key gets
// no letter of it either.
func likeAKeyboard(k *input.DispatchKeyEventParams) {
	if k.Type == kb.KeyDown {
		k.Type = kb.KeyRawDown
	}
}

// splitModifiers takes "Control+", "Shift+", "Alt+" and "Meta+" off a key.
func splitModifiers(key string) ([]chromedp.Modifier, string) {
	var modifiers []chromedp.Modifier
	for _, m := range []struct {
		name string
		bit  chromedp.Modifier
	}{
		{"Control+", chromedp.ModifierCtrl}, {"Alt+", chromedp.ModifierAlt},
		{"Meta+", chromedp.ModifierMeta}, {"Shift+", chromedp.ModifierShift},
	} {
		if rest, ok := strings.CutPrefix(key, m.name); ok {
			modifiers, key = append(modifiers, m.bit), rest
		}
	}
	return modifiers, key
}

// waitFor waits until an element can be seen.
func (b *browser) waitFor(sel string) {
	b.t.Helper()
	b.until(findVisible(sel), sel+" to be seen")
}

// waitGone waits until no element that matches can be seen.
func (b *browser) waitGone(sel string) {
	b.t.Helper()
	b.until(`!`+findVisible(sel), sel+" to be gone")
}

// waitText waits until an element that can be seen contains part of a text.
func (b *browser) waitText(sel, part string) {
	b.t.Helper()
	b.until(`[...document.querySelectorAll(`+jsString(sel)+`)].some(e => e.checkVisibility() && e.innerText.replace(/\s+/g, ' ').includes(`+jsString(part)+`))`,
		fmt.Sprintf("%s to say %q", sel, part))
}

// waitValue waits until a field holds exactly this text.
func (b *browser) waitValue(sel, value string) {
	b.t.Helper()
	b.until(findVisible(sel)+`?.value === `+jsString(value), fmt.Sprintf("%s to hold %q", sel, value))
}

// waitPath waits until the address is this path with its query.
func (b *browser) waitPath(path string) {
	b.t.Helper()
	b.until(`location.pathname + location.search === `+jsString(path), "the address "+path)
}

// waitFocus waits until focused() is this.
func (b *browser) waitFocus(want string) {
	b.t.Helper()
	b.until(describeFocus+` === `+jsString(want), "the focus on "+want)
}

// text waits for the element and returns the text a person sees in it, with
// spaces collapsed.
func (b *browser) text(sel string) string {
	b.t.Helper()
	b.waitFor(sel)
	return b.string(findVisible(sel) + `.innerText.replace(/\s+/g, ' ').trim()`)
}

// value waits for the field and returns what it holds.
func (b *browser) value(sel string) string {
	b.t.Helper()
	b.waitFor(sel)
	return b.string(findVisible(sel) + `.value`)
}

// attr waits for the element and returns an attribute, "" if it has none.
func (b *browser) attr(sel, name string) string {
	b.t.Helper()
	b.waitFor(sel)
	return b.string(findVisible(sel) + `.getAttribute(` + jsString(name) + `) ?? ''`)
}

// count returns how many elements match now, seen or not.
func (b *browser) count(sel string) int {
	b.t.Helper()
	var n int
	b.eval(`document.querySelectorAll(`+jsString(sel)+`).length`, &n)
	return n
}

// path returns the path and the query of the address.
func (b *browser) path() string {
	b.t.Helper()
	return b.string(`location.pathname + location.search`)
}

// html returns the page as it stands now.
func (b *browser) html() string {
	b.t.Helper()
	return b.string(`'<!doctype html>' + document.documentElement.outerHTML`)
}

// describeFocus is a script: the element that has the focus, as tag#id.
const describeFocus = `(e => e ? e.localName + (e.id && '#' + e.id) : '')(document.activeElement)`

// focused returns what has the focus as tag#id, such as "input#u12-email-in".
func (b *browser) focused() string {
	b.t.Helper()
	return b.string(describeFocus)
}

// string evaluates an expression that gives a text.
func (b *browser) string(js string) (s string) {
	b.t.Helper()
	b.eval(js, &s)
	return s
}

// eval runs a script in the page and decodes its value into out, which may be nil.
func (b *browser) eval(js string, out any) {
	b.t.Helper()
	b.must(b.evaluate(js, out), "evaluating "+js)
}

// cookies returns the cookies of the site, those of scripts and of HttpOnly.
func (b *browser) cookies() []*network.Cookie {
	b.t.Helper()
	got, err := chromedp.Call(b.ctx, network.GetCookies, network.GetCookiesParams{URLs: []string{b.base + "/"}})
	b.must(err, "reading the cookies")
	return got.Cookies
}

// deleteCookies deletes all cookies of this window.
func (b *browser) deleteCookies() {
	b.t.Helper()
	b.must(b.do(cdpStep(network.ClearBrowserCookies, cdp.Empty{})), "deleting the cookies")
}

// picture is the whole page as a PNG.
func (b *browser) picture() ([]byte, error) {
	ctx, cancel := context.WithTimeout(b.ctx, browserPatience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.FullScreenshot(100))
}

// screenshot writes the whole page as a PNG.
func (b *browser) screenshot(file string) {
	b.t.Helper()
	png, err := b.picture()
	if err == nil {
		err = os.WriteFile(file, png, 0o644)
	}
	b.must(err, "taking a picture")
}

// noSideways fails if the page is wider than the window and says what sticks out.
func (b *browser) noSideways() {
	b.t.Helper()
	var wide []string
	b.eval(`(() => {
		const edge = document.documentElement.clientWidth;
		if (document.documentElement.scrollWidth <= edge) return [];
		const clipped = e => { for (e = e.parentElement; e; e = e.parentElement) if (e !== document.body && e !== document.documentElement && getComputedStyle(e).overflowX !== 'visible') return true; };
		const out = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > edge + .5 && !clipped(e));
		return [document.documentElement.scrollWidth + ' px on ' + edge, ...out.slice(0, 5).map(e => e.outerHTML.slice(0, 160))];
	})()`, &wide)
	if len(wide) > 0 {
		list, _ := json.MarshalIndent(wide, "", "  ")
		b.t.Errorf("%s is wider than the window: %s", b.path(), list)
	}
}
