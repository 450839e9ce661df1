package store

import (
	"context"
	"encoding/json"
	"time"
)

// Whoever has no session gets one by asking for a passkey, if what they were asked is to be
// kept here: anybody could fill the database by asking. So their browser keeps it, sealed,
// so that nobody makes one up for an answer that they have seen elsewhere. That it was
// answered is known here, for as long as it could be answered again.

// placeChallenge is what challenges are sealed for.
const placeChallenge = "challenge"

// SealChallenge gives a challenge as a browser keeps it.
func (s *Store) SealChallenge(ctx context.Context, c Challenge) (string, error) {
	keys, err := s.fittingKeys(brief(ctx), s.reader)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(c)
	return keys[0].seal(placeChallenge, 0, text), err
}

// OpenChallenge gives back what was sealed. Of anything else it gives a challenge that
// nothing answers.
func (s *Store) OpenChallenge(text string) (c Challenge) {
	opened, err := s.unseal(placeChallenge, 0, clip(text, maxChallenge))
	if err != nil || json.Unmarshal(opened, &c) != nil {
		return Challenge{}
	}
	return c
}

// maxChallenge is more than a sealed challenge has, in bytes.
const maxChallenge = 1000

// ChallengeWithin is how long an answer may be waited for.
const ChallengeWithin = 5 * time.Minute
