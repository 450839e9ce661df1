package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kong"
)

// settings are what stands in the environment and in the file that --config
// names. What stands in the environment wins, and a flag wins over both.
type settings struct {
	getenv func(string) string
	file   map[string]string
}

// keySetting holds the keys themselves.
const keySetting = "BACKOFFICE_KEY"

// quietSettings have no flag: a password or a key on a command line could be seen by
// others.
var quietSettings = []struct{ name, help string }{
	{keySetting, "The keys themselves, instead of --key-file: one or several, newest first, with commas between them, each as a line of the file has it (32 bytes in base64). With it, no file is made or read, whatever --key-file says."},
	{"BACKOFFICE_ADMIN_EMAIL", "Make the first admin with this address, unattended, at the first start only."},
	{"BACKOFFICE_ADMIN_PASSWORD", "Their password."},
	{"BACKOFFICE_ADMIN_NAME", "Their name; without it, what stands before the @."},
}

// warnOfUnknown names what stands in the environment under a name that looks like a
// setting's and is none: a slip of the pen is no setting. It is not refused, because
// Kubernetes puts the addresses of a service of that name there.
func warnOfUnknown(w io.Writer, environ []string) {
	parser, err := kong.New(&cli{}, kong.Name("backoffice"), kong.Vars{"version": ""})
	if err != nil {
		return
	}
	known := settingNames(parser.Model.Node)
	for _, line := range environ {
		name, _, _ := strings.Cut(line, "=")
		if strings.HasPrefix(name, "BACKOFFICE_") && name != "BACKOFFICE_CONFIG" && !known[name] &&
			!strings.HasPrefix(name, "BACKOFFICE_PORT") && !strings.HasPrefix(name, "BACKOFFICE_SERVICE_") && !strings.HasPrefix(name, "BACKOFFICE_TEST_") {
			fmt.Fprintf(w, "backoffice: %s in the environment is no setting\n", name)
		}
	}
}

func (s *settings) get(name string) string {
	if v := s.getenv(name); v != "" {
		return v
	}
	return s.file[name]
}

// Resolve gives a flag that is not on the command line its value.
func (s *settings) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Envs {
		if v := s.get(name); v != "" {
			return v, nil
		}
	}
	return nil, nil
}

// Validate implements kong.Resolver. What a file says is checked as it is read.
func (s *settings) Validate(*kong.Application) error { return nil }

// BeforeResolve reads the file with settings, before the flags get their values.
func (c *cli) BeforeResolve(k *kong.Context, s *settings) error {
	path := s.getenv("BACKOFFICE_CONFIG")
	for _, f := range k.Model.Flags {
		if given, ok := k.FlagValue(f).(string); ok && f.Name == "config" && given != "" {
			path = given
		}
	}
	if path == "" {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("--config: %w", err)
	}
	defer f.Close()
	s.file = map[string]string{}
	known, lines := settingNames(k.Model.Node), bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		if problem := s.readLine(lines.Text(), known); problem != "" {
			return fmt.Errorf("--config: %s, line %d: %s", path, n, problem)
		}
	}
	return lines.Err()
}

// readLine takes a line as systemd's EnvironmentFile has them, and says what is
// wrong with it. It does not repeat the value, which may be a password.
func (s *settings) readLine(line string, known map[string]bool) (problem string) {
	line = strings.TrimSpace(line)
	if line == "" || line[0] == '#' || line[0] == ';' {
		return ""
	}
	name, value, ok := strings.Cut(line, "=")
	if name, value = strings.TrimSpace(name), strings.TrimSpace(value); !ok {
		return "no KEY=value"
	}
	if !known[name] {
		return name + " is no setting"
	}
	if _, twice := s.file[name]; twice {
		return name + " stands there twice"
	}
	if value != "" && strings.ContainsRune(`"'`, rune(value[0])) {
		if len(value) < 2 || value[len(value)-1] != value[0] {
			return name + " has a quote that is not closed"
		}
		value = value[1 : len(value)-1]
	}
	s.file[name] = value
	return ""
}

// settingNames are the names that may stand in a file.
func settingNames(n *kong.Node) map[string]bool {
	names := map[string]bool{}
	for _, one := range quietSettings {
		names[one.name] = true
	}
	for _, at := range append([]*kong.Node{n}, n.Children...) {
		for _, f := range at.Flags {
			for _, name := range f.Envs {
				names[name] = name != "BACKOFFICE_CONFIG" // a file does not name another
			}
		}
	}
	return names
}
