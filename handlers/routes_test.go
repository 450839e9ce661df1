package handlers

import (
	"context"
	"net/http"
	"net/url"
	"path"
	"strings"
	"testing"

	"backoffice/components"
	"backoffice/store"
)

// expected is what a route answers, to each kind of person in turn: nobody,
// member, viewer, editor, admin. An answer is a status, or
//
//	"login"   a redirect to the sign-in page that comes back here
//	"→/place" a redirect to a place: 303 as a page, a header in a fragment
//	"reload"  the fragment's page has to start over
//	"file"    a download
type expected struct {
	url            string
	form           []string
	page, fragment [5]string
	kind           string // content type; "text/html" when empty
	file           string // what a download is called
}

var visitors = [5]int{nobody, milo, vera, bjorn, ana}

// routeTable says for every route who gets what. It is written out on purpose:
// it is what the code is held against, and a route that is not here fails.
var routeTable = map[string]expected{
	"GET /{$}": {url: "/",
		page:     [5]string{"200", "→/account", "200", "200", "200"},
		fragment: [5]string{"401", "→/account", "200", "200", "200"}},
	"GET /healthz": {url: "/healthz", kind: "text/plain",
		page:     [5]string{"200", "200", "200", "200", "200"},
		fragment: [5]string{"200", "200", "200", "200", "200"}},
	"GET /readyz": {url: "/readyz", kind: "text/plain",
		page:     [5]string{"200", "200", "200", "200", "200"},
		fragment: [5]string{"200", "200", "200", "200", "200"}},
	"POST /policy-report": {url: "/policy-report", form: []string{"no", "report"},
		page:     [5]string{"204", "204", "204", "204", "204"},
		fragment: [5]string{"204", "204", "204", "204", "204"}},
	"GET /login": {url: "/login",
		page:     [5]string{"200", "→/", "→/", "→/", "→/"},
		fragment: [5]string{"200", "→/", "→/", "→/", "→/"}},
	"POST /login": {url: "/login", form: []string{"email", "zed@example.com", "password", password},
		page:     [5]string{"→/", "→/", "→/", "→/", "→/"},
		fragment: [5]string{"reload", "reload", "reload", "reload", "reload"}},
	"GET /login/code": {url: "/login/code",
		page:     [5]string{"→/login", "→/login", "→/login", "→/login", "→/login"},
		fragment: [5]string{"→/login", "→/login", "→/login", "→/login", "→/login"}},
	"POST /login/code": {url: "/login/code", form: []string{"use", "recovery"},
		page:     [5]string{"→/login", "→/login", "→/login", "→/login", "→/login"},
		fragment: [5]string{"422", "422", "422", "422", "422"}},
	"POST /proof": {url: "/proof", form: []string{"password", password},
		page:     [5]string{"401", "→/", "→/", "→/", "→/"},
		fragment: [5]string{"401", "reload", "reload", "reload", "reload"}},
	"GET /account/factor": {url: "/account/factor",
		page:     [5]string{"login", "200", "200", "200", "200"},
		fragment: [5]string{"401", "200", "200", "200", "200"}},
	"POST /account/factor": {url: "/account/factor",
		page:     [5]string{"401", "→/account/factor", "→/account/factor", "→/account/factor", "→/account/factor"},
		fragment: [5]string{"401", "→/account/factor", "→/account/factor", "→/account/factor", "→/account/factor"}},
	"POST /account/factor/confirm": {url: "/account/factor/confirm", form: []string{"code", "123456"},
		page:     [5]string{"401", "422", "422", "422", "422"},
		fragment: [5]string{"401", "422", "422", "422", "422"}},
	"POST /account/factor/codes": {url: "/account/factor/codes",
		page:     [5]string{"401", "409", "409", "409", "409"},
		fragment: [5]string{"401", "409", "409", "409", "409"}},
	"GET /account/factor/remove": {url: "/account/factor/remove",
		page:     [5]string{"login", "→/account", "→/account", "→/account", "→/account"},
		fragment: [5]string{"401", "→/account", "→/account", "→/account", "→/account"}},
	"POST /account/factor/remove": {url: "/account/factor/remove",
		page:     [5]string{"401", "409", "409", "409", "409"},
		fragment: [5]string{"401", "409", "409", "409", "409"}},
	"POST /logout": {url: "/logout",
		page:     [5]string{"→/login?out=1", "→/login?out=1", "→/login?out=1", "→/login?out=1", "→/login?out=1"},
		fragment: [5]string{"→/login?out=1", "→/login?out=1", "→/login?out=1", "→/login?out=1", "→/login?out=1"}},
	"GET /logout": {url: "/logout",
		page:     [5]string{"→/login", "200", "200", "200", "200"},
		fragment: [5]string{"→/login", "200", "200", "200", "200"}},
	"GET /setup/{token}": {url: "/setup/guessed",
		page:     [5]string{"404", "404", "404", "404", "404"},
		fragment: [5]string{"404", "404", "404", "404", "404"}},
	"POST /setup/{token}": {url: "/setup/guessed",
		page:     [5]string{"404", "404", "404", "404", "404"},
		fragment: [5]string{"404", "404", "404", "404", "404"}},
	"GET /link/{token}": {url: "/link/guessed",
		page:     [5]string{"410", "410", "410", "410", "410"},
		fragment: [5]string{"410", "410", "410", "410", "410"}},
	"POST /link/{token}": {url: "/link/guessed", form: []string{"password", "four other plain words"},
		page:     [5]string{"410", "410", "410", "410", "410"},
		fragment: [5]string{"410", "410", "410", "410", "410"}},
	"GET /forgot": {url: "/forgot",
		page:     [5]string{"200", "200", "200", "200", "200"},
		fragment: [5]string{"200", "200", "200", "200", "200"}},
	"POST /forgot": {url: "/forgot", form: []string{"email", "nora@example.com"},
		page:     [5]string{"→/forgot", "→/forgot", "→/forgot", "→/forgot", "→/forgot"},
		fragment: [5]string{"→/forgot", "→/forgot", "→/forgot", "→/forgot", "→/forgot"}},

	"POST /password/strength": {url: "/password/strength", form: []string{"password", "four plain words"},
		page:     [5]string{"→/", "→/", "→/", "→/", "→/"},
		fragment: [5]string{"200", "200", "200", "200", "200"}},
	"GET /.well-known/change-password": {url: "/.well-known/change-password",
		page:     [5]string{"→/account", "→/account", "→/account", "→/account", "→/account"},
		fragment: [5]string{"→/account", "→/account", "→/account", "→/account", "→/account"}},

	"GET /session": {url: "/session",
		page:     [5]string{"login", "→/account", "→/account", "→/account", "→/account"},
		fragment: [5]string{"401", "200", "200", "200", "200"}},
	"POST /session": {url: "/session",
		page:     [5]string{"401", "→/", "→/", "→/", "→/"},
		fragment: [5]string{"401", "200", "200", "200", "200"}},
	"GET /live": {url: "/live?since=1&people=5",
		page:     [5]string{"→/users", "→/users", "→/users", "→/users", "→/users"},
		fragment: [5]string{"200", "200", "200", "200", "200"}},
	"GET /account": {url: "/account",
		page:     [5]string{"login", "200", "200", "200", "200"},
		fragment: [5]string{"401", "200", "200", "200", "200"}},
	"GET /account/history": {url: "/account/history",
		page:     [5]string{"login", "200", "200", "200", "200"},
		fragment: [5]string{"401", "200", "200", "200", "200"}},
	"POST /account/password": {url: "/account/password", form: []string{"current", password, "password", "four other plain words", "repeat", "four other plain words"},
		page:     [5]string{"401", "→/account", "→/account", "→/account", "→/account"},
		fragment: [5]string{"401", "→/account", "→/account", "→/account", "→/account"}},
	"POST /account/address": {url: "/account/address", form: []string{"email", "another@example.org"},
		page:     [5]string{"401", "→/account", "→/account", "→/account", "→/account"},
		fragment: [5]string{"401", "→/account", "→/account", "→/account", "→/account"}},
	"POST /account/address/cancel": {url: "/account/address/cancel",
		page:     [5]string{"401", "→/account", "→/account", "→/account", "→/account"},
		fragment: [5]string{"401", "→/account", "→/account", "→/account", "→/account"}},
	"POST /account/passkeys/new": {url: "/account/passkeys/new",
		page:     [5]string{"401", "200", "200", "200", "200"},
		fragment: [5]string{"401", "200", "200", "200", "200"}},
	"POST /account/passkeys": {url: "/account/passkeys", form: []string{"name", "Work laptop"},
		page:     [5]string{"401", "422", "422", "422", "422"},
		fragment: [5]string{"401", "422", "422", "422", "422"}},
	"GET /account/passkeys/{id}/rename": {url: "/account/passkeys/1/rename",
		page:     [5]string{"login", "404", "404", "404", "404"},
		fragment: [5]string{"401", "404", "404", "404", "404"}},
	"POST /account/passkeys/{id}/rename": {url: "/account/passkeys/1/rename", form: []string{"name", "Home"},
		page:     [5]string{"401", "404", "404", "404", "404"},
		fragment: [5]string{"401", "404", "404", "404", "404"}},
	"GET /account/passkeys/{id}/remove": {url: "/account/passkeys/1/remove",
		page:     [5]string{"login", "404", "404", "404", "404"},
		fragment: [5]string{"401", "404", "404", "404", "404"}},
	"POST /account/passkeys/{id}/remove": {url: "/account/passkeys/1/remove",
		page:     [5]string{"401", "404", "404", "404", "404"},
		fragment: [5]string{"401", "404", "404", "404", "404"}},
	"POST /account/data": {url: "/account/data", file: "my-data-2026-11-23.json",
		page:     [5]string{"401", "file", "file", "file", "file"},
		fragment: [5]string{"401", "file", "file", "file", "file"}},
	"POST /account/sessions/end": {url: "/account/sessions/end", form: []string{"session", "999"},
		page:     [5]string{"401", "→/account", "→/account", "→/account", "→/account"},
		fragment: [5]string{"401", "200", "200", "200", "200"}},
	"POST /account/sessions/end-others": {url: "/account/sessions/end-others",
		page:     [5]string{"401", "→/account", "→/account", "→/account", "→/account"},
		fragment: [5]string{"401", "200", "200", "200", "200"}},
	"POST /account/browsers/forget": {url: "/account/browsers/forget", form: []string{"browser", "999"},
		page:     [5]string{"401", "→/account", "→/account", "→/account", "→/account"},
		fragment: [5]string{"401", "200", "200", "200", "200"}},

	"GET /users": {url: "/users",
		page:     [5]string{"login", "403", "200", "200", "200"},
		fragment: [5]string{"401", "403", "200", "200", "200"}},
	"GET /users/filter": {url: "/users/filter?role=member&created=30d",
		page:     [5]string{"login", "403", "200", "200", "200"},
		fragment: [5]string{"401", "403", "200", "200", "200"}},
	"GET /users/new": {url: "/users/new",
		page:     [5]string{"login", "403", "403", "200", "200"},
		fragment: [5]string{"401", "403", "403", "200", "200"}},
	"POST /users": {url: "/users", form: []string{"name", "Lena Brandt", "email", "lena@example.com", "role", "member", "password", password},
		page:     [5]string{"401", "403", "403", "→/users/10", "→/users/10"},
		fragment: [5]string{"401", "403", "403", "→/users/10", "→/users/10"}},
	"GET /users/invite": {url: "/users/invite",
		page:     [5]string{"login", "403", "403", "200", "200"},
		fragment: [5]string{"401", "403", "403", "200", "200"}},
	"POST /users/invite": {url: "/users/invite", form: []string{"addresses", "lena@example.com", "role", "member"},
		page:     [5]string{"401", "403", "403", "200", "200"},
		fragment: [5]string{"401", "403", "403", "200", "200"}},
	"POST /users/invite/run": {url: "/users/invite/run", form: []string{"addresses", "lena@example.com", "role", "member"},
		page:     [5]string{"401", "403", "403", "200", "200"},
		fragment: [5]string{"401", "403", "403", "200", "200"}},
	"POST /users/export": {url: "/users/export", form: []string{"format", "csv", "role", "member"}, file: "users-2026-11-23.csv",
		page:     [5]string{"401", "403", "403", "file", "file"},
		fragment: [5]string{"401", "403", "403", "file", "file"}},
	"GET /users/{id}": {url: "/users/5",
		page:     [5]string{"login", "403", "200", "200", "200"},
		fragment: [5]string{"401", "403", "200", "200", "200"}},
	"GET /users/{id}/menu": {url: "/users/5/menu",
		page:     [5]string{"login", "403", "→/users/5", "→/users/5", "→/users/5"},
		fragment: [5]string{"401", "403", "200", "200", "200"}},
	"GET /users/{id}/sessions": {url: "/users/5/sessions",
		page:     [5]string{"login", "403", "403", "403", "200"},
		fragment: [5]string{"401", "403", "403", "403", "200"}},
	"GET /users/{id}/history": {url: "/users/5/history",
		page:     [5]string{"login", "403", "200", "200", "200"},
		fragment: [5]string{"401", "403", "200", "200", "200"}},
	"GET /users/{id}/edit": {url: "/users/5/edit?field=phone",
		page:     [5]string{"login", "403", "403", "200", "200"},
		fragment: [5]string{"401", "403", "403", "200", "200"}},
	"POST /users/{id}": {url: "/users/5", form: []string{"view", "cell", "field", "name", "name", "Nora Gil", "was.name", "Nora García"},
		page:     [5]string{"401", "403", "403", "→/users/5", "→/users/5"},
		fragment: [5]string{"401", "403", "403", "200", "200"}},
	"POST /users/{id}/deactivate": {url: "/users/5/deactivate", form: []string{"view", "row"},
		page:     [5]string{"401", "403", "403", "→/users/5", "→/users/5"},
		fragment: [5]string{"401", "403", "403", "200", "200"}},
	"POST /users/{id}/reactivate": {url: "/users/7/reactivate", form: []string{"view", "page"},
		page:     [5]string{"401", "403", "403", "→/users/7", "→/users/7"},
		fragment: [5]string{"401", "403", "403", "200", "200"}},
	"GET /users/{id}/delete": {url: "/users/5/delete",
		page:     [5]string{"login", "403", "403", "200", "200"},
		fragment: [5]string{"401", "403", "403", "200", "200"}},
	"POST /users/{id}/delete": {url: "/users/5/delete", form: []string{"view", "row"},
		page:     [5]string{"401", "403", "403", "→/users", "→/users"},
		fragment: [5]string{"401", "403", "403", "200", "200"}},
	"POST /users/{id}/restore": {url: "/users/8/restore", form: []string{"view", "page"},
		page:     [5]string{"401", "403", "403", "→/users/8", "→/users/8"},
		fragment: [5]string{"401", "403", "403", "200", "200"}},
	"GET /users/{id}/erase": {url: "/users/8/erase",
		page:     [5]string{"login", "403", "403", "403", "200"},
		fragment: [5]string{"401", "403", "403", "403", "200"}},
	"POST /users/{id}/erase": {url: "/users/8/erase",
		page:     [5]string{"401", "403", "403", "403", "→/users?status=deleted"},
		fragment: [5]string{"401", "403", "403", "403", "200"}},
	"POST /users/{id}/invite": {url: "/users/5/invite", form: []string{"how", "link"},
		page:     [5]string{"401", "403", "403", "409", "409"},
		fragment: [5]string{"401", "403", "403", "409", "409"}},
	"POST /users/{id}/invite/revoke": {url: "/users/5/invite/revoke",
		page:     [5]string{"401", "403", "403", "409", "409"},
		fragment: [5]string{"401", "403", "403", "409", "409"}},
	"GET /users/{id}/reset": {url: "/users/5/reset",
		page:     [5]string{"login", "403", "403", "403", "200"},
		fragment: [5]string{"401", "403", "403", "403", "200"}},
	"POST /users/{id}/reset": {url: "/users/5/reset", form: []string{"how", "link"},
		page:     [5]string{"401", "403", "403", "403", "200"},
		fragment: [5]string{"401", "403", "403", "403", "200"}},
	"POST /users/{id}/must-change": {url: "/users/5/must-change", form: []string{"must", "1"},
		page:     [5]string{"401", "403", "403", "403", "→/users/5"},
		fragment: [5]string{"401", "403", "403", "403", "200"}},
	"POST /users/{id}/sessions/end": {url: "/users/5/sessions/end", form: []string{"session", "5"},
		page:     [5]string{"401", "403", "403", "403", "→/users/5/sessions"},
		fragment: [5]string{"401", "403", "403", "403", "200"}},
	"POST /users/{id}/sessions/end-all": {url: "/users/5/sessions/end-all",
		page:     [5]string{"401", "403", "403", "403", "→/users/5/sessions"},
		fragment: [5]string{"401", "403", "403", "403", "200"}},
	"GET /users/{id}/factors/reset": {url: "/users/5/factors/reset",
		page:     [5]string{"login", "403", "403", "403", "200"},
		fragment: [5]string{"401", "403", "403", "403", "200"}},
	"POST /users/{id}/factors/reset": {url: "/users/5/factors/reset",
		page:     [5]string{"401", "403", "403", "403", "409"},
		fragment: [5]string{"401", "403", "403", "403", "409"}},
	"GET /users/{id}/impersonate": {url: "/users/5/impersonate",
		page:     [5]string{"login", "403", "403", "403", "200"},
		fragment: [5]string{"401", "403", "403", "403", "200"}},
	"POST /users/{id}/impersonate": {url: "/users/5/impersonate", form: []string{"reason", "ticket 12"},
		page:     [5]string{"401", "403", "403", "403", "→/"},
		fragment: [5]string{"401", "403", "403", "403", "→/"}},
	"POST /impersonation/stop": {url: "/impersonation/stop",
		page:     [5]string{"401", "→/", "→/", "→/", "→/"},
		fragment: [5]string{"401", "→/", "→/", "→/", "→/"}},
	"GET /security": {url: "/security",
		page:     [5]string{"login", "403", "403", "403", "200"},
		fragment: [5]string{"401", "403", "403", "403", "200"}},
	"POST /security": {url: "/security", form: []string{"factor.viewer", "required"},
		page:     [5]string{"401", "403", "403", "403", "→/security"},
		fragment: [5]string{"401", "403", "403", "403", "→/security"}},
	"POST /users/{id}/lift": {url: "/users/5/lift",
		page:     [5]string{"401", "403", "403", "→/users/5", "→/users/5"},
		fragment: [5]string{"401", "403", "403", "200", "200"}},
	"GET /sessions/end-all": {url: "/sessions/end-all",
		page:     [5]string{"login", "403", "403", "403", "200"},
		fragment: [5]string{"401", "403", "403", "403", "200"}},
	"POST /sessions/end-all": {url: "/sessions/end-all",
		page:     [5]string{"401", "403", "403", "403", "→/security"},
		fragment: [5]string{"401", "403", "403", "403", "→/security"}},

	"GET /imports": {url: "/imports",
		page:     [5]string{"login", "403", "403", "403", "200"},
		fragment: [5]string{"401", "403", "403", "403", "200"}},
	"GET /imports/new": {url: "/imports/new",
		page:     [5]string{"login", "403", "403", "403", "200"},
		fragment: [5]string{"401", "403", "403", "403", "200"}},
	"POST /imports": {url: "/imports",
		page:     [5]string{"401", "403", "403", "403", "422"},
		fragment: [5]string{"401", "403", "403", "403", "422"}},
	"GET /imports/{id}": {url: "/imports/1",
		page:     [5]string{"login", "403", "403", "403", "200"},
		fragment: [5]string{"401", "403", "403", "403", "200"}},
	"GET /imports/{id}/progress": {url: "/imports/1/progress",
		page:     [5]string{"login", "403", "403", "403", "→/imports/1"},
		fragment: [5]string{"401", "403", "403", "403", "200"}},
	"GET /imports/{id}/refused": {url: "/imports/1/refused",
		file:     "refused-1.csv",
		page:     [5]string{"login", "403", "403", "403", "file"},
		fragment: [5]string{"401", "403", "403", "403", "file"}},
	"POST /imports/{id}/plan": {url: "/imports/1/plan", form: []string{"encoding", "utf-8"},
		page:     [5]string{"401", "403", "403", "403", "422"},
		fragment: [5]string{"401", "403", "403", "403", "422"}},
	"POST /imports/{id}/rows/{line}": {url: "/imports/1/rows/4", form: []string{"cell.1", "good@example.com"},
		page:     [5]string{"401", "403", "403", "403", "→/imports/1#line-4"},
		fragment: [5]string{"401", "403", "403", "403", "200"}},
	"POST /imports/{id}/run": {url: "/imports/1/run",
		page:     [5]string{"401", "403", "403", "403", "→/imports/1"},
		fragment: [5]string{"401", "403", "403", "403", "→/imports/1"}},
	"POST /imports/{id}/stop": {url: "/imports/1/stop",
		page:     [5]string{"401", "403", "403", "403", "→/imports/1"},
		fragment: [5]string{"401", "403", "403", "403", "→/imports/1"}},
	"POST /imports/{id}/continue": {url: "/imports/1/continue",
		page:     [5]string{"401", "403", "403", "403", "409"},
		fragment: [5]string{"401", "403", "403", "403", "409"}},
	"GET /imports/{id}/undo": {url: "/imports/1/undo",
		page:     [5]string{"login", "403", "403", "403", "409"},
		fragment: [5]string{"401", "403", "403", "403", "409"}},
	"POST /imports/{id}/undo": {url: "/imports/1/undo",
		page:     [5]string{"401", "403", "403", "403", "409"},
		fragment: [5]string{"401", "403", "403", "403", "409"}},
	"POST /imports/{id}/discard": {url: "/imports/1/discard",
		page:     [5]string{"401", "403", "403", "403", "→/imports"},
		fragment: [5]string{"401", "403", "403", "403", "→/imports"}},

	"GET /mail": {url: "/mail",
		page:     [5]string{"login", "403", "403", "403", "200"},
		fragment: [5]string{"401", "403", "403", "403", "200"}},
	"POST /mail/again": {url: "/mail/again",
		page:     [5]string{"401", "403", "403", "403", "→/mail"},
		fragment: [5]string{"401", "403", "403", "403", "200"}},
	"POST /mail/{id}/again": {url: "/mail/999/again",
		page:     [5]string{"401", "403", "403", "403", "404"},
		fragment: [5]string{"401", "403", "403", "403", "404"}},

	"GET /audit": {url: "/audit",
		page:     [5]string{"login", "403", "200", "200", "200"},
		fragment: [5]string{"401", "403", "200", "200", "200"}},
	"POST /audit/export": {url: "/audit/export",
		file:     "audit-2026-11-23.csv",
		page:     [5]string{"401", "403", "403", "403", "file"},
		fragment: [5]string{"401", "403", "403", "403", "file"}},
	"POST /undo/{id}": {url: "/undo/10",
		page:     [5]string{"401", "403", "403", "→/users/5", "→/users/5"},
		fragment: [5]string{"401", "403", "403", "200", "200"}},
}

