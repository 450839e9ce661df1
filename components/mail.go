package components

import "strconv"

// mailID is the DOM id of a mail of the outbox: "mail-12".
func mailID(id int64) string { return "mail-" + strconv.FormatInt(id, 10) }
