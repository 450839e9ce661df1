package handlers

import (
	"testing"
	"time"

	"backoffice/store"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestAgo(t *testing.T) {
	t.Parallel()
	utc := time.UTC
	for _, c := range []struct {
		about     string
		now, then string // RFC 3339
		in        *time.Location
		want      string
	}{
		{"now", "2026-11-23T12:00:00Z", "2026-11-23T12:00:00Z", utc, "just now"},
		{"a clock that is a little ahead", "2026-11-23T12:00:00Z", "2026-11-23T12:00:59Z", utc, "just now"},
		{"59 seconds", "2026-11-23T12:00:59Z", "2026-11-23T12:00:00Z", utc, "just now"},
		{"a minute", "2026-11-23T12:01:00Z", "2026-11-23T12:00:00Z", utc, "1 min ago"},
		{"an hour less a second", "2026-11-23T12:59:59Z", "2026-11-23T12:00:00Z", utc, "59 min ago"},
		{"an hour", "2026-11-23T13:00:00Z", "2026-11-23T12:00:00Z", utc, "1 h ago"},
		{"the same day", "2026-11-23T23:59:00Z", "2026-11-23T00:00:00Z", utc, "23 h ago"},
		{"minutes over midnight", "2026-11-23T00:10:00Z", "2026-11-22T23:50:00Z", utc, "20 min ago"},
		{"hours over midnight", "2026-11-23T05:00:00Z", "2026-11-22T23:30:00Z", utc, "5 h ago"},
		{"the evening before", "2026-11-23T09:00:00Z", "2026-11-22T20:00:00Z", utc, "yesterday"},
		{"the morning before, 47 hours", "2026-11-23T23:00:00Z", "2026-11-22T00:01:00Z", utc, "yesterday"},
		{"two days", "2026-11-23T00:01:00Z", "2026-11-21T23:59:00Z", utc, "2 days ago"},
		{"six days", "2026-11-23T12:00:00Z", "2026-11-17T12:00:00Z", utc, "6 days ago"},
		{"a week", "2026-11-23T12:00:00Z", "2026-11-16T12:00:00Z", utc, "16 Nov"},
		{"this year", "2026-11-23T12:00:00Z", "2026-01-01T12:00:00Z", utc, "1 Jan"},
		{"last year", "2026-11-23T12:00:00Z", "2025-12-31T12:00:00Z", utc, "31 Dec 2025"},
		{"over new year, some days", "2026-01-02T12:00:00Z", "2025-12-30T12:00:00Z", utc, "3 days ago"},
		{"in the future", "2026-11-23T12:00:00Z", "2026-11-24T12:00:00Z", utc, "24 Nov 2026, 12:00"},
		{"a day that is over there and not in UTC", "2026-11-23T13:00:00Z", "2026-11-23T04:00:00Z", zone(t, "Pacific/Auckland"), "yesterday"},
		{"a day that is over in UTC and not there", "2026-11-23T03:00:00Z", "2026-11-22T20:00:00Z", zone(t, "America/Los_Angeles"), "7 h ago"},
		{"the year turned there already", "2026-01-20T12:00:00Z", "2025-12-31T12:00:00Z", zone(t, "Pacific/Auckland"), "1 Jan"},
		{"the short day of the summer time", "2026-03-30T00:30:00+02:00", "2026-03-28T23:30:00+01:00", zone(t, "Europe/Madrid"), "2 days ago"},
		{"the long day of the winter time", "2026-10-25T23:59:00+01:00", "2026-10-25T00:01:00+02:00", zone(t, "Europe/Madrid"), "24 h ago"},
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		then, err := time.Parse(time.RFC3339, c.then)
		if err != nil {
			t.Fatal(err)
		}
		if got := newWords(now, c.in).ago(then); got != c.want {
			t.Errorf("%s: %q, want %q", c.about, got, c.want)
		}
	}
}

func TestMomentAndDay(t *testing.T) {
	t.Parallel()
	w := newWords(noon, zone(t, "Europe/Madrid"))
	if m := w.moment(time.Time{}); m.Text != "—" || m.Full != "" || m.ISO != "" {
		t.Errorf("never is %+v", m)
	}
	m := w.moment(noon.Add(-2 * time.Minute))
	if m.Text != "2 min ago" || m.Full != "Monday 23 November 2026, 12:58 CET" || m.ISO != "2026-11-23T11:58:00Z" {
		t.Errorf("a moment is %+v", m)
	}
	if m := w.inRow(noon.Add(-2 * time.Minute)); m.Text != "2 min ago" || m.Full != "" || m.ISO != "2026-11-23T11:58:00Z" {
		t.Errorf("a moment in a row is %+v", m)
	}
	if m := w.clock(noon); m.Text != "13:00" || m.ISO != "2026-11-23T12:00:00Z" {
		t.Errorf("a time of day is %+v", m)
	}
	for then, want := range map[time.Time]string{
		noon:                                    "Today",
		noon.Add(10*time.Hour + 59*time.Minute): "Today", // 23:59 there
		noon.Add(-13 * time.Hour):               "Today", // midnight there
		noon.Add(-13*time.Hour - time.Second):   "Yesterday",
		noon.Add(-48 * time.Hour):               "Saturday 21 November 2026",
	} {
		if got := w.day(then); got != want {
			t.Errorf("%v is %q, want %q", then, got, want)
		}
	}
}

func TestGreeting(t *testing.T) {
	t.Parallel()
	for hour, want := range map[int]string{0: "Good evening", 4: "Good evening", 5: "Good morning", 11: "Good morning", 12: "Good afternoon", 17: "Good afternoon", 18: "Good evening", 23: "Good evening"} {
		at := time.Date(2026, 11, 23, hour, 30, 0, 0, time.UTC)
		if got := newWords(at, time.UTC).greeting(); got != want {
			t.Errorf("at %d: %q", hour, got)
		}
	}
	if got := newWords(noon, zone(t, "Pacific/Auckland")).greeting(); got != "Good evening" {
		t.Errorf("one in the morning in Auckland: %q", got)
	}
}

func TestInitials(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Camille Dubois":         "CD",
		"María del Carmen Pérez": "MP",
		"ana":                    "A",
		"élodie durand":          "ÉD",
		"Пётр Ильич Чайковский":   "ПЧ",
		"Αλέξανδρος Παπαδόπουλος": "ΑΠ",
		"山田 太郎":                "山",
		"김민준":                  "김",
		"محمد علي":             "م",
		"שרה כהן":              "ש",
		"“Zed” O’Brien":        "ZO",
		"👩‍💻 Ada":              "A",
		"👩‍👩‍👧‍👦":              "?",
		"":                     "?",
		"   ":                  "?",
		"- . '":                "?",
		"4 Seasons":            "4",
		"Ola (temp)":           "OT",
		"e\u0301lodie":         "E",
		"ß":                    "ß",
		"Jean-Luc Godard":      "JG",
		"ǆ":                    "Ǆ",
		"ᾳ":                    "ᾼ",
		"ﬁona":                 "ﬁ",
		"A\u200d B":            "AB",
		"\u202eAna":            "A",
		"X Æ A-12":             "XA",
		"नीलम शर्मा":           "न",
		"Nguyễn Thị Minh Khai": "NK",
		"𝔄lice 𝔅ob":            "𝔄𝔅",
	} {
		if got := initials(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	if a, b := avatar(&store.User{ID: 12, Name: "A"}), avatar(&store.User{ID: 12, Name: "B"}); a.Hue != b.Hue || a.Hue < 1 || a.Hue > 7 {
		t.Errorf("colours %d and %d", a.Hue, b.Hue)
	}
}

func TestDevices(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string][2]string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                                               {"Firefox on Linux", "laptop"},
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36":                                      {"Chrome on Windows", "laptop"},
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0":                        {"Edge on Windows", "laptop"},
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 OPR/124.0.0.0":                        {"Opera on Windows", "laptop"},
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15":                                {"Safari on macOS", "laptop"},
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1":              {"Safari on iPhone", "phone"},
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0.0.0 Mobile/15E148 Safari/604.1":           {"Chrome on iPhone", "phone"},
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/140.0 Mobile/15E148 Safari/605.1.15":            {"Firefox on iPhone", "phone"},
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 EdgiOS/142.0 Mobile/15E148 Safari/604.1": {"Edge on iPhone", "phone"},
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36":                                      {"Chrome on Android", "phone"},
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36":                  {"Samsung Internet on Android", "phone"},
		"Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0":                                                                                 {"Firefox on Android", "phone"},
		"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36":                                       {"Chrome on ChromeOS", "laptop"},
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/142.0.0.0 Safari/537.36":                                        {"Chrome on Linux", "laptop"},
		"curl/8.14.1":        {"curl", "laptop"},
		"Go-http-client/1.1": {"A Go program", "laptop"},
		"":                   {"Unknown browser", "laptop"},
		"<script>":           {"Unknown browser", "laptop"},
	} {
		name, icon := device(agent)
		if name != want[0] || icon != want[1] {
			t.Errorf("%s\nis %q with a %s, want %q with a %s", agent, name, icon, want[0], want[1])
		}
	}
}

