package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"backoffice/store"
)

// userCmd looks after people.
type userCmd struct {
	Create        userCreateCmd   `cmd:"" help:"Add a person with a password."`
	List          userListCmd     `cmd:"" help:"List people."`
	SetRole       userSetRoleCmd  `cmd:"" help:"Give somebody another role."`
	SetEmail      userSetEmailCmd `cmd:"" help:"Give somebody another address; they are told at both."`
	Deactivate    userOffCmd      `cmd:"" help:"Keep the account, and put the person out."`
	Reactivate    userOnCmd       `cmd:"" help:"Let a deactivated person in again."`
	ResetPassword userPasswordCmd `cmd:"" help:"Set somebody's password and end their sessions."`
	ResetFactors  userFactorsCmd  `cmd:"" help:"Take somebody's second factors away who has lost them, and end their sessions."`
	EndSessions   userEndCmd      `cmd:"" help:"Sign somebody, or everybody, out everywhere."`
}

type userCreateCmd struct {
	Email         string `required:"" help:"Their address; they sign in with it."`
	Name          string `required:"" help:"Their whole name."`
	Role          string `default:"member" enum:"admin,editor,viewer,member" help:"One of ${enum}."`
	Phone         string `help:"Their telephone number."`
	ExternalID    string `name:"external-id" help:"Their id in another system."`
	PasswordStdin bool   `required:"" help:"Read the password from standard input: a password on the command line could be seen by others."`
	MustChange    bool   `default:"true" negatable:"" help:"Ask for a new password at the first sign-in. With --no-must-change they keep this one."`
}

// Run adds the person and prints the id.
func (c *userCreateCmd) Run(all *cli, env *environment) error {
	password, err := readPassword(env.stdin)
	if err != nil {
		return err
	}
	return all.making(env, func(db *store.Store, a store.Actor) error {
		made, err := db.CreateUser(env.ctx, a, store.NewUser{Name: c.Name, Email: c.Email, Phone: c.Phone, Role: store.Role(c.Role),
			ExternalID: c.ExternalID, Password: password, MustChangePassword: c.MustChange})
		if err == nil {
			fmt.Fprintln(env.stdout, made.User.ID)
		}
		return err
	})
}

// with opens the store for one command. It has to be there, and is used as it is: a
// server may be at work there, of another version perhaps.
func (c *cli) with(env *environment, do func(*store.Store, store.Actor) error) error {
	return c.within(env, store.Config{MustExist: true, NoUpgrade: true}, do)
}

// making is with for commands that also begin a back office.
func (c *cli) making(env *environment, do func(*store.Store, store.Actor) error) error {
	return c.within(env, store.Config{NoUpgrade: true}, do)
}

func (c *cli) within(env *environment, config store.Config, do func(*store.Store, store.Actor) error) error {
	db, err := c.openWith(env, config)
	if err != nil {
		return err
	}
	defer db.Close()
	return do(db, actor())
}

// who is a person named by address or number.
type who struct {
	Who string `arg:"" name:"person" help:"Their e-mail address or their number."`
}

func (w who) find(env *environment, db *store.Store, a store.Actor) (store.User, error) {
	if id, err := strconv.ParseInt(strings.TrimPrefix(w.Who, "#"), 10, 64); err == nil {
		return db.User(env.ctx, a, id)
	}
	return db.UserByEmail(env.ctx, a, w.Who)
}

// change finds the person, changes them and says what was done.
func (w who) change(all *cli, env *environment, do func(*store.Store, store.Actor, store.User) (store.Change, error)) error {
	return all.with(env, func(db *store.Store, a store.Actor) error {
		u, err := w.find(env, db, a)
		if err != nil {
			return err
		}
		c, err := do(db, a, u)
		if err != nil {
			return err
		}
		if c.Entry == 0 {
			fmt.Fprintf(env.stdout, "%s: nothing to change\n", u.Name)
			return nil
		}
		for _, f := range c.Fields {
			fmt.Fprintf(env.stdout, "%s: %s changed from %q to %q\n", u.Name, f.Field.Label(), f.Before, f.After)
		}
		return nil
	})
}

type userSetRoleCmd struct {
	who
	Role string `arg:"" enum:"admin,editor,viewer,member" help:"One of ${enum}."`
}

// Run gives the role.
func (c *userSetRoleCmd) Run(all *cli, env *environment) error {
	return c.change(all, env, func(db *store.Store, a store.Actor, u store.User) (store.Change, error) {
		return db.UpdateUser(env.ctx, a, u.ID, map[store.Field]store.Edit{store.FieldRole: {To: c.Role}})
	})
}

type userSetEmailCmd struct {
	who
	Email string `arg:"" help:"The new address; they sign in with it."`
}

// Run gives the address. Nobody has to confirm it, which in a browser takes mail.
func (c *userSetEmailCmd) Run(all *cli, env *environment) error {
	return c.change(all, env, func(db *store.Store, a store.Actor, u store.User) (store.Change, error) {
		return db.UpdateUser(env.ctx, a, u.ID, map[store.Field]store.Edit{store.FieldEmail: {To: c.Email}})
	})
}

type userOffCmd struct{ who }

// Run deactivates the person.
func (c *userOffCmd) Run(all *cli, env *environment) error {
	return c.change(all, env, func(db *store.Store, a store.Actor, u store.User) (store.Change, error) {
		return db.Deactivate(env.ctx, a, u.ID)
	})
}

