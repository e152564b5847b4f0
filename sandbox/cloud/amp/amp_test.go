package amp_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/amp"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/kms"
	"retail/sandbox/cloud/logs"
)

const rules = `
groups:
  - name: shop
    rules:
      - {alert: ServiceErrors, expr: up == 0, for: 5m, labels: {severity: page}, annotations: {summary: text}}
`

const definition = `
alertmanager_config: |
  route: {receiver: topics, group_wait: 30s}
  receivers:
    - name: topics
      sns_configs: [{topic_arn: "arn:aws:sns:eu-west-1:222222222222:on-call", sigv4: {region: eu-west-1}, subject: text}]
`

func setUp(t *testing.T) (*cloudtest.Harness, *cloudtest.Client) {
	h := cloudtest.New(t, iam.Register, kms.Register, logs.Register, amp.Register)
	return h, h.As("222222222222", "eu-west-1")
}

func TestAWorkspaceTakesItsRulesAlong(t *testing.T) {
	h, c := setUp(t)
	before := h.World.Identifiers()
	group := c.Create(logs.Group, cloud.Props{"name": "/aws/vendedlogs/prometheus/dev"})
	arn, _ := group.State["arn"].(string)
	w := c.Create(amp.Workspace, cloud.Props{"alias": "dev", "loggingConfiguration": cloud.Props{"logGroupArn": arn + ":*"}})
	assert.Equal(t, "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/"+w.ID+"/", w.State["prometheusEndpoint"])
	assert.Equal(t, "arn:aws:aps:eu-west-1:222222222222:workspace/"+w.ID, w.State["arn"])
	c.Create(amp.Rules, cloud.Props{"workspaceId": w.ID, "name": "retail", "data": rules})
	c.FailsCreate(amp.Rules, cloud.Props{"workspaceId": w.ID, "name": "retail", "data": rules}, "ConflictException")
	c.Create(amp.AlertManager, cloud.Props{"workspaceId": w.ID, "definition": definition})
	c.FailsCreate(amp.AlertManager, cloud.Props{"workspaceId": w.ID, "definition": definition}, "ConflictException")
	c.Delete(w)
	c.Delete(group)
	assert.Equal(t, before, h.World.Identifiers())
}

func TestWhatTheServiceRefuses(t *testing.T) {
	_, c := setUp(t)
	w := c.Create(amp.Workspace, cloud.Props{"alias": "dev"})
	missing := "arn:aws:logs:eu-west-1:222222222222:log-group:absent"
	for why, logGroup := range map[string]string{"absent": missing + ":*", "not with :*": missing, "another Region": "arn:aws:logs:us-east-1:222222222222:log-group:x:*"} {
		t.Run(why, func(t *testing.T) {
			c.FailsCreate(amp.Workspace, cloud.Props{"loggingConfiguration": cloud.Props{"logGroupArn": logGroup}}, "ValidationException")
		})
	}
	c.FailsCreate(amp.Rules, cloud.Props{"workspaceId": "ws-absent", "name": "retail", "data": rules}, "ResourceNotFoundException")
	c.FailsCreate(amp.AlertManager, cloud.Props{"workspaceId": "ws-absent", "definition": definition}, "ResourceNotFoundException")
	for from, to := range map[string]string{
		"groups:": "group:", "- name: shop": "- name: ''", "alert: ServiceErrors,": "", "expr: up == 0,": "",
		"for: 5m": "for: five", "severity: page": "se-verity: page", "annotations: {": "annotation: {",
	} {
		require.Contains(t, rules, from)
		c.FailsCreate(amp.Rules, cloud.Props{"workspaceId": w.ID, "name": "other", "data": strings.Replace(rules, from, to, 1)}, "ValidationException")
	}
	for from, to := range map[string]string{
		"alertmanager_config:": "config:", "receiver: topics": "receiver: others", "sns_configs": "slack_configs",
		"sigv4: {region: eu-west-1}, ": "", "group_wait: 30s": "group_wait: soon", "subject:": "api_url:",
	} {
		require.Contains(t, definition, from)
		c.FailsCreate(amp.AlertManager, cloud.Props{"workspaceId": w.ID, "definition": strings.Replace(definition, from, to, 1)}, "ValidationException")
	}
}
