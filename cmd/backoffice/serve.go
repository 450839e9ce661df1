package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime/debug"
	"strings"
	"time"

	"backoffice/handlers"
	"backoffice/store"
)

// serveCmd runs the back office.
type serveCmd struct {
	Addr            string        `env:"BACKOFFICE_ADDR" default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Where to listen."`
	PublicURL       string        `name:"public-url" env:"BACKOFFICE_PUBLIC_URL" placeholder:"URL" help:"The address people use, such as https://office.example.com. With https the cookie is Secure and named __Host-…: set it behind a proxy that speaks TLS."`
	Brand           string        `env:"BACKOFFICE_BRAND" default:"Backoffice" help:"The organisation's name, shown on every page."`
	TimeZone        string        `env:"BACKOFFICE_TIME_ZONE" default:"UTC" placeholder:"ZONE" help:"The time zone that times are shown in, such as Europe/Madrid."`
	TrustedProxies  []string      `env:"BACKOFFICE_TRUSTED_PROXIES" placeholder:"NETWORK" help:"Networks of proxies, separated by commas, that are believed whom they forward."`
	ForwardedHeader string        `env:"BACKOFFICE_FORWARDED_HEADER" enum:"x-forwarded-for,forwarded" default:"x-forwarded-for" help:"The header that they write whom they forward into: ${enum}. The other one is never believed, and no header changes what is said of HTTPS: that is for --public-url."`
	IdleTimeout     time.Duration `env:"BACKOFFICE_IDLE_TIMEOUT" default:"30m" help:"Sign people out after so long without activity."`
	AbsoluteTimeout time.Duration `env:"BACKOFFICE_ABSOLUTE_TIMEOUT" default:"12h" help:"Sign people out so long after they signed in."`
	MetricsAddr     string        `env:"BACKOFFICE_METRICS_ADDR" placeholder:"HOST:PORT" help:"Where a Prometheus finds /metrics. Off unless set, and never on the public address."`
	tlsFlags
	backups
	mailFlags
	Drain time.Duration `env:"BACKOFFICE_DRAIN" default:"1s" help:"When told to stop, answer for so long while /readyz says that it is stopping: longer than a balancer's interval, if there is one."`
}

// Run serves until the context ends, then finishes what runs.
func (c *serveCmd) Run(all *cli, env *environment) error {
	config, err := c.config(env, all.DB)
	if err != nil {
		return err
	}
	db, err := all.openWith(env, store.Config{IdleTimeout: c.IdleTimeout, AbsoluteTimeout: c.AbsoluteTimeout, Brand: c.Brand})
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.CheckKeys(env.ctx); err != nil {
		return fmt.Errorf("%s: %w", keysFrom(env), err)
	}
	limitMemory(env)
	sockets, err := inherit(env.getenv)
	if err != nil {
		return err
	}
	run := &service{log: env.log, drain: c.Drain, inherited: sockets}
	defer run.forget()
	config.Store, config.Draining = db, run.draining.Load
	figures := newMonitor(db, time.Now())
	if c.MetricsAddr != "" {
		config.Observe = figures.observe
	}
	base, err := c.listen(run, config)
	if err == nil {
		err = c.listenForMonitor(run, figures)
	}
	if err != nil {
		return err
	}
	if err := run.leftOver(); err != nil {
		return err
	}
	if err := firstAdmin(env, db, base); err != nil {
		return err
	}
	db.KeepSearch(func(err error) { env.log.Error("the index of the search is behind", "cause", err.Error()) })
	run.beside = append(run.beside, giveBack, func(ctx context.Context) { tidy(ctx, env.log, db) })
	if c.mailFlags.on() {
		c.deliver(config, db, env.log)
	}
	if c.BackupDir != "" {
		figures.backups = &c.backups
		run.beside = append(run.beside, func(ctx context.Context) { c.backups.run(ctx, db, env.log) })
	}
	run.announce(env.stdout)
	return run.run(env.ctx)
}

// listen opens the back office's own address, and gives the one that people use.
func (c *serveCmd) listen(run *service, config handlers.Config) (string, error) {
	handler, err := handlers.New(config)
	if errors.Is(err, handlers.ErrPublicURL) {
		return "", wrongSetting("public-url", "must be like https://office.example.com, without a path.")
	}
	if err != nil {
		return "", err
	}
	d, err := run.listen("addr", c.Addr, handler)
	if err != nil {
		return "", err
	}
	at := "http://" + reachable(d.listener.Addr())
	if c.tlsFlags.on() {
		at = "https://" + reachable(d.listener.Addr())
		if err := c.secure(run, d, strings.TrimSuffix(config.PublicURL, "/")); err != nil {
			return "", err
		}
	}
	d.says = "Backoffice listens on " + at + " (Ctrl+C stops it)"
	if config.PublicURL != "" {
		at = strings.TrimSuffix(config.PublicURL, "/")
	}
	return at, nil
}

// secure lets the back office's own address speak TLS, and the one for plain
// HTTP send people there.
func (c *serveCmd) secure(run *service, d *door, origin string) error {
	config, beforeHTTP, err := c.tlsFlags.config(run.log)
	if err != nil {
		return err
	}
	d.TLSConfig = config
	if c.HTTPAddr == "" {
		return nil
	}
	_, port, _ := net.SplitHostPort(d.listener.Addr().String())
	plain, err := run.listen("http-addr", c.HTTPAddr, beforeHTTP(toHTTPS(origin, port)))
	if err != nil {
		return err
	}
	plain.says = "Plain HTTP at http://" + plain.listener.Addr().String() + " leads there"
	return nil
}

