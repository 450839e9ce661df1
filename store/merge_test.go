package store

import (
	"reflect"
	"testing"
	"time"
)

// TestMergeByField is two browsers that drew a form from the same person. The
// first saves; then the second does.
func TestMergeByField(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		theirs map[Field]Edit // saved by Ana in the meantime, one after the other
		again  map[Field]Edit
		yours  map[Field]Edit // then saved by Eve, drawn from before
		want   map[Field]string
		fields []Field // in conflict
	}{
		{name: "different fields both win",
			theirs: editFrom(FieldName, "Ben", "Benny"),
			yours:  map[Field]Edit{FieldName: from("Ben", "Ben"), FieldPhone: from("030 12345", "030 99999")},
			want:   map[Field]string{FieldName: "Benny", FieldPhone: "030 99999"}},
		{name: "the same field is a conflict",
			theirs: editFrom(FieldName, "Ben", "Benny"),
			yours:  editFrom(FieldName, "Ben", "Benno"),
			fields: []Field{FieldName}},
		{name: "one of two fields in conflict keeps the other from being written",
			theirs: editFrom(FieldName, "Ben", "Benny"),
			yours:  map[Field]Edit{FieldName: from("Ben", "Benno"), FieldPhone: from("030 12345", "030 99999")},
			fields: []Field{FieldName}},
		{name: "two fields in conflict",
			theirs: map[Field]Edit{FieldName: from("Ben", "Benny"), FieldRole: from("member", "viewer"), FieldPhone: from("030 12345", "")},
			yours:  map[Field]Edit{FieldName: from("Ben", "Benno"), FieldPhone: from("030 12345", "030 99999"), FieldRole: from("member", "member")},
			fields: []Field{FieldName, FieldPhone}},
		{name: "the same value is no conflict",
			theirs: editFrom(FieldName, "Ben", "Benny"),
			yours:  editFrom(FieldName, "Ben", " Benny "),
			want:   map[Field]string{FieldName: "Benny"}},
		{name: "changed and changed back is no conflict",
			theirs: editFrom(FieldName, "Ben", "Benny"),
			again:  editFrom(FieldName, "Benny", "Ben"),
			yours:  editFrom(FieldName, "Ben", "Benno"),
			want:   map[Field]string{FieldName: "Benno"}},
		{name: "a field that nobody typed in stays theirs",
			theirs: editFrom(FieldEmail, "Ben@example.com", "ben@example.org"),
			yours:  editFrom(FieldEmail, "Ben@example.com", "Ben@example.com"),
			want:   map[Field]string{FieldEmail: "ben@example.org"}},
		{name: "without what it was, the last one wins",
			theirs: editFrom(FieldName, "Ben", "Benny"),
			yours:  edit(FieldName, "Benno"),
			want:   map[Field]string{FieldName: "Benno"}},
		{name: "kept on purpose after a conflict",
			theirs: editFrom(FieldName, "Ben", "Benny"),
			yours:  editFrom(FieldName, "Benny", "Benno"),
			want:   map[Field]string{FieldName: "Benno"}},
		{name: "a role as well",
			theirs: editFrom(FieldRole, "member", "editor"),
			yours:  editFrom(FieldRole, "member", "viewer"),
			fields: []Field{FieldRole}},
		{name: "an emptied field as well",
			theirs: editFrom(FieldPhone, "030 12345", ""),
			yours:  editFrom(FieldPhone, "030 12345", "030 99999"),
			fields: []Field{FieldPhone}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newCast(t, mutation{})
			other := as(s.add("Olga", Admin))
			for _, theirs := range []map[Field]Edit{c.theirs, c.again} {
				change(t)(s.UpdateUser(t.Context(), s.admin, s.ben.ID, theirs))
			}
			at := s.Now()
			s.clock.advance(2 * time.Minute)
			before := s.fingerprint()
			_, err := s.UpdateUser(t.Context(), other, s.ben.ID, c.yours)
			if c.fields == nil {
				wantKind(t, err, "")
				checkFields(t, s.load(s.ben.ID), c.want)
				return
			}
			if s.fingerprint() != before {
				t.Error("something was written in spite of the conflict")
			}
			want := map[string]FieldConflict{}
			for _, f := range c.fields {
				want[string(f)] = FieldConflict{Yours: c.yours[f].To, Theirs: c.theirs[f].To, Before: *c.yours[f].Was, Who: "Ana", At: at}
			}
			if got := wantKind(t, err, Conflict).Conflicts; !reflect.DeepEqual(got, want) {
				t.Errorf("the conflicts are\n%+v, want\n%+v", got, want)
			}
		})
	}
}

// from is what a form sends of one field.
func from(was, to string) Edit { return Edit{To: to, Was: &was} }

