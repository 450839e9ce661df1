package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"backoffice/store/storetest"
)

// The rules of the house that a compiler does not know. Each is a function
// from the source tree to its complaints ("file:line: why"), and is tried on a
// small tree that breaks it before it judges the real one.

// storeAlone keeps the rules of the business away from everything above them.
func storeAlone(s *source) []string {
	return s.imports("store", func(p string) string {
		return oneOf(p, "the rules know neither the web nor its pages nor its sessions",
			module, "net/http", "github.com/a-h/templ", "github.com/alexedwards/scs/v2")
	})
}

// componentsOnlyDraw keeps data and requests away from the components.
func componentsOnlyDraw(s *source) []string {
	return s.imports("components", func(p string) string {
		const why = "a component draws what its view model says, and needs only assets and templ"
		if foreign(p) && !within(p, "github.com/a-h/templ") {
			return why
		}
		if within(p, module) && p != module+"/assets" {
			return why
		}
		return oneOf(p, why, "net/http", "database/sql")
	})
}

// handlersAskTheStore keeps the database away from the handlers.
func handlersAskTheStore(s *source) []string {
	return s.imports("handlers", func(p string) string {
		return oneOf(p, "handlers ask the store", "database/sql", "github.com/mattn/go-sqlite3", "github.com/jackc/pgx", "github.com/pressly/goose")
	})
}

// assetsIsALeaf lets assets import none of ours.
func assetsIsALeaf(s *source) []string {
	return s.imports("assets", func(p string) string { return oneOf(p, "assets stands below all", module) })
}

// nobodyImportsCmd lets the programs be the top.
func nobodyImportsCmd(s *source) []string {
	return s.imports(".", func(p string) string { return oneOf(p, "cmd is the top", module+"/cmd") })
}

// drillIsAClient lets the drill know of the program what its users know.
func drillIsAClient(s *source) []string {
	return s.imports("cmd/drill", func(p string) string { return oneOf(p, "the drill judges from outside", module) })
}

// sqlText matches a statement in upper case anywhere in a text, and one in
// lower case that begins it, so that an English sentence is no statement.
var sqlText = regexp.MustCompile(`(?s)\bSELECT\s.+\sFROM\s|\bINSERT\s+(OR\s+\w+\s+)?INTO\s|\bREPLACE\s+INTO\s|\bUPDATE\s+\S+\s+SET\s|\bDELETE\s+FROM\s|\b(CREATE|ALTER|DROP)\s+(\w+\s+)?(TABLE|INDEX|TRIGGER|VIEW)\s` +
	`|^\s*(select\s.+\sfrom\s|insert\s+into\s|update\s+\S+\s+set\s|delete\s+from\s|create\s+(table|index|trigger)\s)`)

// sqlInItsFiles keeps SQL in store/*_sql.go and in the migrations.
func sqlInItsFiles(s *source) (bad []string) {
	s.literals(func(f goFile, pos token.Pos, text string) {
		if sqlText.MatchString(text+" ") && !((f.dir == "store" || f.dir == "store/storetest") && strings.HasSuffix(f.name, "_sql.go")) {
			bad = append(bad, s.at(pos, "SQL stands only in store/*_sql.go"))
		}
	})
	return bad
}

// htmxHeader matches the name of a header that htmx sends or reads.
var htmxHeader = regexp.MustCompile(`\b(HX|Hx)-[A-Z]`)

// htmxInItsFiles keeps the headers of htmx in two files.
func htmxInItsFiles(s *source) (bad []string) {
	s.literals(func(f goFile, pos token.Pos, text string) {
		if htmxHeader.MatchString(text) && f.path != "handlers/htmx.go" && f.path != "handlers/respond.go" {
			bad = append(bad, s.at(pos, "headers of htmx stand only in handlers/htmx.go and handlers/respond.go"))
		}
	})
	return bad
}

// renewTokenInSessions keeps the change of a session's token in one file.
func renewTokenInSessions(s *source) (bad []string) {
	s.nodes(func(f goFile, n ast.Node) {
		if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "RenewToken" && f.path != "handlers/sessions.go" {
			bad = append(bad, s.at(sel.Pos(), "RenewToken stands only in handlers/sessions.go, where people sign in"))
		}
	})
	return bad
}

