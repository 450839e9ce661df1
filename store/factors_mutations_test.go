package store

import "context"

// enrolBen is for what is done to somebody who has a second factor.
func enrolBen(c *cast) { c.app, c.codes = c.enrol(c.self) }

// factorMutations are those of second factors.
func factorMutations() []mutation {
	own := func(name, note string, act Act, arrange func(*cast), do func(context.Context, *cast) error) mutation {
		return mutation{name: name, method: name, arrange: arrange, do: do,
			entry: func(c *cast) Entry { return by(c.self, act, c.ben.ID).noted(note) }}
	}
	halfway := func(c *cast) { enrolBen(c); c.half = c.testStore.halfway(c.ben) }
	wrong := func(m mutation, name, note string) mutation {
		whole := m.entry
		m.name, m.kind = name, Invalid
		m.entry = func(c *cast) Entry { return whole(c).ended(Failure).noted(note) }
		return m
	}
	confirm := own("ConfirmApp", "authenticator app", ActAddFactor, func(c *cast) {
		must(c.t, c.BeginApp(c.t.Context(), c.self))
		e, err := c.Enrolment(c.t.Context(), c.self)
		must(c.t, err)
		c.app = e
	}, func(ctx context.Context, c *cast) error { return second(c.ConfirmApp(ctx, c.self, c.code(c.app))) })
	unconfirmed := wrong(confirm, "ConfirmApp with a wrong code", "wrong code")
	unconfirmed.do = func(ctx context.Context, c *cast) error {
		return second(c.ConfirmApp(ctx, c.self, c.wrongCode(c.app)))
	}
	byCode := mutation{name: "SignInByCode", method: "SignInByCode", arrange: halfway,
		do: func(ctx context.Context, c *cast) error {
			return second(c.SignInByCode(ctx, c.guest, c.half, c.code(c.app)))
		},
		entry: func(c *cast) Entry {
			c.guest.Kind, c.guest.ID = Person, c.ben.ID
			return by(c.guest, ActSignIn, c.ben.ID).noted("with the authenticator app")
		}}
	byWrongCode := mutation{name: "SignInByCode with a wrong one", method: "SignInByCode", arrange: halfway, kind: Invalid,
		do: func(ctx context.Context, c *cast) error {
			return second(c.SignInByCode(ctx, c.guest, c.half, c.wrongCode(c.app)))
		},
		entry: func(c *cast) Entry { return by(c.guest, ActSignIn, c.ben.ID).ended(Failure).noted("wrong code") }}
	proof := own("Prove", "with the password", ActProof, nil, func(ctx context.Context, c *cast) error { return c.Prove(ctx, c.self, password, "") })
	unproved := wrong(proof, "Prove with a wrong password", "wrong password")
	unproved.do = func(ctx context.Context, c *cast) error { return c.Prove(ctx, c.self, wrongPassword, "") }
	provedByCode := own("Prove", "with the authenticator app", ActProof, enrolBen, func(ctx context.Context, c *cast) error {
		return c.Prove(ctx, c.self, "", c.code(c.app))
	})
	provedByCode.name = "Prove by a code"
	unprovedByCode := wrong(provedByCode, "Prove by a wrong code", "wrong code")
	unprovedByCode.do = func(ctx context.Context, c *cast) error { return c.Prove(ctx, c.self, password, c.wrongCode(c.app)) }
	return append(passkeyMutations(own, wrong), []mutation{
		own("BeginApp", "begun", ActAddFactor, nil, func(ctx context.Context, c *cast) error { return c.BeginApp(ctx, c.self) }),
		confirm, unconfirmed,
		own("NewRecoveryCodes", "", ActNewCodes, enrolBen, func(ctx context.Context, c *cast) error {
			return second(c.NewRecoveryCodes(ctx, c.self))
		}),
		own("RemoveApp", "authenticator app", ActRemoveFactor, enrolBen, func(ctx context.Context, c *cast) error { return c.RemoveApp(ctx, c.self) }),
		byCode, byWrongCode, proof, unproved, provedByCode, unprovedByCode,
		{name: "ResetFactors", method: "ResetFactors", arrange: enrolBen,
			do: func(ctx context.Context, c *cast) error { return c.ResetFactors(ctx, c.admin, c.ben.ID) },
			entry: func(c *cast) Entry {
				return by(c.admin, ActResetFactors, c.ben.ID).noted("authenticator app and recovery codes")
			}},
		{name: "RequireFactors", method: "RequireFactors",
			do: func(ctx context.Context, c *cast) error {
				return second(c.RequireFactors(ctx, c.admin, []Role{Editor, Admin}))
			},
			entry: func(c *cast) Entry { return by(c.admin, ActFactorPolicy, 0).noted("required for admin, editor") }},
		{name: "RotateKeys", method: "RotateKeys", streams: true, arrange: enrolBen,
			do:    func(ctx context.Context, c *cast) error { return second(c.RotateKeys(ctx, console)) },
			entry: func(*cast) Entry { return by(console, ActRotateKeys, 0) }},
		{name: "ForgetKeys", method: "ForgetKeys", arrange: func(c *cast) { enrolBen(c); c.loseKeys() },
			do: func(ctx context.Context, c *cast) error { return second(c.ForgetKeys(ctx, console)) },
			entry: func(*cast) Entry {
				return by(console, ActForgetKeys, 0).noted("1 authenticator apps removed, 0 mails given up")
			}},
	}...)
}
