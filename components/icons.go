package components

// iconNames are the icons of assets/icons.svg. The value is always true.
var iconNames = map[string]bool{
	"alert": true, "arrow-right": true, "ban": true, "check": true, "check-circle": true,
	"chevron-down": true, "copy": true, "mail": true, "chevron-left": true, "chevron-right": true, "clock": true,
	"dots": true, "down": true, "download": true, "filter": true, "history": true, "home": true, "info": true, "key": true,
	"laptop": true, "lock": true, "login": true, "logout": true, "minus": true, "passkey": true, "pen": true,
	"phone": true, "plus": true, "refresh": true, "search": true, "shield": true,
	"trash": true, "undo": true, "up": true, "upload": true, "user": true, "user-plus": true, "users": true,
	"x": true,
}

// iconID is the icon's id in the file; that of an unknown name is a plain dot.
func iconID(name string) string {
	if !iconNames[name] {
		return "dot"
	}
	return name
}
