package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

// tlsFlags let the program speak TLS by itself, without a proxy before it.
type tlsFlags struct {
	TLSCert  string   `name:"tls-cert" env:"BACKOFFICE_TLS_CERT" placeholder:"FILE" help:"A certificate with its chain, in PEM: --addr then speaks TLS. The files are read anew when they change."`
	TLSKey   string   `name:"tls-key" env:"BACKOFFICE_TLS_KEY" placeholder:"FILE" help:"The key of the certificate."`
	ACMEHost []string `name:"acme-host" env:"BACKOFFICE_ACME_HOST" placeholder:"NAME" help:"Names, separated by commas, to get certificates for from Let's Encrypt, whose terms you accept by that. Port 443 has to lead to --addr, or port 80 to --http-addr."`
	ACMEDir  string   `name:"acme-dir" env:"BACKOFFICE_ACME_DIR" default:"acme" placeholder:"FOLDER" help:"Where these certificates and their keys are kept."`
	ACMECA   string   `name:"acme-ca" env:"BACKOFFICE_ACME_CA" placeholder:"URL" help:"Another authority that speaks ACME than Let's Encrypt."`
	HTTPAddr string   `name:"http-addr" env:"BACKOFFICE_HTTP_ADDR" placeholder:"HOST:PORT" help:"Where to listen for plain HTTP, to send people on to HTTPS."`
}

func (f *tlsFlags) on() bool { return f.TLSCert != "" || len(f.ACMEHost) > 0 }

// check refuses half a configuration, and one that would be less safe than it
// looks.
func (f *tlsFlags) check(publicURL string) error {
	switch {
	case (f.TLSCert == "") != (f.TLSKey == ""):
		return wrongSetting("tls-cert", "and --tls-key belong together.")
	case f.TLSCert != "" && len(f.ACMEHost) > 0:
		return wrongSetting("acme-host", "and --tls-cert are two ways to have a certificate: choose one.")
	case f.HTTPAddr != "" && !f.on():
		return wrongSetting("http-addr", "sends people on to HTTPS, which --tls-cert or --acme-host begins.")
	case f.on() && strings.HasPrefix(publicURL, "http:"):
		return wrongSetting("public-url", "has to begin with https: while --tls-cert or --acme-host is set.")
	}
	for _, name := range f.ACMEHost {
		if !isPublicName(name) {
			return wrongSetting("acme-host", "holds %q, which is no name such as office.example.com.", name)
		}
	}
	if len(f.ACMEHost) == 0 {
		return nil
	}
	if u, err := url.Parse(f.ACMECA); f.ACMECA != "" && (err != nil || !strings.HasPrefix(u.Scheme, "http") || u.Host == "") {
		return wrongSetting("acme-ca", "must be like https://ca.example.com/directory.")
	}
	return usable("acme-dir", f.ACMEDir)
}

// config says how to speak TLS, and what stands before the handler of plain HTTP.
func (f *tlsFlags) config(log *slog.Logger) (*tls.Config, func(http.Handler) http.Handler, error) {
	if len(f.ACMEHost) > 0 {
		m := &autocert.Manager{Prompt: autocert.AcceptTOS, HostPolicy: autocert.HostWhitelist(f.ACMEHost...), Cache: autocert.DirCache(f.ACMEDir)}
		if f.ACMECA != "" {
			m.Client = &acme.Client{DirectoryURL: f.ACMECA}
		}
		config := m.TLSConfig()
		config.GetCertificate = f.told(log, m.GetCertificate)
		return config, m.HTTPHandler, nil
	}
	c := &certificate{files: [2]string{f.TLSCert, f.TLSKey}, log: log}
	if err := c.load(); err != nil {
		return nil, nil, fmt.Errorf("--tls-cert, --tls-key: %w", err)
	}
	return &tls.Config{GetCertificate: c.current}, func(h http.Handler) http.Handler { return h }, nil
}

// told logs why there is no certificate for a name that should have one. Whoever
// asks for other names is no news.
func (f *tlsFlags) told(log *slog.Logger, get certificateGetter) certificateGetter {
	return func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		c, err := get(hello)
		if err != nil && slices.Contains(f.ACMEHost, hello.ServerName) {
			log.Error("no certificate", "host", hello.ServerName, "cause", err.Error())
		}
		return c, err
	}
}

type certificateGetter = func(*tls.ClientHelloInfo) (*tls.Certificate, error)

// isPublicName reports whether an authority may give a certificate for a name.
func isPublicName(name string) bool {
	return strings.Contains(strings.Trim(name, "."), ".") && !strings.ContainsAny(name, "/:*@ ") && net.ParseIP(name) == nil
}

// certificate is a certificate that is read anew when its files change.
type certificate struct {
	files [2]string // certificate and key
	log   *slog.Logger

	mu    sync.Mutex
	stamp [2]fs.FileInfo // of the files when they were read
	is    *tls.Certificate
}

// current gives the certificate for a new connection. One that cannot be read,
// perhaps because only one of the files has been replaced yet, changes nothing.
func (c *certificate) current(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changed() {
		if err := c.load(); err != nil {
			c.log.Error("the certificate was not read anew", "cause", err.Error())
		}
	}
	return c.is, nil
}

func (c *certificate) changed() bool {
	for i, file := range c.files {
		now, err := os.Stat(file)
		was := c.stamp[i]
		if (err == nil) != (was != nil) {
			return true
		}
		if err == nil && (!now.ModTime().Equal(was.ModTime()) || now.Size() != was.Size() || !os.SameFile(now, was)) {
			return true
		}
	}
	return false
}

// load reads the files. What was tried is remembered, so that a failure is told
// once.
func (c *certificate) load() error {
	var errs []error
	for i, file := range c.files {
		var err error
		c.stamp[i], err = os.Stat(file)
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	is, err := tls.LoadX509KeyPair(c.files[0], c.files[1])
	if err == nil {
		c.is = &is
	}
	return err
}

// toHTTPS sends people who came by plain HTTP on to the same page by HTTPS: at
// origin, or, when that is not set, under the name they asked for at port.
func toHTTPS(origin, port string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		to := origin
		if to == "" {
			to = httpsOrigin(r.Host, port)
		}
		if to == "" || !strings.HasPrefix(r.URL.RequestURI(), "/") || r.Method != http.MethodGet && r.Method != http.MethodHead {
			http.Error(w, "Please use HTTPS.", http.StatusBadRequest) // what was sent was seen by others already
			return
		}
		w.Header().Set("Connection", "close")
		http.Redirect(w, r, to+r.URL.RequestURI(), http.StatusPermanentRedirect)
	})
}

// httpsOrigin gives the origin of a host by HTTPS, or "" for what is no host.
func httpsOrigin(host, port string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port != "443" {
		host += ":" + port
	}
	u, err := url.Parse("https://" + host)
	if err != nil || u.Host != host || u.Hostname() == "" {
		return ""
	}
	return "https://" + host
}
