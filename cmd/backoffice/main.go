// Command backoffice is the users' back office: a web server with its data in
// one SQLite file or in PostgreSQL, and the command line beside it.
//
// run is split from main, so that the browser tests start the real program on
// port 0. One file per sub-command.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/netip"
	"os"
	"os/signal"
	"os/user"
	"slices"
	"strings"
	"syscall"

	"backoffice/store"

	"github.com/alecthomas/kong"
)

// Exit codes that scripts can rely on.
const (
	exitOK       = 0
	exitFailed   = 1 // a fault: no file, no port, no database
	exitUsage    = 2 // the command line is wrong, or a value breaks a rule
	exitRefused  = 3 // a rule forbids it, such as "the last admin"
	exitNotFound = 4 // there is no such person
	exitBroken   = 5 // audit verify: the trail is not as it was written
)

// cli is every command and flag. Each flag may stand in the environment and in a
// file too. The helps of settings are the table of the README.
type cli struct {
	Config            string `env:"BACKOFFICE_CONFIG" placeholder:"FILE" help:"A file with settings, a line KEY=value each, by their names in the environment. What stands in the environment itself wins, and a flag wins over both."`
	DB                string `name:"db" env:"BACKOFFICE_DB" default:"backoffice.db" placeholder:"FILE" help:"Where all data is: a SQLite file, which is made when missing, or PostgreSQL, as postgres://user:password@host/database. Of several hosts, separated by commas, the one that takes changes is used; one on another machine is spoken to by TLS and its certificate verified, unless sslmode in the address says otherwise."`
	KeyFile           string `env:"BACKOFFICE_KEY_FILE" placeholder:"FILE" help:"The keys that seal what must be read again, such as the seeds of authenticator apps; made when missing. Without it, the data file with .key behind its name, and for PostgreSQL backoffice.key in the working folder. Every instance needs the same file, and a copy belongs apart from the backups."`
	BreachedPasswords string `env:"BACKOFFICE_BREACHED_PASSWORDS" placeholder:"FILE" help:"A list of passwords that have come out elsewhere, of which no new one may be: SHA-1 digests in order, as Have I Been Pwned publishes them. It is searched on the disk, and no network is asked."`
	LogFormat         string `env:"BACKOFFICE_LOG_FORMAT" enum:"text,json" default:"text" help:"How the log on standard error is written: ${enum}."`
	LogLevel          string `env:"BACKOFFICE_LOG_LEVEL" enum:"debug,info,warn,error" default:"info" help:"What is logged: ${enum} and above."`

	Version kong.VersionFlag `help:"Say what this program was built from."`

	Serve   serveCmd   `cmd:"" default:"withargs" help:"Run the back office (this is what happens without a command)."`
	User    userCmd    `cmd:"" help:"Look after people from the command line, by the same rules as in the browser. Works while the server runs."`
	Import  importCmd  `cmd:"" help:"Bring a file of people in: CSV or TSV. Works while the server runs."`
	Export  exportCmd  `cmd:"" help:"Write people to a file: CSV, Excel or JSON."`
	Demo    demoCmd    `cmd:"" help:"Add people who do not exist, to look around or to measure with."`
	Backup  backupCmd  `cmd:"" help:"Copy the database to a file, in one state and examined. Works while the server runs."`
	Restore restoreCmd `cmd:"" help:"Put a backup in the place of the database, after it was examined. The server must not run; the database that was there is kept."`
	Copy    copyCmd    `cmd:"" help:"Copy everything from one database to another, of either kind: all of it or, cut off, nothing. What people change in the source after it has begun is not copied: to move, stop the server first."`
	Keys    keysCmd    `cmd:"" help:"The key file."`
	Audit   auditCmd   `cmd:"" help:"The audit trail."`
}

// environment is what a command works with besides its flags.
type environment struct {
	ctx    context.Context
	getenv func(string) string
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	log    *slog.Logger
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // who asks twice does not want to wait
	warnOfUnknown(os.Stderr, os.Environ())
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}

const description = `The users' back office: sign in, find people, put things right.

Without a command it serves on 127.0.0.1:8080, with its data in backoffice.db,
and prints a one-time link that makes the first admin.

Unattended, BACKOFFICE_ADMIN_EMAIL and BACKOFFICE_ADMIN_PASSWORD make the first
admin instead (and BACKOFFICE_ADMIN_NAME names them). BACKOFFICE_KEY holds keys
that would lie in --key-file otherwise.

Exit codes: 0 done, 1 fault, 2 wrong usage or value, 3 refused by a rule,
4 nobody found, 5 the audit trail was tampered with.`

