package storetest

// Rounds is how many of so many random rounds a test makes: all of them, and a
// quarter where the race detector watches, which looks for something else than what
// the hundredth round tells, and makes each several times as long.
func Rounds(all int) int { return (all + Every(4) - 1) / Every(4) }

// Every is 1, and n where the race detector watches: of many cases that differ little
// it then looks at each nth.
func Every(n int) int {
	if Racing {
		return n
	}
	return 1
}
