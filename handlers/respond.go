package handlers

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"backoffice/components"
	"backoffice/store"

	"github.com/a-h/templ"
)

// view is what an action wants to be seen. One and the same component is the
// screen of a page and the body of a fragment.
type view struct {
	status int             // 200 when 0
	title  string          // of the document
	screen templ.Component // what stands in the main element of a page
	part   templ.Component // what a fragment request gets; the screen when nil
	beside []beside        // side dishes of a fragment
	toast  *components.Toast

	goTo  string // a page to go to: a redirect for a page, a new page for a fragment
	tell  instruct
	bare  bool   // without the top bar
	text  string // answer this as plain text; for machines
	file  *file  // answer this as a file to keep
	retry int    // seconds, for Retry-After

	hushed bool // the address of this page is a secret: it is told to nobody
}

// beside is a component for another place of the page.
type beside struct {
	target, swap string
	what         templ.Component
}

// file is a download. It is written as it is made, because it may be long:
// write gets to work after the first byte has been promised.
type file struct {
	name, kind string
	write      func(io.Writer) error
}

// respond alone decides whether a view becomes a page, a fragment or a
// redirect, and writes it. Everything is rendered before the first byte: a
// component that fails still becomes a clean error, and the session is stored
// before anything is promised.
func (s *server) respond(w http.ResponseWriter, a *ask, v view, err error) {
	if err != nil {
		v = s.errorView(a, err)
	}
	if err == nil && v.file != nil {
		s.send(w, a, v.file)
		return
	}
	body, err := s.render(a, &v)
	defer s.sheets.Put(body)
	if err != nil {
		s.logError(a, err)
		s.respondFault(w, a, err)
		return
	}
	if err := s.saveSession(w, a.Request); err != nil {
		s.logError(a, err)
		if a.renewed {
			s.respondFault(w, a, err)
			return
		} // Otherwise a toast is shown twice, or not at all.
	}
	s.writeBrowser(w, a)
	if v.status == http.StatusNoContent {
		w.WriteHeader(v.status)
		return
	}
	h := w.Header()
	h.Add("Vary", "Cookie, HX-Request-Type")
	if v.hushed {
		h.Set("Referrer-Policy", s.hush())
	}
	v.sayWhen(h)
	if v.text != "" {
		h.Set("Content-Type", "text/plain; charset=utf-8")
	} else {
		h.Set("Content-Type", "text/html; charset=utf-8")
	}
	if a.hx.fragment {
		v.tell.write(h)
	} else if v.goTo != "" {
		h.Set("Location", v.goTo)
		v.status = http.StatusSeeOther
	}
	if v.status == 0 {
		v.status = http.StatusOK
	}
	h.Set("Content-Length", strconv.Itoa(body.Len()))
	w.WriteHeader(v.status)
	w.Write(body.Bytes())
}

// hush is the policy of a page whose address is a secret. Over plain HTTP a
// browser says by nothing but Origin where a form comes from, and says "null" on a
// page that names no referrer: there the site alone is named, without the path.
func (s *server) hush() string {
	if s.secure {
		return "no-referrer"
	}
	return "strict-origin"
}

// sayWhen tells a program when to ask again.
func (v *view) sayWhen(h http.Header) {
	if v.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(v.retry))
	}
}

// send writes a download. What fails before the first byte is still answered as
// an error; one that breaks off later is cut, so that nobody takes a part for
// the whole.
func (s *server) send(w http.ResponseWriter, a *ask, f *file) {
	connection := http.NewResponseController(w)
	out := &fileWriter{to: w, file: f, connection: connection, now: s.wall}
	if a.Method == http.MethodHead { // nobody waits for more than what it is
		out.promise()
		return
	}
	err := f.write(out)
	if err == nil {
		return
	}
	if !out.begun {
		s.respond(w, a, view{}, err)
		return
	}
	if out.lost != nil {
		s.log.Info("download broken off", "id", a.id, "cause", out.lost.Error())
		return
	}
	s.logError(a, err)
	if err := connection.SetWriteDeadline(time.Unix(1, 0)); err != nil && a.Context().Err() == nil {
		s.logError(a, err)
	}
}

// patience is how long a download waits for its reader to take the next piece.
const patience = time.Minute