// run is the whole program. It gives the exit code.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	var c cli
	exited := -1
	set := &settings{getenv: getenv}
	parser, err := kong.New(&c, kong.Bind(set), kong.Name("backoffice"), kong.Description(description), kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { exited = code }), kong.Resolvers(set), kong.Vars{"version": versionText()}, kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(stderr, "backoffice:", err)
		return exitFailed
	}
	k, err := parser.Parse(args)
	if exited >= 0 {
		return exited // --help
	}
	if err != nil {
		fmt.Fprintf(stderr, "backoffice: %v\nTry: backoffice --help\n", err)
		return exitUsage
	}
	env := &environment{ctx, set.get, stdin, stdout, stderr, newLog(stderr, c.LogFormat, c.LogLevel)}
	if err := k.Run(&c, env); err != nil {
		return complain(stderr, err)
	}
	return exitOK
}

func newLog(w io.Writer, format, level string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	o := &slog.HandlerOptions{Level: l}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// errTampered says that the audit trail is broken.
var errTampered = errors.New("the audit trail is not as it was written")

// wrongSetting refuses the value of a flag, by the flag's name.
func wrongSetting(flag, format string, args ...any) error {
	return &store.Error{Kind: store.Invalid, Message: "--" + flag + " " + fmt.Sprintf(format, args...)}
}

// complain tells a person what went wrong and gives the exit code.
func complain(w io.Writer, err error) int {
	var e *store.Error
	if !errors.As(err, &e) {
		fmt.Fprintln(w, "backoffice:", err)
		if errors.Is(err, errTampered) {
			return exitBroken
		}
		return exitFailed
	}
	if len(e.Fields) == 0 {
		fmt.Fprintln(w, "backoffice:", e.Message)
	}
	for _, field := range slices.Sorted(maps.Keys(e.Fields)) {
		fmt.Fprintf(w, "backoffice: %s: %s\n", field, e.Fields[field])
	}
	switch e.Kind {
	case store.Invalid, store.Conflict:
		return exitUsage
	case store.NotFound:
		return exitNotFound
	}
	return exitRefused
}

// AfterApply reads where the data is, for every command alike.
func (c *cli) AfterApply() (err error) {
	if c.DB, err = locate("db", c.DB); err != nil {
		return errors.New(store.Explain(err).Message)
	}
	return nil
}

// locate reads the name of a database that stands in a flag. It does not repeat a
// wrong one, which may hold a password.
func locate(flag, name string) (string, error) {
	db, err := store.Locate(name)
	if err != nil {
		err = wrongSetting(flag, "names no database. That is a file, as people.db or sqlite:people.db, or an address of PostgreSQL, as postgres://user:password@host/database.")
	}
	return db, err
}

// openWith opens the database with what a command has to say besides.
func (c *cli) openWith(env *environment, config store.Config) (*store.Store, error) {
	config.DB, config.KeyFile, config.BreachedPasswords, config.Log = c.DB, c.KeyFile, c.BreachedPasswords, env.log
	config.Keys = env.getenv(keySetting)
	db, err := store.Open(env.ctx, config)
	if errors.Is(err, store.ErrKeys) {
		return nil, &store.Error{Kind: store.Invalid, Message: keySetting + strings.TrimPrefix(err.Error(), store.ErrKeys.Error()) + "."}
	}
	if errors.Is(err, store.ErrBreachedFile) {
		return nil, wrongSetting("breached-passwords", "%s", strings.TrimPrefix(err.Error(), "store: "))
	}
	return db, err
}

// actor is the command line as the audit trail shows it.
func actor() store.Actor {
	who := "unknown"
	if u, err := user.Current(); err == nil {
		who = u.Username
	}
	return store.Actor{Kind: store.Command, Agent: "command line as " + who, Request: "cmd-" + strings.ToLower(rand.Text()[:8])}
}

// readPassword reads one line.
func readPassword(r io.Reader) (string, error) {
	b, err := io.ReadAll(io.LimitReader(r, 4096))
	if err != nil {
		return "", err
	}
	line, _, _ := strings.Cut(string(b), "\n")
	return strings.TrimSuffix(line, "\r"), nil
}

func parseNetworks(list []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, s := range list {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			a, aerr := netip.ParseAddr(s)
			if aerr != nil {
				return nil, wrongSetting("trusted-proxies", "holds %q, which is no network such as 10.0.0.0/8.", s)
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		out = append(out, p)
	}
	return out, nil
}
