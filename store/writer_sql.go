package store

import "database/sql"

func beginChange(t *sql.Tx) error { return exec(t, `SAVEPOINT change`) }
func endChange(t *sql.Tx) error   { return exec(t, `RELEASE change`) }

func takeBackChange(t *sql.Tx) error {
	if err := exec(t, `ROLLBACK TO change`); err != nil {
		return err
	}
	return endChange(t)
}

func exec(t *sql.Tx, statement string) error {
	_, err := t.Exec(statement)
	return err
}
