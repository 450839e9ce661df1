package handlers

import (
	"bufio"
	"cmp"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"backoffice/components"
	"backoffice/store"
)

// audit is the whole trail, filtered.
func (s *server) audit(a *ask) (view, error) {
	v, q, err := s.readTrail(a, a.URL.Query())
	if err != nil {
		return view{}, err
	}
	if v.Error == "" {
		if v.Timeline, err = s.timeline(a, a.URL, q); err != nil {
			return view{}, err
		}
	}
	v.Timeline.Empty = "Nothing matches."
	if a.can(store.ActExportTrail, nil) && v.Error == "" {
		v.Export = "/audit/export"
	}
	return view{title: "Audit log", screen: components.AuditPage(v)}, nil
}

// readTrail reads the filter of the audit page.
func (s *server) readTrail(a *ask, f url.Values) (components.AuditView, store.TrailQuery, error) {
	v := components.AuditView{Query: strings.TrimSpace(f.Get("q")), From: f.Get("from"), To: f.Get("to")}
	q := store.TrailQuery{Outcome: store.Outcome(f.Get("outcome")), Act: f.Get("act"), Below: parseID(f.Get("below")), Above: parseID(f.Get("above"))}
	problem, err := s.readTrailFilter(a, v, &q)
	v.Error = problem
	v.Acts, v.Outcomes = actOptions(q.Act), outcomeOptions(q.Outcome)
	if v.Query+v.From+v.To+q.Act+string(q.Outcome) != "" {
		v.Clear = "/audit"
	}
	v.From, v.To = onlyDate(v.From), onlyDate(v.To)
	v.Filter = filterFields(f)
	return v, q, err
}

// onlyDate is a date as a date field holds it, which can hold nothing else.
func onlyDate(typed string) string {
	if _, err := time.Parse(time.DateOnly, typed); err != nil {
		return ""
	}
	return typed
}

// filterFields carry the filter along into the export.
func filterFields(f url.Values) []components.Hidden {
	var out []components.Hidden
	for _, name := range []string{"q", "act", "outcome", "from", "to"} {
		if f.Get(name) != "" {
			out = append(out, components.Hidden{Name: name, Value: f.Get(name)})
		}
	}
	return out
}

// exportAudit is the filtered trail as a file. It is a POST because taking a
// copy is itself an entry.
func (s *server) exportAudit(a *ask) (view, error) {
	v, q, err := s.readTrail(a, a.PostForm)
	if err != nil {
		return view{}, err
	}
	if v.Error != "" {
		return view{}, &store.Error{Kind: store.Invalid, Message: v.Error}
	}
	q.Below, q.Above = 0, 0
	name := "audit-" + a.words.now.In(s.location).Format("2006-01-02") + ".csv"
	return view{file: &file{name, "text/csv; charset=utf-8", func(w io.Writer) error { return s.writeTrail(a, w, q) }}}, nil
}

func (s *server) writeTrail(a *ask, w io.Writer, q store.TrailQuery) error {
	to := bufio.NewWriterSize(w, 64<<10) // holds the head back until the store has agreed
	out, err := newCSV(to, []string{"entry", "time", "outcome", "actor", "actor_id", "act", "target", "target_id", "changes", "note", "address", "agent", "request", "as_id"})
	if err != nil {
		return err
	}
	err = s.store.ExportTrail(a.Context(), a.actor, q, func(e *store.Entry) error {
		var changes []string
		for _, c := range e.Changes {
			changes = append(changes, string(c.Field)+": "+c.Before+" → "+c.After)
		}
		as := ""
		if e.As != 0 {
			as = formatID(e.As)
		}
		record := []string{formatID(e.ID), e.At.Format(time.RFC3339), string(e.Outcome), e.Who(), formatID(e.Actor), string(e.Act),
			e.TargetName, formatID(e.Target), strings.Join(changes, "; "), e.Note, e.Address, e.Agent, e.Request, as}
		for _, value := range record {
			out.cell(value)
		}
		return out.end()
	})
	if err != nil {
		return err
	}
	return to.Flush()
}

