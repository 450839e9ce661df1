package handlers

import "strings"

// Device names the browser and the system by what a browser says of itself:
// "Firefox", "Linux". What it does not know is "".
func Device(agent string) (browser, system string) {
	return firstOf(agent, browsers), firstOf(agent, systems)
}

// device names a browser in one: "Firefox on Linux".
func device(agent string) (name, icon string) {
	icon = "laptop"
	if strings.Contains(agent, "Mobile") || strings.Contains(agent, "Android") || strings.Contains(agent, "iPhone") {
		icon = "phone"
	}
	browser, system := Device(agent)
	switch {
	case browser == "" && system == "":
		return "Unknown browser", icon
	case browser == "":
		return system, icon
	case system == "":
		return browser, icon
	}
	return browser + " on " + system, icon
}

// The order matters: Edge, Opera and Samsung call themselves Chrome, Chrome calls
// itself Safari, Android calls itself Linux.
var (
	browsers = [][2]string{{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Firefox/", "Firefox"}, {"FxiOS", "Firefox"}, {"Chrome/", "Chrome"},
		{"CriOS", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"}, {"Go-http-client", "A Go program"}}
	systems = [][2]string{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"CrOS", "ChromeOS"},
		{"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"}}
)

func firstOf(agent string, names [][2]string) string {
	for _, n := range names {
		if strings.Contains(agent, n[0]) {
			return n[1]
		}
	}
	return ""
}
