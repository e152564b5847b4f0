package webhook_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"retail/sandbox/charts/chartstest"
	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/eks"
	"retail/sandbox/cloud/elbv2"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/clusters/clusterstest"
	"retail/sandbox/controllers/webhook"
)

const (
	account = clusterstest.Account
	region  = clusterstest.Region
	chart   = "aws-load-balancer-controller"
)

// fixture is a cluster with nodes and a simulated AWS with a target group and a
// role for the controller.
type fixture struct {
	*clusterstest.Cluster
	t     *testing.T
	aws   *cloudtest.Client
	group *cloudtest.Resource
	vpc   string
}

func setUp(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{t: t}
	f.buildAWS()
	f.Cluster = clusterstest.Start(t, webhook.Controllers(f.aws.World, iam.Authorize))
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
	f.Apply(definitions...)
	f.Apply(objects...)
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
