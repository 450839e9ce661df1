package store

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// An archive is a file of lines, each a JSON object: one that says what it is,
// one for each entry with all that its digest covers, and one that says how many
// they were.

const (
	archiveKind    = "audit trail archive"
	archiveVersion = 2 // the first had no origins
)

// archiveHead is the first line.
type archiveHead struct {
	Kind    string `json:"kind"`
	Version int    `json:"version"`
	From    int64  `json:"from"`      // its first entry
	Prev    string `json:"prev_hash"` // digest of the one before it
}

// archiveEntry is the line of an entry. Body is text, because its digest is of
// its letters.
type archiveEntry struct {
	ID      int64     `json:"id"`
	At      time.Time `json:"at"`
	Kind    ActorKind `json:"actor_kind"`
	Actor   int64     `json:"actor_id"`
	Act     Act       `json:"act"`
	Outcome Outcome   `json:"outcome"`
	Target  int64     `json:"target_id"`
	Address string    `json:"address"`
	Agent   string    `json:"agent"`
	Request string    `json:"request_id"`
	UndoOf  int64     `json:"undo_of"`
	Values  string    `json:"values_hash"`
	Prev    string    `json:"prev_hash"`
	Hash    string    `json:"hash"`
	Salt    *string   `json:"salt"` // null, as the body: removed with a purged person
	Body    *string   `json:"body"`
	From    *origin   `json:"from,omitempty"` // where it came from, if the address is "#"; missing: removed
}

// archiveEnd is the last line.
type archiveEnd struct {
	End   int64  `json:"end"` // the last entry
	Count int64  `json:"count"`
	Hash  string `json:"hash"` // of the last entry
}

// endBegins is how the last line begins, and no other.
var endBegins = []byte(`{"end":`)

func lineOf(e *storedEntry) archiveEntry {
	return archiveEntry{e.ID, e.At, e.Kind, e.Actor, e.Act, e.Outcome, e.Target, e.Address, e.Agent, e.Request, e.UndoOf,
		e.values, e.prev, e.hash, e.salt, e.body, e.from}
}

func (l *archiveEntry) stored() storedEntry {
	return storedEntry{Entry: Entry{ID: l.ID, At: l.At, Kind: l.Kind, Actor: l.Actor, Act: l.Act, Outcome: l.Outcome, Target: l.Target,
		Address: l.Address, Agent: l.Agent, Request: l.Request, UndoOf: l.UndoOf},
		values: l.Values, prev: l.Prev, hash: l.Hash, salt: l.Salt, body: l.Body, about: &l.Target, from: l.From}
}

// archiveWriter writes an archive into a file that has another name until it is
// whole.
type archiveWriter struct {
	file *os.File
	buf  *bufio.Writer
	gzip *gzip.Writer // nil: not compressed
	json *json.Encoder
}

func newArchiveWriter(partial string, compressed bool) (*archiveWriter, error) {
	f, err := os.OpenFile(partial, os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	w := &archiveWriter{file: f, buf: bufio.NewWriterSize(f, 64<<10)}
	to := io.Writer(w.buf)
	if compressed {
		w.gzip = gzip.NewWriter(w.buf)
		to = w.gzip
	}
	w.json = json.NewEncoder(to)
	w.json.SetEscapeHTML(false)
	return w, nil
}

// finish waits until the disk has the file.
func (w *archiveWriter) finish() error {
	if w.gzip != nil {
		if err := w.gzip.Close(); err != nil {
			return err
		}
	}
	return errors.Join(w.buf.Flush(), w.file.Sync(), w.file.Close())
}

// gzipBegins is how a compressed file begins.
var gzipBegins = []byte{0x1f, 0x8b}

// errArchiveLine is the error of a line that is none of an archive.
var errArchiveLine = errors.New("its line cannot be read, or the archive was cut off before it")

// archiveReader reads an archive.
type archiveReader struct {
	path string
	head archiveHead
	file *os.File
	in   *bufio.Reader
}

// openArchive opens an archive, compressed or not whatever its name, and reads
// what it says about itself.
func openArchive(path string) (*archiveReader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r := &archiveReader{path: path, file: f, in: bufio.NewReaderSize(f, 64<<10)}
	if err := r.readHead(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return r, nil
}

func (r *archiveReader) readHead() error {
	none := refusedFile(r.path, "is no archive of the audit trail")
	if begins, _ := r.in.Peek(2); bytes.Equal(begins, gzipBegins) {
		unpacked, err := gzip.NewReader(r.in)
		if err != nil {
			return none
		}
		r.in = bufio.NewReaderSize(unpacked, 64<<10)
	}
	line, err := r.in.ReadBytes('\n')
	if err != nil || readLine(line, &r.head) != nil || r.head.Kind != archiveKind || r.head.From < 1 {
		return none
	}
	if r.head.Version > archiveVersion {
		return refusedFile(r.path, "was made by a newer version of this program")
	}
	return nil
}

// readLine reads an object that holds nothing but what belongs there.
func readLine(line []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errArchiveLine
	}
	return nil
}

// entries calls see for each entry until it says false, and gives the last line,
// behind which there must be nothing. It fails with errArchiveLine.
func (r *archiveReader) entries(see func(storedEntry) bool) (end archiveEnd, err error) {
	for {
		line, err := r.in.ReadBytes('\n')
		if err != nil {
			return end, errArchiveLine
		}
		if bytes.HasPrefix(line, endBegins) {
			return end, r.readEnd(line, &end)
		}
		var l archiveEntry
		if readLine(line, &l) != nil || (l.Salt == nil) != (l.Body == nil) {
			return end, errArchiveLine
		}
		if !see(l.stored()) {
			return end, nil
		}
	}
}

func (r *archiveReader) readEnd(line []byte, end *archiveEnd) error {
	if readLine(line, end) != nil {
		return errArchiveLine
	}
	if _, err := r.in.ReadByte(); err != io.EOF {
		return errArchiveLine
	}
	return nil
}

func (r *archiveReader) close() error { return r.file.Close() }

// openArchives opens archives in the order of what they hold.
func openArchives(paths []string) (files []*archiveReader, err error) {
	for _, path := range paths {
		f, err := openArchive(path)
		if err != nil {
			closeArchives(files)
			return nil, err
		}
		files = append(files, f)
	}
	slices.SortStableFunc(files, func(a, b *archiveReader) int { return cmp.Compare(a.head.From, b.head.From) })
	return files, nil
}

func closeArchives(files []*archiveReader) {
	for _, f := range files {
		f.close()
	}
}

// nameOf is a file's name as it goes on record: without its folders.
func nameOf(path string) string { return filepath.Base(path) }
