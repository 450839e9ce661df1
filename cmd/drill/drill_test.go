package main

import (
	"bytes"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestGrowth knows a process that grows and goes on growing from one that grew
// once, one that goes up and down, and one that is too young.
func TestGrowth(t *testing.T) {
	t.Parallel()
	long := int(tellingLife/sampleEvery) + 30
	for name, c := range map[string]struct {
		seconds int
		mb      func(second int) float64
		grows   bool
	}{
		"leaks":            {long, func(s int) float64 { return 40 + float64(s) }, true},
		"is young":         {60, func(s int) float64 { return 40 + float64(s) }, false},
		"grows a little":   {long, func(s int) float64 { return 60 + float64(s)/10 }, false},
		"went down first":  {long, func(s int) float64 { return []float64{60, 50, 90}[3*s/long] }, false},
		"grew once":        {long, func(s int) float64 { return []float64{40, 80}[min(1, s/40)] }, false},
		"warms up":         {long, func(s int) float64 { return []float64{20, 80}[min(1, s/10)] }, false},
		"goes up and down": {long, func(s int) float64 { return 60 + float64(s%7)*5 }, false},
	} {
		var m memory
		for s := range c.seconds {
			m.note(1, "the server", c.mb(s))
			if s < 20 {
				m.note(2, "one that died early", float64(10*s))
			}
		}
		if got := m.grown().problem(); (got != "") != c.grows {
			t.Errorf("%s: %q, %+v", name, got, m.grown())
		}
	}
}

// TestPlan deals every kind of fault before one comes again, the same for the
// same seed, and renews no process after the middle.
func TestPlan(t *testing.T) {
	t.Parallel()
	faults := []fault{{name: "a", fresh: true}, {name: "b"}, {name: "c"}, {name: "d", fresh: true}}
	deal := func() (names []string) {
		for i, f := range plan(faults, time.Minute, 5*time.Second, rand.New(rand.NewPCG(1, 0))) {
			if f.fresh && i >= 6 {
				t.Errorf("%s comes as number %d", f.name, i)
			}
			if slot := 5 * time.Second; f.at < slot*time.Duration(i) || f.at+f.lasting > slot*time.Duration(i+1) {
				t.Errorf("number %d happens from %v for %v", i, f.at, f.lasting)
			}
			names = append(names, f.name)
		}
		return names
	}
	names := deal()
	if len(names) != 12 || !slices.Equal(names, deal()) {
		t.Errorf("%q", names)
	}
	if first := slices.Sorted(slices.Values(names[:4])); !slices.Equal(first, []string{"a", "b", "c", "d"}) {
		t.Errorf("the first are %q", first)
	}
	if _, err := choose(faults, []string{"e"}); err == nil || !strings.Contains(err.Error(), "a, b, c, d") {
		t.Errorf("a fault that there is not: %v", err)
	}
}

// TestCompare finds on the way, while nobody asks for the trail, what is not in
// the list and in the form.
func TestCompare(t *testing.T) {
	t.Parallel()
	f := newFake(40, "")
	server := httptest.NewServer(f)
	defer server.Close()
	team := newTeam([]string{server.URL}, 1, 0)
	if err := team.gather(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	s := team.staff[0]
	id := s.own[0]
	s.setPhone(t.Context(), id, s.form(t.Context(), id))
	look := func() {
		t.Helper()
		s.form(t.Context(), id)
		if _, err := team.compare(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if look(); team.found.losses() != 0 {
		t.Errorf("%q", team.found.lost)
	}
	f.people[id-1].Phone = ""
	look()
	if got := strings.Join(team.found.lost, "\n"); !strings.Contains(got, "in the form, phone of") || !strings.Contains(got, "in the list, phone of") {
		t.Errorf("%q", got)
	}
}

// TestSilence measures from the last acknowledged write before a fault.
func TestSilence(t *testing.T) {
	t.Parallel()
	n, at := newFigures(), time.Now().Add(-time.Minute)
	for _, s := range []int{1, 2, 9, 12, 30} {
		n.acks = append(n.acks, at.Add(time.Duration(s)*time.Second))
	}
	longest, after, ok := n.silence(at.Add(3*time.Second), at.Add(10*time.Second))
	if longest != 7*time.Second || after != 2*time.Second || !ok {
		t.Errorf("%v, %v, %v", longest, after, ok)
	}
	if _, _, ok := n.silence(at.Add(40*time.Second), at.Add(41*time.Second)); ok {
		t.Error("there was no write any more")
	}
}

// TestDrills holds short ones with the real program: it is killed, its database
// is, and so is the primary of two.
func TestDrills(t *testing.T) {
	t.Parallel()
	people := []string{"--users", "200", "--staff", "4", "--pace", "40ms"}
	for name, c := range map[string]struct {
		needs []func() (string, error)
		args  []string
		says  string
	}{
		"soak": {nil, []string{"soak", "--minutes", "0.08", "--every", "4s", "--faults", "kill -9 of the server"}, "| kill -9 of the server |"},
		"soak on PostgreSQL": {[]func() (string, error){postgresPrograms},
			[]string{"soak", "--postgres", "--minutes", "0.08", "--every", "4s", "--faults", "database killed"}, "| database killed |"},
		"failover": {[]func() (string, error){postgresPrograms, findHAProxy},
			[]string{"failover", "--calm", "500ms", "--notice", "500ms"}, "| kill -9 of the new primary; an operator promotes the standby 500ms later |"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, find := range c.needs {
				if _, err := find(); err != nil {
					missing(t, err)
				}
			}
			var report, log bytes.Buffer
			code := run(t.Context(), append(c.args, people...), &report, &log)
			if code != 0 || !strings.Contains(report.String(), "| **acknowledged writes lost** | **0** |") || !strings.Contains(report.String(), c.says) {
				t.Errorf("exit code %d\n%s\n%s", code, report.String(), log.String())
			}
		})
	}
}

// missing skips a drill for which something is not installed, but not in
// continuous integration: it would be a check that nobody makes.
func missing(t *testing.T, err error) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(err)
	}
	t.Skip(err)
}

// TestWhatIsMissing is said before anything is begun.
func TestWhatIsMissing(t *testing.T) {
	t.Setenv("PATH", "")
	var report, log bytes.Buffer
	if code := run(t.Context(), []string{"failover", "--patroni"}, &report, &log); code != 1 || !strings.Contains(log.String(), "etcd is missing (Debian: apt-get install ") {
		t.Errorf("exit code %d: %s%s", code, report.String(), log.String())
	}
	if strings.Contains(log.String(), "building") {
		t.Errorf("something was begun: %s", log.String())
	}
}
