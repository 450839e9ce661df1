package handlers

import (
	"context"
	"database/sql"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"backoffice/store"
)

// nearMisses are tokens that are none: "$" stands for one that is good, "<" and ">"
// for its halves and "~" for the whole in small letters. Which it is, nobody knows
// before the test runs.
var nearMisses = []string{"", "$x", "x$", "<", ">", "><", "<x>", "~", " $", "$ ", "$\n", "$$", "$.$", "$\x00", "\x00$", "$%00", "%24", "$/", "../$", "$?x", "$#", "$;", "\"$\"", "$=",
	"'", "' OR 1=1 --", "\xff\xfe", "<0>", strings.Repeat("A", 26), strings.Repeat("A", 5000), "🗝", "..", "/"}

// spell puts a token where its signs stand.
func spell(text, token string) string {
	half := len(token) / 2
	return strings.NewReplacer("$", token, "<", token[:half], ">", token[half:], "~", strings.ToLower(token)).Replace(text)
}

// vault is a site whose secrets somebody guesses at.
type vault struct {
	*site
	raw  *sql.DB
	kept string // what is guarded, as it was before the first guess
}

func newVault(f *testing.F, s *site) *vault {
	raw := s.raw()
	f.Cleanup(func() { raw.Close() })
	return &vault{site: s, raw: raw}
}

// guarded is what no guess may change: all but the record of it, and what slows the
// next one down.
var guarded = []string{"users", "user_counts", "browsers", "setup", "links", "mails", "passkeys", "totp_apps", "recovery_codes", "required_factors",
	"(SELECT id, user_id, ended_at FROM signins) s"}

// holds fails if what is done changes something, or lets somebody in: no guess is
// slowed down here, so that each gets as far as the first one would.
func (v *vault) holds(t *testing.T, what string, do func()) {
	t.Helper()
	v.site.t = t
	if _, err := v.raw.Exec(`DELETE FROM throttles`); err != nil {
		t.Fatal(err)
	}
	if v.kept == "" {
		v.kept = v.all(t)
	}
	do()
	if after := v.all(t); after != v.kept {
		t.Fatalf("%s changes something:\n%s\nwas\n%s", what, after, v.kept)
	}
}

// all is what is guarded, as text.
func (v *vault) all(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, table := range guarded {
		b.WriteString(table + "\n" + rowsOf(t, v.raw, "SELECT * FROM "+table+" ORDER BY 1, 2"))
	}
	return b.String()
}

// sends sends a guess as a page and as a fragment. It is refused, and nobody is
// signed in by it.
func (c *client) sends(t *testing.T, q request) {
	t.Helper()
	for _, fragment := range []bool{false, true} {
		q.header = map[string]string{}
		if fragment {
			q.header = c.on("/login").header()
		}
		a := c.send(q)
		if a.code >= 500 || a.code < 200 {
			t.Fatalf("%s: %d, %s", a.what, a.code, excerpt(a.body))
		}
		checkHeaders(t, a)
	}
	c.get("/account").is(t, http.StatusSeeOther).to(t, "/login?next=%2Faccount")
}

// parsed is a form of whatever text.
func parsed(body string) url.Values {
	form, _ := url.ParseQuery(body)
	return form
}

// FuzzLinkToken opens and sends forms to links that are none, beside one of each
// kind that is good.
func FuzzLinkToken(f *testing.F) {
	s := newSite(f)
	v := newVault(f, s)
	tokens := v.links()
	for i, text := range nearMisses {
		f.Add(text, "password=a+long+enough+passphrase", uint8(i))
	}
	for i, body := range []string{"", "use=passkey", "use=password", "step=passkey&credential={}", "step=passkey&credential=", "password=%00&password=%ff", "%zz", "confirm=1"} {
		f.Add("$x", body, uint8(i))
	}
	f.Fuzz(func(t *testing.T, text, body string, which uint8) {
		token := tokens[int(which)%len(tokens)]
		guess := spell(text, token)
		if slices.Contains(tokens, guess) {
			return
		}
		v.holds(t, guess, func() {
			place := "/link/" + url.PathEscape(guess)
			s.as(nobody).sends(t, request{method: http.MethodGet, url: place})
			s.as(nobody).sends(t, request{method: http.MethodPost, url: place, form: parsed(body)})
		})
	})
}

// links are the tokens of a link of each kind that can be made without a mailbox.
func (v *vault) links() []string {
	v.t.Helper()
	ctx := context.Background()
	invited, _, err := v.db.InviteUser(ctx, commandLine, store.NewUser{Name: "Lena Brandt", Email: "lena@example.com", Role: store.Member}, false)
	if err != nil {
		v.t.Fatal(err)
	}
	reset, err := v.db.ResetLink(ctx, commandLine, nora, false)
	if err != nil {
		v.t.Fatal(err)
	}
	return []string{invited.Token, reset.Token}
}

