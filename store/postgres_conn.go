package store

import (
	"cmp"
	"context"
	"database/sql/driver"
	"errors"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// Time-outs of a connection. Those of the server are in milliseconds.
const (
	connectTimeout = 3 * time.Second  // for each host, unless the address says it
	silentTimeout  = 10 * time.Second // until a host that acknowledges nothing is given up
	lockTimeout    = "10000"          // until a change gives up waiting for its turn
	idleTimeout    = "15000"          // until an instance that hangs loses its turn
)

// connector makes connections with some settings of the server, on which an answer
// that does not come is waited for so long; see line.
func (e *postgres) connector(settings map[string]string, within time.Duration) (driver.Connector, error) {
	c, err := e.address()
	if err != nil {
		return nil, err
	}
	for k, v := range settings {
		c.RuntimeParams[k] = v
	}
	dial := c.DialFunc
	c.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		if e.line.isSilent(address) {
			return nil, errSilent
		}
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return e.line.wire(conn, address, within), nil
	}
	return numbered{stdlib.GetConnector(*c), e.line, within}, nil
}

// address reads where the database is. Of several hosts, the one that takes
// changes is meant, unless it says otherwise.
func (e *postgres) address() (*pgx.ConnConfig, error) {
	c, err := parseAddress(e.config.DB, os.Getenv)
	if err != nil {
		return nil, &Error{Kind: Invalid, Message: "The address of the database cannot be read. It looks like postgres://user:password@host:5432/database.", Cause: err}
	}
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = connectTimeout
	}
	if len(c.Fallbacks) > 0 && c.ValidateConnect == nil {
		c.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	c.RuntimeParams["application_name"] = cmp.Or(c.RuntimeParams["application_name"], "backoffice")
	dialer := net.Dialer{Control: giveUpSilence, KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: silentTimeout / 2, Interval: silentTimeout / 4, Count: 2}}
	c.DialFunc = dialer.DialContext
	return c, nil
}

// giveUpSilence ends a connection whose other side does not even acknowledge what
// it was sent. A host that loses its power says nothing; Linux would try for a
// quarter of an hour.
func giveUpSilence(network, _ string, c syscall.RawConn) (err error) {
	if !strings.HasPrefix(network, "tcp") {
		return nil
	}
	cerr := c.Control(func(fd uintptr) {
		err = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout, int(silentTimeout.Milliseconds()))
	})
	return errors.Join(err, cerr)
}

// tcpUserTimeout is Linux's TCP_USER_TIMEOUT, of RFC 5482.
const tcpUserTimeout = 18

// numbered makes connections that understand the placeholders of this package.
type numbered struct {
	driver.Connector
	line   *line
	within time.Duration
}

func (c numbered) Connect(ctx context.Context) (driver.Conn, error) {
	if err := c.line.silence(); err != nil {
		return nil, err
	}
	began := wall()
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		c.line.missed(err)
		return nil, err
	}
	if wall().Sub(began) > c.line.ask {
		c.line.wonder() // which of the hosts it was that did not answer
	}
	pg := conn.(*stdlib.Conn)
	return numberedConn{pg, c.line, wireOf(pg.Conn()), c.within}, nil
}

type numberedConn struct {
	*stdlib.Conn
	line   *line
	wire   *wire
	within time.Duration
}

// ready is asked before each statement.
func (c numberedConn) ready(ctx context.Context) error {
	c.wire.within.Store(int64(patienceOf(ctx, c.within)))
	return c.line.silence()
}

// stale reports whether the connection leads to a host that does not answer.
func (c numberedConn) stale() bool { return c.wire.silent.Load() || c.line.isSilent(c.wire.address) }

// IsValid keeps a connection out of the pool that is of no use.
func (c numberedConn) IsValid() bool { return !c.Conn.Conn().IsClosed() && !c.stale() }

// ResetSession is asked before a connection is used again. One whose other side does
// not answer is not exchanged for others, that would not get an answer either: what
// is asked on it fails.
func (c numberedConn) ResetSession(ctx context.Context) error {
	if c.line.silence() != nil {
		return nil
	}
	if c.stale() {
		return driver.ErrBadConn
	}
	c.wire.within.Store(int64(c.line.ask))
	err := c.Conn.ResetSession(ctx)
	if c.line.silence() != nil {
		return nil
	}
	return err
}

// Close does not say farewell to who does not listen.
func (c numberedConn) Close() error {
	if c.stale() {
		c.wire.Conn.Close()
	}
	return c.Conn.Close()
}

// dollars turns ?1 into $1. The plus is for SQLite's planner: see where.arg.
var dollars = strings.NewReplacer("+?", "$", "?", "$")

// CheckNamedValue replaces what PostgreSQL cannot keep in a text. Rules see to it
// that nothing of the kind is stored; it may stand in what somebody looks for.
func (c numberedConn) CheckNamedValue(v *driver.NamedValue) error {
	if s, ok := v.Value.(string); ok {
		v.Value = keepable(s)
	}
	return c.Conn.CheckNamedValue(v)
}

func keepable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

func (c numberedConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if err := c.ready(ctx); err != nil {
		return nil, err
	}
	s, err := c.Conn.PrepareContext(ctx, dollars.Replace(query))
	return s, c.ended(err)
}

func (c numberedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.ready(ctx); err != nil {
		return nil, err
	}
	r, err := c.Conn.ExecContext(ctx, dollars.Replace(query), args)
	return r, c.ended(err)
}

func (c numberedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.ready(ctx); err != nil {
		return nil, err
	}
	rows, err := c.Conn.QueryContext(ctx, dollars.Replace(query), args)
	return rows, c.ended(err)
}

func (c numberedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	if err := c.ready(within(ctx, c.line.commit)); err != nil {
		return nil, err
	}
	t, err := c.Conn.BeginTx(ctx, o)
	return pacedTx{t, c}, c.ended(err)
}

// pacedTx gives up a commit that is not answered sooner than a statement, which may
// have much to do.
type pacedTx struct {
	driver.Tx
	conn numberedConn
}

func (t pacedTx) Commit() error {
	if w := &t.conn.wire.within; w.Load() != endless {
		w.Store(int64(t.conn.line.commit))
	}
	return t.Tx.Commit()
}

// ended has database/sql ask again, on another connection, what was asked on one
// that the server had ended before: outside transactions only what reads is asked,
// and what may be written twice. Within one it does not ask again. Nor does it where
// no answer came in time: nobody is to wait several times over.
func (c numberedConn) ended(err error) error {
	if err == nil || c.wire.silent.Load() || c.line.silence() != nil {
		return err
	}
	var p *pgconn.PgError
	if c.Conn.Conn().IsClosed() || errors.As(err, &p) && gone(p.Code) {
		return errors.Join(driver.ErrBadConn, err)
	}
	return err
}
