package components

import "backoffice/assets"

// iconNames are the icons of assets/icons.svg. The value is always true.
var iconNames = map[string]bool{
	"alert": true, "arrow-right": true, "ban": true, "check": true, "check-circle": true,
	"chevron-down": true, "chevron-left": true, "chevron-right": true, "clock": true,
	"dots": true, "down": true, "download": true, "history": true, "home": true, "info": true, "key": true,
	"laptop": true, "lock": true, "login": true, "logout": true, "minus": true, "pen": true,
	"phone": true, "plus": true, "refresh": true, "search": true, "shield": true,
	"trash": true, "undo": true, "up": true, "upload": true, "user": true, "user-plus": true, "users": true,
	"x": true,
}

// iconHref is where an icon is drawn; an unknown name draws a plain dot.
func iconHref(name string) string {
	if !iconNames[name] {
		name = "dot"
	}
	return assets.URL("icons.svg") + "#" + name
}