func checkFields(t *testing.T, u *User, want map[Field]string) {
	t.Helper()
	for f, value := range want {
		if got := f.Of(u); got != value {
			t.Errorf("%s is %q, want %q", f, got, value)
		}
	}
}

// TestConflictNamesWho looks past changes of other fields, and says nothing
// about a change that is older than the trail tells.
func TestConflictNamesWho(t *testing.T) {
	t.Parallel()
	s := newCast(t, mutation{})
	id := s.ben.ID
	first := change(t)(s.UpdateUser(t.Context(), s.admin, id, edit(FieldName, "Benny")))
	s.clock.advance(time.Minute)
	change(t)(s.UpdateUser(t.Context(), console, id, edit(FieldPhone, "030 99999")))
	conflict := func() FieldConflict {
		t.Helper()
		_, err := s.UpdateUser(t.Context(), console, id, editFrom(FieldName, "Ben", "Benno"))
		return wantKind(t, err, Conflict).Conflicts["name"]
	}
	if c := conflict(); c.Who != "Ana" || !c.At.Equal(first.User.Changed) {
		t.Errorf("%+v", c)
	}
	undone := change(t)(s.Undo(t.Context(), console, first.Entry))
	change(t)(s.Undo(t.Context(), console, undone.Entry))
	if c := conflict(); c.Who != "The command line" {
		t.Errorf("%+v", c)
	}
	must(t, s.transact(t.Context(), console, func(x *tx) (err error) {
		for range 100 {
			_, err = x.record(Entry{Act: ActEndSessions, Target: id})
		}
		return err
	}))
	if c := conflict(); c.Who != "" || !c.At.IsZero() || c.Theirs != "Benny" {
		t.Errorf("%+v", c)
	}
}

// TestInvalidFields names every field that is wrong, and writes none of them.
func TestInvalidFields(t *testing.T) {
	t.Parallel()
	s := newCast(t, mutation{})
	change(t)(s.UpdateUser(t.Context(), console, s.eve.ID, edit(FieldExternalID, "E-2")))
	before := s.fingerprint()
	for _, c := range []struct {
		edits map[Field]Edit
		want  []Field
	}{
		{map[Field]Edit{FieldName: {To: " "}, FieldEmail: {To: "ben"}, FieldPhone: {To: "call me"}, FieldRole: {To: "owner"}, FieldExternalID: {To: "a\nb"}},
			[]Field{FieldName, FieldEmail, FieldPhone, FieldRole, FieldExternalID}},
		{map[Field]Edit{FieldName: {To: "Benno"}, FieldEmail: {To: "EVE@Example.COM"}, FieldExternalID: {To: " E-2 "}},
			[]Field{FieldEmail, FieldExternalID}},
		{edit(FieldStatus, "deactivated"), []Field{FieldStatus}},
		{edit(FieldDeleted, ""), []Field{FieldDeleted}},
		{edit("version", "7"), []Field{"version"}},
		{edit(FieldPassword, newPassword), []Field{FieldPassword}},
	} {
		_, err := s.UpdateUser(t.Context(), s.admin, s.ben.ID, c.edits)
		fields := wantKind(t, err, Invalid).Fields
		for _, f := range c.want {
			if fields[string(f)] == "" {
				t.Errorf("nothing stands beside %s: %v", f, fields)
			}
		}
		if len(fields) != len(c.want) {
			t.Errorf("%v is marked, want %v", fields, c.want)
		}
		if s.fingerprint() != before {
			t.Fatal("something was written")
		}
	}
}

// TestNobody is about people who are not there, or no longer.
func TestNobody(t *testing.T) {
	t.Parallel()
	s := newCast(t, mutation{})
	deleteBen(s)
	before := s.countEntries()
	for id, kind := range map[int64]Kind{99: NotFound, 0: NotFound, -1: NotFound, s.ben.ID: Refused} {
		wantKind(t, second(s.UpdateUser(t.Context(), s.admin, id, edit(FieldName, "Bo"))), kind)
		wantKind(t, second(s.Deactivate(t.Context(), s.admin, id)), kind)
		wantKind(t, second(s.Reactivate(t.Context(), s.admin, id)), kind)
		wantKind(t, second(s.Delete(t.Context(), s.admin, id)), kind)
		wantKind(t, s.ResetPassword(t.Context(), s.admin, id, newPassword, false), kind)
	}
	wantKind(t, second(s.Restore(t.Context(), s.admin, 99)), NotFound)
	wantKind(t, second(s.EndSignIns(t.Context(), s.admin, 99, 0)), NotFound)
	wantKind(t, second(s.Undo(t.Context(), s.admin, 999)), NotFound)
	if n := s.countEntries() - before; n != 5 {
		t.Errorf("%d refusals are on record, want 5", n)
	}
}