// acts names the routes whose refusal must be on record, and as what.
var acts = map[string]store.Act{
	"GET /users": store.ActLook, "GET /users/filter": store.ActLook, "GET /users/new": store.ActCreate, "POST /users": store.ActCreate,
	"POST /users/export": store.ActExport, "GET /users/{id}": store.ActLook, "GET /users/{id}/menu": store.ActLook, "GET /users/{id}/sessions": store.ActSeeSessions, "GET /users/{id}/history": store.ActReadTrail,
	"GET /users/{id}/edit": store.ActEdit, "POST /users/{id}": store.ActEdit,
	"POST /users/{id}/deactivate": store.ActDeactivate, "POST /users/{id}/reactivate": store.ActReactivate,
	"GET /users/{id}/delete": store.ActDelete, "POST /users/{id}/delete": store.ActDelete, "POST /users/{id}/restore": store.ActRestore,
	"GET /users/{id}/erase": store.ActPurge, "POST /users/{id}/erase": store.ActPurge,
	"POST /users/{id}/sessions/end": store.ActEndSessions, "POST /users/{id}/sessions/end-all": store.ActEndSessions,
	"GET /users/{id}/factors/reset": store.ActResetFactors, "POST /users/{id}/factors/reset": store.ActResetFactors,
	"GET /security": store.ActFactorPolicy, "POST /security": store.ActFactorPolicy,
	"POST /users/{id}/lift":       store.ActLift,
	"GET /users/{id}/impersonate": store.ActImpersonate, "POST /users/{id}/impersonate": store.ActImpersonate,
	"GET /sessions/end-all": store.ActEndEverybody, "POST /sessions/end-all": store.ActEndEverybody,
	"GET /audit": store.ActReadTrail, "POST /audit/export": store.ActExportTrail, "POST /undo/{id}": store.ActEdit,
	"GET /users/invite": store.ActInvite, "POST /users/invite": store.ActInvite, "POST /users/invite/run": store.ActInvite,
	"POST /users/{id}/invite": store.ActInvite, "POST /users/{id}/invite/revoke": store.ActInvite,
	"GET /users/{id}/reset": store.ActResetPassword, "POST /users/{id}/reset": store.ActResetPassword,
	"POST /users/{id}/must-change": store.ActResetPassword,
	"GET /mail":                    store.ActMail, "POST /mail/again": store.ActMail, "POST /mail/{id}/again": store.ActMail,
	"GET /imports": store.ActImport, "GET /imports/new": store.ActImport, "POST /imports": store.ActImport,
	"GET /imports/{id}": store.ActImport, "GET /imports/{id}/progress": store.ActImport, "GET /imports/{id}/refused": store.ActImport,
	"POST /imports/{id}/plan": store.ActImport, "POST /imports/{id}/rows/{line}": store.ActImport, "POST /imports/{id}/run": store.ActImport,
	"POST /imports/{id}/stop": store.ActImport, "POST /imports/{id}/continue": store.ActImport, "GET /imports/{id}/undo": store.ActImport,
	"POST /imports/{id}/undo": store.ActImport, "POST /imports/{id}/discard": store.ActImport,
}

