package unit

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/components/datastores"
	"retail/tests/internal/recorder"
)

const (
	rdsCluster  = "aws:rds/cluster:Cluster"
	rdsInstance = "aws:rds/clusterInstance:ClusterInstance"
	ingressRule = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
	secretValue = "aws:secretsmanager/secretVersion:SecretVersion"
	cacheGroup  = "aws:elasticache/replicationGroup:ReplicationGroup"
	cacheUser   = "aws:elasticache/user:User"
	kmsKey      = "aws:kms/key:Key"
	stash       = "pulumi:index:Stash"
	nodesOfBlue = "sg-eks-made-blue"
)

// everyStore is a VPC in which every service keeps its data in a store.
func everyStore() *datastores.Args {
	zones := map[string]pulumi.StringOutput{}
	for zone, name := range map[string]string{"euw1-az1": "eu-west-1c", "euw1-az2": "eu-west-1a", "euw1-az3": "eu-west-1b"} {
		zones[zone] = pulumi.String(name).ToStringOutput()
	}
	return &datastores.Args{
		PhysicalName: "retail-prod-main", Account: "222222222222", Region: "eu-west-1", VpcID: pulumi.String("vpc-1"),
		Zones: []string{"euw1-az1", "euw1-az2", "euw1-az3"}, Subnets: subnets("subnet-data-"), ZoneNames: zones,
		Catalog: &datastores.DatabaseArgs{}, Orders: &datastores.DatabaseArgs{InstanceClass: "db.r7g.large", Instances: 4},
		Carts: &datastores.TableArgs{}, Checkout: &datastores.CacheArgs{}, Queue: &datastores.QueueArgs{},
	}
}

// stored makes data stores and lets blue's nodes in.
func stored(t *testing.T, args *datastores.Args) (*recorder.Recorder, error) {
	t.Helper()
	r := recorder.New(t)
	return r, r.Run(func(ctx *pulumi.Context) error {
		provider, err := aws.NewProvider(ctx, "aws", &aws.ProviderArgs{Region: pulumi.String("eu-west-1")})
		if err != nil {
			return err
		}
		made, err := datastores.New(ctx, "main", args, pulumi.Providers(provider))
		if err != nil {
			return err
		}
		_, err = datastores.NewAccess(ctx, "main-blue", &datastores.AccessArgs{
			Colour: "blue", NodeSecurityGroupID: pulumi.String(nodesOfBlue), Stores: made,
		}, pulumi.Providers(provider))
		return err
	})
}

func everything(t *testing.T) *recorder.Recorder {
	t.Helper()
	r, err := stored(t, everyStore())
	require.NoError(t, err)
	return r
}

func withBroker(t *testing.T) *recorder.Recorder {
	t.Helper()
	args := everyStore()
	args.Queue, args.Broker = nil, &datastores.BrokerArgs{}
	r, err := stored(t, args)
	require.NoError(t, err)
	return r
}

// leaks walks a value and returns the paths at which text stands outside a secret.
func leaks(value resource.PropertyValue, text, path string) []string {
	switch {
	case value.IsSecret():
		return nil
	case value.IsString():
		if strings.Contains(value.StringValue(), text) {
			return []string{path}
		}
	case value.IsArray():
		var found []string
		for _, element := range value.ArrayValue() {
			found = append(found, leaks(element, text, path+"[]")...)
		}
		return found
	case value.IsObject():
		var found []string
		for key, element := range value.ObjectValue() {
			found = append(found, leaks(element, text, path+"."+string(key))...)
		}
		return found
	}
	return nil
}

// S4: a password stands in inputs as a secret only, and it does reach those that need it.
func TestPasswordsAreSecretEverywhereS4(t *testing.T) {
	for name, deploy := range map[string]func(*testing.T) *recorder.Recorder{"queue": everything, "broker": withBroker} {
		t.Run(name, func(t *testing.T) {
			holders := map[string]bool{}
			r := deploy(t)
			for _, res := range r.All() {
				inputs := resource.NewObjectProperty(res.Inputs)
				assert.Empty(t, leaks(inputs, recorder.Canary, ""), "%s holds a password in plain text", res.URN)
				if len(leaks(withoutSecrets(inputs), recorder.Canary, "")) > 0 {
					holders[res.Type] = true
				}
			}
			want := map[string]bool{secretValue: true, cacheUser: true}
			if name == "broker" {
				want["aws:mq/broker:Broker"] = true
			}
			assert.Equal(t, want, holders, "whoever needs a password has it, and nobody else")
			for _, kept := range r.OfType(stash) {
				assert.True(t, kept.Inputs["input"].IsSecret(), "%s keeps a password in plain text", kept.Name)
			}
		})
	}
}

