package components

import (
	"context"
	"io"
	"strconv"
	"strings"

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

	person int64     // whose id was written last
	digits string    // that id
	name   [2]string // the name that was written last, as it is and escaped
	icons  string    // how an icon begins
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

// raw writes markup, or what is known to hold no special character.
func (p *pen) raw(markup string) { p.text = append(p.text, markup...) }

// data writes text, escaped.
func (p *pen) data(text string) { p.text = append(p.text, escape(text)...) }

// put writes markup and data in turns: every second piece is data, and escaped.
// What is drawn hundreds of times uses raw and data instead.
func (p *pen) put(pieces ...string) {
	for i, s := range pieces {
		if i%2 == 1 {
			p.data(s)
		} else {
			p.raw(s)
		}
	}
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

// by writes a person's name, which a row says in every cell.
func (p *pen) by(name string) {
	if p.name[0] != name {
		p.name = [2]string{name, escape(name)}
	}
	p.raw(p.name[1])
}

// attributes are those that templates get by the same helpers.
func (p *pen) attributes(all attributes) {
	for i := 0; i < len(all); i += 2 {
		p.put(` `, all[i], `="`, all[i+1], `"`)
	}
}

// link is an address as data: one that would run a script leads nowhere.
func link(href string) string {
	if strings.HasPrefix(href, "/") {
		return href
	}
	return string(templ.URL(href))
}

// Icon draws one icon of assets/icons.svg in the colour of the text around it.
func Icon(name string) templ.Component { return drawn(func(p *pen) { p.icon(name) }) }

func (p *pen) icon(name string) {
	if p.icons == "" {
		p.icons = `<svg class="i" aria-hidden="true"><use href="` + escape(assets.URL("icons.svg")) + `#`
	}
	p.raw(p.icons)
	p.raw(iconID(name))
	p.raw(`"></use></svg>`)
}

// AvatarView is a person's initials; size is "", "s" or "l".
func AvatarView(a Avatar, size string) templ.Component {
	return drawn(func(p *pen) { p.avatar(a, size) })
}

func (p *pen) avatar(a Avatar, size string) {
	p.raw(`<span class="av h`)
	p.text = strconv.AppendInt(p.text, int64(a.Hue), 10)
	if size != "" {
		p.put(` av-`, size)
	}
	p.raw(`" aria-hidden="true">`)
	p.data(a.Initials)
	p.raw(`</span>`)
}

// StatusBadge is a coloured dot and a word: never the colour alone.
func StatusBadge(s Status) templ.Component { return drawn(func(p *pen) { p.status(s) }) }

// standing is a status with what is to be said of it in a row.
func (p *pen) standing(s Status) {
	p.status(s)
	if s.Note != "" {
		p.put(` <small class="st-note">`, s.Note, `</small>`)
	}
	if s.By != "" {
		p.put(` <small class="st-note" title="Invited by `, s.By, `">by <bdi>`, s.By, `</bdi></small>`)
	}
}

func (p *pen) status(s Status) {
	p.raw(`<span class="st st-`)
	p.data(s.Key)
	p.raw(`">`)
	p.data(s.Label)
	p.raw(`</span>`)
}

// When is a time in words, with the exact one as its tooltip.
func When(m Moment) templ.Component { return drawn(func(p *pen) { p.when(m) }) }

func (p *pen) when(m Moment) {
	if m.ISO == "" {
		p.put(`<span class="mut">`, m.Text, `</span>`)
		return
	}
	p.raw(`<time datetime="`)
	p.data(m.ISO)
	if m.Full != "" {
		p.put(`" title="`, m.Full)
	}
	p.raw(`">`)
	p.data(m.Text)
	p.raw(`</time>`)
}

// marked draws a text with its hits marked, without white space between the
// pieces of one word.
func (p *pen) marked(text []Mark) {
	p.raw(`<bdi>`)
	for _, m := range text {
		if m.Hit {
			p.put(`<mark>`, m.Text, `</mark>`)
		} else {
			p.data(m.Text)
		}
	}
	p.raw(`</bdi>`)
}