// readTrailFilter reads the dates and finds the person that is meant.
func (s *server) readTrailFilter(a *ask, v components.AuditView, q *store.TrailQuery) (problem string, err error) {
	for _, d := range []struct {
		typed string
		to    *time.Time
		days  int
	}{{v.From, &q.Since, 0}, {v.To, &q.Until, 1}} {
		if d.typed == "" {
			continue
		}
		t, err := time.ParseInLocation("2006-01-02", d.typed, s.location)
		if err != nil {
			return "A date looks like 2026-11-23.", nil
		}
		*d.to = t.AddDate(0, 0, d.days)
	}
	if v.Query == "" {
		return "", nil
	}
	if id := parseID(strings.TrimPrefix(v.Query, "#")); id > 0 {
		q.Person = id
		return "", nil
	}
	p, err := s.store.ListUsers(a.Context(), a.actor, store.Query{Search: v.Query, Limit: 2})
	switch {
	case err != nil:
		return "", err
	case len(p.Users) == 0:
		return "Nobody matches “" + v.Query + "”. Deleted people are found by their number.", nil
	case len(p.Users) > 1:
		return "Several people match “" + v.Query + "”. Be more exact, or use the e-mail or the number.", nil
	}
	q.Person = p.Users[0].ID
	return "", nil
}

func actOptions(chosen string) []components.Option {
	out := []components.Option{{Label: "Anything", Selected: chosen == ""}}
	for _, act := range []store.Act{store.ActCreate, store.ActInvite, store.ActRevokeInvite, store.ActAcceptInvite, store.ActEdit, store.ActDeactivate, store.ActReactivate, store.ActDelete,
		store.ActRestore, store.ActUndo, store.ActSignIn, store.ActSignOut, store.ActOwnPassword, store.ActResetPassword, store.ActSendReset, store.ActStopPassword, store.ActMustChange, store.ActForgot, store.ActOwnReset,
		store.ActAskAddress, store.ActOwnAddress, store.ActCancelAddress, store.ActAddressBack,
		store.ActEndSessions, store.ActEndEverybody, store.ActLift, store.ActRememberBrowser, store.ActForgetBrowser, store.ActExport, store.ActExportTrail, store.ActArchiveTrail, store.ActBackup, store.ActImport, store.ActImportRun,
		store.ActImportUndo, store.ActPurge, store.ActDemo, store.ActMail, store.ActProof, store.ActAddFactor, store.ActRemoveFactor, store.ActRenamePasskey, store.ActNewCodes,
		store.ActResetFactors, store.ActFactorPolicy, store.ActRotateKeys, store.ActForgetKeys,
		store.ActImpersonate, store.ActStopImpersonating, store.ActChangeAs} {
		out = append(out, components.Option{Value: string(act), Label: tales[act].label, Selected: chosen == string(act)})
	}
	return out
}

func outcomeOptions(chosen store.Outcome) []components.Option {
	out := []components.Option{{Label: "Any outcome", Selected: chosen == ""}}
	for o, label := range map[store.Outcome]string{store.Done: "Done", store.Denied: "Refused", store.Failure: "Failed"} {
		out = append(out, components.Option{Value: string(o), Label: label, Selected: o == chosen})
	}
	slices.SortFunc(out[1:], func(x, y components.Option) int { return strings.Compare(x.Label, y.Label) })
	return out
}

// timeline reads a piece of the trail and tells it. Its links lead to newer and
// older entries on the same page.
func (s *server) timeline(a *ask, page *url.URL, q store.TrailQuery) (components.Timeline, error) {
	trail, err := s.store.Trail(a.Context(), a.actor, q)
	if err != nil {
		return components.Timeline{}, err
	}
	return s.told(a, page, q, trail), nil
}

// told tells a piece of the trail.
func (s *server) told(a *ask, page *url.URL, q store.TrailQuery, trail store.Trail) components.Timeline {
	t := components.Timeline{Days: s.days(a, trail.Entries), Person: q.Target != 0}
	if trail.Archived > 0 {
		t.Empty = "Nothing has happened since."
		t.Archived = "Older history was archived on " + trail.ArchivedAt.In(s.location).Format("2 January 2006") +
			"; it ends with entry " + formatID(trail.Archived) + "."
	}
	if n := len(trail.Entries); n > 0 {
		if trail.Newer {
			t.NewerHref = turned(page, "above", trail.Entries[0].ID)
		}
		if trail.Older {
			t.OlderHref = turned(page, "below", trail.Entries[n-1].ID)
		}
	}
	return t
}

