package main

import (
	"cmp"
	"runtime"
	"runtime/debug"
)

// version is set where the program is built outside of a checkout, by
// -ldflags "-X main.version=…".
var version string

// builtFrom says what the program was built from: its version, and the revision of its
// source.
func builtFrom() (v, revision string) {
	v, revision = version, "unknown"
	b, ok := debug.ReadBuildInfo()
	if !ok {
		return cmp.Or(v, "unknown"), revision
	}
	for _, s := range b.Settings {
		if s.Key == "vcs.revision" {
			revision = s.Value
		}
	}
	return cmp.Or(v, b.Main.Version), revision
}

// versionText is what --version says.
func versionText() string {
	v, revision := builtFrom()
	return "backoffice " + v + ", revision " + revision + ", " + runtime.Version()
}
