package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// report writes what happened as Markdown, and fails when anything did that
// must not.
func (d *drill) report(w io.Writer) error {
	out, problems := &strings.Builder{}, d.problems()
	fmt.Fprintf(out, "### %s\n\n", d.title)
	d.reportFigures(out)
	d.reportFaults(out)
	for _, p := range problems {
		fmt.Fprintf(out, "\n- %s", p)
	}
	fmt.Fprintln(out)
	if _, err := io.WriteString(w, out.String()); err != nil {
		return err
	}
	if len(problems) > 0 {
		return fmt.Errorf("%w: %d problems", errFailed, len(problems))
	}
	return nil
}

// reportFigures writes the figures of the whole.
func (d *drill) reportFigures(out *strings.Builder) {
	fmt.Fprint(out, "| | |\n|---|---|\n")
	row := func(name, format string, args ...any) {
		fmt.Fprintf(out, "| %s | %s |\n", name, fmt.Sprintf(format, args...))
	}
	n, long := d.team.notes, d.ended.Sub(d.began)
	row("requests", "%d in %v (%.0f/s) by %d members of staff", n.requests(), round(long), float64(n.requests())/long.Seconds(), len(d.team.staff))
	row("answers", "%s", counted(n.since(nil)))
	row("writes acknowledged", "%d", n.acked())
	row("writes not acknowledged", "%s", counted(n.refusals))
	row("**acknowledged writes lost**", "**%d**", d.team.found.losses())
	row("people who were signed out", "%d", n.outs)
	row("answers that were not sensible", "%d", n.badCount-n.outs)
	row("comparisons of everything", "%d", d.checks)
	row("`audit verify`", "%s", d.verified)
	row("a page", "p50 %v, p99 %v", round(quantile(n.reading, .5)), round(quantile(n.reading, .99)))
	row("a write", "p50 %v, p99 %v", round(quantile(n.writing, .5)), round(quantile(n.writing, .99)))
	if g := d.memory.grown(); g.first > 0 {
		row("memory of the longest-lived process", "%v: thirds at %.0f, %.0f, %.0f MB, ratio %.2f", g.lived, g.first, g.middle, g.last, g.ratio())
	}
}

// reportFaults writes a line for each fault.
func (d *drill) reportFaults(out *strings.Builder) {
	fmt.Fprint(out, "\n| at | what | lasted | longest without an acknowledged write | the next one after it | answers until then |\n|---|---|---|---|---|---|\n")
	for _, h := range d.happened {
		longest, after, _ := d.team.notes.silence(h.begin, h.end)
		fmt.Fprintf(out, "| %v | %s | %v | %v | %v | %s |\n", h.begin.Sub(d.began).Round(time.Second), h.name, round(h.end.Sub(h.begin)),
			round(longest), round(after), counted(h.answers))
	}
}

// round keeps of a duration what somebody wants to read.
func round(d time.Duration) time.Duration {
	switch {
	case d > 10*time.Second:
		return d.Round(100 * time.Millisecond)
	case d > time.Second:
		return d.Round(10 * time.Millisecond)
	case d > 10*time.Millisecond:
		return d.Round(time.Millisecond)
	}
	return d.Round(100 * time.Microsecond)
}
