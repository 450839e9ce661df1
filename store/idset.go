package store

import (
	"encoding/binary"
	"iter"
	"math/bits"
	"slices"
)

// partSize is how many ids in a row share a part of the index of the search.
const partSize = 1 << 16

// partOf is the part that an id is in, and its place there.
func partOf(id int64) (part int64, place uint16) { return id / partSize, uint16(id % partSize) }

// fewPlaces is the longest list that takes less room than one bit each.
const fewPlaces = 4095

// idset is some of the people of a part, by their places: few of them as a
// sorted list, many as one bit for each place.
type idset struct {
	few  []uint16
	many *[partSize / 64]uint64 // nil: few
}

// readIDSet reads what bytes made. Only a set of bits is as long as that.
func readIDSet(b []byte) idset {
	if len(b) < partSize/8 {
		few := make([]uint16, len(b)/2)
		for i := range few {
			few[i] = binary.LittleEndian.Uint16(b[2*i:])
		}
		return idset{few: few}
	}
	many := new([partSize / 64]uint64)
	for i := range many {
		many[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	return idset{many: many}
}

// bytes is the set as it is stored. Equal sets have equal bytes.
func (s *idset) bytes() []byte {
	if s.many != nil && s.count() <= fewPlaces {
		*s = idset{few: slices.AppendSeq(make([]uint16, 0, fewPlaces), s.all())}
	}
	var b []byte
	if s.many == nil {
		b = make([]byte, 0, 2*len(s.few))
		for _, p := range s.few {
			b = binary.LittleEndian.AppendUint16(b, p)
		}
		return b
	}
	b = make([]byte, 0, partSize/8)
	for _, word := range s.many {
		b = binary.LittleEndian.AppendUint64(b, word)
	}
	return b
}

func (s *idset) count() int {
	if s.many == nil {
		return len(s.few)
	}
	n := 0
	for _, word := range s.many {
		n += bits.OnesCount64(word)
	}
	return n
}

func (s *idset) has(place uint16) bool {
	if s.many != nil {
		return s.many[place/64]>>(place%64)&1 != 0
	}
	_, found := slices.BinarySearch(s.few, place)
	return found
}

// add adds a place. It is quick when the places come in order.
func (s *idset) add(place uint16) {
	n := len(s.few)
	switch {
	case s.many != nil:
		s.many[place/64] |= 1 << (place % 64)
	case n > 0 && s.few[n-1] == place:
	case n >= fewPlaces:
		s.spread()
		s.add(place)
	case n == 0 || s.few[n-1] < place:
		s.few = append(s.few, place)
	default:
		if at, found := slices.BinarySearch(s.few, place); !found {
			s.few = slices.Insert(s.few, at, place)
		}
	}
}

// remove takes a place out, if it is there.
func (s *idset) remove(place uint16) {
	if s.many != nil {
		s.many[place/64] &^= 1 << (place % 64)
	} else if at, found := slices.BinarySearch(s.few, place); found {
		s.few = slices.Delete(s.few, at, at+1)
	}
}

// spread gives each place of a list its bit.
func (s *idset) spread() {
	s.many = new([partSize / 64]uint64)
	for _, p := range s.few {
		s.many[p/64] |= 1 << (p % 64)
	}
	s.few = nil
}

// and is who is in both sets.
func (s idset) and(o idset) idset {
	if s.many != nil && o.many != nil {
		both := new([partSize / 64]uint64)
		for i := range both {
			both[i] = s.many[i] & o.many[i]
		}
		return idset{many: both}
	}
	if s.many != nil {
		s, o = o, s
	}
	both := idset{few: make([]uint16, 0, len(s.few))}
	for _, p := range s.few {
		for o.many == nil && len(o.few) > 0 && o.few[0] < p {
			o.few = o.few[1:]
		}
		if o.many == nil && len(o.few) > 0 && o.few[0] == p || o.many != nil && o.has(p) {
			both.few = append(both.few, p)
		}
	}
	return both
}

// or is who is in one of the sets.
func (s idset) or(o idset) idset {
	switch {
	case s.many == nil && len(s.few) == 0:
		return o
	case o.many == nil && len(o.few) == 0:
		return s
	}
	either := idset{many: new([partSize / 64]uint64)}
	for _, set := range []idset{s, o} {
		for p := range set.all() {
			either.many[p/64] |= 1 << (p % 64)
		}
	}
	return either
}

// all yields the places in order.
func (s *idset) all() iter.Seq[uint16] {
	return func(yield func(uint16) bool) {
		for _, p := range s.few {
			if !yield(p) {
				return
			}
		}
		if s.many == nil {
			return
		}
		for i, word := range s.many {
			for ; word != 0; word &= word - 1 {
				if !yield(uint16(i*64 + bits.TrailingZeros64(word))) {
					return
				}
			}
		}
	}
}

// room is about how many bytes the set takes.
func (s *idset) room() int {
	if s.many != nil {
		return partSize / 8
	}
	return 2 * len(s.few)
}