// listenForMonitor opens the address for figures, if it was wished for.
func (c *serveCmd) listenForMonitor(run *service, m *monitor) error {
	if c.MetricsAddr == "" {
		return nil
	}
	d, err := run.listen("metrics-addr", c.MetricsAddr, m.handler())
	if err == nil {
		d.says = "Metrics at http://" + d.listener.Addr().String() + "/metrics"
	}
	return err
}

func (c *serveCmd) config(env *environment, db string) (handlers.Config, error) {
	zone, err := time.LoadLocation(c.TimeZone)
	if err != nil {
		return handlers.Config{}, wrongSetting("time-zone", "%q is no time zone such as Europe/Madrid.", c.TimeZone)
	}
	if c.IdleTimeout < time.Second || c.AbsoluteTimeout < c.IdleTimeout {
		return handlers.Config{}, wrongSetting("idle-timeout", "must be at least a second, and --absolute-timeout no shorter than it.")
	}
	if c.Drain < 0 {
		return handlers.Config{}, wrongSetting("drain", "cannot be less than nothing.")
	}
	public := c.PublicURL
	if public == "" && len(c.ACMEHost) > 0 {
		public = "https://" + c.ACMEHost[0]
	}
	if err := cmp.Or(c.tlsFlags.check(c.PublicURL), c.backups.check(db), c.mailFlags.check(public)); err != nil {
		return handlers.Config{}, err
	}
	proxies, err := parseNetworks(c.TrustedProxies)
	return handlers.Config{Brand: c.Brand, PublicURL: public, TLS: c.tlsFlags.on(), TrustedProxies: proxies,
		Forwarded: c.ForwardedHeader == "forwarded", Location: zone, Log: env.log,
		Mail: c.mailFlags.on()}, err
}

// firstAdmin makes the first admin from the environment, or prints the
// one-time link that makes them. The link goes to standard output, not to the
// log: it is a secret until it is used.
func firstAdmin(env *environment, db *store.Store, base string) error {
	if email := env.getenv("BACKOFFICE_ADMIN_EMAIL"); email != "" {
		name := env.getenv("BACKOFFICE_ADMIN_NAME")
		if name == "" {
			name, _, _ = strings.Cut(email, "@")
		}
		made, err := db.EnsureAdmin(env.ctx, store.NewUser{Name: name, Email: email, Password: env.getenv("BACKOFFICE_ADMIN_PASSWORD")})
		if err != nil {
			return namedSettings(err)
		}
		if made {
			fmt.Fprintf(env.stdout, "Made the first admin, %s\n", email)
		}
		return nil
	}
	for _, name := range []string{"BACKOFFICE_ADMIN_PASSWORD", "BACKOFFICE_ADMIN_NAME"} {
		if env.getenv(name) != "" {
			return &store.Error{Kind: store.Invalid, Message: "BACKOFFICE_ADMIN_EMAIL is missing: without it, " + name + " makes nobody."}
		}
	}
	token, err := db.NewSetupToken(env.ctx)
	if err != nil || token == "" {
		return err
	}
	fmt.Fprintf(env.stdout, "\nThere is no admin yet. Open this link once to make the first one:\n\n    %s/setup/%s\n\n", base, token)
	return nil
}

// namedSettings tells what is wrong with the first admin by the names of the
// settings that it came from.
func namedSettings(err error) error {
	e, ok := err.(*store.Error)
	if !ok || len(e.Fields) == 0 {
		return fmt.Errorf("BACKOFFICE_ADMIN_EMAIL: %w", err)
	}
	named := store.Error{Kind: e.Kind, Message: e.Message, Fields: map[string]string{}}
	for field, problem := range e.Fields {
		named.Fields["BACKOFFICE_ADMIN_"+strings.ToUpper(field)] = problem
	}
	return &named
}

// limitMemory sets how Go collects garbage, unless the environment says it.
func limitMemory(env *environment) {
	if env.getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if env.getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
}

// gcPercent lets garbage grow to four times what is kept before it is
// collected. Little is kept and a page leaves much: collecting as often as Go
// does by itself costs a tenth of all work. GOGC in the environment overrules it.
const gcPercent = 400

// memoryLimit is when garbage is collected sooner than gcPercent asks for: two
// sign-ins have 40 MB at hand for a moment, and five times that would be the
// largest thing in the process. What SQLite keeps and the program itself come
// on top. GOMEMLIMIT in the environment overrules it.
const memoryLimit = 60 << 20

// giveBackEvery is how long the memory of a burst is kept for the next one.
const giveBackEvery = 15 * time.Second

// giveBack returns memory to the system, which Go by itself does slowly: each
// sign-in takes 19 MB for a moment.
func giveBack(ctx context.Context) {
	ticker := time.NewTicker(giveBackEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			debug.FreeOSMemory()
		case <-ctx.Done():
			return
		}
	}
}

// lookForWork is how often it is looked whether something has to be done that
// one program at a time does. To look costs next to nothing.
const lookForWork = time.Minute

// tidy removes what has run out, whenever that is due and no other program does it.
func tidy(ctx context.Context, log *slog.Logger, db *store.Store) {
	ticker := time.NewTicker(lookForWork)
	defer ticker.Stop()
	for {
		purged, _, err := db.Tidy(ctx)
		if err != nil && ctx.Err() == nil {
			log.Error("tidying up failed", "cause", err.Error())
		}
		if purged > 0 {
			log.Info("removed for good", "people", purged)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}
