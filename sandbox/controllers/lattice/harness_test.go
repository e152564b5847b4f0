package lattice_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/yaml"

	"retail/sandbox/charts/chartstest"
	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/eks"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/kms"
	"retail/sandbox/cloud/logs"
	"retail/sandbox/cloud/ram"
	"retail/sandbox/cloud/s3"
	"retail/sandbox/cloud/vpclattice"
	"retail/sandbox/clusters"
	"retail/sandbox/clusters/clusterstest"
	"retail/sandbox/controllers/lattice"
	"retail/sandbox/toolchain"
)

const (
	hubAccount = "111111111111"
	account    = clusterstest.Account
	region     = clusterstest.Region
	network    = "retail-dev"
	system     = "aws-application-networking-system"
	patience   = 2 * time.Minute // for a machine that is busy
)

// world is a hub whose service network is shared with an account that has a VPC.
type world struct {
	t          *testing.T
	h          *cloudtest.Harness
	hub, dev   *cloudtest.Client
	network    *cloudtest.Resource
	vpc, nodes string // the VPC and its nodes' security group
	policy     *cloudtest.Resource
}

func newWorld(t *testing.T) *world {
	t.Helper()
	h := cloudtest.New(t, ec2.Register, iam.Register, kms.Register, logs.Register, s3.Register, ram.Register, vpclattice.Register)
	w := &world{t: t, h: h, hub: h.As(hubAccount, region), dev: h.As(account, region)}
	w.network = w.hub.Create(vpclattice.Network, cloud.Props{"name": network, "authType": "AWS_IAM"})
	share := w.hub.Create(ram.Share, cloud.Props{"name": network})
	w.hub.Create(ram.Resource, cloud.Props{"resourceShareArn": share.ID, "resourceArn": w.network.State["arn"]})
	w.hub.Create(ram.Principal, cloud.Props{"resourceShareArn": share.ID, "principal": account})
	w.vpc = w.dev.Create(ec2.Vpc, cloud.Props{"cidrBlock": "10.0.0.0/16"}).ID
	w.nodes = w.dev.Create(ec2.SecurityGroup, cloud.Props{"vpcId": w.vpc, "name": "nodes"}).ID
	role := w.dev.Create(iam.Role, cloud.Props{"name": "lattice", "assumeRolePolicy": `{"Version":"2012-10-17","Statement":{"Effect":"Allow",
		"Principal":{"Service":"pods.eks.amazonaws.com"},"Action":["sts:AssumeRole","sts:TagSession"]}}`})
	w.policy = w.dev.Create(iam.RolePolicy, cloud.Props{"role": "lattice", "name": "lattice", "policy": allowed})
	require.NoError(t, h.World.Change(account, region, "test", func(c *cloud.Call) error {
		c.Put(&cloud.Record{Token: eks.Cluster, ID: "blue", State: cloud.Props{"name": "blue", "vpcConfig": cloud.Props{"vpcId": w.vpc, "clusterSecurityGroupId": w.nodes}}})
		c.Put(&cloud.Record{Token: eks.Addon, ID: "blue:eks-pod-identity-agent", State: cloud.Props{"clusterName": "blue"}})
		c.Put(&cloud.Record{Token: eks.PodIdentity, ID: "a-1", State: cloud.Props{"clusterName": "blue", "namespace": system,
			"serviceAccount": "gateway-api-controller", "roleArn": role.State["arn"]}})
		return nil
	}))
	return w
}

