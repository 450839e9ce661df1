package handlers

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"unicode"
)

// violationsAt is where browsers tell what they have refused by the policy.
const violationsAt = "/policy-report"

// violation is what a browser has refused.
type violation struct {
	directive string // of the policy, as in "script-src-elem"
	blocked   string // "inline", "eval", or the site that something was to come from
}

// policyReport logs what a browser has refused by the policy: either a page of ours is
// at fault, or somebody has brought something in. Anybody may send such a report, so
// that no more than one a second is logged. The address of the page, which may be a
// secret, is not, nor is where on its site the other thing lies.
func (s *server) policyReport(a *ask) (view, error) {
	body, err := io.ReadAll(a.Body)
	if err != nil {
		return s.badBody(a, err)
	}
	now := s.wall().Unix()
	if v, ok := readViolation(body); ok && s.reported.Swap(now) != now {
		s.log.LogAttrs(a.Context(), slog.LevelWarn, "a browser refused something by the policy", slog.String("id", a.id),
			slog.String("directive", v.directive), slog.String("blocked", v.blocked))
	}
	return view{status: http.StatusNoContent}, nil
}

// readViolation reads a report of either shape that browsers send: of CSP level 2, and
// of the Reporting API, of which the first counts.
func readViolation(body []byte) (violation, bool) {
	var old struct {
		Report struct {
			Directive string `json:"effective-directive"`
			Violated  string `json:"violated-directive"`
			Blocked   string `json:"blocked-uri"`
		} `json:"csp-report"`
	}
	if json.Unmarshal(body, &old) == nil {
		directive, _, _ := strings.Cut(old.Report.Violated, " ")
		if old.Report.Directive != "" {
			directive = old.Report.Directive
		}
		return violationOf(directive, old.Report.Blocked)
	}
	var all []struct {
		Type string
		Body struct{ EffectiveDirective, BlockedURL string }
	}
	if json.Unmarshal(body, &all) != nil || len(all) == 0 || all[0].Type != "csp-violation" {
		return violation{}, false
	}
	return violationOf(all[0].Body.EffectiveDirective, all[0].Body.BlockedURL)
}

func violationOf(directive, blocked string) (violation, bool) {
	if u, err := url.Parse(blocked); err != nil || u.Host != "" {
		blocked = "unreadable"
		if err == nil {
			blocked = u.Scheme + "://" + u.Host
		}
	}
	v := violation{word(directive), word(blocked)}
	return v, v.directive != ""
}

// word is what may stand in the log of something that anybody may have sent.
func word(s string) string {
	s = strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII || !unicode.IsGraphic(r) || r == ' ' {
			return -1
		}
		return r
	}, s)
	return s[:min(len(s), 100)]
}
