package store

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
)

// permitted is who may do what to whom, written out. A word names the targets:
//
//	all    anybody, and "anybody at all?"
//	below  members and viewers, and "anybody at all?"
//	self   oneself only
//	none   nobody, not even oneself
//
// An act that nobody needs a permission for is nobody's to do.
const permitted = `
act                   nobody  member  viewer  editor  admin  command  system
user.look             none    none    all     all     all    all      all
audit.read            none    none    all     all     all    all      all
audit.export          none    none    none    none    all    all      all
user.export           none    none    none    all     all    all      all
session.look          none    self    self    self    all    all      all
user.create           none    none    none    below   all    all      all
user.edit             none    none    none    below   all    all      all
user.set_role         none    none    none    below   all    all      all
user.deactivate       none    none    none    below   all    all      all
user.reactivate       none    none    none    below   all    all      all
user.delete           none    none    none    below   all    all      all
user.restore          none    none    none    below   all    all      all
session.end           none    self    self    self    all    all      all
session.end_all       none    none    none    none    all    all      all
user.reset_password   none    none    none    none    all    all      all
demo                  none    none    none    none    all    all      all
undo                  none    none    none    none    none   none     none
signin                none    none    none    none    none   none     none
signout               none    none    none    none    none   none     none
account.password      none    none    none    none    none   none     none
account.end_sessions  none    none    none    none    none   none     none
user.purge            none    none    none    none    none   none     none
setup                 none    none    none    none    none   none     none
`

// matrix is permitted, read: by act and actor.
func matrix() map[Act]map[string]string {
	lines := strings.Split(strings.TrimSpace(permitted), "\n")
	actors := strings.Fields(lines[0])[1:]
	m := map[Act]map[string]string{}
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		m[Act(cells[0])] = map[string]string{}
		for i, actor := range actors {
			m[Act(cells[0])][actor] = cells[i+1]
		}
	}
	return m
}

// covers tells whether a word of the matrix covers a target: a role, "" for
// "anybody at all?", and whether it is oneself.
func covers(word string, role Role, self bool) bool {
	switch word {
	case "all":
		return true
	case "below":
		return role == "" || role == Member || role == Viewer
	case "self":
		return self
	}
	return false
}

// everybody is each kind of actor by its name in the matrix.
func everybody() map[string]Actor {
	all := map[string]Actor{
		"nobody":  {Kind: Nobody},
		"command": {Kind: Command},
		"system":  {Kind: System},
	}
	for _, r := range Roles() {
		all[string(r)] = Actor{Kind: Person, ID: 7, Role: r}
	}
	return all
}

func TestCan(t *testing.T) {
	t.Parallel()
	for act, words := range matrix() {
		for name, actor := range everybody() {
			for _, role := range append(Roles(), "") {
				for _, self := range []bool{false, true} {
					on := &Target{ID: 8, Role: role}
					switch {
					case self && (role == "" || role != actor.Role):
						continue
					case self:
						on.ID = actor.ID
					case role == "":
						on = nil
					}
					want := covers(words[name], role, self)
					if got := Can(actor, act, on); got != want {
						t.Errorf("Can(%s, %s, %s, self %v) = %v", name, act, role, self, got)
					}
				}
			}
		}
	}
}

// TestCanOfNoRole makes sure that what is not known may do nothing.
func TestCanOfNoRole(t *testing.T) {
	t.Parallel()
	for _, actor := range []Actor{{}, {Kind: Person}, {Kind: Person, ID: 7, Role: "owner"}, {Kind: "robot", Role: Admin}, {Kind: Nobody, ID: 7, Role: Admin}} {
		for act := range matrix() {
			if Can(actor, act, nil) || Can(actor, act, &Target{ID: 0, Role: Member}) {
				t.Errorf("%+v may %s", actor, act)
			}
		}
	}
	if Can(Actor{Kind: Person, ID: 7, Role: Admin}, "user.explode", nil) {
		t.Error("an admin may do what there is not")
	}
}

// TestMatrixIsWhole finds the acts in the source, so that a new one without a
// line in the matrix fails.
func TestMatrixIsWhole(t *testing.T) {
	t.Parallel()
	m := matrix()
	file, err := parser.ParseFile(token.NewFileSet(), "policy.go", nil, 0)
	must(t, err)
	found := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if typ, ok := spec.Type.(*ast.Ident); ok && typ.Name == "Act" {
			act, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			must(t, err)
			found++
			if m[Act(act)] == nil {
				t.Errorf("%s is not in the matrix", act)
			}
		}
		return true
	})
	if found != len(m) {
		t.Errorf("the matrix has %d acts, the source %d", len(m), found)
	}
	for _, act := range Acts() {
		if !Can(Actor{Kind: System}, act, nil) {
			t.Errorf("Acts lists %s, which nobody may do", act)
		}
	}
}

