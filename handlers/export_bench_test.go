package handlers

import (
	"io"
	"runtime"
	"strconv"
	"testing"

	"backoffice/store"
)

// BenchmarkExport writes the people of a database to nowhere, as each kind of
// file. live-KiB is the most memory that was in use at any piece of the file,
// beyond what was in use before: it does not grow with the number of people.
//
//	go test ./handlers -run NONE -bench Export
func BenchmarkExport(b *testing.B) {
	for _, people := range []int{1_000, 100_000} {
		s := emptySite(b)
		if _, err := s.db.AddExamples(b.Context(), commandLine, people); err != nil {
			b.Fatal(err)
		}
		for _, f := range ExportFormats() {
			write := func(b *testing.B, w io.Writer) int {
				n, err := f.WriteUsers(b.Context(), s.db, commandLine, store.Query{}, w)
				if err != nil {
					b.Fatal(err)
				}
				return n
			}
			b.Run(f.Key+"/people="+strconv.Itoa(people), func(b *testing.B) {
				memory := newGauge()
				write(b, memory)
				b.ReportAllocs()
				total := 0
				for b.Loop() {
					total += write(b, io.Discard)
				}
				b.ReportMetric(float64(total)/b.Elapsed().Seconds(), "people/s")
				b.ReportMetric(float64(memory.most)/1024, "live-KiB")
			})
		}
	}
}

// gauge looks, whenever it is written to, at how much memory is in use.
type gauge struct{ before, most int64 }

func newGauge() *gauge { return &gauge{before: live()} }

// Write keeps nothing.
func (g *gauge) Write(b []byte) (int, error) {
	g.most = max(g.most, live()-g.before)
	return len(b), nil
}

func live() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
