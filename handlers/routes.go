package handlers

import (
	"net/http"

	"backoffice/store"
)

// need says who may come in.
type need struct {
	open    bool      // nobody need be signed in
	act     store.Act // the permission that is asked for; "" is "signed in"
	passive bool      // a timer asks, not a person: this is no sign of life
	upload  bool      // a file comes: it may be large, and take its time
	probe   bool      // a machine asks every few seconds: no line in the log
	quiet   bool      // a page asks by itself, whatever somebody is doing there: see quietly
	self    bool      // it is between a person and their secrets: not for who sees as they do
}

// route is one address: who may come in, and what happens there.
type route struct {
	pattern string
	need    need
	do      func(*ask) (view, error)
}

// list is the one table of addresses. A route that changes something is a POST,
// so that it is a form with scripts off, and what was typed stands in no
// address and no log.
func (s *server) list() []route {
	open := need{open: true}
	own := need{}
	may := func(act store.Act) need { return need{act: act} }
	return []route{
		{"GET /{$}", open, s.home},
		{"GET " + aliveAt, need{open: true, probe: true}, s.healthz},
		{"GET /readyz", need{open: true, probe: true}, s.readyz},
		{"POST " + violationsAt, need{open: true, passive: true, probe: true}, s.policyReport},
		{"GET /login", open, s.loginForm},
		{"POST /login", open, s.login},
		{"GET /login/code", open, s.codeForm},
		{"POST /login/code", open, s.loginCode},
		{"POST /proof", own, s.prove},
		{"POST /logout", open, s.logout},
		{"GET /logout", open, s.logoutForm},
		{"GET /setup/{token}", open, s.setupForm},
		{"POST /setup/{token}", open, s.setup},
		{"GET /link/{token}", open, s.link},
		{"POST /link/{token}", open, s.redeem},
		{"GET /forgot", open, s.forgotForm},
		{"POST /forgot", open, s.forgot},

		{"POST /password/strength", need{open: true, passive: true}, s.strength},
		{"GET /.well-known/change-password", open, s.passwordPlace},

		{"GET /session", need{passive: true}, s.idle},
		{"POST /session", own, s.stay},
		{"GET /live", need{passive: true, probe: true, quiet: true}, s.live},
		{"GET /account", own, s.account},
		{"GET /account/history", own, s.ownHistory},
		{"POST /account/password", own, s.changePassword},
		{"POST /account/address", own, s.askAddress},
		{"POST /account/address/cancel", own, s.cancelAddress},
		{"GET /account/factor", need{self: true}, s.factorSetup},
		{"POST /account/factor", own, s.beginFactor},
		{"POST /account/factor/confirm", own, s.confirmFactor},
		{"POST /account/factor/codes", own, s.newCodes},
		{"GET /account/factor/remove", need{self: true}, s.confirmRemoveFactor},
		{"POST /account/factor/remove", own, s.removeFactor},
		{"POST /account/passkeys/new", own, s.newPasskey},
		{"POST /account/passkeys", own, s.addPasskey},
		{"GET /account/passkeys/{id}/rename", need{self: true}, s.renamePasskeyForm},
		{"POST /account/passkeys/{id}/rename", own, s.renamePasskey},
		{"GET /account/passkeys/{id}/remove", need{self: true}, s.confirmRemovePasskey},
		{"POST /account/passkeys/{id}/remove", own, s.removePasskey},
		{"POST /account/data", own, s.ownData},
		{"POST /account/sessions/end", own, s.endOwnSession},
		{"POST /account/sessions/end-others", own, s.endOwnOthers},
		{"POST /account/browsers/forget", own, s.forgetBrowser},

		{"GET /users", may(store.ActLook), s.users},
		{"GET /users/filter", may(store.ActLook), s.filterUsers},
		{"GET /users/new", may(store.ActCreate), s.newUser},
		{"POST /users", may(store.ActCreate), s.createUser},
		{"GET /users/invite", may(store.ActInvite), s.guestsForm},
		{"POST /users/invite", may(store.ActInvite), s.checkGuests},
		{"POST /users/invite/run", may(store.ActInvite), s.inviteGuests},
		{"POST /users/export", may(store.ActExport), s.exportUsers},
		{"GET /users/{id}", may(store.ActLook), s.user},
		{"GET /users/{id}/menu", may(store.ActLook), s.rowMenu},
		{"GET /users/{id}/sessions", may(store.ActSeeSessions), s.userSessions},
		{"GET /users/{id}/history", may(store.ActReadTrail), s.userHistory},
		{"GET /users/{id}/edit", may(store.ActEdit), s.editUser},
		{"POST /users/{id}", may(store.ActEdit), s.saveUser},
		{"POST /users/{id}/deactivate", may(store.ActDeactivate), s.deactivate},
		{"POST /users/{id}/reactivate", may(store.ActReactivate), s.reactivate},
		{"GET /users/{id}/delete", may(store.ActDelete), s.confirmDelete},
		{"POST /users/{id}/delete", may(store.ActDelete), s.deleteUser},
		{"POST /users/{id}/restore", may(store.ActRestore), s.restore},
		{"GET /users/{id}/erase", may(store.ActPurge), s.confirmErase},
		{"POST /users/{id}/erase", may(store.ActPurge), s.erase},
		{"POST /users/{id}/invite", may(store.ActInvite), s.invite},
		{"POST /users/{id}/invite/revoke", may(store.ActInvite), s.revokeInvite},
		{"GET /users/{id}/reset", may(store.ActResetPassword), s.confirmReset},
		{"POST /users/{id}/reset", may(store.ActResetPassword), s.resetLink},
		{"POST /users/{id}/must-change", may(store.ActResetPassword), s.mustChange},
		{"POST /users/{id}/sessions/end", may(store.ActEndSessions), s.endSession},
		{"POST /users/{id}/sessions/end-all", may(store.ActEndSessions), s.endSessions},
		{"GET /users/{id}/factors/reset", may(store.ActResetFactors), s.confirmResetFactors},
		{"POST /users/{id}/factors/reset", may(store.ActResetFactors), s.resetFactors},
		{"GET /users/{id}/impersonate", may(store.ActImpersonate), s.impersonateForm},
		{"POST /users/{id}/impersonate", may(store.ActImpersonate), s.impersonate},
		{"POST " + stopPath, own, s.stopImpersonating},
		{"GET /security", may(store.ActFactorPolicy), s.security},
		{"POST /security", may(store.ActFactorPolicy), s.saveSecurity},
		{"POST /users/{id}/lift", may(store.ActLift), s.lift},
		{"GET /sessions/end-all", may(store.ActEndEverybody), s.confirmEndEverybody},
		{"POST /sessions/end-all", may(store.ActEndEverybody), s.endEverybody},

		{"GET /imports", may(store.ActImport), s.imports},
		{"GET /imports/new", may(store.ActImport), s.newImport},
		{"POST /imports", need{act: store.ActImport, upload: true}, s.upload},
		{"GET /imports/{id}", may(store.ActImport), s.showImport},
		{"GET /imports/{id}/progress", need{act: store.ActImport, passive: true}, s.importProgress},
		{"GET /imports/{id}/refused", may(store.ActImport), s.refusedRows},
		{"POST /imports/{id}/plan", may(store.ActImport), s.replan},
		{"POST /imports/{id}/rows/{line}", may(store.ActImport), s.mendRow},
		{"POST /imports/{id}/run", may(store.ActImport), s.runImport},
		{"POST /imports/{id}/stop", may(store.ActImport), s.stopImport},
		{"POST /imports/{id}/continue", may(store.ActImport), s.continueImport},
		{"GET /imports/{id}/undo", may(store.ActImport), s.confirmUndoImport},
		{"POST /imports/{id}/undo", may(store.ActImport), s.undoImport},
		{"POST /imports/{id}/discard", may(store.ActImport), s.discardImport},

		{"GET /mail", may(store.ActMail), s.outbox},
		{"POST /mail/again", may(store.ActMail), s.failedMailAgain},
		{"POST /mail/{id}/again", may(store.ActMail), s.mailAgain},

		{"GET /audit", may(store.ActReadTrail), s.audit},
		{"POST /audit/export", may(store.ActExportTrail), s.exportAudit},
		{"POST /undo/{id}", may(store.ActEdit), s.undo},
	}
}

