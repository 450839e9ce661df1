package store

import "database/sql"

func beginChange(t *sql.Tx) error { return execute(t, `SAVEPOINT change`) }
func endChange(t *sql.Tx) error   { return execute(t, `RELEASE change`) }

func takeBackChange(t *sql.Tx) error {
	if err := execute(t, `ROLLBACK TO change`); err != nil {
		return err
	}
	return endChange(t)
}

func execute(t *sql.Tx, statement string) error {
	_, err := t.Exec(statement)
	return err
}
