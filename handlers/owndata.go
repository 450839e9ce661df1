package handlers

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
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

// eventJSON is something that happened to one's account.
type eventJSON struct {
	At      string              `json:"at"`
	Act     store.Act           `json:"act"`
	Outcome string              `json:"outcome"`
	By      string              `json:"by,omitempty"`
	Changes []store.FieldChange `json:"changes,omitempty"`
	Note    string              `json:"note,omitempty"`
}

// askedJSON is an address that one has asked for and not confirmed, in one's own data.
type askedJSON struct {
	Email   string `json:"email"`
	Asked   string `json:"asked"`
	Expires string `json:"expires"`
}

// askedText is what stands in the file where nothing was asked for, or the address
// that was.
func askedText(l *store.Link) (string, error) {
	if l == nil {
		return "null", nil
	}
	return indented(askedJSON{l.Address, rfc3339(l.Made), rfc3339(l.Expires)}, "  ")
}

// writeOwnData writes one object, its history entry by entry.
func writeOwnData(w io.Writer, d store.OwnData) error {
	profile, err := indented(toJSON(&d.Person), "  ")
	if err != nil {
		return err
	}
	asked, err := askedText(d.Asked)
	if err != nil {
		return err
	}
	signIns := []signInJSON{}
	for _, one := range d.SignIns {
		signIns = append(signIns, signInJSON{rfc3339(one.Started), rfc3339(one.LastSeen), rfc3339(one.Ended), string(one.Why), one.Address, one.Agent, one.NewDevice})
	}
	list, err := indented(signIns, "  ")
	if err != nil {
		return err
	}
	browsers := []browserJSON{}
	for _, one := range d.Browsers {
		browsers = append(browsers, browserJSON{rfc3339(one.Made), rfc3339(one.Seen), one.Address, one.Agent})
	}
	remembered, err := indented(browsers, "  ")
	if err != nil {
		return err
	}
	passkeys := []passkeyJSON{}
	for _, one := range d.Passkeys {
		passkeys = append(passkeys, passkeyJSON{one.Name, one.Site, rfc3339(one.Made), rfc3339(one.Used)})
	}
	keys, err := indented(passkeys, "  ")
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, "{\n  \"profile\": "+profile+",\n  \"new_address\": "+asked+",\n  \"sign_ins\": "+list+",\n  \"browsers\": "+remembered+
		",\n  \"passkeys\": "+keys+",\n  \"history\": ["); err != nil {
		return err
	}
	comma := "\n    "
	err = d.History(func(e store.Entry) error {
		text, err := indented(toEvent(e), "    ")
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

func toEvent(e store.Entry) eventJSON {
	return eventJSON{At: rfc3339(e.At), Act: e.Act, Outcome: string(e.Outcome), By: cmp.Or(e.ActorName, string(e.Kind)), Changes: e.Changes, Note: e.Note}
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
