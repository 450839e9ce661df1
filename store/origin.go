package store

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
)

// origin is where an act came from. It is kept beside the trail, which has its
// digest: it goes with its owner, who can be removed for good, and the chain of
// digests stays whole.
type origin struct {
	Owner   int64  `json:"owner_id"`
	Salt    string `json:"salt"`
	Address string `json:"address"`
	Agent   string `json:"agent"`
}

// originAside stands in the place of the address of an entry whose agent is the
// digest of an origin. It is nobody's address.
const originAside = "#"

// owner is whose an entry's origin is: who acted, or whom it is about when nobody
// was signed in, as at a wrong password. 0: it is no person's, and then where it came
// from is part of the entry.
func (e *Entry) owner() int64 {
	if e.Kind == Nobody {
		return e.Target
	}
	return e.Actor
}

// digest binds an origin to the entries that came from there. Each part is preceded
// by its length. The salt keeps a removed origin from being guessed.
func (o *origin) digest() string {
	var text []byte
	for _, part := range [...]string{o.Salt, strconv.FormatInt(o.Owner, 10), o.Address, o.Agent} {
		text = append(strconv.AppendInt(text, int64(len(part)), 10), ':')
		text = append(append(text, part...), ',')
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// putAside keeps where an entry came from apart, if it can be told whose that is.
// known has the digests of what was put aside before.
func (x *tx) putAside(e *Entry, known map[origin]string) error {
	o := origin{Owner: e.owner(), Address: e.Address, Agent: e.Agent}
	if o.Owner == 0 || o.Address+o.Agent == "" {
		return nil
	}
	digest := known[o]
	if digest == "" {
		found, err := findOrigin(x, o)
		if err != nil {
			return err
		}
		if digest = found; digest == "" {
			fresh := o
			fresh.Salt = rand.Text()
			digest = fresh.digest()
			if err := insertOrigin(x, e.ID, fresh, digest); err != nil {
				return err
			}
		}
		known[o] = digest
	}
	e.Address, e.Agent = originAside, digest
	return nil
}
