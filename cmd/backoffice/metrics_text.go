package main

import (
	"bytes"
	"cmp"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
)

// exposition writes figures as Prometheus reads them, in its text format 0.0.4.
type exposition struct {
	text bytes.Buffer
	name string // of the family that is being written
}

// family begins a family of figures.
func (e *exposition) family(name, kind, help string) {
	e.name = name
	e.text.WriteString("# HELP " + name + " " + help + "\n# TYPE " + name + " " + kind + "\n")
}

// one writes a figure, and before it the family unless its kind is empty.
func (e *exposition) one(name, kind, help string, value float64, labels ...string) {
	if kind != "" {
		e.family(name, kind, help)
	}
	e.sample("", value, labels...)
}

var escaped = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// sample writes one line. Labels are name and value in turns.
func (e *exposition) sample(suffix string, value float64, labels ...string) {
	e.text.WriteString(e.name + suffix)
	for i := 0; i+1 < len(labels); i += 2 {
		sign := ","
		if i == 0 {
			sign = "{"
		}
		e.text.WriteString(sign + labels[i] + `="` + escaped.Replace(labels[i+1]) + `"`)
	}
	if len(labels) > 0 {
		e.text.WriteByte('}')
	}
	e.text.WriteString(" " + strconv.FormatFloat(value, 'g', -1, 64) + "\n")
}

// histogram writes the lines of one histogram, whose buckets each count what
// those before them count as well.
func (e *exposition) histogram(h *histogram, labels ...string) {
	sum := int64(0)
	for i := range h.buckets {
		sum += h.buckets[i].Load()
		end := "+Inf"
		if i < len(bounds) {
			end = strconv.FormatFloat(float64(bounds[i])/1e6, 'g', -1, 64)
		}
		e.sample("_bucket", float64(sum), append(slices.Clone(labels), "le", end)...)
	}
	e.sample("_sum", float64(h.micros.Load())/1e6, labels...)
	e.sample("_count", float64(sum), labels...)
}

func sortedAnswers(m map[answer]*histogram) []answer {
	return slices.SortedFunc(maps.Keys(m), func(a, b answer) int {
		return cmp.Or(strings.Compare(a.route, b.route), a.status-b.status)
	})
}

// ticks is how many of Linux' units of processor time are a second; it is the
// same on every machine that Go runs on.
const ticks = 100

// writeProcess tells what Linux knows of the process. Elsewhere it tells nothing.
func writeProcess(e *exposition) {
	b, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return
	}
	_, after, _ := strings.Cut(string(b), ") ") // the name before may hold spaces
	field := strings.Fields(after)
	const utime, stime, rss = 11, 12, 21
	if len(field) <= rss {
		return
	}
	number := func(i int) float64 {
		n, _ := strconv.ParseFloat(field[i], 64)
		return n
	}
	e.one("process_cpu_seconds_total", "counter", "Processor time that was used.", (number(utime)+number(stime))/ticks)
	e.one("process_resident_memory_bytes", "gauge", "Memory in use.", number(rss)*float64(os.Getpagesize()))
	if files, err := os.ReadDir("/proc/self/fd"); err == nil {
		e.one("process_open_fds", "gauge", "Open files and connections.", float64(len(files)))
	}
}
