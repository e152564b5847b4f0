// Package athena simulates Amazon Athena's workgroups and saved queries. Queries are not
// run.
//
// Codes and texts are those of the Amazon Athena API Reference and User Guide, and of
// Athena's own answers as users report them.
package athena

import (
	"net/url"
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/kms"
	"retail/sandbox/cloud/s3"
)

// Tokens of the resource types.
const (
	Workgroup  = "aws:athena/workgroup:Workgroup"
	NamedQuery = "aws:athena/namedQuery:NamedQuery"
)

const fast = time.Second

// primary is the workgroup that every account has, and nobody can delete.
const primary = "primary"

// Register declares the service's resource types.
func Register(r *cloud.Registry) { r.Add(workgroupSpec(), namedQuerySpec()) }

func workgroupSpec() *cloud.Spec {
	return &cloud.Spec{
		Token:    Workgroup,
		API:      cloud.API{Create: "athena:CreateWorkGroup", Read: "athena:GetWorkGroup", Update: "athena:UpdateWorkGroup", Delete: "athena:DeleteWorkGroup"},
		Latency:  cloud.Latency{Create: fast, Update: fast, Delete: fast},
		AutoName: &cloud.AutoName{Property: "name", Max: 128},
		// pulumi-aws's own defaults (aws_athena_workgroup).
		Defaults: cloud.Props{"forceDestroy": false, "state": "ENABLED",
			"configuration.enforceWorkgroupConfiguration": true, "configuration.publishCloudwatchMetricsEnabled": true},
		Create: func(c *cloud.Call) error {
			c.ID = c.Str("name")
			if c.ID == primary || c.Get(Workgroup, c.ID) != nil {
				return refuse(c, "WorkGroup %s is already created", c.ID)
			}
			c.State["name"], c.State["arn"] = c.ID, c.ARN("athena", "workgroup/"+c.ID)
			return put(c)
		},
		Update: put,
		Delete: deleteWorkgroup,
	}
}

// put looks at where results go. Athena itself finds out with the first query; here the
// mistake shows at once.
func put(c *cloud.Call) error {
	const result = "configuration.resultConfiguration."
	if location := c.Str(result + "outputLocation"); location != "" {
		at, err := url.Parse(location)
		if err != nil || at.Scheme != "s3" || at.Host == "" {
			return refuse(c, "outputLocation is not a valid S3 path.")
		}
		bucket := s3.Find(c, at.Host)
		if bucket == nil {
			return refuse(c, "Unable to verify/create output bucket %s", at.Host)
		}
		if owner := c.Str(result + "expectedBucketOwner"); owner != "" && owner != bucket.Account {
			return refuse(c, "Unable to verify/create output bucket %s: its owner is not %s", at.Host, owner)
		}
	}
	key, option := c.Str(result+"encryptionConfiguration.kmsKeyArn"), c.Str(result+"encryptionConfiguration.encryptionOption")
	switch withKey := strings.HasSuffix(option, "_KMS"); {
	case withKey && key == "":
		return refuse(c, "KMS key is required for encryption option %s", option)
	case !withKey && key != "":
		return refuse(c, "KMS key should not be specified for encryption option %q", option)
	case withKey:
		if _, err := kms.Usable(c, key); err != nil {
			return refuse(c, "%v", err)
		}
	}
	return nil
}

// deleteWorkgroup takes saved queries along only when it is told to (DeleteWorkGroup,
// RecursiveDeleteOption).
func deleteWorkgroup(c *cloud.Call) error {
	force, _ := c.State["forceDestroy"].(bool)
	for _, query := range c.List(NamedQuery) {
		if query.State["workgroup"] != c.ID {
			continue
		}
		if !force {
			return refuse(c, "WorkGroup %s is not empty", c.ID)
		}
		c.Remove(query)
	}
	return nil
}

// namedQuerySpec keeps a question. Athena looks at neither its words nor its database before
// it is asked (CreateNamedQuery names no such error).
func namedQuerySpec() *cloud.Spec {
	return &cloud.Spec{
		Token:    NamedQuery,
		API:      cloud.API{Create: "athena:CreateNamedQuery", Read: "athena:GetNamedQuery", Delete: "athena:DeleteNamedQuery"},
		Latency:  cloud.Latency{Create: fast, Update: fast, Delete: fast},
		AutoName: &cloud.AutoName{Property: "name", Max: 128},
		Defaults: cloud.Props{"workgroup": primary},
		Create: func(c *cloud.Call) error {
			if group := c.Str("workgroup"); group != primary && c.Get(Workgroup, group) == nil {
				return refuse(c, "WorkGroup %s is not found.", group)
			}
			c.ID = c.Hex(8) + "-" + c.Hex(4) + "-" + c.Hex(4) + "-" + c.Hex(4) + "-" + c.Hex(12)
			c.State["name"] = c.Str("name")
			ec2.Fill(c.State, cloud.Props{"description": ""})
			return nil
		},
	}
}

func refuse(c *cloud.Call, text string, args ...any) error {
	return c.Fail("InvalidRequestException", text, args...)
}
