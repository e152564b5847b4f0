package loadbalancer_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/eks"
	"retail/sandbox/cloud/elbv2"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/kms"
	"retail/sandbox/cloud/logs"
	"retail/sandbox/clusters"
	"retail/sandbox/controllers/loadbalancer"
	"retail/sandbox/controllers/zonalshift"
)

const (
	account = "222222222222"
	region  = "eu-west-1"
	managed = "arn:aws:iam::aws:policy/"
)

var bindings = schema.GroupVersionResource{Group: "elbv2.k8s.aws", Version: "v1beta1", Resource: "targetgroupbindings"}

// fixture is a VPC with a real cluster, nodes, the controller's definitions and
// its role, and a Service with two pods.
type fixture struct {
	*cloudtest.Client
	t         *testing.T
	h         *cloudtest.Harness
	manager   *manager
	vpc       *cloudtest.Resource
	subnets   []any
	resources []*cloudtest.Resource // subnets
	cluster   *cloudtest.Resource
	nodes     *cloudtest.Resource
	options   clusters.Options
	grants    *cloudtest.Resource // the controller's policy
	kube      kubernetes.Interface
	dynamic   dynamic.Interface
}

// manager can be exchanged for another one over the same folder.
type manager struct{ clusters.Manager }

// restart ends everything that runs beside the world, does something, and resumes.
func (f *fixture) restart(meanwhile func()) {
	require.NoError(f.t, f.manager.Close())
	meanwhile()
	next, err := clusters.New(f.options)
	require.NoError(f.t, err)
	f.manager.Manager = next
	require.NoError(f.t, next.Resume(f.t.Context()))
}

func setUp(t *testing.T, auto bool) *fixture {
	if testing.Short() {
		t.Skip("starts a control plane")
	}
	bin := os.Getenv("RETAIL_SANDBOX_BIN")
	if bin == "" {
		bin = filepath.Join("..", "..", "..", ".sandbox", "bin")
	}
	if _, err := os.Stat(filepath.Join(bin, "kube-apiserver")); err != nil {
		t.Skipf("the Kubernetes programs are not built: %v", err)
	}
	f := &fixture{t: t}
	var err error
	f.options = clusters.Options{
		Dir: filepath.Join(t.TempDir(), "clusters"), Bin: bin, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Controllers: []clusters.Controller{loadbalancer.Controllers(func() *cloud.World { return f.h.World }, iam.Authorize),
			zonalshift.Controllers(func() *cloud.World { return f.h.World })},
		Identify: func(_, token string) (string, []string, bool) {
			return "arn:aws:sts::222222222222:assumed-role/admin/session", []string{"eks-access:AmazonEKSClusterAdminPolicy"}, token == "admin"
		},
		Zones: func(account, region string) (zones []clusters.Zone) {
			require.NoError(t, f.h.World.View(account, region, func(c *cloud.Call) error {
				for _, id := range c.Zones() {
					zones = append(zones, clusters.Zone{Name: c.ZoneName(id), ID: id})
				}
				return nil
			}))
			return zones
		},
		Pods: func(arn, zone string, _ []string) (block string) {
			require.NoError(t, f.h.World.View(account, region, func(c *cloud.Call) error {
				block = eks.AutoPodBlock(c, arn, zone, nil)
				return nil
			}))
			return block
		},
	}
	f.manager = &manager{}
	f.manager.Manager, err = clusters.New(f.options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.manager.Close()) })
	f.h = cloudtest.New(t, ec2.Register, iam.Register, kms.Register, logs.Register, elbv2.Register, eks.Register(f.manager))
	f.Client = f.h.As(account, region)
	f.network()
	f.raise(auto)
	return f
}

func (f *fixture) network() {
	f.vpc = f.Create(ec2.Vpc, cloud.Props{"cidrBlock": "10.0.0.0/16"})
	f.Create(ec2.InternetGateway, cloud.Props{"vpcId": f.vpc.ID})
	for i, zone := range []string{"euw1-az1", "euw1-az2"} {
		s := f.Create(ec2.Subnet, cloud.Props{"vpcId": f.vpc.ID, "availabilityZoneId": zone, "cidrBlock": fmt.Sprintf("10.0.%d.0/24", i),
			"tags": cloud.Props{"kubernetes.io/role/internal-elb": "1"}})
		f.subnets, f.resources = append(f.subnets, s.ID), append(f.resources, s)
	}
}

