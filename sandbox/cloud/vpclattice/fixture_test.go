package vpclattice_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/acm"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/elbv2"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/kms"
	"retail/sandbox/cloud/logs"
	"retail/sandbox/cloud/ram"
	"retail/sandbox/cloud/route53"
	"retail/sandbox/cloud/s3"
	"retail/sandbox/cloud/vpclattice"
)

const (
	hub, dev, prod = "111111111111", "222222222222", "333333333333"
	region         = "eu-west-1"
)

type list = []any

// fixture is a hub with a service network that it shares with dev, and dev with a VPC.
type fixture struct {
	*cloudtest.Client // dev
	h                 *cloudtest.Harness
	hub               *cloudtest.Client
	network, share    *cloudtest.Resource
	cloudtest.Network
}

func start(t *testing.T) *fixture {
	h := cloudtest.New(t, ec2.Register, iam.Register, kms.Register, acm.Register, route53.Register, elbv2.Register, logs.Register, s3.Register,
		ram.Register, vpclattice.Register)
	f := &fixture{Client: h.As(dev, region), h: h, hub: h.As(hub, region)}
	f.network = f.hub.Create(vpclattice.Network, cloud.Props{"name": "retail-dev", "authType": "AWS_IAM"})
	f.share = f.hub.Create(ram.Share, cloud.Props{"name": "retail-dev"})
	f.hub.Create(ram.Resource, cloud.Props{"resourceShareArn": f.share.ID, "resourceArn": f.arn(f.network)})
	f.hub.Create(ram.Principal, cloud.Props{"resourceShareArn": f.share.ID, "principal": dev})
	f.Network = f.Client.Network(1)
	return f
}

func (f *fixture) arn(r *cloudtest.Resource) string { return ec2.Text(r.State, "arn") }

// associate puts dev's VPC into the network.
func (f *fixture) associate() *cloudtest.Resource {
	return f.Create(vpclattice.VpcAssociation, cloud.Props{"serviceNetworkIdentifier": f.arn(f.network), "vpcIdentifier": f.VPC,
		"securityGroupIds": list{f.Group}})
}

func (f *fixture) service(name string) *cloudtest.Resource {
	return f.Create(vpclattice.Service, cloud.Props{"name": name})
}

// group makes a target group of addresses of the VPC.
func (f *fixture) group(name string) *cloudtest.Resource {
	return f.Create(vpclattice.TargetGroup, f.targets(name))
}

func (f *fixture) targets(name string) cloud.Props {
	return cloud.Props{"name": name, "type": "IP", "config": cloud.Props{"port": 80, "protocol": "HTTP", "vpcIdentifier": f.VPC}}
}

// listener makes one whose default action is 404.
func (f *fixture) listener(service *cloudtest.Resource, port int) *cloudtest.Resource {
	return f.Create(vpclattice.Listener, f.answers404(service, port))
}

func (f *fixture) answers404(service *cloudtest.Resource, port int) cloud.Props {
	return cloud.Props{"name": "http-" + string(rune('a'+port%26)), "protocol": "HTTP", "port": port, "serviceIdentifier": service.ID,
		"defaultAction": cloud.Props{"fixedResponse": cloud.Props{"statusCode": 404}}}
}

// rule forwards every path to target groups with weights.
func (f *fixture) rule(service, listener *cloudtest.Resource, priority int, weights map[*cloudtest.Resource]int) cloud.Props {
	groups := list{}
	for g, weight := range weights {
		groups = append(groups, cloud.Props{"targetGroupIdentifier": g.ID, "weight": weight})
	}
	return cloud.Props{"name": "k8s-rule-" + string(rune('a'+priority)), "priority": priority, "serviceIdentifier": service.ID,
		"listenerIdentifier": listener.State["listenerId"],
		"match":              cloud.Props{"httpMatch": cloud.Props{"pathMatch": cloud.Props{"match": cloud.Props{"prefix": "/"}}}},
		"action":             cloud.Props{"forward": cloud.Props{"targetGroups": groups}}}
}

// view runs a reading function as an account.
func (f *fixture) view(account string, look func(*cloud.Call) error) error {
	return f.h.World.View(account, region, look)
}

// change runs what a controller does in dev.
func (f *fixture) change(do func(*cloud.Call) error) {
	f.h.T.Helper()
	require.NoError(f.h.T, f.h.World.Change(dev, region, "controller", do))
}

// get is the record behind a resource of dev.
func (f *fixture) get(c *cloud.Call, r *cloudtest.Resource) *cloud.Record {
	return c.Get(r.Token, r.ID)
}

// actor is a controller of dev that may do everything.
func (f *fixture) actor() *cloud.Actor {
	return &cloud.Actor{World: f.h.World, Account: dev, Region: region, Role: "arn:aws:iam::" + dev + ":role/lattice", Session: "test",
		Owner: "eks/blue/lattice"}
}
