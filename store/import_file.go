package store

import (
	"bytes"
	"context"
	"io"
	"time"

	"github.com/klauspost/compress/gzip"
)

// filePartSize is how much of a compressed file one part holds.
const filePartSize = 256 << 10

// storeFile stores a file compressed, part by part, each in a transaction of
// its own: a slow upload keeps nobody waiting, and takes no memory.
func (s *Store) storeFile(ctx context.Context, id int64, file io.Reader) error {
	parts := &partWriter{store: s, ctx: ctx, id: id}
	packed, err := gzip.NewWriterLevel(parts, gzip.BestSpeed)
	if err != nil {
		return err
	}
	if _, err := io.Copy(packed, file); err != nil {
		return err
	}
	if err := packed.Close(); err != nil {
		return err
	}
	return parts.flush()
}

// partWriter collects bytes and stores them as parts.
type partWriter struct {
	store *Store
	ctx   context.Context
	id    int64
	part  int
	buf   bytes.Buffer
}

// Write stores a part whenever there is enough for one.
func (w *partWriter) Write(p []byte) (int, error) {
	w.buf.Write(p)
	if w.buf.Len() < filePartSize {
		return len(p), nil
	}
	return len(p), w.flush()
}

func (w *partWriter) flush() error {
	if w.buf.Len() == 0 {
		return nil
	}
	err := w.store.transact(w.ctx, Actor{Kind: System}, func(x *tx) error { return insertFilePart(x, w.id, w.part, w.buf.Bytes()) })
	w.buf.Reset()
	w.part++
	return err
}

// openFile reads a stored file.
func (s *Store) openFile(ctx context.Context, id int64) (io.Reader, error) {
	return gzip.NewReader(&partReader{store: s, ctx: ctx, id: id})
}

// partReader reads the parts one after the other.
type partReader struct {
	store *Store
	ctx   context.Context
	id    int64
	part  int
	rest  []byte
}

// Read gives what is left of the part at hand, or begins the next.
func (r *partReader) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		next, err := filePart(r.ctx, r.store.reader, r.id, r.part)
		if err != nil {
			return 0, err
		}
		if len(next) == 0 {
			return 0, io.EOF
		}
		r.rest, r.part = next, r.part+1
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// dropImport removes an import that is out of sight, bit by bit so that nobody
// waits for it. What an error leaves is removed by Sweep.
func (s *Store) dropImport(ctx context.Context, id int64) error {
	if err := s.dropRows(ctx, id); err != nil {
		return err
	}
	return s.transact(ctx, Actor{Kind: System}, func(x *tx) error { return deleteImport(x, id) })
}

// dropRows removes the rows and the file of an import.
func (s *Store) dropRows(ctx context.Context, id int64) error {
	for _, remove := range []func(*tx, int64) (bool, error){deleteSomeRows, deleteFileParts} {
		if err := s.dropAll(ctx, id, remove); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) dropAll(ctx context.Context, id int64, remove func(*tx, int64) (bool, error)) error {
	for more := true; more; {
		err := s.transact(ctx, Actor{Kind: System}, func(x *tx) (err error) {
			more, err = remove(x, id)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

const (
	// keepImports is how long the rows of an import are kept after somebody last
	// worked on it. They are what can be undone as a whole, and they hold what
	// stood in the file; each change can still be undone from the history.
	keepImports = KeepDeleted
	// keepUploads is how long what is left of a broken upload may lie around.
	keepUploads = 24 * time.Hour
)

// sweepImports removes the rows of old imports, old imports that were never
// run, and what broken uploads left.
func (s *Store) sweepImports(ctx context.Context) error {
	now := s.now()
	ids, err := staleImports(ctx, s.reader, now.Add(-keepImports), now.Add(-keepUploads))
	if err != nil {
		return err
	}
	for _, id := range ids {
		i, err := loadImport(ctx, s.reader, id)
		if err == nil && i.Carried() > 0 {
			err = s.dropRows(ctx, id)
		} else if err == nil || KindOf(err) == NotFound {
			err = s.dropImport(ctx, id)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
