package store

import (
	"database/sql"
	"errors"
	"strings"
)

// inserter inserts many people with one prepared statement and adds their
// counts once at the end.
type inserter struct {
	x      *tx
	stmt   *sql.Stmt
	counts map[[2]string]int
}

func newInserter(x *tx) *inserter {
	return &inserter{x: x, counts: map[[2]string]int{}}
}

// insert gives the person an id and reports whether they were added; somebody
// whose address or external id is taken is not.
func (in *inserter) insert(u *User) (added bool, err error) {
	if in.stmt == nil {
		if in.stmt, err = in.x.PrepareContext(in.x.ctx, insertUserSQL+` ON CONFLICT DO NOTHING RETURNING id`); err != nil {
			return false, err
		}
	}
	err = in.stmt.QueryRowContext(in.x.ctx, userValues(u)...).Scan(&u.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err == nil {
		in.count(u)
	}
	return err == nil, err
}

func (in *inserter) count(u *User) { in.counts[[2]string{string(u.Role), string(u.Status)}]++ }

// insertAll is insert for many, and gives how many were added. To a server they
// go in one statement: each question takes a way there and back.
func (in *inserter) insertAll(people []*User) (added int, err error) {
	if in.x.store.engine.dialect() == forPostgres {
		return in.insertAtOnce(people)
	}
	for _, u := range people {
		ok, err := in.insert(u)
		if err != nil {
			return added, err
		}
		if ok {
			added++
		}
	}
	return added, nil
}

// insertAtOnce sends a list for each column. Addresses tell who was added.
func (in *inserter) insertAtOnce(people []*User) (int, error) {
	rows, err := in.x.QueryContext(in.x.ctx, insertUsersSQL, userColumnLists(people)...)
	if err != nil {
		return 0, err
	}
	byKey := make(map[string]*User, len(people))
	for _, u := range people {
		byKey[u.emailKey] = u
	}
	added, err := collect(rows, func(r row) (u *User, err error) {
		var id int64
		var key string
		if err = r.Scan(&id, &key); err == nil {
			u = byKey[key]
			u.ID = id
			in.count(u)
		}
		return u, err
	})
	return len(added), err
}

// insertUsersSQL takes a list for each of userValueColumns.
var insertUsersSQL = `INSERT INTO users (` + strings.Join(userValueColumns, ", ") + `) SELECT * FROM unnest` + userColumnTypes() +
	` ON CONFLICT DO NOTHING RETURNING id, email_key`

func userColumnTypes() string {
	var lists []string
	for i, v := range userValues(&User{}) {
		kind := "text"
		switch v.(type) {
		case bool:
			kind = "boolean"
		case int, int64:
			kind = "bigint"
		}
		lists = append(lists, placeholder(i+1)+"::"+kind+"[]")
	}
	return "(" + strings.Join(lists, ", ") + ")"
}

// userColumnLists are the values of people, a list for each column.
func userColumnLists(people []*User) []any {
	lists := make([]any, len(userValueColumns))
	for _, u := range people {
		for i, v := range userValues(u) {
			switch v := v.(type) {
			case string:
				lists[i] = appendTo(lists[i], v)
			case bool:
				lists[i] = appendTo(lists[i], v)
			case int64:
				lists[i] = appendTo(lists[i], v)
			case int:
				lists[i] = appendTo(lists[i], int64(v))
			}
		}
	}
	return lists
}

func appendTo[T any](list any, v T) []T {
	known, _ := list.([]T)
	return append(known, v)
}

func (in *inserter) finish() error {
	for k, n := range in.counts {
		if err := addCount(in.x, Role(k[0]), Status(k[1]), n); err != nil {
			return err
		}
	}
	return nil
}

func (in *inserter) close() {
	if in.stmt != nil {
		in.stmt.Close()
	}
}