// FuzzSetupToken guesses at the link that makes the first admin.
func FuzzSetupToken(f *testing.F) {
	s := emptySite(f)
	v := newVault(f, s)
	token, err := s.db.NewSetupToken(context.Background())
	if err != nil || token == "" {
		f.Fatal(token, err)
	}
	for _, text := range nearMisses {
		f.Add(text, "name=Ana&email=ana%40example.com&password=a+long+enough+passphrase")
	}
	f.Fuzz(func(t *testing.T, text, body string) {
		guess := spell(text, token)
		if guess == token {
			return
		}
		v.holds(t, guess, func() {
			place := "/setup/" + url.PathEscape(guess)
			s.as(nobody).sends(t, request{method: http.MethodGet, url: place})
			s.as(nobody).sends(t, request{method: http.MethodPost, url: place, form: parsed(body)})
		})
	})
}

// FuzzCookies shows whatever cookies: those of a session and of a browser that is
// remembered, and what is like them.
func FuzzCookies(f *testing.F) {
	s := newSite(f)
	v := newVault(f, s)
	session, remembered := s.seed.cookies[ana], v.remembered(milo)
	for _, text := range nearMisses {
		f.Add(cookieName + "=" + text)
		f.Add(browserCookie + "=" + text)
		f.Add(browserCookie + "=" + text + "; " + cookieName + "=" + text)
	}
	for _, text := range []string{"", ";", "=", cookieName, cookieName + "=\"", browserCookie + "=$.$.$.$.$", cookieName + "=x; " + cookieName + "=y", "__Host-" + cookieName + "=$"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		name, value, _ := strings.Cut(text, "=")
		token := session
		if name == browserCookie {
			token = remembered
		}
		header := name + "=" + spell(value, token)
		shown := &http.Request{Header: http.Header{"Cookie": {header}}}
		if k, err := shown.Cookie(cookieName); err == nil && k.Value == session {
			return
		}
		v.holds(t, header, func() {
			for _, q := range []request{
				{method: http.MethodGet, url: "/account"}, {method: http.MethodGet, url: "/login/code"},
				{method: http.MethodPost, url: "/users/5", form: url.Values{"name": {"Taken Over"}}}, {method: http.MethodPost, url: "/logout"},
				{method: http.MethodPost, url: "/login", form: url.Values{"email": {email(milo)}, "password": {"wrong"}}},
			} {
				q.header = map[string]string{"Cookie": header}
				a := s.as(nobody).send(q)
				if a.code >= 500 || a.code == http.StatusOK && q.url == "/account" {
					t.Fatalf("%s with %q: %d", a.what, header, a.code)
				}
				for _, set := range a.header.Values("Set-Cookie") {
					if strings.HasPrefix(set, browserCookie+"=") {
						t.Fatalf("%s with %q sets %q", a.what, header, set)
					}
				}
			}
		})
	})
}

// remembered is what a browser shows that somebody is remembered in.
func (v *vault) remembered(id int) string {
	v.t.Helper()
	c := v.as(nobody)
	c.post("/login", "email", email(id), "password", password, "remember", "1").is(v.t, http.StatusSeeOther)
	return c.cookies[browserCookie]
}