func TestGrantable(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"nobody": "[]", "member": "[]", "viewer": "[]", "editor": "[viewer member]",
		"admin": "[admin editor viewer member]", "command": "[admin editor viewer member]",
	} {
		if got := fmt.Sprint(Grantable(everybody()[name])); got != want {
			t.Errorf("%s may grant %s, want %s", name, got, want)
		}
	}
}

// operation is one that somebody does to somebody else.
type operation struct {
	name    string
	act     Act  // what the permission is asked for
	entry   Act  // what a refusal is recorded as, if not act
	whole   bool // it is about nobody in particular
	arrange func(s *testStore, target *User)
	do      func(s *testStore, a Actor, target *User) error
}

// last gives the newest entry of the trail, for an operation to undo.
func last(s *testStore) int64 { return s.newest(1)[0].ID }

func second[T any](_ T, err error) error { return err }

var operations = []operation{
	{name: "edit", act: ActEdit, do: func(s *testStore, a Actor, u *User) error {
		return second(s.UpdateUser(s.t.Context(), a, u.ID, edit(FieldPhone, "030 123456")))
	}},
	{name: "edit to something invalid", act: ActEdit, do: func(s *testStore, a Actor, u *User) error {
		err := second(s.UpdateUser(s.t.Context(), a, u.ID, edit(FieldEmail, "nowhere")))
		if KindOf(err) == Invalid {
			return nil // the one who may edit is told what is wrong
		}
		return err
	}},
	{name: "set role", act: ActSetRole, entry: ActEdit, do: func(s *testStore, a Actor, u *User) error {
		to := Member
		if u.Role == Member {
			to = Viewer
		}
		return second(s.UpdateUser(s.t.Context(), a, u.ID, edit(FieldRole, string(to))))
	}},
	{name: "deactivate", act: ActDeactivate, do: func(s *testStore, a Actor, u *User) error {
		return second(s.Deactivate(s.t.Context(), a, u.ID))
	}},
	{name: "reactivate", act: ActReactivate,
		arrange: func(s *testStore, u *User) { change(s.t)(s.Deactivate(s.t.Context(), console, u.ID)) },
		do: func(s *testStore, a Actor, u *User) error {
			return second(s.Reactivate(s.t.Context(), a, u.ID))
		}},
	{name: "delete", act: ActDelete, do: func(s *testStore, a Actor, u *User) error {
		return second(s.Delete(s.t.Context(), a, u.ID))
	}},
	{name: "restore", act: ActRestore,
		arrange: func(s *testStore, u *User) { change(s.t)(s.Delete(s.t.Context(), console, u.ID)) },
		do: func(s *testStore, a Actor, u *User) error {
			return second(s.Restore(s.t.Context(), a, u.ID))
		}},
	{name: "end one session", act: ActEndSessions,
		arrange: func(s *testStore, u *User) { s.signIn(u) },
		do: func(s *testStore, a Actor, u *User) error {
			list, err := s.SignIns(s.t.Context(), console, u.ID)
			must(s.t, err)
			return second(s.EndSignIn(s.t.Context(), a, u.ID, list[0].ID))
		}},
	{name: "end all sessions", act: ActEndSessions,
		arrange: func(s *testStore, u *User) { s.signIn(u) },
		do: func(s *testStore, a Actor, u *User) error {
			return second(s.EndSignIns(s.t.Context(), a, u.ID, 0))
		}},
	{name: "end everybody's sessions", act: ActEndEverybody, whole: true,
		do: func(s *testStore, a Actor, _ *User) error { return second(s.EndEverybody(s.t.Context(), a)) }},
	{name: "reset password", act: ActResetPassword, do: func(s *testStore, a Actor, u *User) error {
		return s.ResetPassword(s.t.Context(), a, u.ID, "nine brown otters diving", true)
	}},
	{name: "reset to a bad password", act: ActResetPassword, do: func(s *testStore, a Actor, u *User) error {
		err := s.ResetPassword(s.t.Context(), a, u.ID, "short", true)
		if KindOf(err) == Invalid {
			return nil
		}
		return err
	}},
	{name: "undo an edit", act: ActEdit, entry: ActUndo,
		arrange: func(s *testStore, u *User) {
			change(s.t)(s.UpdateUser(s.t.Context(), console, u.ID, edit(FieldPhone, "030 654321")))
		},
		do: func(s *testStore, a Actor, u *User) error { return second(s.Undo(s.t.Context(), a, last(s))) }},
	{name: "undo a deactivation", act: ActDeactivate, entry: ActUndo,
		arrange: func(s *testStore, u *User) { change(s.t)(s.Deactivate(s.t.Context(), console, u.ID)) },
		do:      func(s *testStore, a Actor, u *User) error { return second(s.Undo(s.t.Context(), a, last(s))) }},
	{name: "undo a deletion", act: ActDelete, entry: ActUndo,
		arrange: func(s *testStore, u *User) { change(s.t)(s.Delete(s.t.Context(), console, u.ID)) },
		do:      func(s *testStore, a Actor, u *User) error { return second(s.Undo(s.t.Context(), a, last(s))) }},
	{name: "create", act: ActCreate, whole: true, do: func(s *testStore, a Actor, _ *User) error {
		return second(s.CreateUser(s.t.Context(), a, newPerson("Nell", Member)))
	}},
	{name: "add examples", act: ActDemo, whole: true, do: func(s *testStore, a Actor, _ *User) error {
		return second(s.AddExamples(s.t.Context(), a, 3))
	}},
	{name: "export the list", act: ActExport, whole: true, do: func(s *testStore, a Actor, _ *User) error {
		return s.ExportUsers(s.t.Context(), a, Query{}, "csv", func(*User) error { return nil })
	}},
	{name: "export the trail", act: ActExportTrail, whole: true, do: func(s *testStore, a Actor, _ *User) error {
		return s.ExportTrail(s.t.Context(), a, TrailQuery{}, func(*Entry) error { return nil })
	}},
}

