package lattice_test

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/vpclattice"
)

// app is a Service of pods that answer on /health.
func (c *cluster) app(name, more string) {
	c.yaml(fmt.Sprintf(`
{apiVersion: apps/v1, kind: Deployment, metadata: {name: %[1]s, namespace: store}, spec: {replicas: 2, selector: {matchLabels: {app: %[1]s}},
  template: {metadata: {labels: {app: %[1]s}}, spec: {containers: [{name: app, image: app, ports: [{name: http, containerPort: 8080}],
    readinessProbe: {httpGet: {path: /health, port: http}}}]}}}}
---
{apiVersion: v1, kind: Service, metadata: {name: %[1]s, namespace: store}, spec: {selector: {app: %[1]s}, ports: [{name: http, port: 80, targetPort: 8080}]}}
---
{apiVersion: application-networking.k8s.aws/v1alpha1, kind: TargetGroupPolicy, metadata: {name: %[1]s, namespace: store}, spec: {protocol: HTTP, protocolVersion: HTTP1,
  targetRef: {group: "", kind: Service, name: %[1]s}, healthCheck: {enabled: true, intervalSeconds: 10, timeoutSeconds: 5, healthyThresholdCount: 2,
  unhealthyThresholdCount: 2, path: /health, statusMatch: "200"%[2]s}}}`, name, more))
}

func (c *cluster) gateway() {
	c.yaml(`{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: ` + network + `, namespace: store}, spec: {gatewayClassName: amazon-vpc-lattice,
  listeners: [{name: https, port: 443, protocol: HTTPS, tls: {mode: Terminate, options: {"application-networking.k8s.aws/default": "true"}}, allowedRoutes: {kinds: [{kind: HTTPRoute}]}}]}}`)
}

func (c *cluster) export(name string) {
	c.yaml(fmt.Sprintf(`{apiVersion: application-networking.k8s.aws/v1alpha1, kind: ServiceExport, metadata: {name: %s, namespace: store,
  annotations: {application-networking.k8s.aws/federation: amazon-vpc-lattice}}, spec: {exportedPorts: [{port: 80, routeType: HTTP}]}}`, name))
}

// imports names the export of another cluster.
func (c *cluster) imports(name, export, from string) {
	c.yaml(fmt.Sprintf(`{apiVersion: application-networking.k8s.aws/v1alpha1, kind: ServiceImport, metadata: {name: %s, namespace: store,
  annotations: {application-networking.k8s.aws/aws-eks-cluster-name: %s, application-networking.k8s.aws/export-name: %s}}, spec: {type: ClusterSetIP, ports: [{port: 80, protocol: TCP}]}}`, name, from, export))
}

// route has weighted backends, KIND/NAME=WEIGHT each.
func (c *cluster) route(name, annotations string, backends ...string) {
	var refs []any
	for _, b := range backends {
		var kind, called string
		var weight int
		_, err := fmt.Sscanf(strings.NewReplacer("/", " ", "=", " ").Replace(b), "%s %s %d", &kind, &called, &weight)
		require.NoError(c.t, err)
		group := map[string]string{"Service": "", "ServiceImport": "application-networking.k8s.aws"}[kind]
		refs = append(refs, map[string]any{"group": group, "kind": kind, "name": called, "port": 80, "weight": weight})
	}
	data, err := json.Marshal(refs)
	require.NoError(c.t, err)
	c.yaml(fmt.Sprintf(`{"apiVersion":"gateway.networking.k8s.io/v1","kind":"HTTPRoute","metadata":{"name":%q,"namespace":"store","annotations":{%s}},
		"spec":{"parentRefs":[{"name":%q,"sectionName":"https"}],"rules":[{"backendRefs":%s}]}}`, name, annotations, network, data))
}

// service is the one service of the account, with its tags; nil without one.
func (w *world) service() *cloud.Record {
	all := w.h.Records(vpclattice.Service)
	if len(all) != 1 {
		return nil
	}
	return all[0]
}

// weights are those of the one rule, by the cluster of the target group and what made it.
func (w *world) weights() map[string]int {
	out := map[string]int{}
	rules := w.h.Records(vpclattice.ListenerRule)
	if len(rules) != 1 {
		return out
	}
	for _, f := range vpclattice.Forwards(rules[0]) {
		for _, g := range w.h.Records(vpclattice.TargetGroup) {
			if g.ID == f.TargetGroup {
				tags := vpclattice.TagsOf(g)
				out[tags[tag+"ClusterName"]+" "+tags[tag+"SourceTypeKey"]] = f.Weight
			}
		}
	}
	return out
}

const tag = "application-networking.k8s.aws/"

// health counts the targets of a cluster's group by status.
func (w *world) health(cluster, source string) map[string]int {
	out := map[string]int{}
	require.NoError(w.t, w.h.World.View(account, region, func(c *cloud.Call) error {
		for _, g := range c.List(vpclattice.TargetGroup) {
			tags := vpclattice.TagsOf(g)
			if tags[tag+"ClusterName"] != cluster || tags[tag+"SourceTypeKey"] != source {
				continue
			}
			for _, h := range vpclattice.Health(c, g) {
				out[h.Status]++
			}
		}
		return nil
	}))
	return out
}

// left is what is still there in VPC Lattice of what controllers make.
func (w *world) left() int {
	n := 0
	for _, token := range []string{vpclattice.Service, vpclattice.ServiceAssociation, vpclattice.Listener, vpclattice.ListenerRule, vpclattice.TargetGroup, vpclattice.Attachment} {
		n += len(w.h.Records(token))
	}
	return n
}
