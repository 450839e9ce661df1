// Package assets holds the files a browser keeps: the style sheet, the scripts
// and the icon. They are embedded in the program and served under addresses
// that contain a hash of their content, so that a browser may keep them for
// ever and still sees a new version at once.
//
// htmx.min.js is dist/htmx.min.js of the npm package htmx.org 4.0.1, unchanged
// (licence 0BSD); a test compares its checksum. The other files are ours.
package assets

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
)

// Prefix begins the address of every file; Handler serves what lies below it.
const Prefix = "/assets/"

//go:embed *.js *.css *.svg
var embedded embed.FS

// contentTypes are spelled out because the table of package mime depends on
// the machine the program runs on.
var contentTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml; charset=utf-8",
}

// file is one embedded file with what its answers need.
type file struct {
	url         string
	contentType string
	hash        string
	plain       []byte
	// gzipped compresses at the first request that accepts it and keeps the
	// result, so that a start pays for none of it. It is nil where compression
	// gains nothing.
	gzipped func() []byte
}

// set is the table of all files, by name (for URL) and by address (for Handler).
type set struct {
	byName map[string]*file
	byURL  map[string]*file
}

// files hashes the embedded files once, when somebody first asks.
var files = sync.OnceValue(func() set {
	s := set{byName: map[string]*file{}, byURL: map[string]*file{}}
	entries, _ := embedded.ReadDir(".")         // of an embedded folder: cannot fail
	for _, sheet := range []bool{false, true} { // a style sheet names other files
		for _, e := range entries {
			content, err := embedded.ReadFile(e.Name())
			if err != nil || sheet != (path.Ext(e.Name()) == ".css") {
				continue // an error cannot be either; the tests look for every file
			}
			if sheet {
				content = s.linked(content)
			}
			f := newFile(e.Name(), content)
			s.byName[e.Name()] = f
			s.byURL[f.url] = f
		}
	}
	return s
})

// inSheet is a file that a style sheet names.
var inSheet = regexp.MustCompile(`url\("([a-z.-]+)"\)`)

// linked puts the addresses of files into a style sheet, in place of their names.
func (s set) linked(sheet []byte) []byte {
	return inSheet.ReplaceAllFunc(sheet, func(found []byte) []byte {
		f := s.byName[string(inSheet.FindSubmatch(found)[1])]
		if f == nil {
			return found
		}
		return []byte(`url("` + f.url + `")`)
	})
}

// newFile computes the address and the headers of a file.
func newFile(name string, content []byte) *file {
	sum := sha256.Sum256(content)
	ext := path.Ext(name)
	f := &file{
		contentType: contentTypes[ext],
		hash:        hex.EncodeToString(sum[:16]),
		plain:       content,
		gzipped:     sync.OnceValue(func() []byte { return compress(content) }),
	}
	f.url = Prefix + strings.TrimSuffix(name, ext) + "." + f.hash[:8] + ext
	return f
}

// compress returns content gzipped as small as it gets, or nil when that is
// no smaller.
func compress(content []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil
	}
	if _, err := w.Write(content); err != nil {
		return nil
	}
	if err := w.Close(); err != nil || b.Len() >= len(content) {
		return nil
	}
	return b.Bytes()
}

// URL returns the address of the file with this name, such as
// "/assets/app.1b2c3d4e.css" for "app.css". The address of a name that does
// not exist answers 404.
func URL(name string) string {
	if f, ok := files().byName[name]; ok {
		return f.url
	}
	return Prefix + name
}

// Handler serves the files at the addresses that URL returns, and nothing
// else: an address without its hash is unknown, because it must never be kept
// for ever. Mount it at Prefix.
func Handler() http.Handler {
	return http.HandlerFunc(serve)
}

// serve answers one request for a file.
func serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "This address can only be read.", http.StatusMethodNotAllowed)
		return
	}
	f, ok := files().byURL[r.URL.Path]
	if !ok {
		// A server of the next version may know it: nothing may remember this.
		h.Set("Content-Type", "text/plain; charset=utf-8")
		h.Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte("There is no such file.\n"))
		return
	}
	f.serve(w, r)
}

// serve sends the file in the coding the request accepts. http.ServeContent
// does the conditional requests, the ranges and HEAD.
func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Content-Type", f.contentType)
	h.Add("Vary", "Accept-Encoding")
	body, etag := f.plain, f.hash
	if acceptsGzip(r.Header.Values("Accept-Encoding")) {
		if small := f.gzipped(); small != nil {
			// Other bytes, another strong tag.
			body, etag = small, f.hash+"-gz"
			h.Set("Content-Encoding", "gzip")
		}
	}
	h.Set("ETag", strconv.Quote(etag))
	// ServeContent leaves the length of an encoded body out.
	h.Set("Content-Length", strconv.Itoa(len(body)))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// acceptsGzip reports whether an Accept-Encoding header allows gzip. A refusal
// (q=0) counts; the order of preference does not, as there is only one coding.
func acceptsGzip(headers []string) bool {
	rest := false
	for item := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		name, params, _ := strings.Cut(item, ";")
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "gzip", "x-gzip":
			return !refused(params)
		case "*":
			rest = !refused(params)
		}
	}
	return rest
}

// refused reports whether the parameters of an accepted coding say q=0.
func refused(params string) bool {
	name, value, ok := strings.Cut(params, "=")
	if !ok || !strings.EqualFold(strings.TrimSpace(name), "q") {
		return false
	}
	q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	return err == nil && q == 0
}