type userOnCmd struct{ who }

// Run reactivates the person.
func (c *userOnCmd) Run(all *cli, env *environment) error {
	return c.change(all, env, func(db *store.Store, a store.Actor, u store.User) (store.Change, error) {
		return db.Reactivate(env.ctx, a, u.ID)
	})
}

type userPasswordCmd struct {
	who
	PasswordStdin bool `required:"" help:"Read the new password from standard input."`
	Keep          bool `help:"Let them keep this password, instead of asking for a new one at the next sign-in."`
}

// Run sets the password.
func (c *userPasswordCmd) Run(all *cli, env *environment) error {
	password, err := readPassword(env.stdin)
	if err != nil {
		return err
	}
	return all.with(env, func(db *store.Store, a store.Actor) error {
		u, err := c.find(env, db, a)
		if err != nil {
			return err
		}
		if err := db.ResetPassword(env.ctx, a, u.ID, password, !c.Keep); err != nil {
			return err
		}
		fmt.Fprintf(env.stdout, "%s: password set, sessions ended\n", u.Name)
		return nil
	})
}

type userFactorsCmd struct{ who }

// Run takes the factors away.
func (c *userFactorsCmd) Run(all *cli, env *environment) error {
	return all.with(env, func(db *store.Store, a store.Actor) error {
		u, err := c.find(env, db, a)
		if err != nil {
			return err
		}
		if err := db.ResetFactors(env.ctx, a, u.ID); err != nil {
			return err
		}
		fmt.Fprintf(env.stdout, "%s: second factors removed, sessions ended\n", u.Name)
		return nil
	})
}

type userEndCmd struct {
	Who string `arg:"" optional:"" name:"person" help:"Their e-mail address or their number."`
	All bool   `help:"Everybody."`
}

// Run ends the sessions.
func (c *userEndCmd) Run(all *cli, env *environment) error {
	if c.All == (c.Who != "") {
		return &store.Error{Kind: store.Invalid, Message: "Say whose sessions: a person, or --all."}
	}
	return all.with(env, func(db *store.Store, a store.Actor) (err error) {
		n := 0
		if c.All {
			n, err = db.EndEverybody(env.ctx, a)
		} else {
			var u store.User
			if u, err = (who{c.Who}).find(env, db, a); err == nil {
				n, err = db.EndSignIns(env.ctx, a, u.ID, 0)
			}
		}
		if err == nil {
			plural := "s"
			if n == 1 {
				plural = ""
			}
			fmt.Fprintf(env.stdout, "%d session%s ended\n", n, plural)
		}
		return err
	})
}

type userListCmd struct {
	Search string `arg:"" optional:"" help:"Part of a name, an e-mail, a phone number, or an id."`
	Role   string `enum:",admin,editor,viewer,member" default:"" help:"Only this role."`
	Status string `enum:",active,invited,deactivated" default:"" help:"Only this status."`
	Sort   string `default:"name" help:"name, email, phone, role, status, last_sign_in or created; --sort=-name is the other way round."`
	Limit  int    `default:"0" help:"At most so many; 0 is all."`
	JSON   bool   `name:"json" help:"One JSON object a line instead of a table."`
}

// Run prints the people page by page, so that a million take no memory.
func (c *userListCmd) Run(all *cli, env *environment) error {
	if store.ParseSort(c.Sort).String() != c.Sort {
		return wrongSetting("sort", "must be name, email, phone, role, status, last_sign_in or created, not %q.", c.Sort)
	}
	return all.with(env, func(db *store.Store, a store.Actor) error {
		p := newPrinter(env.stdout, c.JSON)
		q := store.Query{Search: c.Search, Role: store.Role(c.Role), Status: store.Status(c.Status), Sort: store.ParseSort(c.Sort), Limit: 500}
		for left := c.Limit; ; {
			page, err := db.ListUsers(env.ctx, a, q)
			if err != nil {
				return err
			}
			for _, u := range page.Users {
				if c.Limit > 0 && left == 0 {
					return p.close()
				}
				left--
				if err := p.print(u); err != nil {
					return err
				}
			}
			if q.After = page.Next; page.Next == nil {
				return p.close()
			}
		}
	})
}

// printer writes people as a table or as JSON lines.
type printer struct {
	json  *json.Encoder
	table *tabwriter.Writer
}

func newPrinter(w io.Writer, asJSON bool) *printer {
	if asJSON {
		return &printer{json: json.NewEncoder(w)}
	}
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tNAME\tE-MAIL\tROLE\tSTATUS\tLAST SIGN-IN")
	return &printer{table: t}
}

func (p *printer) print(u store.User) error {
	last := ""
	if !u.LastSignIn.IsZero() {
		last = u.LastSignIn.Format(time.RFC3339)
	}
	if p.json != nil {
		return p.json.Encode(map[string]any{"id": u.ID, "name": u.Name, "email": u.Email, "phone": u.Phone, "role": u.Role,
			"status": u.Status, "external_id": u.ExternalID, "created": u.Created.Format(time.RFC3339), "last_sign_in": last})
	}
	_, err := fmt.Fprintf(p.table, "%d\t%s\t%s\t%s\t%s\t%s\n", u.ID, u.Name, u.Email, u.Role, u.Status, last)
	return err
}

func (p *printer) close() error {
	if p.table == nil {
		return nil
	}
	return errors.Join(p.table.Flush())
}
