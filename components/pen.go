package components

import (
	"context"
	"io"
	"strconv"

	"backoffice/assets"

	"github.com/a-h/templ"
)

// pen writes what a list draws hundreds of times on every page: rows, their
// cells, badges, icons. Those few are Go instead of templates, because a
// template spends three allocations on each value and a page of rows has two
// thousand: written like this, the rows take a quarter of the time. They are
// components like all others, and everything else is a template.
type pen struct {
	text []byte

	person int64  // whose id was written last
	digits string // that id
	icons  string // where the icons are
}

// drawn is what a pen draws, as a component.
func drawn(draw func(p *pen)) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		room := templ.GetBuffer()
		defer templ.ReleaseBuffer(room)
		p := pen{text: room.AvailableBuffer()}
		draw(&p)
		room.Grow(len(p.text)) // so that the next one need not
		_, err := w.Write(p.text)
		return err
	})
}

// put writes markup and data in turns: every second piece is data, and escaped.
func (p *pen) put(pieces ...string) {
	text := p.text
	for i, s := range pieces {
		if i%2 == 1 {
			s = escape(s)
		}
		text = append(text, s...)
	}
	p.text = text
}

// escape leaves alone what has nothing to escape, which is nearly everything.
func escape(s string) string {
	for i := range len(s) {
		if special[s[i]] {
			return templ.EscapeString(s)
		}
	}
	return s
}

// special are the bytes that mean something in markup.
var special = [256]bool{'&': true, '<': true, '>': true, '"': true, '\'': true}

// id is a person's id as text, made once for all that a row says of them.
func (p *pen) id(person int64) string {
	if p.digits == "" || p.person != person {
		p.person, p.digits = person, strconv.FormatInt(person, 10)
	}
	return p.digits
}

// attributes are those that templates get by the same helpers.
func (p *pen) attributes(all attributes) {
	for i := 0; i < len(all); i += 2 {
		p.put(` `, all[i], `="`, all[i+1], `"`)
	}
}

// link is an address as data: one that would run a script leads nowhere.
func link(href string) string { return string(templ.URL(href)) }

// Icon draws one icon of assets/icons.svg in the colour of the text around it.
func Icon(name string) templ.Component { return drawn(func(p *pen) { p.icon(name) }) }

func (p *pen) icon(name string) {
	if p.icons == "" {
		p.icons = assets.URL("icons.svg")
	}
	p.put(`<svg class="i" aria-hidden="true"><use href="`, p.icons, `#`, iconID(name), `"></use></svg>`)
}

// AvatarView is a person's initials; size is "", "s" or "l".
func AvatarView(a Avatar, size string) templ.Component {
	return drawn(func(p *pen) { p.avatar(a, size) })
}

func (p *pen) avatar(a Avatar, size string) {
	p.put(`<span class="av h`, strconv.Itoa(a.Hue))
	if size != "" {
		p.put(` av-`, size)
	}
	p.put(`" aria-hidden="true">`, a.Initials, `</span>`)
}

// StatusBadge is a coloured dot and a word: never the colour alone.
func StatusBadge(s Status) templ.Component { return drawn(func(p *pen) { p.status(s) }) }

func (p *pen) status(s Status) {
	p.put(`<span class="st st-`, s.Key, `">`, s.Label, `</span>`)
}

// When is a time in words, with the exact one as its tooltip.
func When(m Moment) templ.Component { return drawn(func(p *pen) { p.when(m) }) }

func (p *pen) when(m Moment) {
	if m.ISO == "" {
		p.put(`<span class="mut">`, m.Text, `</span>`)
		return
	}
	p.put(`<time datetime="`, m.ISO, `" title="`, m.Full, `">`, m.Text, `</time>`)
}

// marked draws a text with its hits marked, without white space between the
// pieces of one word.
func (p *pen) marked(text []Mark) {
	p.put(`<bdi>`)
	for _, m := range text {
		if m.Hit {
			p.put(`<mark>`, m.Text, `</mark>`)
		} else {
			p.put(``, m.Text)
		}
	}
	p.put(`</bdi>`)
}
