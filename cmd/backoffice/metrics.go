package main

import (
	"context"
	"net/http"
	"runtime"
	"runtime/metrics"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"backoffice/handlers"
	"backoffice/store"
)

// monitor answers a Prometheus that asks for figures. The text that it reads is
// so plain that writing it takes less than the eight modules and four megabytes
// of its client.
type monitor struct {
	db      *store.Store
	backups *backups // nil: the server makes none
	started time.Time

	mu       sync.RWMutex
	requests map[answer]*histogram
}

// answer is what requests are counted by. There are as many as the table of
// routes has lines, times a few statuses.
type answer struct {
	route  string
	status int
}

// bounds are the upper ends of the buckets of a histogram, in microseconds: a
// page takes one to ten thousand, a sign-in a hundred thousand.
var bounds = [...]int64{500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 10_000_000}

// histogram counts how long something took.
type histogram struct {
	buckets [len(bounds) + 1]atomic.Int64
	micros  atomic.Int64
}

func (h *histogram) add(took time.Duration) {
	us := took.Microseconds()
	i := 0
	for i < len(bounds) && us > bounds[i] {
		i++
	}
	h.buckets[i].Add(1)
	h.micros.Add(us)
}

func newMonitor(db *store.Store, started time.Time) *monitor {
	return &monitor{db: db, started: started, requests: map[answer]*histogram{}}
}

// observe counts an answered request.
func (m *monitor) observe(a handlers.Answered) {
	key := answer{a.Route, a.Status}
	m.mu.RLock()
	h := m.requests[key]
	m.mu.RUnlock()
	if h == nil {
		h = m.histogram(key)
	}
	h.add(a.Took)
}

func (m *monitor) histogram(key answer) *histogram {
	m.mu.Lock()
	defer m.mu.Unlock()
	h := m.requests[key]
	if h == nil {
		h = &histogram{}
		m.requests[key] = h
	}
	return h
}

// handler answers at /metrics and nowhere else.
func (m *monitor) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		e := &exposition{}
		m.writeRequests(e)
		m.writeStore(r.Context(), e)
		m.writeBackups(e)
		m.writeProgram(e)
		w.Write(e.text.Bytes())
	})
	return mux
}

func (m *monitor) writeRequests(e *exposition) {
	e.family("backoffice_http_request_duration_seconds", "histogram", "How long requests took, by route and status.")
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, key := range sortedAnswers(m.requests) {
		e.histogram(m.requests[key], "route", key.route, "status", strconv.Itoa(key.status))
	}
}

func (m *monitor) writeStore(ctx context.Context, e *exposition) {
	st, err := m.db.Stats(ctx)
	for _, one := range []struct {
		name, kind, help string
		value            int64
		labels           []string
	}{
		{"backoffice_signins_total", "counter", "Tries to sign in, by how they ended.", st.SignIns.Done, []string{"outcome", "done"}},
		{"backoffice_signins_total", "", "", st.SignIns.Failed, []string{"outcome", "failed"}},
		{"backoffice_signins_total", "", "", st.SignIns.Throttled, []string{"outcome", "throttled"}},
		{"backoffice_signins_total", "", "", st.SignIns.Fault, []string{"outcome", "fault"}},
		{"backoffice_writer_waiting", "gauge", "Changes that wait for the writer or are being written.", st.Waiting, nil},
		{"backoffice_hashing_waiting", "gauge", "Passwords that wait to be compared or are being compared.", st.Hashing, nil},
		{"backoffice_commits_total", "counter", "Groups of changes that were committed together.", st.Commits, nil},
		{"backoffice_changes_total", "counter", "Changes in these groups.", st.Changes, nil},
		{"backoffice_tidying", "gauge", "Whether this program removes what has run out right now.", one(st.Tidying), nil},
		{"backoffice_database_up", "gauge", "Whether the database answers.", one(err == nil), nil},
	} {
		e.one(one.name, one.kind, one.help, float64(one.value), one.labels...)
	}
	if err != nil {
		return // the figures that follow are not known, which is not nought
	}
	e.one("backoffice_database_bytes", "gauge", "Size of the database file.", float64(st.FileBytes))
	e.one("backoffice_database_log_bytes", "gauge", "Size of the log of changes beside it (WAL).", float64(st.LogBytes))
	e.one("backoffice_database_pages", "gauge", "Pages of the database.", float64(st.Pages))
	e.one("backoffice_database_free_pages", "gauge", "Pages of it that hold nothing.", float64(st.FreePages))
	e.one("backoffice_sessions", "gauge", "Sign-ins that are still good.", float64(st.Sessions))
	e.one("backoffice_throttled", "gauge", "Accounts and addresses that have to wait before the next try to sign in.", float64(st.Blocked))
	if !st.Tidied.IsZero() {
		e.one("backoffice_tidied_timestamp_seconds", "gauge", "When what has run out was last removed, by whichever program.", float64(st.Tidied.UnixMilli())/1000)
	}
	e.one("backoffice_mails_waiting", "gauge", "Mails that wait to be sent.", float64(st.Mails))
	e.one("backoffice_mails_failed", "gauge", "Mails that were given up and have not been sent again.", float64(st.Lost))
	e.one("backoffice_imports_working", "gauge", "Files that are being checked, carried out or undone.", float64(st.Imports))
}

// writeBackups tells what an alarm needs to know of backups: how old the newest is.
func (m *monitor) writeBackups(e *exposition) {
	if m.backups == nil {
		return
	}
	names, newest := m.backups.made()
	e.one("backoffice_backups", "gauge", "Backups that are kept.", float64(len(names)))
	e.one("backoffice_backups_failed_total", "counter", "Backups that this program could not make.", float64(m.backups.failed.Load()))
	if len(names) > 0 {
		e.one("backoffice_backup_timestamp_seconds", "gauge", "When the newest backup was made.", float64(newest.Unix()))
	}
}

// writeProgram uses the names that dashboards for Go programs know.
func (m *monitor) writeProgram(e *exposition) {
	version, revision := builtFrom()
	e.one("backoffice_build_info", "gauge", "What this program was built from.", 1, "version", version, "revision", revision, "goversion", runtime.Version())
	e.one("process_start_time_seconds", "gauge", "When the program started.", float64(m.started.UnixMilli())/1000)
	for _, g := range goFigures {
		sample := []metrics.Sample{{Name: g.source}}
		metrics.Read(sample)
		if sample[0].Value.Kind() == metrics.KindUint64 {
			e.one(g.name, g.kind, g.help, float64(sample[0].Value.Uint64()))
		}
	}
	writeProcess(e)
}

var goFigures = []struct{ name, kind, help, source string }{
	{"go_goroutines", "gauge", "Goroutines that exist.", "/sched/goroutines:goroutines"},
	{"go_gc_cycles_total", "counter", "Garbage collections.", "/gc/cycles/total:gc-cycles"},
	{"go_memstats_heap_objects_bytes", "gauge", "Memory of live and not yet collected objects.", "/memory/classes/heap/objects:bytes"},
	{"go_memstats_sys_bytes", "gauge", "Memory that Go has from the system.", "/memory/classes/total:bytes"},
	{"go_memstats_alloc_bytes_total", "counter", "Memory that was ever allocated.", "/gc/heap/allocs:bytes"},
}

func one(is bool) int64 {
	if is {
		return 1
	}
	return 0
}
