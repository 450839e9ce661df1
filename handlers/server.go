// Package handlers turns requests into operations of the store and their
// results into components. New gives an http.Handler, so that any Go program
// can mount the back office inside its own server.
//
// A request goes through the chain in server.go, is looked up in the table in
// routes.go, passes the guard in guard.go, and reaches an action: a method that
// takes the request and gives a view, or an error. An action never writes:
// respond.go alone decides whether a view becomes a page, a fragment or a
// redirect, and errors.go what an error looks like.
package handlers

import (
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"backoffice/assets"
	"backoffice/store"

	"github.com/alexedwards/scs/v2"
	"github.com/klauspost/compress/gzhttp"
)

// Config is what the back office needs. Store is required; the zero value of
// each other field stands for its default.
type Config struct {
	Store *store.Store

	// Brand is the organisation's name, shown in the top bar and in titles.
	// Default "Backoffice".
	Brand string

	// PublicURL is the address people reach the back office by, such as
	// "https://office.example.com". With https the session cookie is Secure and
	// carries the __Host- prefix. Set it whenever a proxy stands before the
	// program. Default: whatever address is asked for, by plain HTTP.
	PublicURL string

	// TLS says that requests reach this very program by TLS: cookies are then
	// as with an https PublicURL. Default: what PublicURL says. No header of a
	// proxy is asked.
	TLS bool

	// TrustedProxies are the networks whose X-Forwarded-For is believed.
	// Default: none, and the header is ignored.
	TrustedProxies []netip.Prefix

	// Forwarded says that they write the Forwarded header of RFC 7239, which is
	// read instead. Default: X-Forwarded-For.
	Forwarded bool

	// Location is the time zone that times are shown in. Default UTC.
	Location *time.Location

	// Log receives the access log and the causes of internal errors. Default:
	// slog.Default().
	Log *slog.Logger

	// Draining reports whether the program is about to stop. /readyz then says
	// so, and connections are closed after the answer, so that their next
	// request goes elsewhere. Default: never.
	Draining func() bool

	// Mail says that what lies in the outbox of the store is posted, so that links
	// can go by mail. Default: they are shown once, to be handed over.
	Mail bool

	// Observe is told of each answered request, for figures. It has to be quick:
	// the connection waits for it. Default: nobody is told.
	Observe func(Answered)
}

// server is the running back office.
type server struct {
	store     *store.Store
	brand     string
	origin    string // PublicURL without a path; may be empty
	secure    bool
	proxies   []netip.Prefix
	forwarded bool
	location  *time.Location
	log       *slog.Logger
	wall      func() time.Time // what deadlines of connections are set by
	draining  func() bool
	observe   func(Answered)
	mail      bool // links go by mail
	sessions  *scs.SessionManager
	routes    *http.ServeMux
	sheets    sync.Pool // of buffers to draw answers in
	calm      calm
	reported  atomic.Int64 // the second of the last violation of the policy that was logged
}

// maxBody is the largest body of a request, in bytes: a form of a few fields.
const maxBody = 64 << 10

// ErrPublicURL refuses a configuration.
var ErrPublicURL = errors.New("handlers: Config.PublicURL must be like https://office.example.com, without a path")

// New gives the handler of the whole back office. It refuses half a
// configuration.
func New(c Config) (http.Handler, error) {
	s, err := newServer(c)
	if err != nil {
		return nil, err
	}
	return s.chain()
}

func newServer(c Config) (*server, error) {
	if c.Store == nil {
		return nil, errors.New("handlers: Config.Store is missing")
	}
	s := &server{store: c.Store, brand: c.Brand, proxies: c.TrustedProxies, forwarded: c.Forwarded, secure: c.TLS, location: c.Location, log: c.Log, wall: time.Now, draining: c.Draining, observe: c.Observe, mail: c.Mail}
	if s.brand == "" {
		s.brand = "Backoffice"
	}
	if s.location == nil {
		s.location = time.UTC
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.draining == nil {
		s.draining = func() bool { return false }
	}
	if s.observe == nil {
		s.observe = func(Answered) {}
	}
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" {
			return nil, ErrPublicURL
		}
		s.origin, s.secure = u.Scheme+"://"+u.Host, c.TLS || u.Scheme == "https"
	}
	s.sessions = newSessions(c.Store, s.secure)
	s.routes = s.table()
	return s, nil
}

// compressed are the kinds of answers that are worth compressing: pages, and
// exports, which shrink to a fifth. A workbook is a zip already.
var compressed = []string{"text/html", "text/plain", "text/csv", "application/json", "application/x-ndjson"}

// chain is what every request goes through, outermost first.
func (s *server) chain() (http.Handler, error) {
	guardOrigin := http.NewCrossOriginProtection()
	if s.origin != "" {
		if err := guardOrigin.AddTrustedOrigin(s.origin); err != nil {
			return nil, err
		}
	}
	guardOrigin.SetDenyHandler(http.HandlerFunc(s.crossOrigin))
	// This level makes a seventh of a page of the list, in 0.2 ms; the fastest a
	// sixth, in 0.1, and the best hardly less, in 3.
	compress, err := gzhttp.NewWrapper(gzhttp.MinSize(1400), gzhttp.ContentTypes(compressed), gzhttp.CompressionLevel(5))
	if err != nil {
		return nil, err
	}
	var h http.Handler = http.HandlerFunc(s.route)
	h = s.loadSession(h)
	h = s.nothingNew(h)
	h = guardOrigin.Handler(h)
	h = compress(h)
	h = s.besideAssets(h)
	h = s.headers(h)
	h = s.recover(h)
	return s.identify(h), nil
}

// besideAssets lets the assets leave before any session is looked at.
func (s *server) besideAssets(next http.Handler) http.Handler {
	files := assets.Handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/assets/"):
			files.ServeHTTP(w, r)
		case r.URL.Path == "/favicon.ico":
			http.Redirect(w, r, assets.URL("icon.svg"), http.StatusFound)
		default:
			w.Header().Set("Cache-Control", "no-store")
			next.ServeHTTP(w, r)
		}
	})
}

// limitBody bounds what is read of a request. A file may be large, and longer on
// its way than the server waits for a form.
func (s *server) limitBody(w http.ResponseWriter, r *http.Request, upload bool) {
	if !upload {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
	connection, end := http.NewResponseController(w), within(uploadTime)
	if err := errors.Join(connection.SetReadDeadline(end), connection.SetWriteDeadline(end)); err != nil {
		s.log.Debug("no deadline for an upload", "cause", err.Error())
	}
}

// within is a deadline of a connection, which knows the machine's clock only.
func within(d time.Duration) time.Time { return time.Now().Add(d) }

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; " +
	"report-uri " + violationsAt + "; report-to policy"

// headers sets what every answer carries.
func (s *server) headers(next http.Handler) http.Handler {
	always := http.Header{
		"Content-Security-Policy":      {policy},
		"Reporting-Endpoints":          {`policy="` + violationsAt + `"`},
		"X-Content-Type-Options":       {"nosniff"},
		"X-Frame-Options":              {"DENY"},
		"Referrer-Policy":              {"same-origin"},
		"Cross-Origin-Opener-Policy":   {"same-origin"},
		"Cross-Origin-Resource-Policy": {"same-origin"},
		"Permissions-Policy":           {"camera=(), geolocation=(), microphone=(), payment=(), usb=()"},
	}
	if s.secure {
		always.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		maps.Copy(w.Header(), always)
		if s.draining() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}
