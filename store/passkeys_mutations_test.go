package store

import "context"

// keyBen is for what is done to somebody who has a passkey.
func keyBen(c *cast) {
	c.key = officeKey()
	c.codes = c.addKey(c.self, c.key, "K")
}

// passkeyMutations are those of passkeys.
func passkeyMutations(own func(name, note string, act Act, arrange func(*cast), do func(context.Context, *cast) error) mutation,
	wrong func(m mutation, name, note string) mutation) []mutation {
	asking := func(use PasskeyUse) func(*cast) {
		return func(c *cast) {
			keyBen(c)
			if use == PasskeySecond {
				c.half = c.testStore.halfway(c.ben)
			}
			c.asked = c.ask(c.self, use, c.half)
		}
	}
	answer := func(c *cast) string { return c.key.Sign(c.t, c.asked.Options) }
	add := own("AddPasskey", "passkey “K”", ActAddFactor, func(c *cast) {
		asked, err := c.AskNewPasskey(c.t.Context(), c.self, office)
		must(c.t, err)
		c.key, c.asked = officeKey(), asked
	}, func(ctx context.Context, c *cast) error {
		return second(c.AddPasskey(ctx, c.self, office, c.asked.Challenge, NewPasskey{Answer: c.key.Create(c.t, c.asked.Options), Name: "K"}))
	})
	unadded := wrong(add, "AddPasskey with a made-up answer", "the passkey was not accepted")
	unadded.do = func(ctx context.Context, c *cast) error {
		return second(c.AddPasskey(ctx, c.self, office, c.asked.Challenge, NewPasskey{Answer: "{}", Name: "K"}))
	}
	proof := own("ProveByPasskey", "with the passkey “K”", ActProof, asking(PasskeyProof), func(ctx context.Context, c *cast) error {
		return c.ProveByPasskey(ctx, c.self, office, c.asked.Challenge, answer(c))
	})
	unproved := wrong(proof, "ProveByPasskey with a made-up answer", "the passkey was not accepted")
	unproved.do = func(ctx context.Context, c *cast) error {
		return c.ProveByPasskey(ctx, c.self, office, c.asked.Challenge, "{}")
	}
	entering := func(method, note string, use PasskeyUse, do func(context.Context, *cast) error) mutation {
		return mutation{name: method, method: method, arrange: asking(use), do: do, entry: func(c *cast) Entry {
			return by(c.guestAs(c.ben), ActSignIn, c.ben.ID).noted(note)
		}}
	}
	unknown := mutation{name: "SignInByPasskey of nobody", method: "SignInByPasskey", arrange: func(c *cast) {
		asking(PasskeyAlone)(c)
		must(c.t, c.ResetFactors(c.t.Context(), console, c.ben.ID))
	}, kind: Invalid, do: func(ctx context.Context, c *cast) error {
		return second(c.SignInByPasskey(ctx, c.guest, office, c.asked.Challenge, answer(c)))
	}, entry: func(c *cast) Entry { return by(c.guest, ActSignIn, 0).ended(Failure).noted("unknown passkey") }}
	accept := mutation{name: "AcceptByPasskey", method: "AcceptByPasskey", version: 1, arrange: func(c *cast) { c.invite(c.ben); c.asked = c.askFirst() },
		do: func(ctx context.Context, c *cast) error {
			return second(c.AcceptByPasskey(ctx, c.guest, c.token, office, c.asked.Challenge, NewPasskey{Answer: officeKey().Create(c.t, c.asked.Options), Name: "K"}))
		},
		entry: func(c *cast) Entry {
			return by(c.guestAs(c.ben), ActAcceptInvite, c.ben.ID, FieldChange{FieldStatus, "invited", "active"}).noted("with the passkey “K”")
		}}
	return []mutation{accept, add, unadded, proof, unproved, unknown,
		entering("SignInByPasskey", "with the passkey “K” alone", PasskeyAlone, func(ctx context.Context, c *cast) error {
			return second(c.SignInByPasskey(ctx, c.guest, office, c.asked.Challenge, answer(c)))
		}),
		entering("SignInBySecondPasskey", "with the passkey “K”", PasskeySecond, func(ctx context.Context, c *cast) error {
			return second(c.SignInBySecondPasskey(ctx, c.guest, c.half, office, c.asked.Challenge, answer(c)))
		}),
		own("RenamePasskey", "“K” to “L”", ActRenamePasskey, keyBen, func(ctx context.Context, c *cast) error {
			return c.RenamePasskey(ctx, c.self, 1, "L")
		}),
		own("RemovePasskey", "passkey “K”", ActRemoveFactor, keyBen, func(ctx context.Context, c *cast) error {
			return c.RemovePasskey(ctx, c.self, 1)
		}),
	}
}