// clockIsPassedIn lets components, store and handlers have the time from their
// callers. One file of the latter two chooses the ordinary clock.
func clockIsPassedIn(s *source) (bad []string) {
	s.nodes(func(f goFile, n ast.Node) {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok || !isPackage(f.ast, sel.X, "time") || !slices.Contains([]string{"Now", "Since", "Until"}, sel.Sel.Name) {
			return
		}
		if f.path == "store/store.go" || f.path == "handlers/server.go" {
			return
		}
		if f.below("components") || f.below("store") || f.below("handlers") {
			bad = append(bad, s.at(sel.Pos(), "time.%s: the time comes from the clock that is passed in (chosen in store/store.go, handlers/server.go)", sel.Sel.Name))
		}
	})
	return bad
}

// noInitNoPanic keeps surprises at start and sudden ends out.
func noInitNoPanic(s *source) (bad []string) {
	s.nodes(func(f goFile, n ast.Node) {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv == nil && n.Name.Name == "init" {
				bad = append(bad, s.at(n.Pos(), "init(): say it where it is needed"))
			}
		case *ast.CallExpr:
			if id, ok := n.Fun.(*ast.Ident); ok && id.Name == "panic" {
				bad = append(bad, s.at(n.Pos(), "panic(): return an error"))
			}
		}
	})
	return bad
}

// unsafeMarkup are the ways of a template to bypass escaping or the content
// security policy.
var unsafeMarkup = map[string]*regexp.Regexp{
	"templ.Raw bypasses escaping":                  regexp.MustCompile(`\btempl\.Raw\b`),
	"hx-on needs unsafe-eval":                      regexp.MustCompile(`\bhx-on\b`),
	"js: values need unsafe-eval":                  regexp.MustCompile(`\b(js|javascript):`),
	"a trigger filter needs unsafe-eval":           regexp.MustCompile(`hx-trigger[^=]*=\s*["'{][^"'}]*\[`),
	"style= is refused by the policy: use a class": regexp.MustCompile(`\bstyle\s*=|<style\b`),
	"an inline handler is refused by the policy":   regexp.MustCompile(`\son[a-z]+\s*=`),
	"css and script blocks of templ are inline":    regexp.MustCompile(`^(css|script)\s+\w+\(`),
}

// scriptElement matches a script element: its attributes and what begins its body.
var scriptElement = regexp.MustCompile(`<script\b([^>]*)>\s*([^<\s])?`)

// letterFile is the template of mails: no policy holds for them, and they can bring
// their style sheet in no other way.
const letterFile = "components/letter.templ"

// markupIsSafe looks at the templates and at the strings of Go files beside them.
func markupIsSafe(s *source) (bad []string) {
	for file, text := range s.templ {
		for i, line := range strings.Split(text, "\n") {
			if strings.HasPrefix(strings.TrimSpace(line), "//") || file == letterFile && strings.TrimSpace(line) == "<style>" {
				continue
			}
			for _, why := range unsafeLine(line) {
				bad = append(bad, fmt.Sprintf("%s:%d: %s", file, i+1, why))
			}
		}
	}
	s.literals(func(f goFile, pos token.Pos, text string) {
		if f.below("components") {
			for _, why := range unsafeLine(text) {
				bad = append(bad, s.at(pos, "%s", why))
			}
		}
	})
	s.nodes(func(f goFile, n ast.Node) {
		if sel, ok := n.(*ast.SelectorExpr); ok && isPackage(f.ast, sel.X, "github.com/a-h/templ") && sel.Sel.Name == "Raw" {
			bad = append(bad, s.at(sel.Pos(), "templ.Raw bypasses escaping"))
		}
	})
	return bad
}

// unsafeLine returns what is wrong with a piece of a template.
func unsafeLine(line string) (whys []string) {
	for why, pattern := range unsafeMarkup {
		if pattern.MatchString(line) {
			whys = append(whys, why)
		}
	}
	for _, script := range scriptElement.FindAllStringSubmatch(line, -1) {
		if !strings.Contains(script[1], "src=") || script[2] != "" {
			whys = append(whys, "an inline script is refused by the policy")
		}
	}
	return whys
}

