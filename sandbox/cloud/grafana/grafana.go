// Package grafana simulates Amazon Managed Grafana: workspaces, who of IAM Identity Center
// has which role in them, and their identity providers of SAML 2.0. What is inside a
// workspace (data sources, dashboards, tokens) is Grafana's own and not simulated.
//
// Codes are those of the Amazon Managed Grafana API Reference; its texts are not published,
// and [inferred] here.
package grafana

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/iam"
)

// Tokens of the resource types.
const (
	Workspace = "aws:grafana/workspace:Workspace"
	SAML      = "aws:grafana/workspaceSamlConfiguration:WorkspaceSamlConfiguration"
	Role      = "aws:grafana/roleAssociation:RoleAssociation"
)

const (
	fast = 2 * time.Second
	// slow is how long a workspace takes to become ACTIVE, and to go.
	slow = 4 * time.Minute
)

// versions are those that workspaces can have, oldest first (User Guide, "Differences between
// Grafana versions").
var versions = []string{"8.4", "9.4", "10.4", "12.4"}

// Register declares the service's resource types.
func Register(r *cloud.Registry) { r.Add(workspaceSpec(), samlSpec(), roleSpec()) }

func workspaceSpec() *cloud.Spec {
	return &cloud.Spec{
		Token:    Workspace,
		API:      cloud.API{Create: "grafana:CreateWorkspace", Read: "grafana:DescribeWorkspace", Update: "grafana:UpdateWorkspace", Delete: "grafana:DeleteWorkspace"},
		Latency:  cloud.Latency{Create: slow, Update: 30 * time.Second, Delete: time.Minute},
		AutoName: &cloud.AutoName{Property: "name", Max: 255},
		Refs: []cloud.Ref{
			{Path: "roleArn", To: []string{iam.Role}, By: "arn", NotFound: "ValidationException"},
			{Path: "networkAccessControl.vpceIds[*]", To: []string{ec2.Endpoint}, NotFound: "ValidationException"},
		},
		Check: []func(*cloud.Call) error{
			ec2.Unsupported("sandbox/cloud/grafana/grafana.go", "dataSources", "notificationDestinations", "organizationRoleName", "organizationalUnits",
				"stackSetName", "vpcConfiguration"),
		},
		Create: createWorkspace,
		Update: func(c *cloud.Call) error {
			live := c.Get(Workspace, c.ID)
			if from, to := at(live.State["grafanaVersion"]), at(c.State["grafanaVersion"]); to >= 0 && to < from {
				return c.Fail("ValidationException", "A workspace cannot go from Grafana version %v back to %v", live.State["grafanaVersion"], c.State["grafanaVersion"])
			}
			return settle(c)
		},
		Delete: func(c *cloud.Call) error { // both are the workspace's own
			for _, token := range []string{SAML, Role} {
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

func at(version any) int {
	text, _ := version.(string)
	return slices.Index(versions, text)
}

func createWorkspace(c *cloud.Call) error {
	c.ID = "g-" + c.Hex(10)
	c.State["arn"] = c.ARN("grafana", "/workspaces/"+c.ID)
	c.State["endpoint"] = c.ID + ".grafana-workspace." + c.Region + ".amazonaws.com"
	ec2.Fill(c.State, cloud.Props{"grafanaVersion": versions[len(versions)-1], "description": "", "configuration": "{}"})
	c.State["samlConfigurationStatus"] = ""
	if slices.Contains(ec2.Texts(c.State, "authenticationProviders[*]"), "SAML") {
		c.State["samlConfigurationStatus"] = "NOT_CONFIGURED"
	}
	return settle(c)
}

// settle checks what a workspace is to be.
func settle(c *cloud.Call) error {
	if at(c.State["grafanaVersion"]) < 0 {
		return c.Fail("ValidationException", "Grafana version %v is not supported, supported are %s", c.State["grafanaVersion"], strings.Join(versions, ", "))
	}
	providers := ec2.Texts(c.State, "authenticationProviders[*]")
	if len(providers) == 0 || slices.ContainsFunc(providers, func(p string) bool { return p != "AWS_SSO" && p != "SAML" }) {
		return c.Fail("ValidationException", "Authentication providers must be at least one of AWS_SSO and SAML, got %v", providers)
	}
	if text := c.Str("configuration"); text != "" && !json.Valid([]byte(text)) {
		return c.Fail("ValidationException", "The configuration is no JSON")
	}
	switch arn := c.Str("roleArn"); {
	case c.Str("accountAccessType") == "ORGANIZATION":
		return c.Invalid("accountAccessType", "ORGANIZATION is not simulated: extend sandbox/cloud/grafana/grafana.go")
	case c.Str("permissionType") != "CUSTOMER_MANAGED":
		return c.Invalid("permissionType", "SERVICE_MANAGED makes roles by itself and is not simulated: extend sandbox/cloud/grafana/grafana.go")
	case arn == "":
		return c.Fail("ValidationException", "A workspace with permission type CUSTOMER_MANAGED needs a role")
	case !iam.Trusts(iam.FindRole(c, arn), "grafana.amazonaws.com", "sts:AssumeRole"):
		return c.Fail("ValidationException", "The role %s cannot be assumed by grafana.amazonaws.com", arn)
	}
	return reachable(c)
}

// reachable looks at the endpoints through which the workspace is reached: each must be one of
// the service's (User Guide, "Configure network access to your Amazon Managed Grafana
// workspace").
func reachable(c *cloud.Call) error {
	wanted := "com.amazonaws." + c.Region + ".grafana-workspace"
	for _, id := range ec2.Texts(c.State, "networkAccessControl.vpceIds[*]") {
		if e := c.Get(ec2.Endpoint, id); e == nil || e.State["serviceName"] != wanted {
			return c.Fail("ValidationException", "The VPC endpoint %s is not one of the service %s", id, wanted)
		}
	}
	return nil
}

// inWorkspace is the workspace that a call is about, which must know people by a provider.
func inWorkspace(c *cloud.Call, provider string) (*cloud.Record, error) {
	id := c.Str("workspaceId")
	w := c.Get(Workspace, id)
	if w == nil {
		return nil, c.Fail("ResourceNotFoundException", "Workspace %s does not exist", id)
	}
	if !slices.Contains(ec2.Texts(w.State, "authenticationProviders[*]"), provider) {
		return nil, c.Fail("ValidationException", "The workspace %s does not authenticate by %s", id, provider)
	}
	return w, nil
}

func samlSpec() *cloud.Spec {
	put := func(c *cloud.Call) error {
		w, err := inWorkspace(c, "SAML")
		if err != nil {
			return err
		}
		if (c.Str("idpMetadataUrl") == "") == (c.Str("idpMetadataXml") == "") {
			return c.Fail("ValidationException", "Exactly one of the identity provider's metadata URL and XML must be given")
		}
		ec2.Fill(c.State, cloud.Props{"emailAssertion": "mail", "loginAssertion": "mail", "nameAssertion": "displayName", "loginValidityDuration": 60})
		c.ID, c.State["status"], w.State["samlConfigurationStatus"] = w.ID, "CONFIGURED", "CONFIGURED"
		return nil
	}
	return &cloud.Spec{
		Token: SAML,
		API: cloud.API{Create: "grafana:UpdateWorkspaceAuthentication", Read: "grafana:DescribeWorkspaceAuthentication",
			Update: "grafana:UpdateWorkspaceAuthentication", Delete: "grafana:DescribeWorkspaceAuthentication"},
		Latency: cloud.Latency{Create: fast, Update: fast, Delete: fast},
		Create:  put,
		Update:  put,
	}
}

func roleSpec() *cloud.Spec {
	put := func(c *cloud.Call) error {
		w, err := inWorkspace(c, "AWS_SSO")
		if err != nil {
			return err
		}
		if len(ec2.Texts(c.State, "groupIds[*]"))+len(ec2.Texts(c.State, "userIds[*]")) == 0 {
			return c.Fail("ValidationException", "At least one user or group must be given")
		}
		c.ID = w.ID + "/" + c.Str("role")
		return nil
	}
	return &cloud.Spec{
		Token: Role,
		API: cloud.API{Create: "grafana:UpdatePermissions", Read: "grafana:ListPermissions", Update: "grafana:UpdatePermissions",
			Delete: "grafana:UpdatePermissions"},
		Latency: cloud.Latency{Create: fast, Update: fast, Delete: fast},
		Create: func(c *cloud.Call) error {
			if err := put(c); err != nil {
				return err
			}
			if c.Get(Role, c.ID) != nil { // another resource would take away what this one gives
				return c.Fail("ConflictException", "The role %s of workspace %s is associated already", c.Str("role"), c.Str("workspaceId"))
			}
			return nil
		},
		Update: put,
	}
}
