package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

func readDeploy(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(repoRoot, "deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// takes says that the program takes a command line. It does not run it.
func takes(t *testing.T, file string, args []string) {
	t.Helper()
	parser, err := kong.New(&cli{}, kong.Name("backoffice"), kong.Vars{"version": ""}, kong.Bind(&settings{getenv: func(string) string { return "" }}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(args); err != nil {
		t.Errorf("%s: backoffice %s: %v", file, strings.Join(args, " "), err)
	}
}

var (
	settingName = regexp.MustCompile(`BACKOFFICE_[A-Z_]+`)
	execStart   = regexp.MustCompile(`(?m)^ExecStart=\S+ (.*)$`)
	podArgs     = regexp.MustCompile(`(?m)^ *args: (\[.*\])$`)
	probedPath  = regexp.MustCompile(`(?:path: |health_uri |httpchk GET )(/[a-z]+)`)
)

// TestDeployKnowsTheProgram holds the examples of deploy against the program:
// every setting, command line and probe that they name is there.
func TestDeployKnowsTheProgram(t *testing.T) {
	t.Parallel()
	p := startProgram(t, nil)
	files, err := os.ReadDir(filepath.Join(repoRoot, "deploy"))
	if err != nil || len(files) < 7 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	parser, err := kong.New(&cli{}, kong.Name("backoffice"), kong.Vars{"version": ""})
	if err != nil {
		t.Fatal(err)
	}
	known := settingNames(parser.Model.Node)
	for _, f := range files {
		text := readDeploy(t, f.Name())
		for _, name := range settingName.FindAllString(text, -1) {
			if !known[name] {
				t.Errorf("%s: %s is no setting", f.Name(), name)
			}
		}
		for _, probe := range probedPath.FindAllStringSubmatch(text, -1) {
			if r, _ := once(t, p.URL, call{path: probe[1]}); probe[1] != "/data" && probe[1] != "/tmp" && r.StatusCode != 200 {
				t.Errorf("%s: %s is answered %s", f.Name(), probe[1], r.Status)
			}
		}
	}
	service := execStart.FindStringSubmatch(readDeploy(t, "backoffice.service"))
	takes(t, "backoffice.service", strings.Fields(strings.ReplaceAll(service[1], "/etc/backoffice/backoffice.conf", filepath.Join(repoRoot, "deploy", "backoffice.conf"))))
	for _, name := range []string{"kubernetes.yaml", "kubernetes-postgres.yaml"} {
		var args []string
		if err := json.Unmarshal([]byte(podArgs.FindStringSubmatch(readDeploy(t, name))[1]), &args); err != nil {
			t.Fatal(err)
		}
		takes(t, name, args)
	}
}

// TestSystemdTakesTheUnits asks systemd, where it is.
func TestSystemdTakesTheUnits(t *testing.T) {
	t.Parallel()
	verify, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Log("there is no systemd-analyze here")
		return
	}
	folder := t.TempDir()
	for _, name := range []string{"backoffice.service", "backoffice.socket"} {
		unit := strings.ReplaceAll(readDeploy(t, name), "/usr/local/bin/backoffice", "/bin/true")
		put(t, filepath.Join(folder, name), []byte(unit))
	}
	out, err := exec.Command(verify, "verify", filepath.Join(folder, "backoffice.service"), filepath.Join(folder, "backoffice.socket")).CombinedOutput()
	if err != nil || bytes.Contains(out, []byte("backoffice.")) {
		t.Errorf("%v\n%s", err, out)
	}
}