// withSession is a browser whose session holds a value.
func (s *site) withSession(key, value string) *client {
	s.t.Helper()
	m := s.server.sessions
	ctx, err := m.Load(context.Background(), "")
	if err != nil {
		s.t.Fatal(err)
	}
	m.Put(ctx, key, value)
	token, _, err := m.Commit(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	c := s.as(nobody)
	c.cookies[cookieName] = token
	return c
}

// FuzzHalfway goes on with a sign-in that never began: with whatever the session
// might hold of one, and the code that would be right.
func FuzzHalfway(f *testing.F) {
	s := newSite(f)
	v := newVault(f, s)
	p := s.as(vera).enrol()
	real := s.halfwayOf(vera)
	parts := strings.Split(real, " ")
	for _, text := range append(nearMisses, parts[0], strings.Join(parts[:3], " "), strings.Join(parts[1:], " "), "$ x", "1 "+strings.Join(parts[1:], " "),
		parts[0]+" 0 "+parts[2]+" ways-app", parts[0]+" 99999999999999999999 "+parts[2]+" ways-app", parts[0]+" "+parts[1]+"  ways-app", "0 0  ", "-1 -1 - -") {
		f.Add(text, "code=#")
	}
	f.Add("$x", "step=passkey&credential=x")
	f.Add("$x", "use=passkey")
	f.Add("$", "code=000")
	f.Add("$", "step=recovery&code=AAAA-AAAA-AAAA-AAAA")
	f.Fuzz(func(t *testing.T, text, body string) {
		s.t = t
		kept := spell(text, real)
		form := parsed(strings.ReplaceAll(body, "#", p.code()))
		mine := strings.Split(kept, " ")
		if len(mine) == 4 && parseID(mine[0]) == vera && mine[2] == parts[2] && strings.Join(strings.Fields(form.Get("code")), "") == p.code() {
			return // which is right
		}
		v.holds(t, kept, func() {
			s.withSession(sessionHalfway, kept).sends(t, request{method: http.MethodGet, url: "/login/code"})
			s.withSession(sessionHalfway, kept).sends(t, request{method: http.MethodPost, url: "/login/code", form: form})
		})
	})
}

// halfwayOf is what a session holds of somebody whose password was right.
func (s *site) halfwayOf(id int) string {
	s.t.Helper()
	c := s.as(nobody)
	c.signIn(id).is(s.t, http.StatusOK)
	ctx, err := s.server.sessions.Load(context.Background(), c.cookies[cookieName])
	if err != nil {
		s.t.Fatal(err)
	}
	return s.server.sessions.GetString(ctx, sessionHalfway)
}

// FuzzSessionCodec reads whatever as a session: what it reads, it reads again.
func FuzzSessionCodec(f *testing.F) {
	for _, text := range []string{"", "deadline=1", "deadline=1&person=3&signin=4", "deadline=-9223372036854775808", "deadline=1&deadline=2", "deadline=1&x=%00&y=%zz", "deadline=1&a;b", "person=1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		deadline, values, err := codec{}.Decode([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		b, err := codec{}.Encode(deadline, values)
		if err != nil {
			t.Fatal(err)
		}
		if again, same, err := (codec{}).Decode(b); err != nil || !again.Equal(deadline) && !deadline.IsZero() || len(same) != len(values) {
			t.Fatalf("%q: %v %v, then %v %v", text, deadline, values, again, same)
		}
	})
}

// FuzzKept sends whatever along with a sign-in that fails: it is carried on as it
// is, leads nowhere else than here, and none of it is a secret of the form itself.
func FuzzKept(f *testing.F) {
	s := newSite(f)
	v := newVault(f, s)
	for _, body := range []string{"", "kept-action=/users/5&kept-field.name=Nora", "kept-action=//evil.example", "kept-action=/\\evil.example&kept-field.=x", "kept-action=https://evil.example",
		"kept-action=/logout", "kept-action=/users&kept-action=/audit&kept-field.q=%00%ff", "kept-field.name=%3Cscript%3E&kept-field.name=2", "kept-field.was.name=x&kept-field.view=row",
		"next=//evil.example&kept-action=/%2F/x", "password=x&person=999999999999999999999&remember=1", "email=%E2%80%AE&%zz", "kept-action=/link/x", "kept-action=%01/", "kept-field.kept-field.x=1"} {
		f.Add(body, false)
		f.Add(body, true)
	}
	f.Fuzz(func(t *testing.T, body string, fragment bool) {
		form := parsed(body)
		form.Set("email", email(vera))
		form.Set("password", "wrong")
		v.holds(t, body, func() {
			c := s.as(nobody)
			q := request{method: http.MethodPost, url: "/login", form: form}
			if fragment {
				q.header = c.on("/users").header()
			}
			a := c.send(q)
			if a.code != http.StatusUnauthorized && a.code != http.StatusUnprocessableEntity {
				t.Fatalf("%d for %q", a.code, body)
			}
			checkFuzzed(t, a, fragment)
			for _, in := range all(a.doc(), "input[type=hidden]") {
				name := attr(in, "name")
				if name != "next" && name != "person" && name != "email" && name != keptAction && !strings.HasPrefix(name, keptPrefix) {
					t.Fatalf("%q carries %s on", body, name)
				}
			}
		})
		r := httptest.NewRequest(http.MethodPost, "/login", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if err := r.ParseForm(); err != nil {
			t.Fatal(err)
		}
		k := readKept(&ask{Request: r, words: words{now: time.Unix(0, 0), in: time.UTC}})
		if u, err := url.Parse(k.Action); k.Action != "" && (err != nil || u.Host != "" || !strings.HasPrefix(k.Action, "/") || strings.HasPrefix(k.Action, "//")) {
			t.Fatalf("%q leads to %q", body, k.Action)
		}
	})
}