func (s *server) table() *http.ServeMux {
	mux := http.NewServeMux()
	for _, r := range s.list() {
		mux.Handle(r.pattern, s.serve(r))
	}
	return mux
}

// serve is one route: guard, action, answer.
func (s *server) serve(r route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		s.limitBody(w, req, r.need.upload)
		a := s.newAsk(req, r.pattern)
		a.note.probe = r.need.probe
		v, err := s.guarded(a, r)
		s.respond(w, a, v, err)
	})
}

// route serves one request, and gives the mux's bare "not found" and "method
// not allowed" a page.
func (s *server) route(w http.ResponseWriter, r *http.Request) {
	if _, pattern := s.routes.Handler(r); pattern != "" {
		s.routes.ServeHTTP(w, r)
		return
	}
	probe := &probeWriter{header: http.Header{}}
	s.routes.ServeHTTP(probe, r)
	a := s.newAsk(r, "none")
	if err := s.resume(a, true); err != nil {
		s.respond(w, a, view{}, err)
		return
	}
	v := s.oops(a, http.StatusNotFound, "Not found", "There is no page at this address.")
	if allow := probe.header.Get("Allow"); allow != "" {
		w.Header().Set("Allow", allow)
		v = s.oops(a, http.StatusMethodNotAllowed, "Not supported here", "This address does not take requests of this kind.")
	}
	s.respond(w, a, v, nil)
}

// probeWriter hears what the mux would answer.
type probeWriter struct{ header http.Header }

func (p *probeWriter) Header() http.Header         { return p.header }
func (p *probeWriter) Write(b []byte) (int, error) { return len(b), nil }
func (p *probeWriter) WriteHeader(int)             {}
