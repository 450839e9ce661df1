package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

func insertMail(x *tx, l letter, messageID string) (id int64, err error) {
	by := x.byOthers(l.user)
	switch {
	case l.unnamed:
		by = 0
	case l.by != 0:
		by = l.by
	}
	err = x.QueryRowContext(x.ctx, `INSERT INTO mails
 (message_id, kind, user_id, recipient, by_id, secret, until_at, state, attempts, made_at, tried_from, next_at, sent_at, problem, signin_id)
 VALUES (?1, ?2, ?3, ?4, ?5, '', ?6, 'waiting', 0, ?7, ?7, ?7, 0, '', ?8) RETURNING id`,
		messageID, string(l.kind), l.user, l.to, by, toMillis(l.until), toMillis(x.now), l.signIn).Scan(&id)
	return id, err
}

// byOthers is who acts, unless they act for themselves: byNoPerson for the command
// line and the program.
func (x *tx) byOthers(user int64) int64 {
	switch {
	case x.actor.Kind == Nobody || x.actor.Kind == Person && x.actor.ID == user:
		return 0
	case x.actor.Kind == Person:
		return x.actor.ID
	}
	return byNoPerson
}

// byNoPerson stands where others have a person's number.
const byNoPerson = -1

func setMailSecret(x *tx, id int64, sealed string) error {
	_, err := x.ExecContext(x.ctx, `UPDATE mails SET secret = ?1 WHERE id = ?2`, sealed, id)
	return err
}

const mailColumns = `m.id, m.message_id, m.kind, m.user_id, u.name, m.recipient, m.by_id, coalesce(b.name, ''), m.secret, m.until_at,
 m.state, m.attempts, m.made_at, m.tried_from, m.next_at, m.sent_at, m.problem,
 m.signin_id, coalesce(s.started_at, 0), coalesce(s.address, ''), coalesce(s.agent, '')
 FROM mails m JOIN users u ON u.id = m.user_id LEFT JOIN users b ON b.id = m.by_id LEFT JOIN signins s ON s.id = m.signin_id`

func scanMail(r row) (m Mail, err error) {
	var until, made, from, next, sent, started int64
	err = r.Scan(&m.ID, &m.MessageID, &m.Kind, &m.User, &m.Name, &m.To, &m.By, &m.ByName, &m.secret, &until,
		&m.State, &m.Attempts, &made, &from, &next, &sent, &m.Problem, &m.SignIn.ID, &started, &m.SignIn.Address, &m.SignIn.Agent)
	if errors.Is(err, sql.ErrNoRows) {
		err = &Error{Kind: NotFound, Message: "This mail no longer exists."}
	}
	m.SignIn.Started = fromMillis(started)
	m.Until, m.Made, m.triedFrom, m.Next, m.Sent = fromMillis(until), fromMillis(made), fromMillis(from), fromMillis(next), fromMillis(sent)
	return m, err
}

func loadMail(ctx context.Context, q querier, id int64) (Mail, error) {
	return scanMail(q.QueryRowContext(ctx, `SELECT `+mailColumns+` WHERE m.id = ?1`, id))
}

