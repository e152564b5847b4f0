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
		"aws:cloudwatch/dashboard:Dashboard": withARN("", "cloudwatch", "dashboard/"),
	}
	for _, token := range []string{
		"aws:amp/ruleGroupNamespace:RuleGroupNamespace", "aws:amp/alertManagerDefinition:AlertManagerDefinition",
		"aws:cloudwatch/queryDefinition:QueryDefinition", "kubernetes:core/v1:Secret", "kubernetes:telemetry.istio.io/v1:Telemetry",
	} {
		known[token] = identified("", nil)
	}
	return known
}