// turned is the same address with another place in the trail.
func turned(u *url.URL, name string, id int64) string {
	v := u.Query()
	v.Del("above")
	v.Del("below")
	v.Set(name, formatID(id))
	return u.Path + "?" + v.Encode()
}

// personTimeline is what happened to one person.
func (s *server) personTimeline(a *ask, u *store.User) (components.Timeline, error) {
	page := &url.URL{Path: "/users/" + formatID(u.ID) + "/history", RawQuery: pageOf(a).RawQuery}
	f := page.Query()
	return s.timeline(a, page, store.TrailQuery{Target: u.ID, Below: parseID(f.Get("below")), Above: parseID(f.Get("above"))})
}

// days groups entries, which come newest first, by their day.
func (s *server) days(a *ask, entries []store.Entry) []components.Day {
	var out []components.Day
	for i := range entries {
		label := a.words.day(entries[i].At)
		if len(out) == 0 || out[len(out)-1].Label != label {
			out = append(out, components.Day{Label: label})
		}
		day := &out[len(out)-1]
		day.Entries = append(day.Entries, tell(a, &entries[i]))
	}
	return out
}

// tale is how an act is told. of is said before the person it was done to,
// alone where there is none but the one who did it; to is what somebody was not
// allowed to do.
type tale struct{ icon, label, of, alone, to string }

