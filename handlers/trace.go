package handlers

import (
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net/http"
	"strings"
)

// trace says which request of another program this one is part of, by the
// standard header of the W3C, so that the logs of both can be read together.
type trace struct{ id, parent, own string }

// readTrace gives the trace of a request. A header that is not as the standard
// says stands for none: what it holds reaches no log.
func readTrace(r *http.Request) trace {
	header := r.Header["Traceparent"]
	if len(header) != 1 {
		return trace{}
	}
	part := strings.SplitN(header[0], "-", 5)
	if len(part) < 4 || len(part) == 5 && part[0] == "00" || part[0] == "ff" {
		return trace{}
	}
	if !isHex(part[0], 2) || !isHex(part[1], 32) || !isHex(part[2], 16) || !isHex(part[3], 2) || allZero(part[1]) || allZero(part[2]) {
		return trace{}
	}
	own := make([]byte, 8)
	rand.Read(own) // never fails
	return trace{part[1], part[2], hex.EncodeToString(own)}
}

// attrs are what stands of it in a line of the log.
func (t trace) attrs() []slog.Attr {
	if t.id == "" {
		return nil
	}
	return []slog.Attr{slog.String("trace", t.id), slog.String("parent", t.parent), slog.String("span", t.own)}
}

// answer passes it on to whoever asked: by what name this part of it stands in our log
// (https://www.w3.org/TR/trace-context-2/#traceresponse-header).
func (t trace) answer(h http.Header) {
	if t.id != "" {
		h.Set("Traceresponse", "00-"+t.id+"-"+t.own+"-00")
	}
}

// isHex reports whether s is so many digits as the standard writes them.
func isHex(s string, digits int) bool {
	return len(s) == digits && strings.Trim(s, "0123456789abcdef") == ""
}

func allZero(s string) bool { return strings.Trim(s, "0") == "" }
