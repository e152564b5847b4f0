// Package dynamodb simulates Amazon DynamoDB's tables: keys and indexes, capacity,
// encryption, point-in-time recovery and deletion protection. Items are not simulated.
//
// Codes and texts are those of the DynamoDB API Reference and of its own answers as users
// report them. Global tables, imports and restores are not simulated and are refused by
// name.
package dynamodb

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/kms"
)

// Tokens of the resource types.
const (
	Table = "aws:dynamodb/table:Table"
	// Backup is the system backup of a deleted table that had point-in-time recovery.
	Backup = "aws:dynamodb/systemBackup:SystemBackup"
)

// Quotas (Amazon DynamoDB Developer Guide, "Quotas in Amazon DynamoDB").
const (
	tablesLimit  = 2500
	indexesLimit = 20
	// backupDays is how long DynamoDB keeps the last backup of a deleted table, free of
	// charge (Developer Guide, "Point-in-time backups for DynamoDB").
	backupDays = 35
)

const (
	onDemand    = "PAY_PER_REQUEST"
	provisioned = "PROVISIONED"
)

// nameForm is a table's name (CreateTable, TableName).
var nameForm = regexp.MustCompile(`^[a-zA-Z0-9_.-]{3,255}$`)

// Register declares the service's resource types.
func Register(r *cloud.Registry) {
	r.Add(&cloud.Spec{
		Token: Table,
		API: cloud.API{Create: "dynamodb:CreateTable", Read: "dynamodb:DescribeTable", Update: "dynamodb:UpdateTable",
			Delete: "dynamodb:DeleteTable"},
		Latency:  cloud.Latency{Create: 10 * time.Second, Update: 10 * time.Second, Delete: 5 * time.Second},
		AutoName: &cloud.AutoName{Property: "name", Max: 255},
		// pulumi-aws's own default (aws_dynamodb_table).
		Defaults: cloud.Props{"billingMode": provisioned},
		Check: []func(*cloud.Call) error{checkKeys, ec2.Unsupported("sandbox/cloud/dynamodb/table.go",
			"importTable", "onDemandThroughput", "replicas", "restoreDateTime", "restoreSourceName", "restoreSourceTableArn", "restoreToLatestTime")},
		Create: create,
		Update: func(c *cloud.Call) error {
			settled(c)
			return checkTable(c)
		},
		Delete: remove,
	})
}

// checkKeys holds pulumi-aws's own rule: the attributes are those that keys and indexes
// use, no fewer and no more.
func checkKeys(c *cloud.Call) error {
	if cloud.HasUnknown(c.Inputs["attributes"]) || cloud.HasUnknown(c.Inputs["globalSecondaryIndexes"]) || c.Str("hashKey") == "" {
		return nil
	}
	used := []string{c.Str("hashKey")}
	for _, path := range []string{"rangeKey", "globalSecondaryIndexes[*].hashKey", "globalSecondaryIndexes[*].rangeKey", "localSecondaryIndexes[*].rangeKey"} {
		used = append(used, ec2.Texts(c.Inputs, path)...)
	}
	defined := ec2.Texts(c.Inputs, "attributes[*].name")
	for _, name := range defined {
		if !slices.Contains(used, name) {
			return c.Invalid("attributes", "all attributes must be indexed. Unused attributes: [%q]", name)
		}
	}
	for _, name := range used {
		if !slices.Contains(defined, name) {
			return c.Invalid("attributes", "all indexes must match a defined attribute. Unmatched indexes: [%q]", name)
		}
	}
	return nil
}

func create(c *cloud.Call) error {
	c.ID = c.Str("name")
	switch {
	case !nameForm.MatchString(c.ID):
		return validation(c, "Invalid table/index name. Table/index names must be between 3 and 255 characters long, "+
			"and may contain only the characters a-z, A-Z, 0-9, '_', '-', and '.'")
	case c.Str("hashKey") == "":
		return validation(c, "No Hash Key specified in schema. All Dynamo DB tables must have exactly one hash key")
	case c.Get(Table, c.ID) != nil:
		return c.Fail("ResourceInUseException", "Table already exists: %s", c.ID)
	case len(c.List(Table)) >= tablesLimit:
		return c.Fail("LimitExceededException", "Subscriber limit exceeded: There is a limit of %d tables per subscriber", tablesLimit)
	}
	c.State["arn"] = c.ARN("dynamodb", "table/"+c.ID)
	settled(c)
	return checkTable(c)
}

