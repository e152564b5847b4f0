// Package glue simulates AWS Glue's Data Catalog: databases and tables, which Athena reads.
//
// Codes and texts are those of the AWS Glue API Reference. What Athena needs of a table is
// looked at here too, from its User Guide: Glue takes any table, and the first query fails.
package glue

import (
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// Tokens of the resource types.
const (
	Database = "aws:glue/catalogDatabase:CatalogDatabase"
	Table    = "aws:glue/catalogTable:CatalogTable"
)

const fast = time.Second

// Register declares the service's resource types.
func Register(r *cloud.Registry) { r.Add(databaseSpec(), tableSpec()) }

func databaseSpec() *cloud.Spec {
	return &cloud.Spec{
		Token:    Database,
		API:      cloud.API{Create: "glue:CreateDatabase", Read: "glue:GetDatabase", Update: "glue:UpdateDatabase", Delete: "glue:DeleteDatabase"},
		Latency:  cloud.Latency{Create: fast, Update: fast, Delete: fast},
		AutoName: &cloud.AutoName{Property: "name", Max: 255, Lower: true},
		Check:    []func(*cloud.Call) error{ownCatalog},
		Create: func(c *cloud.Call) error {
			c.ID = c.Account + ":" + c.Str("name")
			if c.Get(Database, c.ID) != nil {
				return c.Fail("AlreadyExistsException", "Database already exists.")
			}
			c.State["name"], c.State["catalogId"], c.State["arn"] = c.Str("name"), c.Account, c.ARN("glue", "database/"+c.Str("name"))
			ec2.Fill(c.State, cloud.Props{"description": "", "locationUri": ""})
			return nil
		},
		Update: func(*cloud.Call) error { return nil },
		Delete: func(c *cloud.Call) error { // its tables go with it (DeleteDatabase)
			for _, table := range c.List(Table) {
				if table.State["databaseName"] == c.State["name"] {
					c.Remove(table)
				}
			}
			return nil
		},
	}
}

// ownCatalog holds that only the account's own catalog is simulated.
func ownCatalog(c *cloud.Call) error {
	if id := c.Str("catalogId"); c.Known("catalogId") && id != "" && id != c.Account {
		return c.Invalid("catalogId", "another account's catalog is not simulated: extend sandbox/cloud/glue/glue.go")
	}
	return nil
}

func tableSpec() *cloud.Spec {
	return &cloud.Spec{
		Token:    Table,
		API:      cloud.API{Create: "glue:CreateTable", Read: "glue:GetTable", Update: "glue:UpdateTable", Delete: "glue:DeleteTable"},
		Latency:  cloud.Latency{Create: fast, Update: fast, Delete: fast},
		AutoName: &cloud.AutoName{Property: "name", Max: 255, Lower: true},
		Check:    []func(*cloud.Call) error{ownCatalog, checkUnsimulated},
		Create: func(c *cloud.Call) error {
			database, name := c.Str("databaseName"), c.Str("name")
			if c.Get(Database, c.Account+":"+database) == nil {
				return c.Fail("EntityNotFoundException", "Database %s not found.", database)
			}
			c.ID = c.Account + ":" + database + ":" + name
			if c.Get(Table, c.ID) != nil {
				return c.Fail("AlreadyExistsException", "Table already exists.")
			}
			c.State["name"], c.State["catalogId"], c.State["arn"] = name, c.Account, c.ARN("glue", "table/"+database+"/"+name)
			ec2.Fill(c.State, cloud.Props{"retention": 0.0, "owner": "", "description": ""})
			return readable(c)
		},
		Update: readable,
	}
}

func checkUnsimulated(c *cloud.Call) error {
	for _, name := range []string{"openTableFormatInput", "partitionIndices", "targetTable", "viewExpandedText", "viewOriginalText"} {
		if c.Any(name) != nil {
			return c.Invalid(name, "is not simulated: extend sandbox/cloud/glue/glue.go")
		}
	}
	return nil
}