// TestOperationsAskForPermission does everything to everybody as everybody:
// what the matrix allows is done, and what it does not is on record once and
// has changed nothing.
func TestOperationsAskForPermission(t *testing.T) {
	t.Parallel()
	m := matrix()
	for name := range everybody() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newTestStore(t)
			s.add("Zoe", Admin) // the last admin, whom nothing happens to
			actor := everybody()[name]
			if actor.Kind == Person {
				actor = as(s.add("Ana", actor.Role))
			}
			for _, role := range Roles() {
				for i, op := range operations {
					target := s.add(fmt.Sprintf("Ben %s %d", role, i), role)
					if op.arrange != nil {
						op.arrange(s, target)
					}
					may := covers(m[op.act][name], role, false)
					if op.whole {
						may, target = covers(m[op.act][name], "", false), &User{}
					}
					if op.entry == "" {
						op.entry = op.act
					}
					checkOperation(t, s, actor, op, target, may)
					if may && op.act == ActCreate {
						must(t, second(s.Delete(t.Context(), console, s.newest(1)[0].Target)))
					}
				}
			}
		})
	}
}

func checkOperation(t *testing.T, s *testStore, a Actor, op operation, target *User, may bool) {
	t.Helper()
	about := fmt.Sprintf("%s of %s", op.name, target.Role)
	if may {
		if err := op.do(s, a, target); err != nil {
			t.Errorf("%s: %v", about, err)
		}
		return
	}
	data := []string{"users", "user_counts", "signins"}
	before, entries := dump(t, s.reader, data...), s.countEntries()
	err := op.do(s, a, target)
	if KindOf(err) != Forbidden {
		t.Errorf("%s: %q (%v), want forbidden", about, KindOf(err), err)
	}
	if diff := differences(before, dump(t, s.reader, data...)); diff != "" {
		t.Errorf("%s changed something:\n%s", about, diff)
	}
	e := s.newest(1)[0]
	if s.countEntries() != entries+1 || e.Outcome != Denied || e.Act != op.entry || e.Target != target.ID ||
		e.Kind != a.Kind || e.Actor != a.ID || len(e.Changes) != 0 || e.Note == "" {
		t.Errorf("%s: %d entries more, the newest %+v", about, s.countEntries()-entries, e)
	}
}

// TestRanksAreNotExceeded is about roles that an editor may not give, to
// members whom they may otherwise change.
func TestRanksAreNotExceeded(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.add("Ana", Admin)
	editor, member := as(s.add("Eve", Editor)), s.add("Ben", Member)
	before := s.fingerprint()
	for _, role := range []Role{Editor, Admin} {
		_, err := s.UpdateUser(t.Context(), editor, member.ID, edit(FieldRole, string(role)))
		if wantKind(t, err, Invalid).Fields["role"] == "" {
			t.Errorf("nothing stands beside the role: %v", err)
		}
		_, err = s.CreateUser(t.Context(), editor, newPerson("Nell", role))
		if wantKind(t, err, Invalid).Fields["role"] == "" {
			t.Errorf("nothing stands beside the role: %v", err)
		}
	}
	if s.fingerprint() != before {
		t.Error("something was changed")
	}
	change(t)(s.UpdateUser(t.Context(), editor, member.ID, edit(FieldRole, "viewer")))
}