var tales = map[store.Act]tale{
	store.ActCreate:        {"user-plus", "Created", "created", "created this account", "create somebody"},
	store.ActEdit:          {"pen", "Changed", "changed", "changed this account", "change"},
	store.ActDeactivate:    {"ban", "Deactivated", "deactivated", "deactivated this account", "deactivate"},
	store.ActReactivate:    {"check-circle", "Reactivated", "reactivated", "reactivated this account", "reactivate"},
	store.ActDelete:        {"trash", "Deleted", "deleted", "deleted this account", "delete"},
	store.ActRestore:       {"undo", "Restored", "restored", "restored this account", "restore"},
	store.ActUndo:          {"undo", "Undone", "undid a change of", "undid a change", "undo a change of"},
	store.ActSignIn:        {"login", "Signed in", "signed in", "signed in", "sign in"},
	store.ActSignOut:       {"logout", "Signed out", "signed out", "signed out", "sign out"},
	store.ActOwnPassword:   {"key", "Changed own password", "changed the password of", "changed their password", "change the password of"},
	store.ActResetPassword: {"key", "Reset a password", "reset the password of", "reset the password", "reset the password of"},
	store.ActEndSessions:   {"logout", "Ended sessions", "ended sessions of", "ended sessions", "end sessions of"},
	store.ActEndEverybody:  {"logout", "Signed everybody out", "signed everybody out", "signed everybody out", "sign everybody out"},
	store.ActOwnData:       {"download", "Took own data", "took the data of", "took a copy of their data", "take the data of"},
	store.ActPurge:         {"trash", "Removed for good", "removed the data of", "removed the data for good", "remove the data of"},
	store.ActDemo:          {"users", "Added examples", "added", "added", "add examples"},
	store.ActLook:          {"lock", "Looked", "looked at", "looked at this account", "look at"},
	store.ActReadTrail:     {"lock", "Read the audit log", "read the audit log", "read the audit log", "read the audit log"},
	store.ActSeeSessions:   {"lock", "Saw sessions", "saw the sessions of", "saw the sessions", "see the sessions of"},
	store.ActExport:        {"download", "Exported people", "exported people:", "exported people:", "export people"},
	store.ActArchiveTrail:  {"history", "Archived the audit log", "archived the audit log:", "archived the audit log:", "archive the audit log"},
	store.ActBackup:        {"download", "Made a backup", "made a backup:", "made a backup:", "make a backup"},
	store.ActExportTrail:   {"history", "Exported the audit log", "exported the audit log:", "exported the audit log:", "export the audit log"},
	store.ActImport:        {"upload", "Uploaded a file", "uploaded a file:", "uploaded a file:", "import people"},
	store.ActImportRun:     {"upload", "Imported", "imported", "imported", "import people"},
	store.ActImportUndo:    {"undo", "Undid an import", "undid the import of", "undid the import of", "undo an import"},
	store.ActProof:         {"lock", "Confirmed who they are", "confirmed to be", "confirmed that it is them", "confirm who they are"},
	store.ActAddFactor:     {"shield", "Set up a second factor", "set up a second factor of", "set up a second factor:", "set up a second factor"},
	store.ActRemoveFactor:  {"shield", "Removed own second factor", "removed the second factor of", "removed their second factor:", "remove a second factor"},
	store.ActRenamePasskey: {"key", "Renamed a passkey", "renamed a passkey of", "renamed a passkey:", "rename a passkey"},
	store.ActNewCodes:      {"key", "Made recovery codes", "made recovery codes of", "made new recovery codes", "make recovery codes"},
	store.ActResetFactors:  {"shield", "Reset second factors", "reset the second factors of", "reset the second factors", "reset the second factors of"},
	store.ActFactorPolicy:  {"shield", "Changed who needs a second factor", "changed who needs a second factor:", "changed who needs a second factor:", "say who needs a second factor"},
	store.ActRotateKeys:    {"key", "Rotated the keys", "rotated the keys", "rotated the keys", "rotate the keys"},
	store.ActForgetKeys:    {"key", "Gave up lost keys", "gave up lost keys:", "gave up lost keys:", "give up lost keys"},
	store.ActLift:          {"lock", "Lifted a slowed-down sign-in", "lifted the slowed-down sign-in of", "lifted the slowed-down sign-in", "lift the slowed-down sign-in of"},
	store.ActInvite:        {"user-plus", "Invited", "invited", "invited this account", "invite"},
	store.ActRevokeInvite:  {"ban", "Took back an invitation", "took back the invitation of", "took back the invitation", "take back the invitation of"},
	store.ActAcceptInvite:  {"check-circle", "Accepted an invitation", "accepted the invitation of", "accepted the invitation", "accept an invitation"},
	store.ActSendReset:     {"key", "Sent a link for a new password", "made a link for a new password of", "made a link for a new password", "make a link for a new password of"},
	store.ActStopPassword:  {"ban", "Stopped a password", "stopped the password of", "stopped the password", "stop the password of"},
	store.ActMustChange:    {"key", "Required a new password", "requires a new password of", "requires a new password", "require a new password of"},
	store.ActForgot:        {"key", "Forgot a password", "was asked for a new password of", "asked for a new password", "ask for a new password"},
	store.ActOwnReset:      {"key", "Chose a password by a link", "chose a new password of", "chose a new password by a link", "choose a new password"},
	store.ActAskAddress:    {"mail", "Asked for another address", "asked for another address of", "asked for another address", "change the address of"},
	store.ActCancelAddress: {"mail", "Kept an address", "kept the address of", "cancelled the change of address", "change the address of"},
	store.ActOwnAddress:    {"mail", "Changed own address", "changed the address of", "changed their address", "change the address of"},
	store.ActAddressBack:   {"undo", "Took an address back", "took the address back of", "took their address back by the link in a mail", "take the address back of"},
	store.ActMail:          {"mail", "Sent a mail again", "had a mail sent again to", "had a mail sent again", "see the outbox"},
	store.ActSetRole:       {"shield", "Gave a role", "gave a role to", "gave a role", "give a role to"},

	store.ActImpersonate:       {"user", "Saw as somebody", "saw the back office as", "saw the back office as somebody", "see the back office as"},
	store.ActStopImpersonating: {"user", "Stopped seeing as somebody", "stopped seeing the back office as", "stopped seeing the back office as somebody", "stop seeing the back office as"},
	store.ActChangeAs:          {"ban", "Tried a change as somebody", "changed something as", "changed something", "change anything as"},

	store.ActRememberBrowser: {"laptop", "Remembered a browser", "remembered a browser of", "is remembered in a browser", "remember a browser of"},
	store.ActForgetBrowser:   {"laptop", "Forgot a browser", "forgot a browser of", "is no longer remembered in a browser", "forget a browser of"},
}

