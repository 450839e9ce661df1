package store

import "net/netip"

// reach is a network that an address is counted under.
type reach struct {
	name  string
	mark  string // what the kind of such a count ends with
	times int    // how many times as much is free as for the narrowest one
}

// wide are the networks beyond a /64 that an address of IPv6 is counted under as
// well: a household has a /56 and a company a /48, which are 256 and 65,536 networks
// to come from. More is free there, because more people come from there.
var wide = []struct {
	bits  int
	mark  string
	times int
}{{56, "_56", 2}, {48, "_48", 4}}

// reaches are the networks that an address is counted under, the narrowest first: of
// IPv4 the address alone.
func reaches(address string) []reach {
	all := []reach{{network(address), "", 1}}
	ip, err := netip.ParseAddr(address)
	if err != nil || ip.Unmap().Is4() {
		return all
	}
	for _, w := range wide {
		if p, err := ip.Prefix(w.bits); err == nil {
			all = append(all, reach{p.String(), w.mark, w.times})
		}
	}
	return all
}

// widest is the widest of them. What keeps nobody out who is right is counted by it
// alone, so that few rows are kept.
func widest(address string) string {
	all := reaches(address)
	return all[len(all)-1].name
}

// within is the throttle of all who come from a network together.
func (t throttle) within(n reach) throttle {
	t.kind += n.mark
	t.free *= n.times
	return t
}

// network is the narrowest network that an address is counted under: whoever has an
// address of IPv6 has a whole /64 to come from.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if ip = ip.Unmap(); ip.Is6() {
		if p, err := ip.Prefix(64); err == nil {
			return p.String()
		}
	}
	return ip.String()
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
