package components

import "time"

var spanish = struct{ days, months []string }{
	[]string{"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"},
	[]string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"},
}

// MailDate is a time in the words of a language, as mails tell it.
func MailDate(lang string, t time.Time) string {
	if lang == "es" {
		return spanish.days[t.Weekday()] + " " + t.Format("2") + " de " + spanish.months[t.Month()-1] + " de " + t.Format("2006, 15:04 MST")
	}
	return t.Format("Monday 2 January 2006, 15:04 MST")
}
