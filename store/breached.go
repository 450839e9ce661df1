package store

import (
	"bytes"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
)

// ErrBreachedFile refuses a list of breached passwords.
var ErrBreachedFile = errors.New("cannot be used as a list of breached passwords")

// errNoList is why: it is something else.
var errNoList = errors.New("each line has to be a SHA-1 digest in hexadecimal, perhaps with a colon and a count, and they have to be in order")

const (
	// longestBreached is how long a line may be: a digest, a count, an end.
	longestBreached = sha1.Size*2 + 22
	// breachedSamples is how many lines are looked at before a list is believed.
	breachedSamples = 512
)

// breached is a list of passwords that have come out elsewhere, as "Have I Been
// Pwned" publishes it. It may have tens of gigabytes, so it stays on the disk and
// is searched there, by some thirty reads. Nothing is asked of any network.
type breached struct {
	file *os.File
	size int64
}

// openBreached opens a list after a look at lines all over it.
func openBreached(path string) (*breached, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s %w: %w", path, ErrBreachedFile, err)
	}
	info, err := f.Stat()
	if err == nil {
		b := &breached{f, info.Size()}
		if err = b.check(); err == nil {
			return b, nil
		}
	}
	return nil, errors.Join(fmt.Errorf("%s %w: %w", path, ErrBreachedFile, err), f.Close())
}

// close closes the list, if there is one.
func (b *breached) close() error {
	if b == nil {
		return nil
	}
	return b.file.Close()
}

// check looks at the first lines, and at others all over the list: each has to be
// one, and none may come before its forerunner.
func (b *breached) check() error {
	if b.size == 0 {
		return errNoList
	}
	var last breachedLine
	for i := range int64(2 * breachedSamples) {
		at := last.end
		if i >= breachedSamples {
			at = max(at, b.size/breachedSamples*(i-breachedSamples))
		}
		line, err := b.lineFrom(at)
		if err != nil {
			return err
		}
		if line.start >= b.size {
			break
		}
		if bytes.Compare(line.digest, last.digest) < 0 {
			return errNoList
		}
		last = line
	}
	return nil
}

// breachedLine is a line of the list.
type breachedLine struct {
	start, end int64 // where it begins, and the next one
	digest     []byte
}

// lineFrom gives the first line that begins at a place or after it; it begins at
// the end of the list when there is none.
func (b *breached) lineFrom(at int64) (breachedLine, error) {
	line := breachedLine{start: b.size, end: b.size}
	from := max(at-1, 0)
	buffer := make([]byte, 2*longestBreached)
	n, err := b.file.ReadAt(buffer, from)
	if err != nil && !errors.Is(err, io.EOF) {
		return line, err
	}
	text := buffer[:n]
	if at > 0 {
		i := bytes.IndexByte(text, '\n')
		if i < 0 && from+int64(n) < b.size {
			return line, errNoList // a line without an end
		}
		if i < 0 {
			return line, nil
		}
		from, text = from+int64(i)+1, text[i+1:]
	}
	if from >= b.size {
		return line, nil
	}
	if i := bytes.IndexByte(text, '\n'); i >= 0 {
		text = text[:i]
	} else if from+int64(len(text)) < b.size {
		return line, errNoList
	}
	line.start, line.end = from, from+int64(len(text))+1
	line.digest, err = readBreached(text)
	return line, err
}

// readBreached reads a line: a digest, and perhaps a count.
func readBreached(text []byte) ([]byte, error) {
	text = bytes.TrimSuffix(text, []byte("\r"))
	name, count, counted := bytes.Cut(text, []byte(":"))
	digest := make([]byte, sha1.Size)
	if len(name) != 2*sha1.Size {
		return nil, errNoList
	}
	if _, err := hex.Decode(digest, name); err != nil {
		return nil, errNoList
	}
	digits := bytes.ContainsFunc(count, func(r rune) bool { return r < '0' || r > '9' })
	if counted && (len(count) == 0 || digits) {
		return nil, errNoList
	}
	return digest, nil
}

// holds reports whether a password is in the list, as it was typed or as we hash
// it. Without a list there is none in it.
func (b *breached) holds(password string) (bool, error) {
	if b == nil {
		return false, nil
	}
	for _, text := range passwordTexts(password) {
		sum := sha1.Sum([]byte(text))
		if found, err := b.find(sum[:]); found || err != nil {
			return found, err
		}
	}
	return false, nil
}

// find searches a digest. What it looks for begins, if anywhere, from low on and
// before high.
func (b *breached) find(digest []byte) (bool, error) {
	low, high := int64(0), b.size
	for low < high {
		middle := low + (high-low)/2
		line, err := b.lineFrom(middle)
		if err != nil {
			return false, err
		}
		order := -1 // no line begins between them
		if line.start < high {
			order = bytes.Compare(digest, line.digest)
		}
		switch {
		case order == 0:
			return true, nil
		case order > 0:
			low = line.end
		default:
			high = middle
		}
	}
	return false, nil
}
