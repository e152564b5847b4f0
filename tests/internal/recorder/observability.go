package recorder

import "github.com/pulumi/pulumi/sdk/v3/go/common/resource"

// observability lists what makes the platform visible.
func observability() map[string]Answer {
	known := map[string]Answer{
		"aws:amp/workspace:Workspace": func(name string, _ resource.PropertyMap) (string, State) {
			return "ws-" + name, State{
				"arn":                arn("aps", "workspace/ws-"+name),
				"prometheusEndpoint": "https://aps-workspaces." + region + ".amazonaws.com/workspaces/ws-" + name + "/",
			}
		},
		"aws:grafana/workspace:Workspace": func(name string, _ resource.PropertyMap) (string, State) {
			return "g-" + name, State{"endpoint": "g-" + name + ".grafana-workspace." + region + ".amazonaws.com"}
		},
		"aws:cloudwatch/dashboard:Dashboard": withARN("", "cloudwatch", "dashboard/"),
	}
	// These have the name as their ID, or say it after their account's.
	known["aws:athena/workgroup:Workgroup"] = func(_ string, inputs resource.PropertyMap) (string, State) { return inputs["name"].StringValue(), nil }
	for _, token := range []string{"aws:glue/catalogDatabase:CatalogDatabase", "aws:glue/catalogTable:CatalogTable"} {
		known[token] = func(_ string, inputs resource.PropertyMap) (string, State) {
			return "222222222222:" + inputs["name"].StringValue(), nil
		}
	}
	for _, token := range []string{
		"aws:amp/ruleGroupNamespace:RuleGroupNamespace", "aws:amp/alertManagerDefinition:AlertManagerDefinition",
		"aws:athena/namedQuery:NamedQuery",
		"aws:grafana/roleAssociation:RoleAssociation", "aws:grafana/workspaceSamlConfiguration:WorkspaceSamlConfiguration", "aws:cloudwatch/queryDefinition:QueryDefinition", "kubernetes:core/v1:Secret", "kubernetes:telemetry.istio.io/v1:Telemetry",
	} {
		known[token] = identified("", nil)
	}
	return known
}
