package handlers

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"strings"
	"time"

	"backoffice/store"
)

// ownData is one's own data as a file. It is a POST because that it was taken is on
// record.
func (s *server) ownData(a *ask) (view, error) {
	d, err := s.store.OwnData(a.Context(), a.actor)
	if err != nil {
		return view{}, err
	}
	name := "my-data-" + a.words.now.In(s.location).Format(time.DateOnly) + ".json"
	return view{file: &file{name, "application/json; charset=utf-8", func(w io.Writer) error { return writeOwnData(w, d) }}}, nil
}

// signInJSON is a sign-in in one's own data.
type signInJSON struct {
	Started  string `json:"started"`
	LastSeen string `json:"last_seen"`
	Ended    string `json:"ended,omitempty"`
	Why      string `json:"why,omitempty"`
	Address  string `json:"address"`
	Browser  string `json:"browser"`
	New      bool   `json:"new_device,omitempty"`
}

// browserJSON is a browser that one is remembered in, in one's own data.
type browserJSON struct {
	Remembered string `json:"remembered"`
	SignedIn   string `json:"signed_in"`
	Address    string `json:"address"`
	Browser    string `json:"browser"`
}

// passkeyJSON is a passkey of one's own.
type passkeyJSON struct {
	Name  string `json:"name"`
	Host  string `json:"host"`
	Added string `json:"added"`
	Used  string `json:"used,omitempty"`
}

// factorsJSON are one's own second factors, without what is secret in them.
type factorsJSON struct {
	App      *appJSON      `json:"authenticator"`
	Passkeys []passkeyJSON `json:"passkeys"`
	Codes    int           `json:"recovery_codes_left"`
}

// appJSON is one's own authenticator app.
type appJSON struct {
	Since string `json:"since"`
	Used  string `json:"used,omitempty"`
}

// mailJSON is a mail to oneself.
type mailJSON struct {
	Kind  store.MailKind  `json:"kind"`
	To    string          `json:"to"`
	State store.MailState `json:"state"`
	Made  string          `json:"made"`
	Sent  string          `json:"sent,omitempty"`
}

// linkJSON is a link for oneself that is still good.
type linkJSON struct {
	Kind    store.LinkKind `json:"kind"`
	Made    string         `json:"made"`
	Expires string         `json:"expires"`
}

// eventJSON is something that happened to one's account. Where it came from is told of
// one's own acts.
type eventJSON struct {
	At      string              `json:"at"`
	Act     store.Act           `json:"act"`
	Outcome string              `json:"outcome"`
	By      string              `json:"by,omitempty"`
	Changes []store.FieldChange `json:"changes,omitempty"`
	Note    string              `json:"note,omitempty"`
	Address string              `json:"address,omitempty"`
	Browser string              `json:"browser,omitempty"`
}

// askedJSON is an address that one has asked for and not confirmed, in one's own data.
type askedJSON struct {
	Email   string `json:"email"`
	Asked   string `json:"asked"`
	Expires string `json:"expires"`
}

// kept is what is kept about a person but their history, in the order of the file.
type kept struct {
	name  string
	value any
}

func keptOf(d *store.OwnData) []kept {
	var asked any
	if d.Asked != nil {
		asked = askedJSON{d.Asked.Address, rfc3339(d.Asked.Made), rfc3339(d.Asked.Expires)}
	}
	return []kept{
		{"profile", toJSON(&d.Person)},
		{"new_address", asked},
		{"sign_ins", each(d.SignIns, func(one store.SignIn) signInJSON {
			return signInJSON{rfc3339(one.Started), rfc3339(one.LastSeen), rfc3339(one.Ended), string(one.Why), one.Address, one.Agent, one.NewDevice}
		})},
		{"browsers", each(d.Browsers, func(one store.Browser) browserJSON {
			return browserJSON{rfc3339(one.Made), rfc3339(one.Seen), one.Address, one.Agent}
		})},
		{"second_factors", factorsToJSON(&d.Factors)},
		{"mails", each(d.Mails, func(one store.Mail) mailJSON {
			return mailJSON{one.Kind, one.To, one.State, rfc3339(one.Made), rfc3339(one.Sent)}
		})},
		{"links", each(d.Links, func(one store.Link) linkJSON {
			return linkJSON{one.Kind, rfc3339(one.Made), rfc3339(one.Expires)}
		})},
	}
}

func factorsToJSON(f *store.Factors) factorsJSON {
	out := factorsJSON{Codes: f.Codes, Passkeys: each(f.Passkeys, func(one store.Passkey) passkeyJSON {
		return passkeyJSON{one.Name, one.Site, rfc3339(one.Made), rfc3339(one.Used)}
	})}
	if !f.App.IsZero() {
		out.App = &appJSON{rfc3339(f.App), rfc3339(f.Used)}
	}
	return out
}

// each turns a list into another, which is one in the file even where it is empty.
func each[A, B any](list []A, turn func(A) B) []B {
	out := make([]B, 0, len(list))
	for _, one := range list {
		out = append(out, turn(one))
	}
	return out
}

// writeOwnData writes one object, its history entry by entry.
func writeOwnData(w io.Writer, d store.OwnData) error {
	var head strings.Builder
	head.WriteString("{\n")
	for _, k := range keptOf(&d) {
		text, err := indented(k.value, "  ")
		if err != nil {
			return err
		}
		head.WriteString("  \"" + k.name + "\": " + text + ",\n")
	}
	if _, err := io.WriteString(w, head.String()+"  \"history\": ["); err != nil {
		return err
	}
	comma := "\n    "
	err := d.History(func(e store.Entry) error {
		text, err := indented(toEvent(e, d.Person.ID), "    ")
		if err == nil {
			_, err = io.WriteString(w, comma+text)
		}
		comma = ",\n    "
		return err
	})
	if err == nil {
		_, err = io.WriteString(w, "\n  ]\n}\n")
	}
	return err
}

func toEvent(e store.Entry, own int64) eventJSON {
	out := eventJSON{At: rfc3339(e.At), Act: e.Act, Outcome: string(e.Outcome), By: cmp.Or(e.ActorName, string(e.Kind)), Changes: e.Changes, Note: e.Note}
	if e.Kind == store.Person && e.Actor == own {
		out.Address, out.Browser = e.Address, e.Agent
	}
	return out
}

// indented is JSON for people, within something that is indented by so much.
func indented(v any, by string) (string, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent(by, "  ")
	err := encoder.Encode(v)
	return string(bytes.TrimSpace(b.Bytes())), err
}

// rfc3339 is a time for a program; "" for none.
func rfc3339(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
