package components

import (
	"slices"
	"strings"
)

// MailLanguages are the languages that mails are written in.
func MailLanguages() []string { return []string{"en", "es"} }

// mailWords are the words of one kind of mail in one language. {brand}, {name},
// {by}, {until} and {to} stand for what is known of it.
type mailWords struct {
	subject string
	lines   []string
	byLine  string // in place of the first line when somebody else caused it
	button  string
	after   []string
}

// mailFrame are the words that all mails of a language share.
type mailFrame struct{ greeting, urlLine, staff, foot, footOld string }

var mailFrames = map[string]mailFrame{
	"en": {"Hello {name},", "If the button does nothing, open this address:", "An administrator",
		"You get this mail because {to} belongs to an account with {brand}. Nobody reads answers to it.",
		"You get this mail because {to} belonged to an account with {brand}. Nobody reads answers to it."},
	"es": {"Hola, {name}:", "Si el botón no funciona, abre esta dirección:", "La administración",
		"Recibes este correo porque {to} pertenece a una cuenta de {brand}. Nadie lee las respuestas.",
		"Recibes este correo porque {to} pertenecía a una cuenta de {brand}. Nadie lee las respuestas."},
}

var mailCatalogue = map[string]map[string]mailWords{
	"en": {
		"invite": {
			subject: "You are invited to {brand}",
			lines:   []string{"You have an account with {brand}. Choose a password, and you are in."},
			byLine:  "{by} made an account with {brand} for you. Choose a password, and you are in.",
			button:  "Accept the invitation",
			after:   []string{"The link works once, until {until}.", "If you did not expect this, you can leave it: nothing happens by itself."},
		},
		"reset": {
			subject: "Choose a new password for {brand}",
			lines:   []string{"You asked for a new password for {brand}. Choose one by this link."},
			byLine:  "{by} sends you a link by which you choose a new password for {brand}.",
			button:  "Choose a new password",
			after:   []string{"The link works once, until {until}. Until then your old password works.", "If you did not ask for it, you can leave it: nobody gets in by it who does not read this mail."},
		},
		"password": {
			subject: "Your password for {brand} was changed",
			lines:   []string{"You changed the password of your account with {brand}. All other sessions have ended."},
			byLine:  "{by} changed the password of your account with {brand}. All sessions have ended.",
			after:   []string{"If you know nothing of this, tell an administrator of {brand} at once."},
		},
		"address_old": {
			subject: "Your address for {brand} was changed",
			lines:   []string{"Your account with {brand} has another e-mail address from now on. This one is no longer used to sign in."},
			byLine:  "{by} has given your account with {brand} another e-mail address. This one is no longer used to sign in.",
			after:   []string{"If you know nothing of this, tell an administrator of {brand} at once."},
		},
		"address_new": {
			subject: "This is your address for {brand} now",
			lines:   []string{"Your account with {brand} has this e-mail address from now on: {to}. You sign in with it."},
			byLine:  "{by} has given your account with {brand} this e-mail address: {to}. You sign in with it from now on.",
			after:   []string{"If you know nothing of this, tell an administrator of {brand}."},
		},
		"seen": {
			subject: "An administrator looks at {brand} as you see it",
			lines:   []string{"An administrator looks at {brand} as you see it, for at most an hour."},
			byLine:  "{by} looks at {brand} as you see it, for at most an hour.",
			after: []string{"They only look: they can change nothing, take nothing away and confirm nothing in your name. Why they do it stands on your account page.",
				"If that surprises you, tell an administrator of {brand}."},
		},
	},
	"es": {
		"invite": {
			subject: "Te invitan a {brand}",
			lines:   []string{"Tienes una cuenta en {brand}. Elige una contraseña y ya puedes entrar."},
			byLine:  "{by} te ha creado una cuenta en {brand}. Elige una contraseña y ya puedes entrar.",
			button:  "Aceptar la invitación",
			after:   []string{"El enlace funciona una sola vez, hasta el {until}.", "Si no lo esperabas, no hagas nada: no pasa nada por sí solo."},
		},
		"reset": {
			subject: "Elige una contraseña nueva para {brand}",
			lines:   []string{"Has pedido una contraseña nueva para {brand}. Elígela con este enlace."},
			byLine:  "{by} te envía un enlace para elegir una contraseña nueva en {brand}.",
			button:  "Elegir una contraseña nueva",
			after:   []string{"El enlace funciona una sola vez, hasta el {until}. Mientras tanto vale tu contraseña de antes.", "Si no lo has pedido, no hagas nada: nadie entra con él sin leer este correo."},
		},
		"password": {
			subject: "Se ha cambiado tu contraseña de {brand}",
			lines:   []string{"Has cambiado la contraseña de tu cuenta en {brand}. Las demás sesiones se han cerrado."},
			byLine:  "{by} ha cambiado la contraseña de tu cuenta en {brand}. Todas las sesiones se han cerrado.",
			after:   []string{"Si no sabes nada de esto, avisa enseguida a la administración de {brand}."},
		},
		"address_old": {
			subject: "Se ha cambiado tu dirección de {brand}",
			lines:   []string{"Tu cuenta en {brand} tiene desde ahora otra dirección de correo. Esta ya no sirve para entrar."},
			byLine:  "{by} ha puesto otra dirección de correo en tu cuenta de {brand}. Esta ya no sirve para entrar.",
			after:   []string{"Si no sabes nada de esto, avisa enseguida a la administración de {brand}."},
		},
		"address_new": {
			subject: "Esta es ahora tu dirección de {brand}",
			lines:   []string{"Tu cuenta en {brand} tiene desde ahora esta dirección de correo: {to}. Con ella entras."},
			byLine:  "{by} ha puesto esta dirección de correo en tu cuenta de {brand}: {to}. Con ella entras desde ahora.",
			after:   []string{"Si no sabes nada de esto, avisa a la administración de {brand}."},
		},
		"seen": {
			subject: "La administración mira {brand} tal como lo ves tú",
			lines:   []string{"Alguien de la administración mira {brand} tal como lo ves tú, durante una hora como máximo."},
			byLine:  "{by} mira {brand} tal como lo ves tú, durante una hora como máximo.",
			after: []string{"Solo mira: no puede cambiar nada, llevarse nada ni confirmar nada en tu nombre. El motivo está en la página de tu cuenta.",
				"Si te sorprende, avisa a la administración de {brand}."},
		},
	},
}