func withoutSecrets(value resource.PropertyValue) resource.PropertyValue {
	object := resource.PropertyMap{}
	for key := range value.ObjectValue() {
		object[key] = (&recorder.Resource{Inputs: value.ObjectValue()}).Value(string(key))
	}
	return resource.NewObjectProperty(object)
}

// S4: no program ever sees a database's password: RDS makes it, keeps it under our key
// and rotates it.
func TestDatabasePasswordsAreMadeByRDSS4(t *testing.T) {
	clusters := everything(t).OfType(rdsCluster)
	require.Len(t, clusters, 2)
	for _, c := range clusters {
		assert.True(t, c.Value("manageMasterUserPassword").BoolValue(), c.Name)
		assert.True(t, c.Value("masterPassword").IsNull(), c.Name)
		assert.Equal(t, "arn:aws:kms:eu-west-1:222222222222:key/main-data-key", c.String("masterUserSecretKmsKeyId"), c.Name)
	}
}

// E19: what a store lets in are the nodes of a colour, on its own port, and nobody else.
func TestStoresLetTheNodesInE19(t *testing.T) {
	want := map[string]float64{"sg-main-data-catalog": 3306, "sg-main-data-orders": 5432, "sg-main-data-checkout": 6379}
	check := func(r *recorder.Recorder) {
		rules := r.OfType(ingressRule)
		assert.Len(t, rules, len(want))
		for _, rule := range rules {
			assert.Equal(t, nodesOfBlue, rule.String("referencedSecurityGroupId"), rule.Name)
			assert.True(t, rule.Value("cidrIpv4").IsNull(), rule.Name)
			port := want[rule.String("securityGroupId")]
			assert.InDelta(t, port, rule.Value("fromPort").NumberValue(), 0, rule.Name)
			assert.InDelta(t, port, rule.Value("toPort").NumberValue(), 0, rule.Name)
			assert.Equal(t, "tcp", rule.String("ipProtocol"))
		}
		for _, group := range r.OfType("aws:ec2/securityGroup:SecurityGroup") {
			assert.True(t, group.Value("ingress").IsNull() && group.Value("egress").IsNull(), "%s has rules of its own", group.Name)
		}
	}
	check(everything(t))
	want["sg-main-data-events"] = 5671
	check(withBroker(t))
}

// B12: stores and their guards belong to no colour; the rules of a colour to it alone.
func TestStoresBelongToNoColourB12(t *testing.T) {
	r := everything(t)
	inside, colour := 0, 0
	for _, res := range r.All() {
		switch {
		case strings.Contains(res.Parent, "retail:datastores:Datastores"):
			inside++
			assert.NotContains(t, res.URN, "blue")
			renewed := res.Type == stash || res.Type == secretValue // a new password replaces them
			assert.Equal(t, !renewed, res.Protect, "%s is guarded", res.URN)
		case strings.Contains(res.Parent, "retail:datastores:Access"):
			colour++
			assert.Contains(t, res.Name, "main-blue")
			assert.False(t, res.Protect, "%s goes with its colour", res.URN)
		}
	}
	assert.Equal(t, 34, inside)
	assert.Equal(t, 3, colour)

	args := everyStore()
	args.Unprotected = true
	open, err := stored(t, args)
	require.NoError(t, err)
	for _, res := range open.All() {
		assert.False(t, res.Protect, res.URN)
	}
	for _, c := range open.OfType(rdsCluster) {
		assert.False(t, c.Value("deletionProtection").BoolValue(), c.Name)
	}
	assert.False(t, open.OfType("aws:dynamodb/table:Table")[0].Value("deletionProtectionEnabled").BoolValue())
}
