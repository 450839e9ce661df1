package components

import (
	"strings"

	"github.com/a-h/templ"
)

// controlAttributes are what an input and a select have in common.
func controlAttributes(f Field, form, name string) templ.Attributes {
	a := formAttribute(form)
	a["id"] = f.ID
	a["name"] = f.Name
	a["required"] = f.Required
	a["disabled"] = f.Disabled
	a["autofocus"] = f.Autofocus
	setText(a, "aria-label", name)
	setText(a, "autocomplete", f.Autocomplete)
	setText(a, "aria-describedby", describedBy(f))
	if f.Error != "" {
		a["aria-invalid"] = "true"
	}
	if f.MaxLength > 0 {
		a["maxlength"] = f.MaxLength
	}
	switch {
	case f.Type == "text":
		a["dir"] = "auto"
	case f.Type == "password": // may be shown, and is nothing for a dictionary
		a["autocapitalize"], a["spellcheck"] = "off", "false"
	}
	if isNewPassword(f) {
		for _, one := range strengthWatch(f.ID).Items() {
			a[one.Key] = one.Value
		}
	}
	return a
}

// isNewPassword reports whether a field is where somebody chooses a password.
func isNewPassword(f Field) bool {
	return f.Type == "password" && f.Autocomplete == "new-password" && f.Name == "password"
}

// formAttribute ties a control to a form that does not enclose it.
func formAttribute(form string) templ.Attributes {
	a := templ.Attributes{}
	setText(a, "form", form)
	return a
}

// describedBy lists the ids of the texts that stand with a control.
func describedBy(f Field) string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.ID+"-hint")
	}
	if f.Error != "" {
		ids = append(ids, f.ID+"-error")
	}
	return strings.Join(ids, " ")
}

// setText sets an attribute unless it would be empty.
func setText(a templ.Attributes, name, value string) {
	if value != "" {
		a[name] = value
	}
}

// fieldNamed finds a field of a form; ok is false when the form has none such.
func fieldNamed(fields []Field, name string) (f Field, ok bool) {
	for _, f := range fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}