// TestFreshRole lets people act with a role that they have lost, or gained,
// since their request began: what they are now counts.
func TestFreshRole(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.add("Ana", Admin)
	eve, ben := s.add("Eve", Editor), s.add("Ben", Member)
	stale := as(eve)
	change(t)(s.UpdateUser(t.Context(), console, eve.ID, edit(FieldRole, "viewer")))
	_, err := s.UpdateUser(t.Context(), stale, ben.ID, edit(FieldPhone, "030 123456"))
	wantKind(t, err, Forbidden)

	change(t)(s.UpdateUser(t.Context(), console, eve.ID, edit(FieldRole, "editor")))
	stale.Role = Member
	c := change(t)(s.CreateUser(t.Context(), stale, newPerson("Nell", Member)))
	s.signIn(&c.User) // they have the password they were given

	change(t)(s.Deactivate(t.Context(), console, eve.ID))
	entries := s.countEntries()
	for _, err := range []error{
		second(s.UpdateUser(t.Context(), stale, ben.ID, edit(FieldPhone, "030 123456"))),
		second(s.Delete(t.Context(), stale, ben.ID)),
		second(s.CreateUser(t.Context(), stale, newPerson("Otto", Member))),
		s.ChangeOwnPassword(t.Context(), stale, password, "nine brown otters diving"),
	} {
		wantKind(t, err, Unauthenticated)
	}
	if s.countEntries() != entries {
		t.Error("somebody who is out left entries")
	}
}

// TestReadsAskForPermission is about what changes nothing.
func TestReadsAskForPermission(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	s.add("Ana", Admin)
	ben, mia := s.add("Ben", Member), s.add("Mia", Member)
	reads := map[string]func(Actor) error{
		"somebody":          func(a Actor) error { return second(s.User(t.Context(), a, mia.ID)) },
		"somebody's e-mail": func(a Actor) error { return second(s.UserByEmail(t.Context(), a, mia.Email)) },
		"the list":          func(a Actor) error { return second(s.ListUsers(t.Context(), a, Query{})) },
		"the counts":        func(a Actor) error { return second(s.Counts(t.Context(), a)) },
		"the neighbours": func(a Actor) error {
			_, _, err := s.Neighbours(t.Context(), a, Query{}, mia)
			return err
		},
		"the trail":           func(a Actor) error { return second(s.Trail(t.Context(), a, TrailQuery{})) },
		"somebody's trail":    func(a Actor) error { return second(s.Trail(t.Context(), a, TrailQuery{Target: mia.ID})) },
		"what somebody did":   func(a Actor) error { return second(s.Trail(t.Context(), a, TrailQuery{Person: a.ID})) },
		"somebody's sign-ins": func(a Actor) error { return second(s.SignIns(t.Context(), a, mia.ID)) },
	}
	for name, read := range reads {
		for _, a := range []Actor{visitor("192.0.2.7"), as(ben)} {
			if KindOf(read(a)) != Forbidden {
				t.Errorf("%s sees %s", a.Kind, name)
			}
		}
		wantKind(t, read(console), "")
	}
	wantKind(t, second(s.User(t.Context(), as(ben), ben.ID)), "")
	wantKind(t, second(s.Trail(t.Context(), as(ben), TrailQuery{Target: ben.ID})), "")
	wantKind(t, second(s.SignIns(t.Context(), as(ben), ben.ID)), "")
}

// TestTrailHidesWhere lets only admins, and people themselves, see from where
// somebody acted.
func TestTrailHidesWhere(t *testing.T) {
	t.Parallel()
	s := newTestStore(t)
	ana, vic := s.add("Ana", Admin), s.add("Vic", Viewer)
	change(t)(s.UpdateUser(t.Context(), as(ana), vic.ID, edit(FieldPhone, "030 123456")))
	s.signIn(vic)
	for _, who := range []struct {
		a         Actor
		ana, self bool
	}{{as(ana), true, true}, {as(vic), false, true}, {as(s.add("Eve", Editor)), false, false}} {
		trail, err := s.Trail(t.Context(), who.a, TrailQuery{Target: vic.ID, Limit: 2})
		must(t, err)
		self, edit := trail.Entries[0], trail.Entries[1]
		if self.Act != ActSignIn || edit.Act != ActEdit {
			t.Fatalf("the trail is %+v", trail.Entries)
		}
		if got := edit.Address != "" || edit.Agent != ""; got != who.ana {
			t.Errorf("%s sees from where Ana acted: %v", who.a.Role, got)
		}
		if got := self.Address != "" || self.Agent != ""; got != who.self {
			t.Errorf("%s sees from where Vic signed in: %v", who.a.Role, got)
		}
	}
}
