package components

import (
	"maps"
	"slices"
	"strings"
)

// MailLanguages are the languages that mails are written in.
func MailLanguages() []string { return []string{"en", "es"} }

// mailWords are the words of one kind of mail in one language. {brand}, {name},
// {by}, {until}, {to}, {choice}, {device}, {from} and {when} stand for what is known
// of it.
type mailWords struct {
	subject string
	lines   []string
	byLine  string // in place of the first line when somebody else caused it
	button  string
	after   []string
}

// mailFrame are the words that all mails of a language share.
type mailFrame struct {
	greeting, urlLine, staff, foot, footOld, footNew, on, unknown string
	choice, choices                                               string // what an invitation is accepted by, without and with passkeys
}

var mailFrames = map[string]mailFrame{
	"en": {"Hello {name},", "If the button does not work, open this address:", "An administrator",
		"You are getting this because {to} belongs to an account with {brand}. Replies are not read.",
		"You are getting this because {to} belonged to an account with {brand}. Replies are not read.",
		"You are getting this because somebody entered {to} as the new address of an account with {brand}. Replies are not read.",
		" on ", "an unknown browser", "a password", "a password or a passkey"},
	"es": {"Hola, {name}:", "Si el botón no funciona, abre esta dirección:", "La administración",
		"Recibes este correo porque {to} pertenece a una cuenta de {brand}. Nadie lee las respuestas.",
		"Recibes este correo porque {to} pertenecía a una cuenta de {brand}. Nadie lee las respuestas.",
		"Recibes este correo porque alguien ha escrito {to} como nueva dirección de una cuenta de {brand}. Nadie lee las respuestas.",
		" en ", "un navegador desconocido", "una contraseña", "una contraseña o una llave de acceso"},
}

