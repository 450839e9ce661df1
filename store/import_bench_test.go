package store

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// BenchmarkImport brings a file of people in and checks it again: IMPORT_ROWS
// of them, or ten thousand. While it runs somebody saves a cell fifty times a
// second, for whose sake it goes by short pieces: save-p50-µs and save-p99-µs.
//
//	IMPORT_ROWS=100000 go test -run '^$' -bench Import -benchtime 1x ./store
func BenchmarkImport(b *testing.B) {
	n, err := strconv.Atoi(os.Getenv("IMPORT_ROWS"))
	if err != nil {
		n = 10_000
	}
	file := demoCSV(n)
	for b.Loop() {
		s := newTestStore(b, func(c *Config) { c.Clock = time.Now })
		measure := func(name string, do func()) {
			began, worked := time.Now(), processorTime(b)
			do()
			took, worked := time.Since(began).Seconds(), processorTime(b)-worked
			b.ReportMetric(took*1e6/float64(n), name+"-µs/row")
			fmt.Fprintf(os.Stderr, "%-12s %8.2f s, of processors %8.2f s\n", name, took, worked.Seconds())
		}
		var i Import
		measure("upload", func() {
			i, err = s.NewImport(b.Context(), console, "people.csv", bytes.NewReader(file))
			must(b, err)
		})
		measure("check", func() { s.work(i.ID, ImportChecking) })
		var saves turn
		measure("run", func() { saves = s.editBeside(b, func() { s.work(i.ID, ImportRunning) }) })
		b.ReportMetric(saves.percentile(50), "save-p50-µs")
		b.ReportMetric(saves.percentile(99), "save-p99-µs")
		again, err := s.NewImport(b.Context(), console, "people.csv", bytes.NewReader(file))
		must(b, err)
		measure("again", func() { s.work(again.ID, ImportChecking) })
		if got := s.importNow(again.ID); got.Sames != n {
			b.Fatalf("the second time %d of %d rows are unchanged", got.Sames, n)
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.Sys)/(1<<20), "MB-from-system")
		status, _ := os.ReadFile("/proc/self/status")
		for line := range strings.Lines(string(status)) {
			if strings.HasPrefix(line, "VmHWM") {
				fmt.Fprint(os.Stderr, line)
			}
		}
	}
}

// editBeside does something while somebody saves cells now and then, and gives
// how long each save has taken.
func (s *testStore) editBeside(b *testing.B, do func()) (saves turn) {
	ana := s.add("Ana", Admin)
	ticks := time.NewTicker(20 * time.Millisecond)
	defer ticks.Stop()
	done := make(chan struct{})
	go func() { defer close(done); do() }()
	for n := 0; ; n++ {
		began := time.Now()
		change(b)(s.UpdateUser(b.Context(), console, ana.ID, edit(FieldPhone, fmt.Sprintf("+34 91 %09d", n))))
		saves.times = append(saves.times, time.Since(began))
		select {
		case <-ticks.C:
		case <-done:
			return saves
		}
	}
}

// processorTime is what the process has had of the processors. On a machine
// that others use as well, it says more than the clock.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// demoCSV is a file of n example people.
func demoCSV(n int) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write([]string{"Nombre completo", "Correo electrónico", "Teléfono", "Rol", "Legajo", "Estado", "Aula"})
	for p := range DemoPeople(n, morning) {
		w.Write([]string{p.Name, p.Email, p.Phone, p.Role, p.ExternalID, p.Status, "12"})
	}
	w.Flush()
	return b.Bytes()
}

// work does one piece of work on an import, to its end.
func (s *testStore) work(id int64, to ImportState) Import {
	s.t.Helper()
	return s.workAs(console, id, to)
}

func (s *testStore) workAs(a Actor, id int64, to ImportState) Import {
	s.t.Helper()
	j, err := s.BeginImport(s.t.Context(), a, id, to)
	if err == nil {
		err = j.Work(s.t.Context(), func(Import) {})
	}
	if err != nil {
		s.t.Fatalf("%s: %v", to, err)
	}
	return s.importNow(id)
}

// importNow is the import as it stands.
func (s *testStore) importNow(id int64) Import {
	s.t.Helper()
	i, err := s.Import(s.t.Context(), console, id)
	must(s.t, err)
	return i
}