// tell turns an entry into a sentence.
func tell(a *ask, e *store.Entry) components.Entry {
	t := tales[e.Act]
	out := components.Entry{ID: e.ID, Icon: t.icon, Verb: verb(e, t), Note: e.Note, Time: a.words.clock(e.At),
		From: e.Address, Request: e.Request, Actor: actorParty(a, e)}
	switch {
	case e.Kind == store.Command:
		out.Device = e.Agent
	case e.Agent != "":
		out.Device, _ = device(e.Agent)
	}
	for _, c := range e.Changes {
		if c.Field == store.FieldDeleted || e.Act == store.ActMustChange {
			continue // the sentence says it
		}
		out.Changes = append(out.Changes, components.Change{Label: c.Field.Label(), Before: shownOrEmpty(c.Field, c.Before), After: shownOrEmpty(c.Field, c.After)})
	}
	if e.Target != 0 && (e.Target != e.Actor || e.Kind != store.Person || e.Outcome == store.Denied) {
		out.Target = targetParty(a, e)
	}
	switch {
	case e.Outcome == store.Denied:
		out.Tone, out.Icon, out.Note = "warn", "ban", "— "+e.Note
	case e.Outcome == store.Failure:
		out.Tone, out.Icon, out.Note = "bad", "lock", "— "+e.Note
	case e.Act == store.ActCreate || e.Act == store.ActReactivate || e.Act == store.ActRestore:
		out.Tone = "ok"
	}
	if e.MayUndo(a.actor) {
		out.Undo, out.UndoName = "/undo/"+formatID(e.ID), "Undo: "+t.label+" "+e.TargetName
	}
	if e.Import != 0 && a.can(store.ActImport, nil) {
		out.Undo, out.UndoName = importPath(e.Import)+"/undo", "Undo: import of "+e.Note
	}
	if e.UndoneBy != 0 {
		who := e.UndoneWho
		if who == "" {
			who = "somebody"
		}
		out.Undone = "Undone by " + who + ", " + a.words.ago(e.UndoneAt)
	}
	if e.Gone {
		out.Note = "The details were removed with the person’s data."
	}
	return out
}

// verb is what somebody did, or tried.
func verb(e *store.Entry, t tale) string {
	of := t.of
	if e.Target == 0 || e.Target == e.Actor && e.Kind == store.Person {
		of = t.alone
	} else if e.Act == store.ActEdit && e.Outcome == store.Done && len(e.Changes) == 1 {
		of = "changed the " + strings.ToLower(e.Changes[0].Field.Label()) + " of"
	}
	if e.Act == store.ActMustChange && len(e.Changes) == 1 && e.Changes[0].After == "" {
		of = "no longer " + of
	}
	switch {
	case e.Outcome == store.Denied:
		return "was not allowed to " + t.to
	case e.Outcome == store.Failure && e.Act == store.ActSignIn && e.Target != 0:
		return "could not sign in as"
	case e.Outcome == store.Failure && e.Act == store.ActSignIn:
		return "could not sign in"
	case e.Outcome == store.Failure:
		return "failed: " + strings.ToLower(t.label)
	}
	return of
}

func shownOrEmpty(f store.Field, v string) string {
	if v == "" {
		return ""
	}
	return shown(f, v)
}

func actorParty(a *ask, e *store.Entry) components.Party {
	p := components.Party{Name: e.Who(), System: e.Kind != store.Person}
	if e.Kind == store.Person {
		u := store.User{ID: e.Actor, Name: p.Name}
		if e.As != 0 && e.As != e.Target {
			p.Name += ", as " + cmp.Or(e.AsName, "a deleted person (no. "+formatID(e.As)+")")
		}
		p.Avatar = avatar(&u)
		if e.ActorName != "" && a.can(store.ActLook, nil) {
			p.Href = "/users/" + formatID(e.Actor)
		}
	}
	return p
}

func targetParty(a *ask, e *store.Entry) *components.Party {
	if e.TargetName == "" {
		return &components.Party{Name: "a deleted person (no. " + formatID(e.Target) + ")"}
	}
	u := store.User{ID: e.Target, Name: e.TargetName}
	p := components.Party{Name: e.TargetName, Avatar: avatar(&u)}
	if a.can(store.ActLook, nil) {
		p.Href = "/users/" + formatID(e.Target)
	}
	return &p
}