// topLevel are the rooms; a new one needs a very good reason.
var topLevel = []string{"assets", "cmd", "components", "deploy", "handlers", "store", "go.mod", "go.sum", "Taskfile.yml", "README.md", "LICENSE"}

// leftByRunning are files that .gitignore names and that a developer may have.
var leftByRunning = []string{"*.db", "*.db-wal", "*.db-shm", "*.db-journal", module, "storybook", "drill", "artifacts"}

// onlyTheRooms keeps the root as short as it is.
func onlyTheRooms(s *source) (bad []string) {
	for _, name := range s.top {
		left := slices.ContainsFunc(leftByRunning, func(p string) bool { ok, _ := path.Match(p, name); return ok })
		if !left && !strings.HasPrefix(name, ".") && !slices.Contains(topLevel, name) {
			bad = append(bad, fmt.Sprintf("%s:1: the top level is fixed: %s", name, strings.Join(topLevel, " ")))
		}
	}
	return bad
}

// archRules are all the rules. Each breaks at the places of its bad tree that
// are named in sees, and at no other.
var archRules = []struct {
	name  string
	check func(*source) []string
	bad   map[string]string
	sees  []string
}{
	{"store imports nothing from above", storeAlone, map[string]string{
		"store/a.go":      "package store\nimport \"backoffice/components\"\nimport \"net/http\"\nimport \"github.com/alexedwards/scs/v2\"\nimport \"github.com/alexedwards/scs/sqlite3store\"\n",
		"store/a_test.go": "package store\nimport \"net/http\"\n",
	}, []string{"store/a.go:2", "store/a.go:3", "store/a.go:4"}},
	{"components only draw", componentsOnlyDraw, map[string]string{
		"components/a.go": "package components\nimport \"backoffice/assets\"\nimport \"backoffice/store\"\nimport \"net/http\"\nimport \"github.com/a-h/templ/runtime\"\nimport \"github.com/x/y\"\nimport \"net/url\"\n",
	}, []string{"components/a.go:3", "components/a.go:4", "components/a.go:6"}},
	{"handlers ask the store", handlersAskTheStore, map[string]string{
		"handlers/a.go": "package handlers\nimport \"database/sql\"\nimport \"backoffice/store\"\n",
	}, []string{"handlers/a.go:2"}},
	{"assets is a leaf", assetsIsALeaf, map[string]string{
		"assets/a.go": "package assets\nimport \"backoffice/store\"\n",
	}, []string{"assets/a.go:2"}},
	{"nobody imports cmd", nobodyImportsCmd, map[string]string{
		"cmd/x/a.go": "package main\nimport \"backoffice/cmd/backoffice\"\n",
	}, []string{"cmd/x/a.go:2"}},
	{"the drill is a client", drillIsAClient, map[string]string{
		"cmd/drill/a.go": "package main\nimport \"net/http\"\nimport \"backoffice/store\"\n",
	}, []string{"cmd/drill/a.go:3"}},
	{"SQL stands in its files", sqlInItsFiles, map[string]string{
		"store/users.go":        "package store\nconst a = `SELECT id\nFROM users`\nconst b = \"Select a person from the list.\"\nconst c = \"DELETE FROM users\"\nconst d = \"update users set name = ?1\"\nconst e = \"UPDATED 3 SETS\"\n",
		"store/users_sql.go":    "package store\nconst f = `SELECT id FROM users`\n",
		"store/a_test.go":       "package store\nconst g = `SELECT id FROM users`\n",
		"handlers/users_sql.go": "package handlers\nconst h = `INSERT INTO users`\n",
	}, []string{"store/users.go:2", "store/users.go:5", "store/users.go:6", "handlers/users_sql.go:2"}},
	{"htmx headers stand in their files", htmxInItsFiles, map[string]string{
		"handlers/users.go":  "package handlers\nconst a = \"HX-Trigger\"\nconst b = \"hx-get\"\nconst c = \"Hx-Request\"\n",
		"handlers/htmx.go":   "package handlers\nconst d = \"HX-Trigger\"\n",
		"components/htmx.go": "package components\nconst e = \"HX-Source\"\n",
	}, []string{"handlers/users.go:2", "handlers/users.go:4", "components/htmx.go:2"}},
	{"RenewToken stands in sessions.go", renewTokenInSessions, map[string]string{
		"handlers/login.go":    "package handlers\nfunc f() { s.RenewToken(ctx) }\n",
		"handlers/sessions.go": "package handlers\nfunc g() { s.RenewToken(ctx) }\n",
	}, []string{"handlers/login.go:2"}},
	{"the clock is passed in", clockIsPassedIn, map[string]string{
		"components/a.go":    "package components\nimport clock \"time\"\nvar a = clock.Now\n",
		"store/a.go":         "package store\nimport \"time\"\nvar a = time.Now()\nvar b = time.Since(a)\nvar c = time.Second\n",
		"store/store.go":     "package store\nimport \"time\"\nvar a = time.Now\n",
		"handlers/server.go": "package handlers\nimport \"time\"\nvar a = time.Now\n",
		"cmd/x/a.go":         "package main\nimport \"time\"\nvar a = time.Now\n",
	}, []string{"components/a.go:3", "store/a.go:3", "store/a.go:4"}},
	{"no init and no panic", noInitNoPanic, map[string]string{
		"store/a.go":       "package store\nfunc init() {}\nfunc f() { panic(1) }\nfunc (t T) init() {}\n",
		"store/a_test.go":  "package store\nfunc g() { panic(1) }\n",
		"store/x_templ.go": "// Code generated by templ - DO NOT EDIT.\n\npackage store\nfunc h() { panic(1) }\n",
	}, []string{"store/a.go:2", "store/a.go:3"}},
	{"markup is safe", markupIsSafe, map[string]string{
		"components/a.templ": "package components\n@templ.Raw(x)\n<p style=\"x\">\n<script>alert(1)</script>\n<script src={ x } defer></script>\n" +
			"<b hx-on:click=\"x\">\n<b hx-vals=\"js:{}\">\n<b hx-trigger=\"click[ctrlKey]\">\n<b onclick=\"x\">\nscript f() {\n// style= in a comment\n<link rel=\"stylesheet\" href={ x }/>\n<b hx-trigger=\"submit, session:restored\" data-on=\"x\">\n<script src=\"x\">alert(1)</script>\n",
		"components/a.go": "package components\nimport \"github.com/a-h/templ\"\nvar a = templ.Raw(x)\nvar b = \"js:x\"\nvar c = \"hx-on:click\"\n",
		letterFile:        "package components\n<style>\n<p style=\"x\">\n",
	}, []string{letterFile + ":3", "components/a.templ:2", "components/a.templ:3", "components/a.templ:4", "components/a.templ:6", "components/a.templ:7",
		"components/a.templ:8", "components/a.templ:9", "components/a.templ:10", "components/a.templ:14", "components/a.go:3", "components/a.go:4", "components/a.go:5"}},
	{"the top level is fixed", onlyTheRooms, map[string]string{
		"docs/a.md": "", "util/a.go": "package util\n", "store/a.go": "package store\n", ".ci/run": "", "go.mod": "", "people.db-wal": "",
	}, []string{"docs:1", "util:1"}},
}

func TestArchitecture(t *testing.T) {
	if storetest.OnPostgres() {
		return // about no data
	}
	real, err := readSource(os.DirFS(repoRoot))
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range archRules {
		t.Run(rule.name, func(t *testing.T) {
			checkTheChecker(t, rule.check, rule.bad, rule.sees)
			for _, complaint := range slices.Sorted(slices.Values(rule.check(real))) {
				t.Error(complaint)
			}
		})
	}
}

// checkTheChecker runs a rule over a tree that breaks it and compares the
// places ("file:line") it complains about.
func checkTheChecker(t *testing.T, check func(*source) []string, bad map[string]string, want []string) {
	t.Helper()
	tree := fstest.MapFS{}
	for name, text := range bad {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	s, err := readSource(tree)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, complaint := range check(s) {
		got = append(got, strings.Join(strings.SplitN(complaint, ":", 3)[:2], ":"))
	}
	slices.Sort(got)
	got = slices.Compact(got)
	want = slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		t.Fatalf("the rule does not work: it sees %v in the tree that breaks it, want %v", got, want)
	}
}