var mailCatalogue = map[string]map[string]mailWords{
	"en": {
		"invite": {
			subject: "You are invited to {brand}",
			lines:   []string{"An account with {brand} has been created for you. Choose {choice} to get started."},
			byLine:  "{by} has created an account with {brand} for you. Choose {choice} to get started.",
			button:  "Accept the invitation",
			after:   []string{"The link works once, until {until}.", "If you were not expecting this, you can ignore it: nothing happens unless you use the link."},
		},
		"reset": {
			subject: "Choose a new password for {brand}",
			lines:   []string{"You asked for a new password for your account with {brand}. Use this link to choose one."},
			byLine:  "{by} has sent you a link to choose a new password for your account with {brand}.",
			button:  "Choose a new password",
			after:   []string{"The link works once, until {until}. Your old password keeps working until you choose a new one.", "If you did not ask for this, you can ignore it: nobody can use the link without this mail."},
		},
		"password": {
			subject: "Your password for {brand} was changed",
			lines:   []string{"You changed the password of your account with {brand}. All other sessions have ended."},
			byLine:  "{by} changed the password of your account with {brand}. All sessions have ended.",
			after:   []string{"If you were not expecting this, tell an administrator of {brand} at once."},
		},
		"password_link": {
			subject: "Your password for {brand} was changed",
			lines:   []string{"A new password was chosen for your account with {brand}, with the link you asked for. All sessions have ended."},
			byLine:  "A new password was chosen for your account with {brand}, with a link that {by} made for you. All sessions have ended.",
			after:   []string{"If this was not you, tell an administrator of {brand} at once."},
		},
		"password_stopped": {
			subject: "Your password for {brand} no longer works",
			lines: []string{"An administrator signed you out of {brand} everywhere, and your old password no longer works.",
				"To sign in again, choose a new password with the link that you get by mail or from an administrator."},
			byLine: "{by} signed you out of {brand} everywhere, and your old password no longer works.",
			after:  []string{"If you do not know why, ask an administrator of {brand}."},
		},
		"reset_made": {
			subject: "A link for a new password for {brand} was made",
			lines:   []string{"An administrator has made a link to choose a new password for your account with {brand}, and will give it to you. It works once, within an hour."},
			byLine:  "{by} has made a link to choose a new password for your account with {brand}, and will give it to you. It works once, within an hour.",
			after:   []string{"If you did not ask for this, tell an administrator of {brand} at once: whoever has the link can choose your password."},
		},
		"address_old": {
			subject: "Your e-mail address for {brand} was changed",
			lines:   []string{"Your account with {brand} now has a different e-mail address. This one can no longer be used to sign in."},
			byLine:  "{by} has given your account with {brand} a different e-mail address. This one can no longer be used to sign in.",
			after:   []string{"If you were not expecting this, tell an administrator of {brand} at once."},
		},
		"address_new": {
			subject: "This is now your e-mail address for {brand}",
			lines:   []string{"Your account with {brand} now has this e-mail address: {to}. Use it to sign in from now on."},
			byLine:  "{by} has given your account with {brand} this e-mail address: {to}. Use it to sign in from now on.",
			after:   []string{"If you were not expecting this, tell an administrator of {brand}."},
		},
		"address": {
			subject: "Confirm your new e-mail address for {brand}",
			lines:   []string{"You asked to use {to} for your account with {brand}. Please confirm that this address is yours."},
			button:  "Confirm this address",
			after:   []string{"The link works once, until {until}, and only while you are signed in to the account. Nothing changes before that.", "If you did not ask for this, you can ignore it: nothing changes unless you use the link."},
		},
		"address_taken": {
			subject: "Somebody asked to use your e-mail address with {brand}",
			lines:   []string{"Somebody asked to use {to} for another account with {brand}. It is still the address of your account: nothing has changed."},
			after:   []string{"If that was you, sign in with {to}, or give this account another address first. If not, you can ignore this."},
		},
		"address_back": {
			subject: "Your e-mail address for {brand} was changed",
			lines:   []string{"Somebody who was signed in to your account with {brand} gave it a different e-mail address. This one can no longer be used to sign in.", "If you expected this, there is nothing to do. If not, take the account back: this address is restored, all sessions end, and you choose a new password."},
			byLine:  "{by} has given your account with {brand} a different e-mail address. This one can no longer be used to sign in.",
			button:  "Take the account back",
			after:   []string{"The link works once, until {until}."},
		},
		"address_lost": {
			subject: "Your account with {brand} has its previous address again",
			lines:   []string{"Somebody with access to the address that your account had before {to} has taken the account back. All sessions have ended, and the password no longer works."},
			after:   []string{"If you were not expecting this, tell an administrator of {brand} at once."},
		},
		"taken_back": {
			subject: "You have taken back your account with {brand}",
			lines:   []string{"Your account with {brand} has this e-mail address again: {to}. All sessions have ended, and the password it had no longer works.", "Choose a new password to sign in again."},
			button:  "Choose a new password",
			after:   []string{"The link works once, until {until}. After that, “Forgot password?” on the sign-in page sends you another one.", "If it was not you who took the account back, somebody else can read your mail: tell an administrator of {brand} at once."},
		},
		"device": {
			subject: "New sign-in to {brand}",
			lines:   []string{"Somebody signed in to your account with {brand} from a new device: {device}, from {from}, on {when}.", "If it was you, there is nothing to do. If not, end that session and choose a new password."},
			button:  "This was not me",
			after:   []string{"The link works once, until {until} or until the session ends. You can also end the session on your account page."},
		},
		"seen": {
			subject: "An administrator is viewing {brand} as you",
			lines:   []string{"An administrator is viewing {brand} the way you see it, for an hour at most."},
			byLine:  "{by} is viewing {brand} the way you see it, for an hour at most.",
			after: []string{"They can only look: they cannot change, export or confirm anything in your name. Their reason is on your account page.",
				"If you were not expecting this, tell an administrator of {brand}."},
		},
		"app_added": {
			subject: "An authenticator app was added to your account with {brand}",
			lines:   []string{"You set up an authenticator app for your account with {brand}. From now on, signing in takes one of its codes."},
			after:   []string{"If this was not you, somebody else has access to your account: tell an administrator of {brand} at once."},
		},
		"app_removed": {
			subject: "The authenticator app was removed from your account with {brand}",
			lines:   []string{"You removed the authenticator app from your account with {brand}. Its codes no longer work."},
			after:   []string{"If this was not you, somebody else has access to your account: tell an administrator of {brand} at once."},
		},
		"passkey_added": {
			subject: "A passkey was added to your account with {brand}",
			lines:   []string{"You added a passkey to your account with {brand}. It can be used to sign in from now on."},
			after:   []string{"If this was not you, somebody else has access to your account: tell an administrator of {brand} at once."},
		},
		"passkey_removed": {
			subject: "A passkey was removed from your account with {brand}",
			lines:   []string{"You removed a passkey from your account with {brand}. It can no longer be used to sign in."},
			after:   []string{"If this was not you, somebody else has access to your account: tell an administrator of {brand} at once."},
		},
		"codes": {
			subject: "New recovery codes for your account with {brand}",
			lines:   []string{"You created new recovery codes for your account with {brand}. The codes you had before no longer work."},
			after:   []string{"If this was not you, somebody else has access to your account: tell an administrator of {brand} at once."},
		},
		"factors_reset": {
			subject: "Two-step verification was removed from your account with {brand}",
			lines:   []string{"An administrator removed all second factors and recovery codes from your account with {brand}. All sessions have ended; you sign in with your password alone until you set up a new one."},
			byLine:  "{by} removed all second factors and recovery codes from your account with {brand}. All sessions have ended; you sign in with your password alone until you set up a new one.",
			after:   []string{"If you have no password, “Forgot password?” on the sign-in page sends you a link to choose one.", "If you did not ask for this, tell an administrator of {brand} at once."},
		},
	},
	"es": {
		"invite": {
			subject: "Te han invitado a {brand}",
			lines:   []string{"Tienes una cuenta de {brand}. Elige {choice} para empezar."},
			byLine:  "{by} te ha creado una cuenta de {brand}. Elige {choice} para empezar.",
			button:  "Aceptar la invitación",
			after:   []string{"El enlace funciona una sola vez, hasta el {until}.", "Si no lo esperabas, puedes ignorar este correo: no pasa nada si no usas el enlace."},
		},
		"reset": {
			subject: "Elige una contraseña nueva para {brand}",
			lines:   []string{"Has pedido una contraseña nueva para tu cuenta de {brand}. Elígela con este enlace."},
			byLine:  "{by} te ha enviado un enlace para elegir una contraseña nueva para tu cuenta de {brand}.",
			button:  "Elegir una contraseña nueva",
			after:   []string{"El enlace funciona una sola vez, hasta el {until}. Tu contraseña anterior sigue valiendo hasta que elijas otra.", "Si no lo has pedido, puedes ignorar este correo: nadie puede usar el enlace sin él."},
		},
		"password": {
			subject: "Se ha cambiado tu contraseña de {brand}",
			lines:   []string{"Has cambiado la contraseña de tu cuenta de {brand}. Las demás sesiones se han cerrado."},
			byLine:  "{by} ha cambiado la contraseña de tu cuenta de {brand}. Todas las sesiones se han cerrado.",
			after:   []string{"Si no te lo esperabas, avisa enseguida a la administración de {brand}."},
		},
		"password_link": {
			subject: "Se ha cambiado tu contraseña de {brand}",
			lines:   []string{"Se ha elegido una contraseña nueva para tu cuenta de {brand} con el enlace que pediste. Todas las sesiones se han cerrado."},
			byLine:  "Se ha elegido una contraseña nueva para tu cuenta de {brand} con un enlace que {by} creó para ti. Todas las sesiones se han cerrado.",
			after:   []string{"Si no has sido tú, avisa enseguida a la administración de {brand}."},
		},
		"password_stopped": {
			subject: "Tu contraseña de {brand} ya no vale",
			lines: []string{"La administración ha cerrado todas tus sesiones de {brand} y tu contraseña anterior ya no vale.",
				"Para volver a entrar, elige una contraseña nueva con el enlace que recibirás por correo o de la administración."},
			byLine: "{by} ha cerrado todas tus sesiones de {brand} y tu contraseña anterior ya no vale.",
			after:  []string{"Si no sabes el motivo, pregunta a la administración de {brand}."},
		},
		"reset_made": {
			subject: "Se ha creado un enlace para una contraseña nueva de {brand}",
			lines:   []string{"La administración ha creado un enlace para elegir una contraseña nueva de tu cuenta de {brand} y te lo hará llegar. Funciona una sola vez, durante una hora."},
			byLine:  "{by} ha creado un enlace para elegir una contraseña nueva de tu cuenta de {brand} y te lo hará llegar. Funciona una sola vez, durante una hora.",
			after:   []string{"Si no lo has pedido, avisa enseguida a la administración de {brand}: quien tenga el enlace puede elegir tu contraseña."},
		},
		"address_old": {
			subject: "Se ha cambiado tu dirección de correo en {brand}",
			lines:   []string{"Tu cuenta de {brand} tiene ahora otra dirección de correo. Esta ya no sirve para entrar."},
			byLine:  "{by} ha puesto otra dirección de correo en tu cuenta de {brand}. Esta ya no sirve para entrar.",
			after:   []string{"Si no te lo esperabas, avisa enseguida a la administración de {brand}."},
		},
		"address_new": {
			subject: "Esta es ahora tu dirección de correo en {brand}",
			lines:   []string{"Tu cuenta de {brand} tiene ahora esta dirección de correo: {to}. A partir de ahora entras con ella."},
			byLine:  "{by} ha puesto esta dirección de correo en tu cuenta de {brand}: {to}. A partir de ahora entras con ella.",
			after:   []string{"Si no te lo esperabas, avisa a la administración de {brand}."},
		},
		"address": {
			subject: "Confirma tu nueva dirección de correo en {brand}",
			lines:   []string{"Has pedido usar {to} en tu cuenta de {brand}. Confirma que esta dirección es tuya."},
			button:  "Confirmar esta dirección",
			after:   []string{"El enlace funciona una sola vez, hasta el {until}, y solo si has iniciado sesión en la cuenta. Hasta entonces no cambia nada.", "Si no lo has pedido, puedes ignorar este correo: no cambia nada si no usas el enlace."},
		},
		"address_taken": {
			subject: "Alguien ha pedido usar tu dirección de correo en {brand}",
			lines:   []string{"Alguien ha pedido usar {to} en otra cuenta de {brand}. Sigue siendo la dirección de tu cuenta: no ha cambiado nada."},
			after:   []string{"Si has sido tú, entra con {to} o pon antes otra dirección en esta cuenta. Si no, puedes ignorar este correo."},
		},
		"address_back": {
			subject: "Se ha cambiado tu dirección de correo en {brand}",
			lines:   []string{"Alguien con una sesión abierta en tu cuenta de {brand} ha puesto en ella otra dirección de correo. Esta ya no sirve para entrar.", "Si lo esperabas, no tienes que hacer nada. Si no, recupera la cuenta: vuelve a tener esta dirección, se cierran todas las sesiones y eliges una contraseña nueva."},
			byLine:  "{by} ha puesto otra dirección de correo en tu cuenta de {brand}. Esta ya no sirve para entrar.",
			button:  "Recuperar la cuenta",
			after:   []string{"El enlace funciona una sola vez, hasta el {until}."},
		},
		"address_lost": {
			subject: "Tu cuenta de {brand} vuelve a tener su dirección anterior",
			lines:   []string{"Alguien con acceso a la dirección que tu cuenta tenía antes de {to} ha recuperado la cuenta. Todas las sesiones se han cerrado y la contraseña ya no vale."},
			after:   []string{"Si no te lo esperabas, avisa enseguida a la administración de {brand}."},
		},
		"taken_back": {
			subject: "Has recuperado tu cuenta de {brand}",
			lines:   []string{"Tu cuenta de {brand} vuelve a tener esta dirección de correo: {to}. Todas las sesiones se han cerrado y la contraseña que tenía ya no vale.", "Elige una contraseña nueva para volver a entrar."},
			button:  "Elegir una contraseña nueva",
			after:   []string{"El enlace funciona una sola vez, hasta el {until}. Después puedes pedir otro con «Forgot password?» en la página de acceso.", "Si no has sido tú quien ha recuperado la cuenta, otra persona puede leer tu correo: avisa enseguida a la administración de {brand}."},
		},
		"device": {
			subject: "Nuevo acceso a {brand}",
			lines:   []string{"Alguien ha entrado en tu cuenta de {brand} con un dispositivo nuevo: {device}, desde {from}, el {when}.", "Si has sido tú, no tienes que hacer nada. Si no, cierra esa sesión y elige una contraseña nueva."},
			button:  "No he sido yo",
			after:   []string{"El enlace funciona una sola vez, hasta el {until} o hasta que termine la sesión. También puedes cerrarla en la página de tu cuenta."},
		},
		"seen": {
			subject: "La administración está viendo {brand} como lo ves tú",
			lines:   []string{"Alguien de la administración está viendo {brand} como lo ves tú, durante una hora como máximo."},
			byLine:  "{by} está viendo {brand} como lo ves tú, durante una hora como máximo.",
			after: []string{"Solo puede mirar: no puede cambiar, exportar ni confirmar nada en tu nombre. El motivo está en la página de tu cuenta.",
				"Si no te lo esperabas, avisa a la administración de {brand}."},
		},
		"app_added": {
			subject: "Se ha añadido una aplicación de autenticación a tu cuenta de {brand}",
			lines:   []string{"Has configurado una aplicación de autenticación para tu cuenta de {brand}. A partir de ahora, para entrar se te pide uno de sus códigos."},
			after:   []string{"Si no has sido tú, otra persona tiene acceso a tu cuenta: avisa enseguida a la administración de {brand}."},
		},
		"app_removed": {
			subject: "Se ha quitado la aplicación de autenticación de tu cuenta de {brand}",
			lines:   []string{"Has quitado la aplicación de autenticación de tu cuenta de {brand}. Sus códigos ya no valen."},
			after:   []string{"Si no has sido tú, otra persona tiene acceso a tu cuenta: avisa enseguida a la administración de {brand}."},
		},
		"passkey_added": {
			subject: "Se ha añadido una llave de acceso a tu cuenta de {brand}",
			lines:   []string{"Has añadido una llave de acceso a tu cuenta de {brand}. A partir de ahora sirve para entrar."},
			after:   []string{"Si no has sido tú, otra persona tiene acceso a tu cuenta: avisa enseguida a la administración de {brand}."},
		},
		"passkey_removed": {
			subject: "Se ha quitado una llave de acceso de tu cuenta de {brand}",
			lines:   []string{"Has quitado una llave de acceso de tu cuenta de {brand}. Ya no sirve para entrar."},
			after:   []string{"Si no has sido tú, otra persona tiene acceso a tu cuenta: avisa enseguida a la administración de {brand}."},
		},
		"codes": {
			subject: "Nuevos códigos de recuperación para tu cuenta de {brand}",
			lines:   []string{"Has creado nuevos códigos de recuperación para tu cuenta de {brand}. Los anteriores ya no valen."},
			after:   []string{"Si no has sido tú, otra persona tiene acceso a tu cuenta: avisa enseguida a la administración de {brand}."},
		},
		"factors_reset": {
			subject: "Se ha quitado la verificación en dos pasos de tu cuenta de {brand}",
			lines:   []string{"La administración ha quitado todos los segundos factores y códigos de recuperación de tu cuenta de {brand}. Todas las sesiones se han cerrado; entras solo con tu contraseña hasta que configures un nuevo segundo factor."},
			byLine:  "{by} ha quitado todos los segundos factores y códigos de recuperación de tu cuenta de {brand}. Todas las sesiones se han cerrado; entras solo con tu contraseña hasta que configures un nuevo segundo factor.",
			after:   []string{"Si no tienes contraseña, pide un enlace para elegir una con «Forgot password?» en la página de acceso.", "Si no lo has pedido, avisa enseguida a la administración de {brand}."},
		},
	},
}