// settled are the answers for what was left out.
func settled(c *cloud.Call) {
	ec2.Fill(c.State, cloud.Props{
		"deletionProtectionEnabled": false, "rangeKey": "", "readCapacity": 0, "writeCapacity": 0, "tableClass": "STANDARD", "replicas": []any{},
		"pointInTimeRecovery":  cloud.Props{"enabled": false},
		"serverSideEncryption": cloud.Props{"enabled": false, "kmsKeyArn": ""},
		"ttl":                  cloud.Props{"enabled": false, "attributeName": ""},
		"streamArn":            "", "streamLabel": "", "streamViewType": "", "streamEnabled": false,
	})
	switch {
	case !c.Bool("streamEnabled"):
		c.State["streamArn"], c.State["streamLabel"] = "", ""
	case ec2.Text(c.State, "streamArn") == "":
		label := c.Now().Format("2006-01-02T15:04:05.000")
		c.State["streamLabel"], c.State["streamArn"] = label, c.ARN("dynamodb", "table/"+c.ID+"/stream/"+label)
	}
}

// checkTable holds what DynamoDB refuses of a new table and of a change.
func checkTable(c *cloud.Call) error {
	indexes := ec2.Texts(c.Inputs, "globalSecondaryIndexes[*].name")
	switch {
	case len(indexes) > indexesLimit:
		return validation(c, "One or more parameter values were invalid: GlobalSecondaryIndex count exceeds the per-table limit of %d", indexesLimit)
	case c.Bool("streamEnabled") && c.Str("streamViewType") == "":
		return validation(c, "One or more parameter values were invalid: StreamViewType must be given when a stream is enabled")
	}
	for i, name := range indexes {
		if !nameForm.MatchString(name) || slices.Contains(indexes[:i], name) {
			return validation(c, "One or more parameter values were invalid: Duplicate or malformed index name: %s", name)
		}
	}
	if err := checkCapacity(c, len(indexes)); err != nil {
		return err
	}
	if key := c.Str("serverSideEncryption.kmsKeyArn"); key != "" {
		if !c.Bool("serverSideEncryption.enabled") {
			return validation(c, "One or more parameter values were invalid: SSE must be enabled to use a KMS key")
		}
		if _, err := kms.Usable(c, key); err != nil {
			return validation(c, "KMS validation error: %v", err)
		}
	}
	return nil
}

// checkCapacity wants capacity where it is provisioned, of the table and of each index,
// and none where requests are paid for.
func checkCapacity(c *cloud.Call, indexes int) error {
	paths := []string{""}
	for i := range indexes {
		paths = append(paths, fmt.Sprintf("globalSecondaryIndexes[%d].", i))
	}
	for _, at := range paths {
		given := c.Num(at+"readCapacity") > 0 || c.Num(at+"writeCapacity") > 0
		switch c.Str("billingMode") {
		case onDemand:
			if given {
				return validation(c, "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits "+
					"can be specified when BillingMode is PAY_PER_REQUEST")
			}
		default:
			if c.Num(at+"readCapacity") < 1 || c.Num(at+"writeCapacity") < 1 {
				return validation(c, "No provisioned throughput specified for %s", strings.TrimSuffix("the table "+at, " "))
			}
		}
	}
	return nil
}

func remove(c *cloud.Call) error {
	if ec2.Flag(c.State, "deletionProtectionEnabled") {
		return validation(c, "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
	}
	if ec2.Flag(c.State, "pointInTimeRecovery.enabled") {
		id := c.ARN("dynamodb", "table/"+c.ID+"/backup/"+c.Hex(16))
		c.Put(&cloud.Record{Token: Backup, ID: id, Fading: true, State: cloud.Props{
			"arn": id, "tableArn": c.State["arn"], "backupExpiryDateTime": c.Now().AddDate(0, 0, backupDays).Format(time.RFC3339),
		}})
	}
	return nil
}

func validation(c *cloud.Call, format string, args ...any) error {
	return c.Fail("ValidationException", format, args...)
}
