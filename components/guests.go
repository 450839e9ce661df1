package components

import "github.com/a-h/templ"

// chosenOption is the value that a select has.
func chosenOption(options []Option) string {
	for _, o := range options {
		if o.Selected {
			return o.Value
		}
	}
	return ""
}

// textAttributes tie a text area to the error below it.
func textAttributes(problem, id string) templ.Attributes {
	if problem == "" {
		return templ.Attributes{}
	}
	return templ.Attributes{"aria-invalid": "true", "aria-errormessage": id}
}