func TestEveryRouteForEverybody(t *testing.T) {
	t.Parallel()
	routes := (&server{}).list()
	if len(routes) != len(routeTable) {
		t.Errorf("%d routes, %d expectations", len(routes), len(routeTable))
	}
	for _, r := range routes {
		e, ok := routeTable[r.pattern]
		if !ok {
			t.Errorf("nothing says what %q answers to whom", r.pattern)
			continue
		}
		t.Run(r.pattern, func(t *testing.T) {
			t.Parallel()
			var s *site // the one before, if nothing has changed in it
			for i, who := range visitors {
				s = visit{t, r, e, who}.check(s, e.page[i], false)
				s = visit{t, r, e, who}.check(s, e.fragment[i], true)
			}
		})
	}
}

// visit is one person at one route.
type visit struct {
	t   *testing.T
	r   route
	e   expected
	who int
}

func (v visit) check(s *site, want string, fragment bool) *site {
	v.t.Helper()
	if s == nil {
		s = newSite(v.t)
	}
	if s.seed.edited != 10 {
		v.t.Fatalf("the change to undo is entry %d, the table says 10", s.seed.edited)
	}
	method, _, _ := strings.Cut(v.r.pattern, " ")
	q := request{method: method, url: v.e.url, form: formOf(v.e.form)}
	c := s.as(v.who)
	if fragment {
		q.header = c.on("/users").into("tr#u5").header()
	} else if v.who == nobody && method == http.MethodPost && !v.r.need.open {
		q.form.Set(components.PageOf, "1") // what is kept is somebody's
	}
	was := before{s.dump(), s.dump(whatIsRefused...), s.entries()}
	a := c.send(q)
	a.what += " by " + whoIs(v.who) + map[bool]string{true: " as a fragment", false: " as a page"}[fragment]
	a.t = v.t
	v.checkAnswer(a, want, fragment)
	if now := v.checkEffects(s, a, want, was); v.e.url == "/logout" || now != was.all {
		return nil
	}
	return s
}

