package store

import (
	"slices"
	"time"
)

// Role is what somebody may do, by name.
type Role string

// The roles, from the highest rank to the lowest.
const (
	Admin  Role = "admin"  // everything
	Editor Role = "editor" // manages people who rank below editor
	Viewer Role = "viewer" // looks, changes nothing
	Member Role = "member" // no back office: only the own account
)

// Roles lists all roles, highest rank first.
func Roles() []Role { return []Role{Admin, Editor, Viewer, Member} }

// Valid reports whether r is one of the roles.
func (r Role) Valid() bool { return slices.Contains(Roles(), r) }

// Rank grows with what a role may do; 0 is no role at all.
func (r Role) Rank() int {
	switch r {
	case Admin:
		return 4
	case Editor:
		return 3
	case Viewer:
		return 2
	case Member:
		return 1
	}
	return 0
}

// Label is the role's name for people.
func (r Role) Label() string {
	switch r {
	case Admin:
		return "Admin"
	case Editor:
		return "Editor"
	case Viewer:
		return "Viewer"
	case Member:
		return "Member"
	}
	return string(r)
}

// ActorKind says what sort of thing is acting.
type ActorKind string

// The kinds of actor.
const (
	Nobody  ActorKind = "nobody"  // not signed in
	Person  ActorKind = "person"  // somebody signed in
	Command ActorKind = "command" // the command line on the server
	System  ActorKind = "system"  // the program itself
)

// Actor is who is acting, from where, and within which request.
type Actor struct {
	Kind    ActorKind
	ID      int64 // of the person; 0 unless Kind is Person
	By      int64 // who really acts, and sees the back office as that person; 0: they are themselves
	Role    Role  // of the person, as last read
	SignIn  int64 // the sign-in they act with
	Address string
	Agent   string // the browser's name for itself
	Request string // request id
	Browser string // what the browser shows of those who are remembered in it: secrets

	proven bool // they proved to be themselves when the work began that now goes on
}

// Act is something that somebody does, as the permissions and the audit trail
// name it.
type Act string

// The acts that need a permission.
const (
	ActLook          Act = "user.look"           // see people in the list and their pages
	ActReadTrail     Act = "audit.read"          // read the audit trail
	ActSeeSessions   Act = "session.look"        // see where somebody is signed in, and from where acts came
	ActCreate        Act = "user.create"         //
	ActEdit          Act = "user.edit"           // name, e-mail, phone, external id
	ActSetRole       Act = "user.set_role"       //
	ActDeactivate    Act = "user.deactivate"     //
	ActReactivate    Act = "user.reactivate"     //
	ActDelete        Act = "user.delete"         //
	ActRestore       Act = "user.restore"        // bring back within 30 days
	ActPurge         Act = "user.purge"          // remove a deleted person's data for good, before the 30 days are over
	ActEndSessions   Act = "session.end"         //
	ActEndEverybody  Act = "session.end_all"     // sign everybody out
	ActResetPassword Act = "user.reset_password" // set somebody else's password
	ActLift          Act = "user.lift"           // forget the failed tries to sign in as somebody
	ActExport        Act = "user.export"         // take a copy of the list of people away
	ActExportTrail   Act = "audit.export"        // take a copy of the audit trail away
	ActArchiveTrail  Act = "audit.archive"       // take the oldest part of the audit trail out of the database
	ActBackup        Act = "backup"              // copy the database
	ActDemo          Act = "demo"                // add example people
	ActImport        Act = "user.import"         // bring a file of people in
	ActResetFactors  Act = "user.reset_factors"  // take somebody else's second factors away
	ActFactorPolicy  Act = "security.policy"     // say which roles need a second factor
	ActRotateKeys    Act = "keys.rotate"         // put a new key into the key file
	ActForgetKeys    Act = "keys.forget"         // give up what was sealed by keys that are lost
	ActInvite        Act = "user.invite"         // send somebody a link to come in by
	ActMail          Act = "mail"                // see the outbox, and have a mail tried again
	ActImpersonate   Act = "user.impersonate"    // see the back office as somebody does who ranks below
)

// The acts that are only recorded: anybody may do them for themselves, or
// nobody decides about them.
const (
	ActUndo          Act = "undo"
	ActSignIn        Act = "signin"
	ActSignOut       Act = "signout"
	ActOwnPassword   Act = "account.password"
	ActOwnData       Act = "account.data"           // take a copy of what is kept about oneself
	ActAskAddress    Act = "account.ask_address"    // ask for another address
	ActOwnAddress    Act = "account.address"        // have another one
	ActCancelAddress Act = "account.cancel_address" // not wish for it any more
	ActAddressBack   Act = "account.address_back"   // take the one before back, by the link that was sent there
	ActSetup         Act = "setup"
	ActForgot        Act = "account.forgot"        // ask for a link to choose a new password by
	ActOwnReset      Act = "account.reset"         // choose a new password by such a link
	ActSendReset     Act = "user.send_reset"       // the same, for somebody else
	ActStopPassword  Act = "user.stop_password"    // the same, with the old one useless and all sessions ended at once
	ActMustChange    Act = "user.must_change"      // somebody has to choose a new password before anything else, or need not any more
	ActRevokeInvite  Act = "user.revoke_invite"    // an invitation is taken back
	ActAcceptInvite  Act = "account.accept_invite" // choose the first one
	ActImportRun     Act = "import.run"            // an import begins, ends or is stopped; the entry of each person is their own
	ActImportUndo    Act = "import.undo"           // the same of taking it back
	ActProof         Act = "account.proof"
	ActAddFactor     Act = "account.add_factor"
	ActRemoveFactor  Act = "account.remove_factor"
	ActNewCodes      Act = "account.recovery_codes"

	ActRenamePasskey Act = "account.rename_passkey"

	ActStopImpersonating Act = "user.impersonate_end"
	ActChangeAs          Act = "user.change_as" // change something while seeing as somebody, which nobody may

	ActRememberBrowser Act = "browser.remember"
	ActForgetBrowser   Act = "browser.forget"
)

