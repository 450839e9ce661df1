package store

import (
	"fmt"
	"strings"
	"testing"

	"backoffice/store/storetest"
)

// TestTLSUnlessItIsSaid is about addresses that say nothing of TLS.
func TestTLSUnlessItIsSaid(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		address string
		env     string
		want    string
	}{
		{"postgres://u:otter@db.example.com/p", "", "verified"},
		{"postgres://u:otter@db.example.com/p?application_name=office", "", "verified"},
		{"postgres://u:otter@10.0.0.7/p", "", "verified"},
		{"postgres://u:otter@127.0.0.1,db2.example.com/p", "", "verified"},
		{"postgres://u:otter@db1.example.com:5433,db2.example.com:5434/p", "", "verified"},
		{"postgres:///p?host=db.example.com", "", "verified"},
		{"postgres://u:otter@db.example.com/p?sslmode=verify-full", "", "verified"},
		{"postgres://u:otter@db.example.com/p?sslmode=prefer", "", "tried"},
		{"postgres://u:otter@db.example.com/p?sslmode=disable", "", "none"},
		{"postgres://u:otter@db.example.com/p", "PGSSLMODE", "tried"},
		{"postgres://u:otter@db.example.com/p", "PGSERVICE", "tried"},
		{"postgres://u:otter@127.0.0.1/p", "", "tried"},
		{"postgres://u:otter@[::1]/p", "", "tried"},
		{"postgres://u:otter@localhost/p", "", "tried"},
		{"postgres://u@/p?host=/run/postgresql", "", "none"},
	} {
		config, err := parseAddress(c.address, func(name string) string { return strings.Repeat("prefer", strings.Count(c.env, name)) })
		if err != nil {
			t.Errorf("%s: %v", c.address, err)
			continue
		}
		got := "none"
		if config.TLSConfig != nil {
			got = "verified"
		}
		for _, f := range config.Fallbacks {
			if got == "verified" && f.TLSConfig == nil {
				got = "tried"
			}
		}
		if config.TLSConfig != nil && config.TLSConfig.InsecureSkipVerify {
			got = "tried"
		}
		if got != c.want {
			t.Errorf("%s with %q: TLS is %s, want %s", c.address, c.env, got, c.want)
		}
	}
}

// TestServerWithoutTLS says where it is to be said that none is wanted.
func TestServerWithoutTLS(t *testing.T) {
	if !storetest.OnPostgres() {
		return
	}
	t.Parallel()
	server := newRelay(t, addressOf(t, storetest.Blank(t)))
	_, err := Open(t.Context(), Config{DB: fmt.Sprintf("postgres://postgres:otter@%s/people?sslmode=verify-full", server.Addr())})
	e := Explain(err)
	if e.Kind != Invalid || !strings.Contains(e.Message, "?sslmode=") || strings.Contains(fmt.Sprint(err), "otter") {
		t.Errorf("%v", err)
	}
}
