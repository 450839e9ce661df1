package components

// FactorCard is somebody's second factor, on their own page or on one of the staff.
type FactorCard struct {
	Own      bool
	On       bool
	App      bool // an authenticator app
	Since    Moment
	Used     Moment
	Passkeys []Passkey
	Left     string // recovery codes: "8 recovery codes left"
	Few      bool   // it is time for new ones
	Notice   string // why it has to be set up; may be empty
	Begin    string // POST: begins the set-up of an app; empty when there is one, or it is not one's own
	Add      string // POST: begins with a passkey; empty when it is not one's own
	Codes    string // POST: makes new recovery codes
	Remove   string // GET: asks before the app is taken away
	Reset    string // GET: asks before staff take all of it away
}

// FactorSetup is the page that sets an authenticator app up.
type FactorSetup struct {
	Lead    string
	Begin   string // POST: makes a key; empty once there is one
	Passkey string // POST: a passkey instead
	QR      QRCode
	URI     string // the same for an app on this very device
	Key     string // the same to be typed, in groups
	Confirm string // POST
	Next    string // where to go afterwards
	Code    Field
	Error   string // about the form as a whole
	Later   string // href that puts it off; empty when it cannot be, or need not be done
	Left    string // for how long: "6 days left"
}

// QRCode is a picture of squares.
type QRCode struct {
	Size int    // squares on each side, with the margin
	Path string // of the dark ones, as SVG draws it
}

// RecoveryCodes are shown once.
type RecoveryCodes struct {
	Codes []string
	Title string
	Lead  string
	Next  string // href: goes on

	Others string // "2 other sessions are": offer to end them
}

// SecurityView is which roles need a second factor, and the way to end all sessions.
type SecurityView struct {
	Roles []RolePolicy
	Grace string // "7 days"
	Error string

	Everybody string // GET: asks before everybody is signed out; empty when not allowed
}

// RolePolicy is the rule for one role.
type RolePolicy struct {
	Key, Label string
	Required   bool
	Note       string // "since 3 days ago"; may be empty
}
