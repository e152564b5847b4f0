package kms

import (
	"strings"

	"retail/sandbox/cloud"
)

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

// checkAlias refuses the prefix of AWS's own keys (CreateAlias, AliasName);
// the form of the name is in the facts tables.
func checkAlias(c *cloud.Call) error {
	if strings.HasPrefix(c.Str("name"), "alias/aws/") {
		return c.Invalid("name", "cannot begin with reserved AWS CMK prefix 'alias/aws/'")
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
