package observability

import (
	"encoding/json"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/tags"
)

// workspaceRole signs requests with the workspace's own role (aws-observability's
// terraform-aws-observability-accelerator, Amazon Managed Grafana).
const workspaceRole = "workspace-iam-role"

// handOver says what belongs into the workspace. Nothing of it is secret.
func (d *Durable) handOver(args *DurableArgs) error {
	files, err := args.Watch.Dashboards()
	if err != nil {
		return err
	}
	dashboards := pulumi.Map{}
	for _, name := range tags.Sorted(files) {
		text, err := json.Marshal(map[string]any{"dashboard": json.RawMessage(files[name]), "overwrite": true})
		if err != nil {
			return err
		}
		dashboards[name] = pulumi.String(text)
	}
	sources := pulumi.All(d.Workspace.Endpoint).ApplyT(func(known []any) ([]string, error) {
		return dataSources(known[0].(string), args.Region)
	}).(pulumi.StringArrayOutput)
	d.Grafana.HandOver = pulumi.Map{
		"id": d.Grafana.ID, "endpoint": d.Grafana.Endpoint, "dataSources": sources, "dashboards": dashboards,
	}
	return nil
}

// dataSources are the workspace for Prometheus, CloudWatch and X-Ray, each as Grafana's HTTP
// API takes it (Grafana, "Data source API"; Amazon Managed Grafana User Guide, "Data
// sources"). The last is a plugin, which an administrator installs in the workspace first.
func dataSources(endpoint, region string) ([]string, error) {
	const byDefault = "default" // the workspace's role, here too [inferred]
	var all []string
	for _, one := range []object{
		{"name": "Prometheus", "uid": metricsSource, "type": "prometheus", "url": endpoint, "isDefault": true, "jsonData": object{
			"timeInterval": "30s", "httpMethod": "POST", "sigV4Auth": true, "sigV4AuthType": workspaceRole, "sigV4Region": region,
		}},
		{"name": "CloudWatch", "uid": "cloudwatch", "type": "cloudwatch", "jsonData": object{"authType": byDefault, "defaultRegion": region}},
		{"name": "X-Ray", "uid": "traces", "type": "grafana-x-ray-datasource", "jsonData": object{"authType": byDefault, "defaultRegion": region}},
	} {
		one["access"] = "proxy"
		text, err := json.Marshal(one)
		if err != nil {
			return nil, err
		}
		all = append(all, string(text))
	}
	return all, nil
}
