//go:build !race

package storetest

// Racing reports whether the race detector watches.
const Racing = false