func (f *fixture) role(name, service string, policies ...string) string {
	r := f.Create(iam.Role, cloud.Props{"name": name, "assumeRolePolicy": fmt.Sprintf(
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":%q},"Action":["sts:AssumeRole","sts:TagSession"]}}`, service)})
	for _, p := range policies {
		f.Create(iam.Attachment, cloud.Props{"role": name, "policyArn": managed + p})
	}
	return r.State["arn"].(string)
}

// raise makes the cluster with two nodes, or with Auto Mode.
func (f *fixture) raise(auto bool) {
	role := f.role("cluster", "eks.amazonaws.com", "AmazonEKSClusterPolicy")
	node := f.role("node", "ec2.amazonaws.com", "AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonEKS_CNI_Policy")
	inputs := cloud.Props{"name": "blue", "version": "1.34", "roleArn": role, "bootstrapSelfManagedAddons": false,
		"zonalShiftConfig": cloud.Props{"enabled": true},
		"accessConfig":     cloud.Props{"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": false},
		"vpcConfig":        cloud.Props{"subnetIds": f.subnets, "endpointPrivateAccess": true, "endpointPublicAccess": false}}
	if auto {
		for _, p := range []string{"AmazonEKSComputePolicy", "AmazonEKSBlockStoragePolicy", "AmazonEKSLoadBalancingPolicy", "AmazonEKSNetworkingPolicy"} {
			f.Create(iam.Attachment, cloud.Props{"role": "cluster", "policyArn": managed + p})
		}
		inputs["computeConfig"] = cloud.Props{"enabled": true, "nodePools": []any{"general-purpose"}, "nodeRoleArn": f.role("auto", "ec2.amazonaws.com",
			"AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly")}
		inputs["kubernetesNetworkConfig"] = cloud.Props{"elasticLoadBalancing": cloud.Props{"enabled": true}}
		inputs["storageConfig"] = cloud.Props{"blockStorage": cloud.Props{"enabled": true}}
	}
	f.cluster = f.Create(eks.Cluster, inputs)
	f.connect()
	if auto {
		return
	}
	for _, addon := range []string{"vpc-cni", "eks-pod-identity-agent"} {
		f.Create(eks.Addon, cloud.Props{"clusterName": "blue", "addonName": addon, "resolveConflictsOnCreate": "OVERWRITE"})
	}
	f.nodes = f.Create(eks.NodeGroup, cloud.Props{"clusterName": "blue", "nodeGroupName": "general", "nodeRoleArn": node, "subnetIds": f.subnets,
		"instanceTypes": []any{"m6i.large"}, "scalingConfig": cloud.Props{"minSize": 2.0, "desiredSize": 2.0, "maxSize": 2.0}})
	lbc := f.role("lbc", "pods.eks.amazonaws.com")
	published, err := os.ReadFile(filepath.Join("..", "..", "cloud", "iam", "testdata", "aws-load-balancer-controller.json"))
	require.NoError(f.t, err)
	policy := f.Create(iam.Policy, cloud.Props{"name": "lbc", "policy": string(published)})
	f.grants = f.Create(iam.Attachment, cloud.Props{"role": "lbc", "policyArn": policy.State["arn"]})
	f.Create(eks.PodIdentity, cloud.Props{"clusterName": "blue", "namespace": "kube-system", "serviceAccount": "aws-load-balancer-controller", "roleArn": lbc})
	f.definitions()
}

func (f *fixture) connect() {
	ca, err := base64.StdEncoding.DecodeString(cloud.Lookup(f.cluster.State, "certificateAuthority.data").(string))
	require.NoError(f.t, err)
	config := &rest.Config{Host: f.cluster.State["endpoint"].(string), BearerToken: "admin", TLSClientConfig: rest.TLSClientConfig{CAData: ca}, QPS: -1}
	f.kube, err = kubernetes.NewForConfig(config)
	require.NoError(f.t, err)
	f.dynamic, err = dynamic.NewForConfig(config)
	require.NoError(f.t, err)
}

// definitions are those that the chart brings.
func (f *fixture) definitions() {
	data, err := os.ReadFile(filepath.Join("..", "..", "charts", "aws-load-balancer-controller", "crds", "crds.yaml"))
	require.NoError(f.t, err)
	reader := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(data), 4096)
	crds := f.dynamic.Resource(schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"})
	for {
		u := &unstructured.Unstructured{}
		err := reader.Decode(u)
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(f.t, err)
		_, err = crds.Create(f.t.Context(), u, metav1.CreateOptions{})
		require.NoError(f.t, err)
	}
}

// start runs the controller as the chart does, stop ends it.
func (f *fixture) start(args ...string) {
	_, err := f.kube.CoreV1().ServiceAccounts("kube-system").Create(f.t.Context(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "aws-load-balancer-controller"}}, metav1.CreateOptions{})
	if err != nil {
		require.ErrorContains(f.t, err, "already exists")
	}
	if args == nil {
		args = []string{"--cluster-name=blue", "--aws-region=" + region, "--aws-vpc-id=" + f.vpc.ID}
	}
	f.deploy("kube-system", "aws-load-balancer-controller", 1, corev1.PodSpec{ServiceAccountName: "aws-load-balancer-controller",
		Containers: []corev1.Container{{Name: "controller", Image: "controller", Args: args}}})
}

func (f *fixture) stop() {
	require.NoError(f.t, f.kube.AppsV1().Deployments("kube-system").Delete(f.t.Context(), "aws-load-balancer-controller", metav1.DeleteOptions{}))
	f.eventually("the controller's pods go", func() bool {
		pods, err := f.kube.CoreV1().Pods("kube-system").List(f.t.Context(), metav1.ListOptions{LabelSelector: "app.kubernetes.io/name=aws-load-balancer-controller"})
		return err == nil && len(pods.Items) == 0
	})
}

func (f *fixture) deploy(namespace, name string, replicas int32, spec corev1.PodSpec) {
	labels := map[string]string{"app.kubernetes.io/name": name}
	_, err := f.kube.AppsV1().Deployments(namespace).Create(f.t.Context(), &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels},
		Spec: appsv1.DeploymentSpec{Replicas: &replicas, Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: spec}},
	}, metav1.CreateOptions{})
	require.NoError(f.t, err)
}
