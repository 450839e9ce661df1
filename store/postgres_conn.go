package store

import (
	"cmp"
	"context"
	"database/sql/driver"
	"errors"
	"net"
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
	silentTimeout  = 10 * time.Second // until a host that says nothing is given up
	lockTimeout    = "10000"          // until a change gives up waiting for its turn
	idleTimeout    = "15000"          // until an instance that hangs loses its turn
)

// connector makes connections with some settings of the server.
func (e *postgres) connector(settings map[string]string) (driver.Connector, error) {
	c, err := e.address()
	if err != nil {
		return nil, err
	}
	for k, v := range settings {
		c.RuntimeParams[k] = v
	}
	return numbered{stdlib.GetConnector(*c)}, nil
}

// address reads where the database is. Of several hosts, the one that takes
// changes is meant, unless it says otherwise.
func (e *postgres) address() (*pgx.ConnConfig, error) {
	c, err := pgx.ParseConfig(e.config.DB)
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
type numbered struct{ driver.Connector }

func (c numbered) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return numberedConn{conn.(*stdlib.Conn)}, nil
}

type numberedConn struct{ *stdlib.Conn }

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
	s, err := c.Conn.PrepareContext(ctx, dollars.Replace(query))
	return s, c.ended(err)
}

func (c numberedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	r, err := c.Conn.ExecContext(ctx, dollars.Replace(query), args)
	return r, c.ended(err)
}

func (c numberedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.Conn.QueryContext(ctx, dollars.Replace(query), args)
	return rows, c.ended(err)
}

func (c numberedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	t, err := c.Conn.BeginTx(ctx, o)
	return t, c.ended(err)
}

// ended has database/sql ask again, on another connection, what was asked on one
// that the server had ended before: outside transactions only what reads is asked,
// and what may be written twice. Within one it does not ask again.
func (c numberedConn) ended(err error) error {
	var p *pgconn.PgError
	if err != nil && (c.Conn.Conn().IsClosed() || errors.As(err, &p) && gone(p.Code)) {
		return errors.Join(driver.ErrBadConn, err)
	}
	return err
}
