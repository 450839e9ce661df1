// Command storybook serves every component in every state, on its own and
// without a database, and takes pictures of them.
//
//	go run ./cmd/storybook                         # http://127.0.0.1:8081
//	go run ./cmd/storybook --screenshots DIR       # PNGs: light and dark, 1280 and 390 wide
//	go run ./cmd/storybook --screenshots DIR --only users-list
//	go run ./cmd/storybook --screenshots cmd/storybook/pictures --readme
//	go run ./cmd/storybook --screenshots cmd/storybook/pictures --doors
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "storybook:", err)
		os.Exit(1)
	}
}

// run serves the stories until ctx ends, or only as long as it takes to make
// the pictures.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("storybook", flag.ContinueOnError)
	addr := flags.String("addr", "127.0.0.1:8081", "address to serve on")
	dir := flags.String("screenshots", "", "make pictures in this folder, then stop")
	only := flags.String("only", "", "make pictures of these stories only, with commas between them")
	readme := flags.Bool("readme", false, "make the pictures of the README only")
	ways := flags.Bool("doors", false, "make sheets of the ways in only: signing in, second factors, sessions, invitations")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *dir != "" {
		*addr = "127.0.0.1:0"
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", *addr)
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: newHandler(stories()), ReadHeaderTimeout: 5 * time.Second}
	defer srv.Close()
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()

	base := "http://" + ln.Addr().String()
	if *dir != "" && *ways {
		return takeSheets(ctx, base, *dir, out)
	}
	if *dir != "" {
		return takePictures(ctx, base, *dir, chosen(*only, *readme), out)
	}
	fmt.Fprintln(out, "storybook on", base)
	select {
	case <-ctx.Done():
		return nil
	case err := <-served:
		return err
	}
}
