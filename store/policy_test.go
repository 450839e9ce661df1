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
//	under  the same and editors
//	self   oneself only
//	none   nobody, not even oneself
//
// An act that nobody needs a permission for is nobody's to do.
const permitted = `
act                   nobody  member  viewer  editor  admin  command  system
user.import           none    none    none    none    all    all      all
user.invite           none    none    none    below   all    all      all
mail                  none    none    none    none    all    all      all
user.look             none    none    all     all     all    all      all
audit.read            none    none    all     all     all    all      all
audit.export          none    none    none    none    all    all      all
audit.archive         none    none    none    none    all    all      all
backup                none    none    none    none    all    all      all
user.export           none    none    none    all     all    all      all
session.look          none    self    self    self    all    all      all
user.create           none    none    none    below   all    all      all
user.edit             none    none    none    below   all    all      all
user.set_role         none    none    none    below   all    all      all
user.deactivate       none    none    none    below   all    all      all
user.reactivate       none    none    none    below   all    all      all
user.delete           none    none    none    below   all    all      all
user.restore          none    none    none    below   all    all      all
user.lift             none    none    none    below   all    all      all
session.end           none    self    self    self    all    all      all
session.end_all       none    none    none    none    all    all      all
user.reset_password   none    none    none    none    all    all      all
demo                  none    none    none    none    all    all      all
undo                  none    none    none    none    none   none     none
signin                none    none    none    none    none   none     none
signout               none    none    none    none    none   none     none
browser.remember      none    none    none    none    none   none     none
browser.forget        none    none    none    none    none   none     none
account.data          none    none    none    none    none   none     none
account.password      none    none    none    none    none   none     none
account.end_sessions  none    none    none    none    none   none     none
user.purge            none    none    none    none    all    all      all
account.forgot        none    none    none    none    none   none     none
account.reset         none    none    none    none    none   none     none
account.accept_invite none    none    none    none    none   none     none
user.send_reset       none    none    none    none    none   none     none
user.stop_password    none    none    none    none    none   none     none
user.must_change      none    none    none    none    none   none     none
user.revoke_invite    none    none    none    none    none   none     none
setup                 none    none    none    none    none   none     none
import.run            none    none    none    none    none   none     none
import.undo           none    none    none    none    none   none     none
user.grant_admin      none    none    none    none    none   none     none
user.move_address     none    none    none    none    none   none     none
user.impersonate      none    none    none    none    under  none     none
user.impersonate_end  none    none    none    none    none   none     none
user.change_as        none    none    none    none    none   none     none
user.reset_factors    none    none    none    none    all    all      all
security.policy       none    none    none    none    all    all      all
keys.rotate           none    none    none    none    all    all      all
keys.forget           none    none    none    none    all    all      all
account.data          none    none    none    none    none   none     none
account.proof         none    self    self    self    self   none     none
account.add_factor    none    self    self    self    self   none     none
account.remove_factor none    self    self    self    self   none     none
account.recovery_codes none   self    self    self    self   none     none
account.address       none    self    self    self    self   none     none
account.ask_address   none    none    none    none    none   none     none
account.cancel_address none   none    none    none    none   none     none
account.address_back  none    none    none    none    none   none     none
account.rename_passkey none   self    self    self    self   none     none
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
	case "under":
		return (role == "" || role.Rank() <= Editor.Rank()) && !self
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
		if !Can(Actor{Kind: Person, Role: Admin}, act, nil) {
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
