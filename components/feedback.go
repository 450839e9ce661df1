package components

import "github.com/a-h/templ"

// toastAttributes interrupt a screen reader for bad news only.
func toastAttributes(t Toast) attributes {
	role := "status"
	if t.Tone == "bad" {
		role = "alert"
	}
	return attributes{"class", "toast tone-" + t.Tone, "role", role}
}

func toastIcon(tone string) string {
	switch tone {
	case "ok":
		return "check-circle"
	case "bad":
		return "alert"
	}
	return "info"
}

// idleAttributes make the watch ask again after its delay; without a delay it
// sleeps for good.
func idleAttributes(i IdleBox) templ.Attributes {
	if i.Wake == "" {
		return templ.Attributes{}
	}
	return templ.Attributes{
		"hx-get":     "/session",
		"hx-target":  Sel(IdleID),
		"hx-swap":    "outerHTML",
		"hx-trigger": "load delay:" + i.Wake + ", session:restored from:self",
	}
}

// sends is what a button adds to its form, if anything.
func sends(name, value string) attributes {
	if name == "" {
		return nil
	}
	return attributes{"name", name, "value", value}
}