// before is what there was before a visit.
type before struct {
	all, people string
	entries     int64
}

// whatIsRefused are the tables that a refusal leaves alone.
var whatIsRefused = []string{"users", "user_counts", "signins"}

func whoIs(id int) string {
	if id == nobody {
		return "nobody"
	}
	return name(id)
}

func (v visit) checkAnswer(a *answer, want string, fragment bool) {
	v.t.Helper()
	checkHeaders(v.t, a)
	kind := v.e.kind
	switch {
	case want == "file":
		kind = map[string]string{".csv": "text/csv", ".json": "application/json"}[path.Ext(v.e.file)]
	case kind == "":
		kind = "text/html"
	}
	if want == "204" {
		kind = ""
	}
	if got := a.header.Get("Content-Type"); got != kind+"; charset=utf-8" && (got != "" || kind != "") {
		v.t.Errorf("%s: content type %q, want %s", a.what, got, kind)
	}
	if kind == "text/html" {
		checkBody(v.t, a, fragment)
	}
	place, moved := strings.CutPrefix(want, "→")
	switch {
	case want == "login" && fragment, want == "reload" && !fragment:
		v.t.Fatalf("the table demands %q of a wrong kind of request", want)
	case want == "login":
		a.is(v.t, http.StatusSeeOther).to(v.t, "/login?"+url.Values{"next": {v.e.url}}.Encode())
	case want == "reload":
		a.is(v.t, http.StatusOK)
		if a.header.Get("HX-Refresh") != "true" || a.body != "" {
			v.t.Errorf("%s: does not start the page over: %v %q", a.what, a.header, a.body)
		}
	case want == "file":
		a.is(v.t, http.StatusOK)
		if got := a.header.Get("Content-Disposition"); got != `attachment; filename="`+v.e.file+`"` {
			v.t.Errorf("%s: offered as %q", a.what, got)
		}
	case moved && fragment:
		a.is(v.t, http.StatusOK).to(v.t, place)
	case moved:
		a.is(v.t, http.StatusSeeOther).to(v.t, place)
	default:
		if got := itoa(a.code); got != want {
			v.t.Errorf("%s: %s, want %s\n%s", a.what, got, want, excerpt(a.body))
		}
	}
	if a.code == http.StatusUnauthorized {
		v.checkSignIn(a, fragment)
	}
	if a.code == http.StatusForbidden && fragment && a.toast() != "Not allowed Your role does not allow this." {
		v.t.Errorf("%s: says %q", a.what, a.toast())
	}
}

