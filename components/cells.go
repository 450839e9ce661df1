package components

// editCellPath is where the form of a cell is: a fragment in place, or with
// scripts off a page.
func editCellPath(c Cell) string {
	return userPath(c.UserID) + "/edit?field=" + c.Field
}

// closeCellPath is where a cell is shown again as it now stands.
func closeCellPath(f CellForm) string {
	return userPath(f.UserID) + "?cell=" + f.Key
}

// editCellName is read out before the value: "Edit phone of Camille Dubois: ".
func editCellName(c Cell) string {
	verb := "Edit "
	if len(c.Text) == 0 {
		verb = "Add "
	}
	name := verb + lower(c.Label) + " of " + c.Person
	if c.Href == "" && len(c.Text) > 0 {
		name += ": "
	}
	return name
}
