package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"sync"
	"testing"
	"time"

	"backoffice/store"
)

// BenchmarkMemory lets the program do in turn all that takes memory, and
// reports the most that the process has held by the end of each, in MB. It
// fails when that is far more than it was ever seen to be.
//
//	BENCH_USERS=1000000 go test ./cmd/backoffice -run NONE -bench Memory -benchtime 1x
func BenchmarkMemory(b *testing.B) {
	const tooMuch = 200 // MB
	for _, people := range sizes(b) {
		b.Run(fmt.Sprintf("people=%d", people), func(b *testing.B) {
			o := newWorkload(b, people)
			for b.Loop() {
				for _, s := range []struct {
					name string
					do   func(*testing.B)
				}{{"pages", o.readAndEdit}, {"sign-ins", o.signInAtOnce}, {"exports", o.exportAll}, {"import", o.importMany}, {"all-at-once", o.allAtOnce}} {
					s.do(b)
					b.ReportMetric(o.peak(b), s.name+"-MB")
				}
			}
			b.ReportMetric(0, "ns/op")
			if got := o.peak(b); got > tooMuch {
				b.Errorf("the process has held %.0f MB", got)
			}
		})
	}
}

// readAndEdit is sixteen people who look around and change cells.
func (o *workload) readAndEdit(b *testing.B) {
	crowd := gather(b, o.URL)
	for _, path := range []string{"/users", "/users?q=garcia", "/users?sort=-created", "/users/5", "/audit"} {
		crowd.ask(b, 400, http.StatusOK, func(int) []byte { return call{path: path, cookie: o.cookie}.bytes() })
	}
	edit := scenarios[2]
	crowd.ask(b, 400, edit.status, func(i int) []byte { return edit.ask(o, i).bytes() })
}

// signInAtOnce is sixteen people who all come in.
func (o *workload) signInAtOnce(b *testing.B) {
	s := scenarios[3]
	gather(b, o.URL).ask(b, 64, s.status, func(i int) []byte { return s.ask(o, i).bytes() })
}

// exportAll takes everybody away in each format.
func (o *workload) exportAll(b *testing.B) {
	for _, format := range []string{"csv", "xlsx", "jsonl", "json"} {
		form := url.Values{"format": {format}}
		r, err := dial(b, o.URL).send(call{path: "/users/export", form: form, cookie: o.cookie}.bytes(), io.Discard)
		if err != nil || r.StatusCode != http.StatusOK {
			b.Fatalf("%s: %v, %v", format, r, err)
		}
	}
}

// importMany brings a fifth more people in, or takes them as they are.
func (o *workload) importMany(b *testing.B) {
	db, err := store.Open(b.Context(), store.Config{DB: o.db})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	id := o.upload(b, o.newcomers(b))
	i := awaitImport(b, db, id)
	if i.Pending() > 0 {
		r, body := once(b, o.URL, call{path: "/imports/" + strconv.FormatInt(id, 10) + "/run", form: url.Values{}, cookie: o.cookie})
		if r.StatusCode >= http.StatusBadRequest {
			b.Fatalf("%s: %.300s", r.Status, body)
		}
		i = awaitImport(b, db, id)
	}
	if i.Pending() > 0 || i.Refusals > 0 {
		b.Errorf("the import ended as %+v", i)
	}
}

// newcomers is a file of people who are not there yet.
func (o *workload) newcomers(b *testing.B) []byte {
	var file bytes.Buffer
	w := csv.NewWriter(&file)
	w.Write([]string{"name", "email", "phone"})
	n := 0
	for p := range store.DemoPeople(o.people*6/5, time.Now()) {
		if n++; n > o.people {
			w.Write([]string{p.Name, p.Email, p.Phone})
		}
	}
	w.Flush()
	return file.Bytes()
}

// upload sends a file by the form for it and gives the import.
func (o *workload) upload(b *testing.B, file []byte) int64 {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "people.csv")
	if err == nil {
		_, err = part.Write(file)
	}
	if err != nil || form.Close() != nil {
		b.Fatal(err)
	}
	r, err := http.NewRequest("POST", o.URL+"/imports", &body)
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Cookie", o.cookie)
	a, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		b.Fatal(err)
	}
	defer a.Body.Close()
	id, err := strconv.ParseInt(path.Base(a.Header.Get("Location")), 10, 64)
	if err != nil {
		b.Fatalf("%s: %v", a.Status, err)
	}
	return id
}

// awaitImport waits until nobody works on an import.
func awaitImport(b *testing.B, db *store.Store, id int64) store.Import {
	ticks := time.NewTicker(20 * time.Millisecond)
	defer ticks.Stop()
	for {
		i, err := db.Import(b.Context(), actor(), id)
		if err != nil {
			b.Fatal(err)
		}
		if i.Beat.IsZero() {
			return i
		}
		<-ticks.C
	}
}

// allAtOnce is the day on which everything happens together.
func (o *workload) allAtOnce(b *testing.B) {
	var all sync.WaitGroup
	for _, do := range []func(*testing.B){o.readAndEdit, o.signInAtOnce, o.exportAll} {
		all.Go(func() { do(b) })
	}
	all.Wait()
}