// checkBody tells pages from fragments: neither is ever taken for the other.
func checkBody(t *testing.T, a *answer, fragment bool) {
	t.Helper()
	document := strings.Contains(strings.ToLower(a.body), "<html")
	switch {
	case fragment && document:
		t.Errorf("%s: a fragment that is a whole page", a.what)
	case fragment && a.code/100 == 3:
		t.Errorf("%s: a redirect, which would put a page into a row: %d", a.what, a.code)
	case !fragment && a.code/100 != 3 && !document:
		t.Errorf("%s: a page that is none: %q", a.what, excerpt(a.body))
	}
}

// checkSignIn looks at the 401 of somebody who is not signed in: a dialog and
// nothing else over a page, or the sign-in page with what was typed.
func (v visit) checkSignIn(a *answer, fragment bool) {
	v.t.Helper()
	if fragment {
		if n := a.count("hx-partial"); n != 1 || a.attr("hx-partial", "hx-target") != components.Sel(components.DialogID) {
			v.t.Errorf("%s: not just a dialog: %s", a.what, excerpt(a.body))
		}
		outside := a.doc()
		outside.RemoveChild(a.one("hx-partial"))
		if rest := strings.TrimSpace(render(outside)); rest != "" {
			v.t.Errorf("%s: beside the dialog there is %q", a.what, rest)
		}
		return
	}
	if got := a.attr("input[name=kept-action]", "value"); got != v.e.url {
		v.t.Errorf("%s: the form is kept for %q", a.what, got)
	}
	for name, values := range formOf(v.e.form) {
		secret := name == "password" || name == "current" || name == "repeat" || name == "code"
		kept := all(a.doc(), "input[name=kept-field."+name+"]")
		if secret && (len(kept) != 0 || strings.Contains(a.body, values[0])) {
			v.t.Errorf("%s: a password travels in the page", a.what)
		}
		if !secret && (len(kept) != 1 || attr(kept[0], "value") != values[0]) {
			v.t.Errorf("%s: the typed %s is lost", a.what, name)
		}
	}
}

