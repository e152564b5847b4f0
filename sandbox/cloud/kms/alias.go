package kms

import (
	"regexp"
	"strings"

	"retail/sandbox/cloud"
)

var aliasForm = regexp.MustCompile(`^alias/[A-Za-z0-9/_-]+$`)

func aliasSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Alias,
		API: cloud.API{Create: "kms:CreateAlias", Read: "kms:ListAliases", Update: "kms:UpdateAlias",
			Delete: "kms:DeleteAlias"},
		Latency:  cloud.Latency{Create: fast, Update: fast, Delete: fast},
		AutoName: &cloud.AutoName{Property: "name", Max: 256},
		// UpdateAlias changes the target only.
		ReplaceOn: []string{"name", "namePrefix"},
		Check:     []func(*cloud.Call) error{checkAlias},
		// The target is looked up in Create: it may be an ID or an ARN.
		Create: func(c *cloud.Call) error {
			c.ID = c.Str("name")
			arn := c.ARN("kms", c.ID)
			if c.Get(Alias, c.ID) != nil {
				return c.Fail("AlreadyExistsException", "An alias with the name %s already exists", arn)
			}
			c.State["arn"] = arn
			return point(c)
		},
		Update: point,
	}
}

// checkAlias holds the rules of CreateAlias's AliasName that the provider
// checks before any call.
func checkAlias(c *cloud.Call) error {
	name := c.Str("name")
	switch {
	case name == "":
		return nil
	case strings.HasPrefix(name, "alias/aws/"):
		return c.Invalid("name", "cannot begin with reserved AWS CMK prefix 'alias/aws/'")
	case !aliasForm.MatchString(name):
		return c.Invalid("name", "is %q, must begin with 'alias/' and hold only letters, digits, '/', '_' and '-'", name)
	}
	return nil
}

// point sets what the alias names.
func point(c *cloud.Call) error {
	key, err := Find(c, c.Str("targetKeyId"))
	if err != nil {
		return err
	}
	c.State["targetKeyId"], c.State["targetKeyArn"] = key.ID, key.State["arn"]
	return nil
}
