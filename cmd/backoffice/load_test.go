package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"backoffice/store/storetest"
)

// BenchmarkLoad prints the figures of the README as a table. Repeat them by:
//
//	go test ./cmd/backoffice -run NONE -bench Load -benchtime 5s
func BenchmarkLoad(b *testing.B) {
	table := &bytes.Buffer{}
	t := tabwriter.NewWriter(table, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "people\tpages/s\tsame query\tratio\tsame bytes\tratio\tstart\tidle\tafter use\tcalm again\t\n")
	for _, people := range sizes(b) {
		var f figures
		var p processFigures
		b.Run(fmt.Sprintf("people=%d", people), func(b *testing.B) {
			o := newWorkload(b, people)
			b.Run("list", func(b *testing.B) { f = o.compare(b, scenarios[0]) })
			o.kill()
			b.Run("process", func(b *testing.B) { p = o.process(b) })
		})
		query, share := fmt.Sprintf("%.0f", f.query), fmt.Sprintf("%.2f", f.ours/f.query)
		if storetest.OnPostgres() {
			query, share = "", "" // it was not asked: see above BenchmarkProgram
		}
		fmt.Fprintf(t, "%d\t%.0f\t%s\t%s\t%.0f\t%.2f\t%v\t%.1f MB\t%.1f MB\t%.1f MB\t\n", people, f.ours, query, share,
			f.bytes, f.ours/f.bytes, p.start.Round(time.Millisecond/10), p.idle, p.used, p.calm)
	}
	t.Flush()
	fmt.Printf("\n%s\n", table)
}

// BenchmarkPagesBesideSearches lets one of sixteen people search without a
// pause, for something else with every letter, while the others turn pages. It
// reports how long a page takes, at the median and at most, without and with
// the search.
//
//	BENCH_USERS=1000000 go test ./cmd/backoffice -run NONE -bench Beside -benchtime 5000x
func BenchmarkPagesBesideSearches(b *testing.B) {
	for _, people := range sizes(b) {
		b.Run(fmt.Sprintf("people=%d", people), func(b *testing.B) {
			o := newWorkload(b, people)
			page := call{path: "/users", cookie: o.cookie}.bytes()
			for _, beside := range []string{"alone", "beside"} {
				crowd, stop := gather(b, o.URL), make(chan struct{})
				var searching sync.WaitGroup
				if beside == "beside" {
					searching.Go(func() { o.search(b, crowd[0], stop) })
				}
				took := crowd[1:].times(b, b.N, page)
				close(stop)
				searching.Wait()
				b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, beside+"-p50-ms")
				b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, beside+"-most-ms")
			}
		})
	}
}

// search types the beginnings of names until it is stopped.
func (o *workload) search(b *testing.B, w *wire, stop chan struct{}) {
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		default:
		}
		word := []string{"garcia", "петров", "qxqxqx", "example", "an smi"}[i/6%5]
		typed := url.QueryEscape(string([]rune(word)[:1+i%6]))
		if _, err := w.send(call{path: "/users?q=" + typed, cookie: o.cookie, target: "results"}.bytes(), io.Discard); err != nil {
			b.Error(err)
			return
		}
	}
}

// times asks n times for the same, and gives how long each took, in order.
func (c crowd) times(b *testing.B, n int, request []byte) []time.Duration {
	b.Helper()
	each := make([][]time.Duration, len(c))
	var all sync.WaitGroup
	for i, w := range c {
		all.Go(func() {
			for range n/len(c) + 1 {
				began := time.Now()
				if _, err := w.send(request, io.Discard); err != nil {
					b.Error(err)
					return
				}
				each[i] = append(each[i], time.Since(began))
			}
		})
	}
	all.Wait()
	took := slices.Concat(each...)
	slices.Sort(took)
	return took
}

// processFigures are about the process as a whole: how soon it answers, and
// how much memory it holds when nothing has been asked yet, right after some
// use, and a little later.
type processFigures struct {
	start            time.Duration
	idle, used, calm float64 // MB
}

// process starts the program five times, and uses the last one a little.
func (o *workload) process(b *testing.B) processFigures {
	var f processFigures
	var starts []time.Duration
	var d *daemon
	for range 5 {
		if d != nil {
			d.kill()
		}
		began := time.Now()
		d = startDaemon(b, o.db, nil, nil)
		if r, _ := once(b, d.URL, call{path: "/healthz"}); r.StatusCode != http.StatusOK {
			b.Fatal(r.Status)
		}
		starts = append(starts, time.Since(began))
	}
	slices.Sort(starts)
	f.start, f.idle = starts[len(starts)/2], d.memory(b)
	cookie := signIn(b, d.URL, adminEmail, adminPassword)
	crowd := gather(b, d.URL)
	for _, path := range []string{"/users", "/users?q=garcia", "/users?sort=-created", "/users/5", "/audit"} {
		crowd.ask(b, 100, http.StatusOK, func(int) []byte { return call{path: path, cookie: cookie}.bytes() })
	}
	f.used = d.memory(b)
	<-time.After(giveBackEvery + time.Second)
	f.calm = d.memory(b)
	b.ReportMetric(float64(f.start.Microseconds())/1000, "start-ms")
	b.ReportMetric(f.idle, "idle-MB")
	b.ReportMetric(f.used, "used-MB")
	b.ReportMetric(f.calm, "calm-MB")
	b.ReportMetric(0, "ns/op")
	return f
}

// memory is what the process holds in memory, by the word of the system. It
// says so on Linux only.
func (d *daemon) memory(b testing.TB) float64 { return d.status(b, "VmRSS") }

// peak is the most that it ever held.
func (d *daemon) peak(b testing.TB) float64 { return d.status(b, "VmHWM") }

// status is a line of what the system says of the process, in MB.
func (d *daemon) status(b testing.TB, name string) float64 {
	b.Helper()
	text, err := os.ReadFile("/proc/" + strconv.Itoa(d.cmd.Process.Pid) + "/status")
	if err != nil {
		b.Logf("no figure for memory: %v", err)
		return 0
	}
	var kb float64
	if _, err := fmt.Sscanf(string(text[bytes.Index(text, []byte(name+":")):]), name+": %f kB", &kb); err != nil {
		b.Fatal(err)
	}
	return kb / 1000
}