// checkEffects looks at the database: a GET and a refusal change nothing, but
// a refusal is on record. It gives what there is after the visit.
func (v visit) checkEffects(s *site, a *answer, want string, was before) (now string) {
	v.t.Helper()
	now = s.dump()
	cookie := a.header.Get("Set-Cookie") != ""
	switch {
	case want == "403":
		v.checkRefused(s, a, was)
	case want == "401", want == "404", strings.HasPrefix(v.r.pattern, "GET "):
		if now != was.all {
			v.t.Errorf("%s: changed the database from\n%s\nto\n%s", a.what, was.all, now)
		}
	default:
		cookie = false // may be there: a new session, or a toast for the next page
	}
	if cookie {
		v.t.Errorf("%s: sets a cookie: %q", a.what, a.header.Get("Set-Cookie"))
	}
	if act := acts[v.r.pattern]; v.r.need.act != act {
		v.t.Errorf("%s needs %q, the table of refusals says %q", v.r.pattern, v.r.need.act, act)
	}
	report, err := s.db.VerifyAudit(context.Background())
	if err != nil || report.Bad != 0 {
		v.t.Errorf("%s: the audit trail is broken: %+v %v", a.what, report, err)
	}
	return now
}

func (v visit) checkRefused(s *site, a *answer, was before) {
	v.t.Helper()
	if n := s.entries(); n != was.entries+1 {
		v.t.Fatalf("%s: %d new entries in the trail, want the refusal alone", a.what, n-was.entries)
	}
	e := s.trail(1)[0]
	if e.Outcome != store.Denied || e.Act != acts[v.r.pattern] || e.Actor != int64(v.who) || e.Request != a.header.Get("X-Request-Id") {
		v.t.Errorf("%s: on record as %+v", a.what, e)
	}
	if s.dump(whatIsRefused...) != was.people {
		v.t.Errorf("%s: refused, and yet people or sessions changed", a.what)
	}
}

// checkHeaders is what every answer carries.
func checkHeaders(t testing.TB, a *answer) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; " +
			"connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; report-uri /policy-report; report-to policy",
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "DENY",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Cache-Control":                "no-store",
	} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s: %s is %q, want %q", a.what, name, got, want)
		}
	}
	if got := a.header.Get("Referrer-Policy"); got != "same-origin" && got != "strict-origin" { // the latter where the address is a secret
		t.Errorf("%s: Referrer-Policy is %q", a.what, got)
	}
	if len(a.header.Get("X-Request-Id")) != 12 {
		t.Errorf("%s: no request id: %q", a.what, a.header.Get("X-Request-Id"))
	}
	if a.header.Get("Strict-Transport-Security") != "" {
		t.Errorf("%s: demands TLS on a site without", a.what)
	}
}

func itoa(n int) string { return formatID(int64(n)) }