// MailKinds lists the kinds of mail that there are words for, by name.
func MailKinds() []string { return slices.Sorted(maps.Keys(mailCatalogue["en"])) }

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
	fill := strings.NewReplacer("{brand}", f.Brand, "{name}", f.Name, "{by}", f.By, "{until}", f.Until, "{to}", f.To,
		"{choice}", frame.choiceOf(f), "{device}", frame.device(f), "{from}", f.From, "{when}", f.When)
	if f.By != "" && len(lines) > 0 && w.byLine != "" {
		lines[0] = w.byLine
	}
	v := MailView{Lang: lang, Brand: f.Brand, Subject: oneLine(fill.Replace(w.subject)), Greeting: fill.Replace(frame.greeting),
		Foot: fill.Replace(frame.footOf(f.Kind))}
	for _, line := range lines {
		v.Lines = append(v.Lines, fill.Replace(line))
	}
	if w.button != "" && f.URL == "" {
		return v // it just tells, without the link that it mostly has
	}
	for _, line := range w.after {
		v.After = append(v.After, fill.Replace(line))
	}
	if w.button != "" {
		v.Button, v.URL, v.URLLine = w.button, f.URL, frame.urlLine
	}
	return v
}

// footOf is why somebody gets a mail of a kind.
func (f mailFrame) footOf(kind string) string {
	switch kind {
	case "address":
		return f.footNew
	case "address_old", "address_back", "address_lost":
		return f.footOld
	}
	return f.foot
}

// choiceOf is what an invitation is accepted by.
func (f mailFrame) choiceOf(facts MailFacts) string {
	if facts.Passkeys {
		return f.choices
	}
	return f.choice
}

// device names the device that a mail tells of.
func (f mailFrame) device(facts MailFacts) string {
	switch {
	case facts.Browser == "" && facts.System == "":
		return f.unknown
	case facts.Browser == "" || facts.System == "":
		return facts.Browser + facts.System
	}
	return facts.Browser + f.on + facts.System
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