func TestLengthsOfTime(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "1 second", time.Second: "1 second", 59 * time.Second: "59 seconds", time.Minute: "1 minute", 90 * time.Second: "2 minutes",
		30 * time.Minute: "30 minutes", time.Hour: "60 minutes", 90 * time.Minute: "90 minutes", 2 * time.Hour: "2 hours", 12 * time.Hour: "12 hours",
	} {
		if got := inWords(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
	for d, want := range map[time.Duration]string{-time.Second: "100ms", 0: "100ms", time.Second: "1000ms", 28 * time.Minute: "1680000ms", 1500 * time.Microsecond: "100ms"} {
		if got := interval(d); got != want {
			t.Errorf("%v is the interval %q, want %q", d, got, want)
		}
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for n, want := range map[int][2]string{
		0: {"0", "0"}, 999: {"999", "999"}, 1000: {"1,000", "1,000"}, 9999: {"9,999", "9,999"}, 10000: {"10,000", "10k"}, 702123: {"702,123", "702k"},
		999999: {"999,999", "999k"}, 1000000: {"1,000,000", "1.0M"}, 12408000: {"12,408,000", "12.4M"},
	} {
		if got := [2]string{thousands(n), short(n)}; got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	if got := count(1, "session", "sessions") + ", " + count(1200, "session", "sessions"); got != "1 session, 1,200 sessions" {
		t.Errorf("counts %q", got)
	}
}

// TestISO compares our own writing of times with that of package time.
func TestISO(t *testing.T) {
	t.Parallel()
	for seconds := int64(0); seconds < 300*365*86400; seconds += 7777777 {
		at := time.Unix(seconds-86400*365*50, 0).UTC()
		if got, want := string(appendISO(nil, at)), at.Format(time.RFC3339); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
	}
}
