package storetest

// Rounds is how many of so many random rounds a test makes: all of them, and a
// quarter where the race detector watches, which looks for something else than what
// the hundredth round tells, and makes each several times as long.
func Rounds(all int) int {
	if Racing {
		return (all + 3) / 4
	}
	return all
}
