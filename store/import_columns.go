package store

import (
	"slices"
	"strings"
	"unicode"
)

// ImportTarget is what a column of a file becomes; "" is not taken.
type ImportTarget string

// The targets that are no field of a person by themselves. First and last names
// are joined, in this order.
const (
	TargetFirstName    ImportTarget = "first_name"
	TargetLastName     ImportTarget = "last_name"
	TargetPasswordHash ImportTarget = "password_hash"
)

// importTarget is a target and the headers that it is guessed from, in English
// and Spanish, written as headerKey writes them.
type importTarget struct {
	target  ImportTarget
	label   string
	headers string
}

var importTargets = []importTarget{
	{ImportTarget(FieldName), "Name", "name fullname displayname completename person nombre nombrecompleto nombreyapellido nombreyapellidos apellidosynombre apellidoynombre apellidosynombres persona titular"},
	{TargetFirstName, "First name", "firstname givenname forename nombres nombredepila primernombre"},
	{TargetLastName, "Last name", "lastname surname familyname apellido apellidos primerapellido segundoapellido"},
	{ImportTarget(FieldEmail), "E-mail", "email mail emailaddress mailaddress correo correoe correoelectronico direcciondecorreo direcciondecorreoelectronico emilio"},
	{ImportTarget(FieldPhone), "Phone", "phone phonenumber telephone telephonenumber tel mobile mobilephone mobilenumber cell cellphone telefono telefonos numerodetelefono telefonomovil telefonofijo movil celular tfno"},
	{ImportTarget(FieldRole), "Role", "role roles userrole rol perfil"},
	{ImportTarget(FieldExternalID), "External ID", "externalid externalkey employeeid employeenumber studentid studentnumber memberid membernumber identificador idexterno legajo numerodelegajo matricula numerodematricula numerodesocio nsocio expediente id"},
	{ImportTarget(FieldStatus), "Status", "status accountstatus state estado estadodelacuenta situacion"},
	{TargetPasswordHash, "Password hash", "passwordhash hashedpassword encryptedpassword passworddigest password passwd pwd hash contrasena contrasenahash hashdecontrasena clave"},
}

// ImportTargets lists what a column may become.
func ImportTargets() []ImportTarget {
	var out []ImportTarget
	for _, t := range importTargets {
		out = append(out, t.target)
	}
	return out
}

// Label is the target's name for people.
func (t ImportTarget) Label() string {
	for _, known := range importTargets {
		if known.target == t {
			return known.label
		}
	}
	return string(t)
}

// Field is the field of a person that the target is part of.
func (t ImportTarget) Field() Field {
	switch t {
	case TargetFirstName, TargetLastName:
		return FieldName
	case TargetPasswordHash:
		return FieldPassword
	}
	return Field(t)
}

// headerKey is a header without capitals, accents and whatever is no letter and
// no digit: "Correo electrónico:" is "correoelectronico".
func headerKey(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, Fold(s))
}

// guessTarget is what a column with this header is likely to be, or "".
func guessTarget(header string) ImportTarget {
	key := headerKey(header)
	for _, t := range importTargets {
		if key != "" && slices.Contains(strings.Fields(t.headers), key) {
			return t.target
		}
	}
	return ""
}

// guessColumns guesses what each column of a file is, from its header or, in a
// file without one, from what stands in the column.
func guessColumns(header bool, rows []CSVRow) []ImportTarget {
	if len(rows) == 0 {
		return nil
	}
	out := make([]ImportTarget, len(rows[0].Cells))
	if !header {
		guessByContent(out, rows)
		return out
	}
	for i, cell := range rows[0].Cells {
		out[i] = guessTarget(cell)
	}
	// "id" alone is somebody's id elsewhere; beside an external id it is ours.
	dropWeaker(out, rows[0].Cells)
	if slices.Contains(out, TargetLastName) { // then "name" is the other half
		for i, t := range out {
			if t == ImportTarget(FieldName) && !slices.Contains(out, TargetFirstName) {
				out[i] = TargetFirstName
			}
		}
	}
	return out
}

// dropWeaker keeps one column for each target but the parts of a name: the one
// whose header is not just "id", and otherwise the first.
func dropWeaker(targets []ImportTarget, header []string) {
	kept := map[ImportTarget]int{}
	for i, t := range targets {
		if t == "" || t.repeats() {
			continue
		}
		before, twice := kept[t]
		switch {
		case !twice:
			kept[t] = i
		case headerKey(header[before]) == "id":
			targets[before], kept[t] = "", i
		default:
			targets[i] = ""
		}
	}
}

// repeats reports whether several columns may be this: people have two surnames.
func (t ImportTarget) repeats() bool { return t == TargetFirstName || t == TargetLastName }

// guessByContent finds the column of addresses and takes the first other one
// with letters for the name.
func guessByContent(out []ImportTarget, rows []CSVRow) {
	for i := range out {
		if t := guessCells(rows, i); t != "" && !slices.Contains(out, t) {
			out[i] = t
		}
	}
}

// guessCells is what most of the cells of a column look like.
func guessCells(rows []CSVRow, column int) ImportTarget {
	votes := map[ImportTarget]int{}
	filled := 0
	for _, row := range rows {
		if column < len(row.Cells) && row.Cells[column] != "" {
			filled++
			votes[guessCell(row.Cells[column])]++
		}
	}
	for t, n := range votes {
		if 2*n > filled {
			return t
		}
	}
	return ""
}

func guessCell(cell string) ImportTarget {
	_, hashErr := RecogniseHash(cell)
	digits := len(Digits(cell))
	switch {
	case looksLikeAddress(cell):
		return ImportTarget(FieldEmail)
	case hashErr == nil:
		return TargetPasswordHash
	case roleWord(cell) != "":
		return ImportTarget(FieldRole)
	case statusWord(cell) != "":
		return ImportTarget(FieldStatus)
	case digits >= 7 && onlyPhoneRunes(tidy(cell)):
		return ImportTarget(FieldPhone)
	case digits == 0:
		return ImportTarget(FieldName)
	}
	return ""
}

// roleWords and statusWords are what other systems call our roles and statuses.
var roleWords = map[Role]string{
	Admin:  "admin admins administrator administrador administradora superuser",
	Editor: "editor editora editors",
	Viewer: "viewer reader readonly lector lectora visor consulta observador observadora",
	Member: "member members user usuario usuaria miembro socio socia alumno alumna",
}

var statusWords = map[Status]string{
	Active:      "active enabled activo activa habilitado habilitada alta",
	Invited:     "invited pending invitado invitada pendiente",
	Deactivated: "deactivated inactive disabled inactivo inactiva desactivado desactivada deshabilitado deshabilitada baja",
}

// roleWord is the role that a word means, or "".
func roleWord(s string) string { return wordOf(roleWords, s) }

// statusWord is the status that a word means, or "".
func statusWord(s string) string { return wordOf(statusWords, s) }

func wordOf[K ~string](words map[K]string, s string) string {
	key := headerKey(s)
	for k, list := range words {
		if key != "" && slices.Contains(strings.Fields(list), key) {
			return string(k)
		}
	}
	return ""
}
