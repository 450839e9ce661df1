package store

import (
	"net/netip"
	"strings"
	"unicode"
)

// devicesAsked is how many of the last sign-ins of somebody a new one is compared
// with.
const devicesAsked = 200

// beginSignIn makes the sign-in of a person who has proved to be themselves, who
// is the actor by now, and puts it on record. This is the place to let the person
// know by other ways: known says whether they have been seen with this device
// before, and all that is done here is in one transaction.
func (x *tx) beginSignIn(u *User, by Factor, note string) (id int64, err error) {
	known, err := x.knownDevice(u)
	if err != nil {
		return 0, err
	}
	if id, err = insertSignIn(x, u.ID, !known, by); err != nil {
		return 0, err
	}
	e := Entry{Act: ActSignIn, Target: u.ID, Note: note}
	if !known {
		e.Note = join(note, "from a new device")
	}
	_, err = x.record(e)
	return id, err
}

// knownDevice reports whether the person has been seen with this device before:
// in a browser that they are remembered in, or with the same kind of browser on
// the same kind of system from the same part of the net, which a browser's next
// version and a provider's next address leave as they are. Of the first sign-in
// of all there is nothing to be told.
func (x *tx) knownDevice(u *User) (bool, error) {
	if u.LastSignIn.IsZero() {
		return true, nil
	}
	browser, err := x.recognised(u.emailKey, x.actor.Browser)
	if err != nil {
		return false, err
	}
	if browser != 0 {
		return true, touchBrowser(x, browser)
	}
	past, err := lastDevices(x, u.ID, devicesAsked)
	if err != nil {
		return false, err
	}
	kind, place := agentKind(agentText(x.actor.Agent)), neighbourhood(x.actor.Address)
	for _, one := range past {
		if agentKind(one.Agent) == kind && neighbourhood(one.Address) == place {
			return true, nil
		}
	}
	return false, nil
}

// agentKind is what a browser says of itself without the numbers of versions.
func agentKind(agent string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) || r == '.' || r == '_' {
			return -1
		}
		return r
	}, agent)
}

// neighbourhood is the part of the net that an address belongs to: about what one
// provider hands out.
func neighbourhood(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	bits := 32
	if ip = ip.Unmap(); ip.Is4() {
		bits = 16
	}
	p, err := ip.WithZone("").Prefix(bits)
	if err != nil {
		return address
	}
	return p.String()
}