// MailFor puts a mail into words. A language that there is none of is English.
func MailFor(lang string, f MailFacts) MailView {
	if !slices.Contains(MailLanguages(), lang) {
		lang = "en"
	}
	w, frame := mailCatalogue[lang][f.Kind], mailFrames[lang]
	lines := slices.Clone(w.lines)
	if f.Staff && f.By == "" {
		f.By = frame.staff
	}
	fill := strings.NewReplacer("{brand}", f.Brand, "{name}", f.Name, "{by}", f.By, "{until}", f.Until, "{to}", f.To)
	if f.By != "" && len(lines) > 0 {
		lines[0] = w.byLine
	}
	v := MailView{Lang: lang, Brand: f.Brand, Subject: oneLine(fill.Replace(w.subject)), Greeting: fill.Replace(frame.greeting),
		Foot: fill.Replace(frame.foot)}
	if f.Kind == "address_old" {
		v.Foot = fill.Replace(frame.footOld)
	}
	for _, line := range lines {
		v.Lines = append(v.Lines, fill.Replace(line))
	}
	for _, line := range w.after {
		v.After = append(v.After, fill.Replace(line))
	}
	if w.button != "" {
		v.Button, v.URL, v.URLLine = w.button, f.URL, frame.urlLine
	}
	return v
}

// oneLine keeps what stands in the head of a mail on one line.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// Text is the mail as plain text.
func (v MailView) Text() string {
	parts := append([]string{v.Greeting}, v.Lines...)
	if v.URL != "" {
		parts = append(parts, v.Button+":\n"+v.URL)
	}
	parts = append(parts, v.After...)
	return strings.Join(parts, "\n\n") + "\n\n-- \n" + v.Foot + "\n"
}
