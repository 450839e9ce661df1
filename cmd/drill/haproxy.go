package main

import (
	"bytes"
	"context"
	_ "embed" // of the configuration
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"text/template"
)

// haproxyConfig is written for the drill, and reads as one would write it.
//
//go:embed haproxy.cfg
var haproxyConfig string

// pages are what HAProxy says by itself, each as a whole answer. What it knows
// decides what it says: after a request went on its way and no answer came,
// nobody knows whether a change was made.
var pages = map[string][2]string{
	"503": {"Not possible just now", notDone + ". Please try again in a moment."},
	"502": {"The answer was lost", "Please look whether your change is there before you try again."},
	"504": {"No answer came in time", "Please look whether your change is there before you try again."},
}

func page(title, text string) string {
	body := fmt.Sprintf("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>%s</title></head>\n<body><h1>%[1]s</h1><p>%s</p></body></html>\n", title, text)
	head := []string{"HTTP/1.1 503 Service Unavailable", "Content-Type: text/html; charset=utf-8", "Cache-Control: no-store", "Retry-After: 5",
		fmt.Sprintf("Content-Length: %d", len(body))}
	return strings.Join(head, "\r\n") + "\r\n\r\n" + body
}

// findHAProxy is its program, which stands outside of most people's PATH.
func findHAProxy() (string, error) {
	for _, name := range []string{"haproxy", "/usr/sbin/haproxy"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("HAProxy is missing (Debian: apt-get install haproxy)")
}

// startHAProxy puts HAProxy in front of the instances, and gives its address.
func (d *drill) startHAProxy(ctx context.Context) (string, error) {
	path, err := findHAProxy()
	if err != nil {
		return "", err
	}
	s, err := d.newServer("haproxy")
	if err != nil {
		return "", err
	}
	port, err := freePort()
	if err != nil {
		return "", err
	}
	config, err := d.writeHAProxyConfig(port)
	if err != nil {
		return "", err
	}
	d.finally = append(d.finally, func() { s.stop(syscall.SIGTERM) })
	if err := s.launch(path, "-db", "-f", config); err != nil {
		return "", err
	}
	at := fmt.Sprintf("http://127.0.0.1:%d", port)
	d.say("HAProxy on %s", at)
	return at, s.until(ctx, "it finds an instance that is ready", func() bool { return answers(at + "/readyz") })
}

// answers reports whether an address answers as it is to.
func answers(address string) bool {
	r, err := http.Get(address)
	if err != nil {
		return false
	}
	r.Body.Close()
	return r.StatusCode == http.StatusOK
}

// writeHAProxyConfig writes what HAProxy reads, and gives its name.
func (d *drill) writeHAProxyConfig(port int) (string, error) {
	for status, say := range pages {
		if err := os.WriteFile(filepath.Join(d.dir, status+".http"), []byte(page(say[0], say[1])), 0o644); err != nil {
			return "", err
		}
	}
	t, err := template.New("haproxy.cfg").Parse(haproxyConfig)
	if err != nil {
		return "", err
	}
	var servers []map[string]string
	for n, i := range d.instances {
		servers = append(servers, map[string]string{"Name": string(rune('a' + n)), "Address": strings.TrimPrefix(i.URL, "http://")})
	}
	var text bytes.Buffer
	if err := t.Execute(&text, map[string]any{"Port": port, "Pages": d.dir, "Servers": servers}); err != nil {
		return "", err
	}
	name := filepath.Join(d.dir, "haproxy.cfg")
	return name, os.WriteFile(name, text.Bytes(), 0o644)
}
