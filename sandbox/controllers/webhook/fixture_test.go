package webhook_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"retail/sandbox/charts/chartstest"
	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/eks"
	"retail/sandbox/cloud/elbv2"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/clusters"
	"retail/sandbox/controllers/webhook"
)

const (
	account = "222222222222"
	region  = "eu-west-1"
	arn     = "arn:aws:eks:eu-west-1:222222222222:cluster/blue"
	chart   = "aws-load-balancer-controller"
)

// fixture is a cluster with nodes and a simulated AWS with a target group and a
// role for the controller.
type fixture struct {
	t       *testing.T
	aws     *cloudtest.Client
	typed   kubernetes.Interface
	dynamic dynamic.Interface
	group   *cloudtest.Resource
	vpc     string
}

func setUp(t *testing.T) *fixture {
	t.Helper()
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
	f.buildAWS()
	config := make(chan *rest.Config, 1)
	m, err := clusters.New(clusters.Options{
		Dir: filepath.Join(t.TempDir(), "clusters"), Bin: bin, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Controllers: []clusters.Controller{
			webhook.Controllers(f.aws.World, iam.Authorize),
			func(_ context.Context, p clusters.Plane) { config <- p.Config },
		},
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = m.Close() })
	_, err = m.Create(t.Context(), clusters.ClusterSpec{ARN: arn, Name: "blue", Account: account, Region: region, Version: "1.34"})
	require.NoError(t, err)
	in := <-config
	f.typed, f.dynamic = kubernetes.NewForConfigOrDie(in), dynamic.NewForConfigOrDie(in)
	require.NoError(t, m.ApplyAddon(t.Context(), arn, "vpc-cni", "v1.20.0-eksbuild.1", nil))
	require.NoError(t, m.SetNodes(t.Context(), arn, "general", []clusters.Node{{
		Name: "ip-10-0-1-10.eu-west-1.compute.internal", ProviderID: "aws:///eu-west-1a/i-0123456789abcdef0", Zone: "eu-west-1a",
		ZoneID: "euw1-az1", Region: region, InstanceType: "m7g.large", AMIFamily: "AL2023", CPU: "4", Memory: "8Gi", MaxPods: 110,
	}}))
	return f
}

// buildAWS makes a VPC, a target group and the controller's role.
func (f *fixture) buildAWS() {
	h := cloudtest.New(f.t, ec2.Register, iam.Register, elbv2.Register)
	f.aws = h.As(account, region)
	f.vpc = f.aws.Create(ec2.Vpc, cloud.Props{"cidrBlock": "10.0.0.0/16"}).ID
	f.group = f.aws.Create(elbv2.TargetGroup, f.targets("one"))
	role := f.aws.Create(iam.Role, cloud.Props{"name": "lbc", "assumeRolePolicy": `{"Version":"2012-10-17","Statement":{"Effect":"Allow",
		"Principal":{"Service":"pods.eks.amazonaws.com"},"Action":["sts:AssumeRole","sts:TagSession"]}}`})
	require.NoError(f.t, h.World.Change(account, region, "test", func(c *cloud.Call) error {
		c.Put(&cloud.Record{Token: eks.Cluster, ID: "blue", State: cloud.Props{"name": "blue"}})
		c.Put(&cloud.Record{Token: eks.Addon, ID: "blue:eks-pod-identity-agent", State: cloud.Props{"clusterName": "blue"}})
		c.Put(&cloud.Record{Token: eks.PodIdentity, ID: "a-1", State: cloud.Props{"clusterName": "blue", "namespace": "kube-system",
			"serviceAccount": chart, "roleArn": role.State["arn"]}})
		return nil
	}))
}

func (f *fixture) targets(name string) cloud.Props {
	return cloud.Props{"name": name, "port": 8080.0, "protocol": "HTTP", "targetType": "ip", "vpcId": f.vpc}
}

// allow lets the controller describe target groups.
func (f *fixture) allow() {
	f.aws.Create(iam.RolePolicy, cloud.Props{"role": "lbc", "name": "lbc", "policy": `{"Version":"2012-10-17","Statement":{"Effect":"Allow",
		"Action":"elasticloadbalancing:Describe*","Resource":"*"}}`})
}

// install applies the chart, with replicas and further values.
func (f *fixture) install(replicas int, more string) {
	f.t.Helper()
	ca, cert, key := f.certificates()
	indent := func(s string) string { return strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n    ") }
	values := fmt.Sprintf("clusterName: blue\nregion: %s\nvpcId: %s\nreplicaCount: %d\nwebhookTLS:\n  caCert: |\n    %s\n  cert: |\n    %s\n  key: |\n    %s\n%s",
		region, f.vpc, replicas, indent(ca), indent(cert), indent(key), more)
	definitions, objects, err := chartstest.Render(chart, "kube-system", values)
	require.NoError(f.t, err)
	f.apply(definitions...)
	f.apply(objects...)
}

// apply applies objects; kinds that a definition has just brought take a moment.
func (f *fixture) apply(objects ...*unstructured.Unstructured) {
	f.t.Helper()
	for _, o := range objects {
		require.Eventually(f.t, func() bool { return f.try(o) == nil }, 10*time.Second, 100*time.Millisecond, "%s %s: %v", o.GetKind(), o.GetName(), o)
	}
}

// try applies an object; the error is the API server's.
func (f *fixture) try(o *unstructured.Unstructured) error {
	lists, err := f.typed.Discovery().ServerResourcesForGroupVersion(o.GetAPIVersion())
	if err != nil {
		return err
	}
	for _, r := range lists.APIResources {
		if r.Kind != o.GetKind() || strings.Contains(r.Name, "/") {
			continue
		}
		version, err := schema.ParseGroupVersion(o.GetAPIVersion())
		if err != nil {
			return err
		}
		var client dynamic.ResourceInterface = f.dynamic.Resource(version.WithResource(r.Name))
		if r.Namespaced {
			client = f.dynamic.Resource(version.WithResource(r.Name)).Namespace(o.GetNamespace())
		}
		_, err = client.Apply(f.t.Context(), o.GetName(), o, metav1.ApplyOptions{FieldManager: "test", Force: true})
		return err
	}
	return fmt.Errorf("%s is not served", o.GroupVersionKind())
}

// certificates are an authority and a key pair for the webhook's Service.
func (f *fixture) certificates() (ca, cert, key string) {
	f.t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(f.t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "webhook"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, DNSNames: []string{"aws-load-balancer-webhook-service.kube-system.svc"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	require.NoError(f.t, err)
	bits, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(f.t, err)
	cert = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return cert, cert, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: bits}))
}

// object is an object from YAML's JSON form.
func object(text string, args ...any) *unstructured.Unstructured {
	u := &unstructured.Unstructured{}
	if err := u.UnmarshalJSON([]byte(fmt.Sprintf(text, args...))); err != nil {
		panic(err)
	}
	return u
}
