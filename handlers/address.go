package handlers

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// address is where the request came from: the nearest address that is not one
// of the trusted proxies. What stands beyond it may be made up.
func (s *server) address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if !s.trusts(host) {
		return host
	}
	hops := s.hops(r)
	for i := len(hops) - 1; i >= 0 && s.trusts(host); i-- {
		ip, err := netip.ParseAddr(hops[i])
		if err != nil {
			break
		}
		host = ip.Unmap().WithZone("").String()
	}
	return host
}

func (s *server) trusts(host string) bool {
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	for _, p := range s.proxies {
		if p.Contains(ip.Unmap()) {
			return true
		}
	}
	return false
}

// hops are the addresses that proxies say they had the request from, the nearest
// last. Only one header is read: a proxy that writes the one lets the other
// through as the client made it up.
func (s *server) hops(r *http.Request) (hops []string) {
	if !s.forwarded {
		for _, hop := range strings.Split(strings.Join(r.Header["X-Forwarded-For"], ","), ",") {
			hops = append(hops, strings.TrimSpace(hop))
		}
		return hops
	}
	for _, element := range splitOutsideQuotes(strings.Join(r.Header["Forwarded"], ","), ',') {
		hops = append(hops, forwardedFor(element))
	}
	return hops
}

// forwardedFor gives the address in an element of a Forwarded header (RFC 7239),
// or "" when it is not told.
func forwardedFor(element string) string {
	for _, pair := range splitOutsideQuotes(element, ';') {
		name, node, _ := strings.Cut(strings.TrimSpace(pair), "=")
		if !strings.EqualFold(name, "for") {
			continue
		}
		node = strings.Trim(node, `"`)
		if host, _, err := net.SplitHostPort(node); err == nil {
			return host
		}
		return strings.TrimSuffix(strings.TrimPrefix(node, "["), "]")
	}
	return ""
}

// splitOutsideQuotes splits at each sep that stands in no quoted text.
func splitOutsideQuotes(s string, sep byte) (parts []string) {
	quoted, from := false, 0
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == sep && !quoted:
			parts = append(parts, s[from:i])
			from = i + 1
		}
	}
	return append(parts, s[from:])
}