func mailIsDue(ctx context.Context, q querier, now time.Time) (is bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM mails WHERE next_at > 0 AND next_at <= ?1)`, toMillis(now)).Scan(&is)
	return is, err
}

// dueMail chooses, of the mails that are due, the one that runs out first.
const dueMail = `SELECT id FROM mails WHERE next_at > 0 AND next_at <= ?1
 ORDER BY CASE WHEN until_at > 0 THEN until_at ELSE made_at + ?2 END, id LIMIT 1`

// loadDueMail gives the mail that is due and runs out first, or nil.
func loadDueMail(x *tx) (*Mail, error) {
	m, err := scanMail(x.QueryRowContext(x.ctx, `SELECT `+mailColumns+` WHERE m.id = (`+dueMail+`)`, toMillis(x.now), mailNotice.Milliseconds()))
	if KindOf(err) == NotFound {
		return nil, nil
	}
	return &m, err
}

func markSending(x *tx, m *Mail, until time.Time) error {
	_, err := x.ExecContext(x.ctx, `UPDATE mails SET state = 'sending', attempts = ?1, tried_from = ?2, next_at = ?3 WHERE id = ?4`,
		m.Attempts, toMillis(m.triedFrom), toMillis(until), m.ID)
	return err
}

// markSent drops what was secret in the mail.
func markSent(x *tx, m *Mail) error {
	_, err := x.ExecContext(x.ctx, `UPDATE mails SET state = 'sent', next_at = 0, sent_at = ?1, secret = '', problem = ''
 WHERE id = ?2 AND attempts = ?3`, toMillis(x.now), m.ID, m.Attempts)
	return err
}

// markWaiting leaves a mail for later, unless it was given up meanwhile.
func markWaiting(x *tx, m *Mail, next time.Time, problem string) error {
	_, err := x.ExecContext(x.ctx, `UPDATE mails SET state = 'waiting', next_at = ?1, problem = ?2
 WHERE id = ?3 AND attempts = ?4 AND state = 'sending'`, toMillis(next), problem, m.ID, m.Attempts)
	return err
}

// giveMailUp ends a mail, unless somebody else tries it by now.
func giveMailUp(x *tx, m *Mail, problem string) error {
	_, err := x.ExecContext(x.ctx, `UPDATE mails SET state = 'failed', next_at = 0, problem = ?1
 WHERE id = ?2 AND attempts = ?3 AND state <> 'failed'`, problem, m.ID, m.Attempts)
	return err
}

// leaveMail leaves a mail that is due for later, unless somebody else tries it by now.
func leaveMail(x *tx, m *Mail, next time.Time, problem string) error {
	_, err := x.ExecContext(x.ctx, `UPDATE mails SET state = 'waiting', next_at = ?1, problem = ?2
 WHERE id = ?3 AND attempts = ?4 AND state <> 'failed'`, toMillis(next), problem, m.ID, m.Attempts)
	return err
}

// restMails puts off what waits and would be tried before, but for one mail.
func restMails(x *tx, but int64, until time.Time) error {
	_, err := x.ExecContext(x.ctx, `UPDATE mails SET next_at = ?1 WHERE next_at > 0 AND next_at < ?1 AND state = 'waiting' AND id <> ?2`, toMillis(until), but)
	return err
}

// fromAnew has mails tried as if they had never been.
const fromAnew = `UPDATE mails SET state = 'waiting', attempts = 0, tried_from = ?1, next_at = ?1, sent_at = 0, problem = ''`

func mailAgain(x *tx, m *Mail) error {
	_, err := x.ExecContext(x.ctx, fromAnew+`, message_id = ?2 WHERE id = ?3`, toMillis(x.now), m.MessageID, m.ID)
	return err
}

// failedAgain is mailAgain for all that were given up and are Sendable.
func failedAgain(x *tx) (int, error) {
	return affected(x.ExecContext(x.ctx, fromAnew+` WHERE state = 'failed' AND (until_at = 0 OR secret <> '' AND until_at > ?1)`, toMillis(x.now)))
}

func selectMails(ctx context.Context, q querier, f MailQuery) ([]Mail, error) {
	var w where
	if f.State != "" {
		w.and("m.state = " + w.arg(string(f.State)))
	}
	if f.Below > 0 {
		w.and("m.id < " + w.arg(f.Below))
	}
	condition := ""
	if len(w.parts) > 0 {
		condition = " WHERE " + w.String()
	}
	rows, err := q.QueryContext(ctx, `SELECT `+mailColumns+condition+` ORDER BY m.id DESC LIMIT `+w.arg(f.Limit+1), w.args...)
	if err != nil {
		return nil, err
	}
	return collect(rows, scanMail)
}

// selectMailsOf are the mails to somebody, newest first, but those that confirm an
// address: whether there is one would tell whether somebody else has the address.
func selectMailsOf(ctx context.Context, q querier, user int64) ([]Mail, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+mailColumns+` WHERE m.user_id = ?1 AND m.kind <> ?2 ORDER BY m.id DESC`, user, string(MailAddress))
	if err != nil {
		return nil, err
	}
	return collect(rows, scanMail)
}

func countMails(ctx context.Context, q querier) (map[MailState]int, error) {
	rows, err := q.QueryContext(ctx, `SELECT state, count(*) FROM mails GROUP BY state`)
	if err != nil {
		return nil, err
	}
	counts := map[MailState]int{}
	_, err = collect(rows, func(r row) (n int, err error) {
		var state MailState
		err = r.Scan(&state, &n)
		counts[state] = n
		return n, err
	})
	return counts, err
}

// sweepMails removes links that ran out long ago and mails that were written then.
// An invitation stays, as one that has run out, until somebody sees to it. What
// still waits with a link that is over is given up, also where nobody posts.
func sweepMails(x *tx, before time.Time) error {
	if _, err := x.ExecContext(x.ctx, `DELETE FROM links WHERE expires_at < ?1 AND kind <> 'invite'`, toMillis(before)); err != nil {
		return err
	}
	if err := sweepOldest(x, "mails", "made_at", "made_at", before); err != nil {
		return err
	}
	_, err := x.ExecContext(x.ctx, `UPDATE mails SET state = 'failed', next_at = 0, secret = '', problem = ?2
 WHERE next_at > 0 AND state = 'waiting' AND until_at > 0 AND until_at <= ?1`, toMillis(x.now), linkIsOver)
	return err
}

// giveMailsUp gives up what waits. What brings a link is told without it from then on.
func giveMailsUp(x *tx, why string) error {
	_, err := x.ExecContext(x.ctx, `UPDATE mails SET state = 'failed', next_at = 0, secret = '', problem = ?1 WHERE next_at > 0`, why)
	return err
}

// giveSecretMailsUp ends the mails whose secret nobody can open any more.
func giveSecretMailsUp(x *tx) (int, error) {
	return affected(x.ExecContext(x.ctx, `UPDATE mails SET state = 'failed', next_at = 0, secret = '', problem = ?1 WHERE secret <> ''`, mailUnsealed))
}
