package handlers

import (
	"bytes"
	"encoding/json"
	"io"
	"time"

	"backoffice/store"
)

// personJSON is a person in an export. Its fields are the export's columns.
type personJSON struct {
	ID         int64        `json:"id"`
	Name       string       `json:"name"`
	Email      string       `json:"email"`
	Role       store.Role   `json:"role"`
	Status     store.Status `json:"status"`
	Phone      string       `json:"phone"`
	LastSignIn *string      `json:"last_sign_in"` // null: never
	Created    string       `json:"created"`
	ExternalID string       `json:"external_id"`
}

func toJSON(u *store.User) personJSON {
	p := personJSON{ID: u.ID, Name: u.Name, Email: u.Email, Role: u.Role, Status: u.Status, Phone: u.Phone,
		Created: u.Created.UTC().Format(time.RFC3339), ExternalID: u.ExternalID}
	if !u.LastSignIn.IsZero() {
		at := u.LastSignIn.UTC().Format(time.RFC3339)
		p.LastSignIn = &at
	}
	return p
}

// peopleJSON writes people as JSON, each on a line of its own: alone, or as the
// elements of one array.
type peopleJSON struct {
	to      io.Writer
	array   bool
	begun   bool
	line    bytes.Buffer
	encoder *json.Encoder
}

func newPeopleLines(w io.Writer) peopleWriter { return newPeopleJSON(w, false) }
func newPeopleArray(w io.Writer) peopleWriter { return newPeopleJSON(w, true) }

func newPeopleJSON(w io.Writer, array bool) *peopleJSON {
	p := &peopleJSON{to: w, array: array}
	p.encoder = json.NewEncoder(&p.line)
	p.encoder.SetEscapeHTML(false)
	return p
}

func (p *peopleJSON) begin() error { return p.between("[", "") }

// between writes what an array has around and between its elements.
func (p *peopleJSON) between(array, lines string) error {
	if p.array {
		lines = array
	}
	_, err := io.WriteString(p.to, lines)
	return err
}

func (p *peopleJSON) add(u *store.User) error {
	comma := ",\n"
	if !p.begun {
		comma, p.begun = "\n", true
	}
	if err := p.between(comma, ""); err != nil {
		return err
	}
	p.line.Reset()
	if err := p.encoder.Encode(toJSON(u)); err != nil {
		return err
	}
	line := p.line.Bytes()
	if p.array {
		line = bytes.TrimSuffix(line, []byte("\n"))
	}
	_, err := p.to.Write(line)
	return err
}

func (p *peopleJSON) end() error {
	if p.begun {
		return p.between("\n]\n", "")
	}
	return p.between("]\n", "")
}
