package components

// ImpersonateForm asks for the reason to see the back office as somebody does.
type ImpersonateForm struct {
	Person string
	Role   string // "Viewer"
	Brand  string
	Action string // POST
	Back   string // their page
	Lasts  string // "1 hour"
	Reason Field
}

// SeeingBar says as whom the viewer sees the back office.
type SeeingBar struct {
	Name   string
	Brand  string
	Reason string
	Until  Moment // Text is the time of day
	Stop   string // POST
}