const allowed = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["vpc-lattice:*","tag:GetResources"],"Resource":"*"}}`

// associate puts the VPC into the network.
func (w *world) associate() {
	w.dev.Create(vpclattice.VpcAssociation, cloud.Props{"serviceNetworkIdentifier": w.network.State["arn"], "vpcIdentifier": w.vpc})
}

// open lets VPC Lattice reach the pods.
func (w *world) open() {
	list := w.dev.Invoke("aws:ec2/getManagedPrefixList:getManagedPrefixList", cloud.Props{"name": "com.amazonaws." + region + ".vpc-lattice"})
	w.dev.Create(ec2.IngressRule, cloud.Props{"securityGroupId": w.nodes, "prefixListId": list["id"], "ipProtocol": "tcp", "fromPort": 8080, "toPort": 8080})
}

// cluster is one of the VPC's clusters, as its controller is told.
type cluster struct {
	*clusterstest.Cluster
	t    *testing.T
	name string
}

// raise starts a cluster with the controller's definitions and chart. Both clusters of a
// world go by one entry in EKS: what tells them apart is the controller's own name for its
// cluster.
func (w *world) raise(name, pods string) *cluster {
	w.t.Helper()
	c := &cluster{clusterstest.Start(w.t, lattice.Controllers(func() *cloud.World { return w.h.World }, iam.Authorize)), w.t, name}
	require.NoError(w.t, c.Manager.SetNodes(w.t.Context(), clusterstest.ARN, "general", []clusters.Node{{
		Name: "ip-10-0-2-10.eu-west-1.compute.internal", ProviderID: "aws:///eu-west-1a/i-0123456789abcdef1", Zone: "eu-west-1a", PodCIDR: pods,
		ZoneID: "euw1-az1", Region: region, InstanceType: "m7g.large", AMIFamily: "AL2023", CPU: "4", Memory: "8Gi", MaxPods: 110,
	}}))
	root, err := toolchain.Root()
	require.NoError(w.t, err)
	text, err := os.ReadFile(filepath.Join(root, "components", "gatewayapi", "definitions.jsonl"))
	require.NoError(w.t, err)
	c.yaml(string(text))
	for _, n := range []string{system, "store"} {
		c.Apply(clusterstest.Object(`{"apiVersion":"v1","kind":"Namespace","metadata":{"name":%q}}`, n))
	}
	return c
}

// install applies the chart and makes the class.
func (c *cluster) install(w *world, more string) {
	c.t.Helper()
	values := fmt.Sprintf("clusterName: %s\nclusterVpcId: %s\nawsRegion: %s\nawsAccountId: %q\nreconcileDefaultResyncSeconds: 60\n%s", c.name, w.vpc, region, account, more)
	definitions, objects, err := chartstest.Render("aws-gateway-controller-chart", system, values)
	require.NoError(c.t, err)
	c.Apply(definitions...)
	c.Apply(objects...)
	c.yaml(`{apiVersion: gateway.networking.k8s.io/v1, kind: GatewayClass, metadata: {name: amazon-vpc-lattice}, spec: {controllerName: application-networking.k8s.aws/gateway-api-controller}}`)
	c.eventually(func(t *assert.CollectT) {
		assert.Equal(t, "True", c.condition(resource("gatewayclasses"), "", "amazon-vpc-lattice", "Accepted")["status"])
	}, "the controller runs")
}

func resource(name string) schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: "gateway.networking.k8s.io", Version: "v1", Resource: name}
}

func own(name string) schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: "application-networking.k8s.aws", Version: "v1alpha1", Resource: name}
}

// yaml applies documents.
func (c *cluster) yaml(text string) {
	c.t.Helper()
	decoder := yaml.NewYAMLOrJSONDecoder(strings.NewReader(text), 4096)
	for {
		u := &unstructured.Unstructured{}
		if decoder.Decode(&u.Object) != nil {
			return
		}
		if len(u.Object) > 0 {
			c.Apply(u)
		}
	}
}

func (c *cluster) get(r schema.GroupVersionResource, namespace, name string) map[string]any {
	u, err := c.Dynamic.Resource(r).Namespace(namespace).Get(c.t.Context(), name, metav1.GetOptions{})
	if err != nil {
		return nil
	}
	return u.Object
}

// condition is one of an object's own, or of its first parent with it.
func (c *cluster) condition(r schema.GroupVersionResource, namespace, name, kind string) map[string]any {
	object := c.get(r, namespace, name)
	conditions, _, _ := unstructured.NestedSlice(object, "status", "conditions")
	parents, _, _ := unstructured.NestedSlice(object, "status", "parents")
	for _, p := range parents {
		more, _, _ := unstructured.NestedSlice(p.(map[string]any), "conditions")
		conditions = append(conditions, more...)
	}
	for _, o := range conditions {
		if m := o.(map[string]any); m["type"] == kind {
			return m
		}
	}
	return map[string]any{}
}

func (c *cluster) remove(r schema.GroupVersionResource, name string) {
	c.t.Helper()
	require.NoError(c.t, c.Dynamic.Resource(r).Namespace("store").Delete(c.t.Context(), name, metav1.DeleteOptions{}))
}

func (c *cluster) gone(r schema.GroupVersionResource, name string) {
	c.t.Helper()
	c.eventually(func(t *assert.CollectT) { assert.Nil(t, c.get(r, "store", name)) }, name+" goes")
}

func (c *cluster) merge(r schema.GroupVersionResource, name, patch string) {
	c.t.Helper()
	_, err := c.Dynamic.Resource(r).Namespace("store").Patch(c.t.Context(), name, types.MergePatchType, []byte(patch), metav1.PatchOptions{})
	require.NoError(c.t, err)
}

// scale sets the controller's replicas.
func (c *cluster) scale(n int) {
	c.t.Helper()
	d := schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}
	list, err := c.Dynamic.Resource(d).Namespace(system).List(c.t.Context(), metav1.ListOptions{})
	require.NoError(c.t, err)
	require.Len(c.t, list.Items, 1)
	_, err = c.Dynamic.Resource(d).Namespace(system).Patch(c.t.Context(), list.Items[0].GetName(), types.MergePatchType,
		fmt.Appendf(nil, `{"spec":{"replicas":%d}}`, n), metav1.PatchOptions{})
	require.NoError(c.t, err)
	c.eventually(func(t *assert.CollectT) {
		pods, err := c.Typed.CoreV1().Pods(system).List(c.t.Context(), metav1.ListOptions{})
		if assert.NoError(t, err) {
			assert.Len(t, pods.Items, n)
		}
	})
}

func (c *cluster) eventually(check func(*assert.CollectT), about ...any) {
	c.t.Helper()
	defer func() {
		if c.t.Failed() {
			c.t.Log(c.name, c.events())
		}
	}()
	require.EventuallyWithT(c.t, check, patience, 100*time.Millisecond, about...)
}

// events is what the controller said.
func (c *cluster) events() string {
	list, err := c.Typed.CoreV1().Events(metav1.NamespaceAll).List(c.t.Context(), metav1.ListOptions{})
	if err != nil {
		return err.Error()
	}
	out := ""
	for _, e := range list.Items {
		if e.Source.Component == "aws-gateway-controller" {
			out += fmt.Sprintln(e.InvolvedObject.Kind, e.InvolvedObject.Name, e.Reason, e.Message)
		}
	}
	return out
}
