// Package amp simulates Amazon Managed Service for Prometheus: workspaces with their logs,
// rule group namespaces and alert manager definitions. Samples are not simulated: nobody
// writes any, and no rule is ever true.
//
// Codes and texts are those of the Amazon Managed Service for Prometheus API Reference and
// User Guide. What a text of rules must look like is Prometheus's own ("Alerting rules"),
// without its query language: a query is only looked at for being there.
package amp

import (
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/kms"
	"retail/sandbox/cloud/logs"
)

// Tokens of the resource types.
const (
	Workspace    = "aws:amp/workspace:Workspace"
	Rules        = "aws:amp/ruleGroupNamespace:RuleGroupNamespace"
	AlertManager = "aws:amp/alertManagerDefinition:AlertManagerDefinition"
)

const (
	fast = 2 * time.Second
	// slow is how long a workspace takes to become ACTIVE, and to go.
	slow = 15 * time.Second
)

// Register declares the service's resource types.
func Register(r *cloud.Registry) { r.Add(workspaceSpec(), rulesSpec(), alertManagerSpec()) }

func workspaceSpec() *cloud.Spec {
	return &cloud.Spec{
		Token:   Workspace,
		API:     cloud.API{Create: "aps:CreateWorkspace", Read: "aps:DescribeWorkspace", Update: "aps:UpdateWorkspaceAlias", Delete: "aps:DeleteWorkspace"},
		Latency: cloud.Latency{Create: slow, Update: fast, Delete: slow},
		Create:  createWorkspace,
		Update:  putWorkspace,
		Delete: func(c *cloud.Call) error { // rules and definition are the workspace's own (DeleteWorkspace)
			for _, token := range []string{Rules, AlertManager} {
				for _, r := range c.List(token) {
					if r.State["workspaceId"] == c.ID {
						c.Remove(r)
					}
				}
			}
			return nil
		},
	}
}

func createWorkspace(c *cloud.Call) error {
	c.ID = "ws-" + c.Hex(8) + "-" + c.Hex(4) + "-" + c.Hex(4) + "-" + c.Hex(4) + "-" + c.Hex(12)
	c.State["arn"] = c.ARN("aps", "workspace/"+c.ID)
	c.State["prometheusEndpoint"] = "https://aps-workspaces." + c.Region + ".amazonaws.com/workspaces/" + c.ID + "/"
	ec2.Fill(c.State, cloud.Props{"alias": "", "kmsKeyArn": ""})
	if key := c.Str("kmsKeyArn"); key != "" {
		if _, err := kms.Usable(c, key); err != nil {
			return c.Fail("ValidationException", "%v", err)
		}
	}
	return putWorkspace(c)
}

// putWorkspace looks at where the workspace logs to (CreateLoggingConfiguration).
func putWorkspace(c *cloud.Call) error {
	config, _ := c.Any("loggingConfiguration").(map[string]any)
	if config == nil {
		return nil
	}
	arn, _ := config["logGroupArn"].(string)
	prefix := c.ARN("logs", "log-group:")
	name, found := strings.CutPrefix(arn, prefix)
	if !found || !strings.HasSuffix(name, ":*") {
		return c.Fail("ValidationException", "The log group ARN %s must be of this account and Region, and end with :*", arn)
	}
	if c.Get(logs.Group, strings.TrimSuffix(name, ":*")) == nil {
		return c.Fail("ValidationException", "The log group %s does not exist", arn)
	}
	return nil
}

// inWorkspace refuses a call whose workspace is not there.
func inWorkspace(c *cloud.Call) error {
	id := c.Str("workspaceId")
	if c.Get(Workspace, id) != nil {
		return nil
	}
	return c.Fail("ResourceNotFoundException", "Workspace not found with ID: %s", id)
}

func rulesSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Rules,
		API: cloud.API{Create: "aps:CreateRuleGroupsNamespace", Read: "aps:DescribeRuleGroupsNamespace",
			Update: "aps:PutRuleGroupsNamespace", Delete: "aps:DeleteRuleGroupsNamespace"},
		Latency:  cloud.Latency{Create: fast, Update: fast, Delete: fast},
		AutoName: &cloud.AutoName{Property: "name", Max: 64},
		Create: func(c *cloud.Call) error {
			if err := inWorkspace(c); err != nil {
				return err
			}
			c.ID = c.ARN("aps", "rulegroupsnamespace/"+c.Str("workspaceId")+"/"+c.Str("name"))
			if c.Get(Rules, c.ID) != nil {
				return c.Fail("ConflictException", "A rule group namespace with this name already exists: %s", c.Str("name"))
			}
			c.State["name"], c.State["arn"] = c.Str("name"), c.ID
			return putRules(c)
		},
		Update: putRules,
	}
}

func putRules(c *cloud.Call) error {
	if err := checkRules(c.Str("data")); err != nil {
		return c.Fail("ValidationException", "Invalid rule groups namespace data: %v", err)
	}
	return nil
}

func alertManagerSpec() *cloud.Spec {
	put := func(c *cloud.Call) error {
		if err := checkDefinition(c.Str("definition")); err != nil {
			return c.Fail("ValidationException", "Invalid alert manager definition: %v", err)
		}
		return nil
	}
	return &cloud.Spec{
		Token: AlertManager,
		API: cloud.API{Create: "aps:CreateAlertManagerDefinition", Read: "aps:DescribeAlertManagerDefinition",
			Update: "aps:PutAlertManagerDefinition", Delete: "aps:DeleteAlertManagerDefinition"},
		Latency: cloud.Latency{Create: fast, Update: fast, Delete: fast},
		Create: func(c *cloud.Call) error {
			if err := inWorkspace(c); err != nil {
				return err
			}
			c.ID = c.Str("workspaceId")
			if c.Get(AlertManager, c.ID) != nil {
				return c.Fail("ConflictException", "The workspace %s already has an alert manager definition", c.ID)
			}
			return put(c)
		},
		Update: put,
	}
}
