// Command drill starts the real program, plays its staff, lets things go wrong,
// and counts what was acknowledged and is not there.
//
//	go run ./cmd/drill soak                  # one instance on an SQLite file, ten minutes
//	go run ./cmd/drill soak --postgres       # two instances on one PostgreSQL
//	go run ./cmd/drill failover              # two instances behind HAProxy; the PostgreSQL under them dies
//
// It knows of the program what its users know: addresses, forms and commands.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

// cli are the drills.
type cli struct {
	Soak     soak     `cmd:"" help:"Work for long while faults are injected."`
	Failover failover `cmd:"" help:"Kill the primary of a PostgreSQL pair under two instances, and promote the standby."`
}

// crowd is who works.
type crowd struct {
	Staff int           `default:"8" help:"How many members of staff work."`
	Pace  time.Duration `default:"25ms" help:"How long one of them thinks between two requests, on average."`
	Seed  uint64        `help:"What decides everything that is left to chance; 0 takes another one each time."`
	Users int           `default:"2000" help:"How many people there are to look after."`
}

// tool is what every drill works with.
type tool struct {
	ctx    context.Context
	report io.Writer // Markdown
	log    io.Writer // what happens, as it happens
}

// errFailed says that the drill came to its end and found something.
var errFailed = errors.New("the drill failed")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is the whole program. It gives the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var c cli
	exited := -1
	parser, err := kong.New(&c, kong.Name("drill"), kong.Description("Plays the staff of a back office while things go wrong. The log goes to standard error, the report to standard output."),
		kong.Writers(stdout, stderr), kong.Exit(func(code int) { exited = code }))
	if err == nil {
		var k *kong.Context
		if k, err = parser.Parse(args); exited >= 0 {
			return exited
		}
		if err == nil {
			err = k.Run(&tool{ctx, stdout, stderr})
		}
	}
	if err != nil {
		fmt.Fprintln(stderr, "drill:", err)
		return 1
	}
	return 0
}