// Acts that are recorded as what they are part of, and need a proof: making
// somebody an admin, giving somebody else another address, whose reader can have a
// link for a new password, and ending sessions of one's own.
const (
	ActGrantAdmin  Act = "user.grant_admin"
	ActMoveAddress Act = "user.move_address"
	ActEndOwn      Act = "account.end_sessions"
)

// ProofLasts is how long somebody counts as being themselves after a sign-in or
// another proof.
const ProofLasts = 10 * time.Minute

// NeedsProof is the one table of acts that ask for a proof that is no older than
// ProofLasts: a browser that somebody left open, or a stolen session, is not
// enough for them. The command line has no sign-in and needs none.
func NeedsProof(act Act) bool {
	switch act {
	case ActDelete, ActPurge, ActGrantAdmin, ActMoveAddress, ActImportRun, ActImportUndo, // an import may make admins, and undoing one deletes
		ActExport, ActExportTrail,
		ActResetPassword, ActResetFactors, ActEndEverybody, ActFactorPolicy, ActImpersonate,
		ActAddFactor, ActRemoveFactor, ActNewCodes, ActOwnAddress, ActEndOwn, ActOwnData:
		return true
	}
	return false
}

// Target is whom an act is on, as far as permission is concerned.
type Target struct {
	ID   int64
	Role Role
}

// Can reports whether the actor may do the act to the target. It is the one
// table of permissions: the guard of the routes, every operation and every
// button ask it. A nil target asks "to anybody at all?".
//
// Nobody acts on a rank above the own one, and an editor acts only on people
// who rank below editor. The command line ranks with admins.
func Can(a Actor, act Act, on *Target) bool {
	role := a.Role
	switch a.Kind {
	case Command, System:
		role = Admin
	case Person:
	default:
		return false
	}
	switch act {
	case ActLook, ActReadTrail:
		return role.Rank() >= Viewer.Rank()
	case ActSeeSessions:
		return role == Admin || on != nil && on.ID == a.ID && a.ID != 0
	case ActEndSessions:
		return role == Admin || on != nil && on.ID == a.ID && a.ID != 0
	case ActProof, ActAddFactor, ActRemoveFactor, ActNewCodes, ActOwnAddress, ActRenamePasskey:
		return on != nil && on.ID == a.ID && a.ID != 0
	case ActEndEverybody, ActResetPassword, ActExportTrail, ActArchiveTrail, ActBackup, ActDemo, ActImport, ActMail,
		ActResetFactors, ActFactorPolicy, ActRotateKeys, ActForgetKeys, ActPurge:
		return role == Admin
	case ActExport:
		return role.Rank() >= Editor.Rank()
	case ActImpersonate:
		return a.Kind == Person && role == Admin && (on == nil || on.Role.Rank() < role.Rank() && on.ID != a.ID)
	case ActCreate, ActInvite, ActEdit, ActSetRole, ActDeactivate, ActReactivate, ActDelete, ActRestore, ActLift:
		return role == Admin || role == Editor && (on == nil || on.Role.Rank() < Editor.Rank())
	}
	return false
}

// Grantable lists the roles that the actor may give to somebody.
func Grantable(a Actor) []Role {
	var out []Role
	for _, r := range Roles() {
		if Can(a, ActSetRole, &Target{Role: r}) {
			out = append(out, r)
		}
	}
	return out
}

// Acts lists the acts that need a permission, in the order a person would
// read them.
func Acts() []Act {
	return []Act{ActLook, ActReadTrail, ActCreate, ActInvite, ActEdit, ActSetRole, ActDeactivate, ActReactivate,
		ActDelete, ActRestore, ActPurge, ActExport, ActSeeSessions, ActEndSessions, ActEndEverybody, ActResetPassword, ActResetFactors, ActLift, ActImpersonate, ActImport, ActExportTrail, ActFactorPolicy, ActMail}
}

// require fails with Forbidden unless the actor, as loaded in this
// transaction, may do the act to the person, and with ProofNeeded when they have
// to prove first that they are still who signed in.
func (x *tx) require(act Act, u *User) error {
	var on *Target
	if u != nil {
		on = &Target{ID: u.ID, Role: u.Role}
	}
	if Can(x.actor, act, on) {
		return x.prove(act)
	}
	if u != nil && Can(x.actor, act, nil) {
		return forbidden(u.Name + " ranks too high for you to change. Ask an admin.")
	}
	return forbidden("Your role does not allow this.")
}

// guard refuses what would leave the back office without a way in: nobody may
// take their own access away, and the last active admin stays one. before and
// after are the person before and after the change.
func (x *tx) guard(before, after *User) error {
	if !loses(before, after) {
		return nil
	}
	if x.actor.Kind == Person && x.actor.ID == before.ID {
		return refused(ownAccess)
	}
	if !before.isActiveAdmin() || after.isActiveAdmin() {
		return nil
	}
	others, err := countOtherActiveAdmins(x, before.ID)
	if err != nil {
		return err
	}
	if others == 0 {
		return refused(lastAdmin(before))
	}
	return nil
}

// loses reports whether a change takes access away.
func loses(before, after *User) bool {
	return !after.Deleted.IsZero() && before.Deleted.IsZero() ||
		before.Status == Active && after.Status != Active ||
		after.Role.Rank() < before.Role.Rank()
}

const ownAccess = "You cannot take away your own access. Ask another admin to do it."

func lastAdmin(u *User) string {
	return u.Name + " is the last active admin. Make somebody else an admin first."
}