// fileWriter promises a download with its first byte, not before.
type fileWriter struct {
	to         http.ResponseWriter
	connection *http.ResponseController
	now        func() time.Time
	file       *file
	begun      bool
	lost       error // why its reader does not get it any more
}

// Write sends a piece of the download. However long the whole takes, only a
// reader who has stopped reading ends it.
func (w *fileWriter) Write(b []byte) (n int, err error) {
	err = w.connection.SetWriteDeadline(w.now().Add(patience))
	if err == nil || errors.Is(err, http.ErrNotSupported) {
		w.promise()
		n, err = w.to.Write(b)
	}
	if err != nil {
		w.lost = err
	}
	return n, err
}

func (w *fileWriter) promise() {
	if w.begun {
		return
	}
	w.begun = true
	w.to.Header().Set("Content-Type", w.file.kind)
	w.to.Header().Set("Content-Disposition", `attachment; filename="`+w.file.name+`"`)
}

// sheet is an empty buffer to draw an answer in. A page fills a hundred
// kilobytes, so the buffers are used again.
func (s *server) sheet() *bytes.Buffer {
	b, ok := s.sheets.Get().(*bytes.Buffer)
	if !ok {
		return new(bytes.Buffer)
	}
	b.Reset()
	return b
}

func (s *server) render(a *ask, v *view) (*bytes.Buffer, error) {
	b := s.sheet()
	switch {
	case v.status == http.StatusNoContent:
		return b, nil
	case v.text != "":
		b.WriteString(v.text)
		return b, nil
	case a.hx.fragment:
		return b, s.renderFragment(a, v, b)
	case v.goTo != "":
		return b, s.keepToast(a, v.toast)
	}
	page, ctx := s.page(a, v), a.Context()
	if page.Viewer != nil {
		ctx = components.DrawnFor(ctx, page.Viewer.ID)
	}
	return b, components.Layout(page, v.screen).Render(ctx, b)
}

func (s *server) renderFragment(a *ask, v *view, b *bytes.Buffer) error {
	if v.goTo != "" {
		v.tell.redirect = v.goTo
	}
	if v.tell.redirect != "" || v.tell.refresh {
		return s.keepToast(a, v.toast)
	}
	if v.part == nil {
		v.part = v.screen
	}
	if v.part != nil {
		if err := v.part.Render(a.Context(), b); err != nil {
			return err
		}
	}
	if v.toast != nil {
		v.beside = append(v.beside, beside{components.Sel(components.ToastsID), "beforeend", components.ToastView(*v.toast)})
	}
	for _, o := range v.beside {
		if err := components.Partial(o.target, o.swap, o.what).Render(a.Context(), b); err != nil {
			return err
		}
	}
	return nil
}

// keepToast stores a toast for the page that is asked for next.
func (s *server) keepToast(a *ask, t *components.Toast) error {
	if t == nil {
		return nil
	}
	b, err := json.Marshal(t)
	if err == nil {
		s.sessions.Put(a.Context(), sessionToast, string(b))
	}
	return err
}

// takeToast gives the toast that was kept for this page, once.
func (s *server) takeToast(a *ask) *components.Toast {
	kept := s.sessions.PopString(a.Context(), sessionToast)
	if kept == "" {
		return nil
	}
	var t components.Toast
	if json.Unmarshal([]byte(kept), &t) != nil {
		return nil
	}
	return &t
}

// page is what the layout draws around a screen.
func (s *server) page(a *ask, v *view) components.Page {
	p := components.Page{Title: v.title, Brand: s.brand, Zone: zoneName(s.location), Toast: v.toast, Seeing: s.banner(a)}
	if a.who == nil || v.bare {
		return p
	}
	if p.Toast == nil && v.status == 0 {
		p.Toast = s.takeToast(a)
	}
	u := &a.who.User
	p.Viewer = &components.Viewer{ID: u.ID, Name: u.Name, Email: u.Email, Role: u.Role.Label(), Avatar: avatar(u)}
	p.Nav = navigation(a)
	if a.can(store.ActFactorPolicy, nil) && dutyOf(a) == "" {
		p.SecurityHref = "/security"
	}
	box := s.idleBox(s.store.IdleTimeout())
	p.Idle = &box
	return p
}
