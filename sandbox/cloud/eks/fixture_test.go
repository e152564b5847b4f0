package eks_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/eks"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/kms"
	"retail/sandbox/cloud/logs"
)

const (
	account    = "222222222222"
	region     = "eu-west-1"
	clusterARN = "arn:aws:eks:eu-west-1:222222222222:cluster/blue"
	managed    = "arn:aws:iam::aws:policy/"
)

// fixture is an account with a VPC in three zones, a cluster role and a node
// role with what EKS wants of them.
type fixture struct {
	*cloudtest.Client
	h        *cloudtest.Harness
	fake     *fakeClusters
	vpc      *cloudtest.Resource
	subnets  []any
	resource []*cloudtest.Resource
	attached map[string]*cloudtest.Resource // by role/policy
	role     string
	nodeRole string
}

func setUp(t *testing.T) *fixture { return setUpIn(t, "24", "euw1-az1", "euw1-az2", "euw1-az3") }

// setUpIn makes the subnets in the given zones, each of the given prefix length.
func setUpIn(t *testing.T, bits string, zones ...string) *fixture {
	t.Helper()
	fake := newFake()
	h := cloudtest.New(t, ec2.Register, iam.Register, kms.Register, logs.Register, eks.Register(fake))
	where := region
	if zones[0][:3] == "use" {
		where = "us-east-1"
	}
	f := &fixture{Client: h.As(account, where), h: h, fake: fake, attached: map[string]*cloudtest.Resource{}}
	f.vpc = f.Create(ec2.Vpc, cloud.Props{"cidrBlock": "10.0.0.0/16"})
	for i, zone := range zones {
		s := f.Create(ec2.Subnet, cloud.Props{"vpcId": f.vpc.ID, "availabilityZoneId": zone, "cidrBlock": fmt.Sprintf("10.0.%d.0/%s", i, bits)})
		f.subnets, f.resource = append(f.subnets, s.ID), append(f.resource, s)
	}
	f.role = f.makeRole("cluster", "eks.amazonaws.com", "AmazonEKSClusterPolicy")
	f.nodeRole = f.makeRole("node", "ec2.amazonaws.com", "AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonEKS_CNI_Policy")
	return f
}

func (f *fixture) makeRole(name, service string, policies ...string) string {
	r := f.Create(iam.Role, cloud.Props{"name": name, "assumeRolePolicy": fmt.Sprintf(
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":%q},"Action":["sts:AssumeRole","sts:TagSession"]}}`, service)})
	for _, p := range policies {
		f.attached[name+"/"+p] = f.Create(iam.Attachment, cloud.Props{"role": name, "policyArn": managed + p})
	}
	return r.State["arn"].(string)
}

// detach takes a policy from a role, out of its turn.
func (f *fixture) detach(name string) { f.Delete(f.attached[name]) }

// blue are the inputs of a cluster as this platform makes them, with changes.
func (f *fixture) blue(changes cloud.Props) cloud.Props {
	inputs := cloud.Props{"name": "blue", "version": "1.34", "roleArn": f.role, "bootstrapSelfManagedAddons": false,
		"accessConfig": cloud.Props{"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": false},
		"vpcConfig":    cloud.Props{"subnetIds": f.subnets, "endpointPrivateAccess": true, "endpointPublicAccess": false}}
	maps.Copy(inputs, changes)
	maps.DeleteFunc(inputs, func(_ string, v any) bool { return v == nil })
	return inputs
}

func (f *fixture) cluster(changes cloud.Props) *cloudtest.Resource {
	return f.Create(eks.Cluster, f.blue(changes))
}

func (f *fixture) addonInputs(name string, changes cloud.Props) cloud.Props {
	inputs := cloud.Props{"clusterName": "blue", "addonName": name, "resolveConflictsOnCreate": "OVERWRITE", "resolveConflictsOnUpdate": "PRESERVE"}
	maps.Copy(inputs, changes)
	return inputs
}

func (f *fixture) addon(name string, changes cloud.Props) *cloudtest.Resource {
	return f.Create(eks.Addon, f.addonInputs(name, changes))
}

func (f *fixture) groupInputs(changes cloud.Props) cloud.Props {
	inputs := cloud.Props{"clusterName": "blue", "nodeGroupName": "general", "nodeRoleArn": f.nodeRole, "subnetIds": f.subnets,
		"instanceTypes": []any{"m6i.large"}, "scalingConfig": sizes(1, 3, 6)}
	maps.Copy(inputs, changes)
	maps.DeleteFunc(inputs, func(_ string, v any) bool { return v == nil })
	return inputs
}

func (f *fixture) group(changes cloud.Props) *cloudtest.Resource {
	return f.Create(eks.NodeGroup, f.groupInputs(changes))
}

func sizes(low, desired, high float64) cloud.Props {
	return cloud.Props{"minSize": low, "desiredSize": desired, "maxSize": high}
}

// occupy takes addresses of a subnet.
func (f *fixture) occupy(t *testing.T, subnet any, n int) {
	t.Helper()
	require.NoError(t, f.h.World.Change(account, region, "occupy", func(c *cloud.Call) error {
		for range n {
			if _, err := ec2.AddInterface(c, subnet.(string), nil, "occupied", "occupied"); err != nil {
				return err
			}
		}
		return nil
	}))
}

// autoMode are the three switches.
func autoMode(compute, balancing, storage bool) cloud.Props {
	return cloud.Props{"computeConfig": cloud.Props{"enabled": compute},
		"kubernetesNetworkConfig": cloud.Props{"elasticLoadBalancing": cloud.Props{"enabled": balancing}},
		"storageConfig":           cloud.Props{"blockStorage": cloud.Props{"enabled": storage}}}
}
