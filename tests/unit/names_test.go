package unit

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/fixture"
	"retail/tests/internal/recorder"
	"retail/tests/internal/stackfile"
)

// longest are AWS's limits on names that the program can give, in characters, by type and
// input (the services' API references; Kubernetes: a DNS label).
var longest = map[string]map[string]int{
	loadBalancer:              {"name": 32},
	targetGroup:               {"name": 32},
	"aws:iam/role:Role":       {"name": 64},
	clusterType:               {"name": 100},
	nodeGroupType:             {"nodeGroupName": 63},
	"aws:rds/cluster:Cluster": {"clusterIdentifier": 63},
	"aws:rds/clusterInstance:ClusterInstance":           {"identifier": 63},
	"aws:elasticache/user:User":                         {"userId": 40},
	"aws:elasticache/userGroup:UserGroup":               {"userGroupId": 40},
	"aws:dynamodb/table:Table":                          {"name": 255},
	"aws:sqs/queue:Queue":                               {"name": 80},
	"aws:mq/broker:Broker":                              {"brokerName": 50},
	"aws:s3/bucketV2:BucketV2":                          {"bucket": 63},
	webACL:                                              {"name": 128},
	"aws:cloudwatch/metricAlarm:MetricAlarm":            {"name": 255},
	"aws:ec2/launchTemplate:LaunchTemplate":             {"name": 128},
	"aws:ec2/securityGroup:SecurityGroup":               {"name": 255},
	"aws:secretsmanager/secret:Secret":                  {"name": 512},
	"aws:globalaccelerator/accelerator:Accelerator":     {"name": 64},
	"aws:elasticache/replicationGroup:ReplicationGroup": {"replicationGroupId": 40},
	"aws:elasticache/subnetGroup:SubnetGroup":           {"name": 255},
	"aws:rds/subnetGroup:SubnetGroup":                   {"name": 255},
}

// autoNamed is what Pulumi puts behind a logical name where the program gives none: a hyphen
// and seven digits. A name that does not fit then is refused in the preview.
const autoNamed = len("-1234567")

// physicalName is the name that AWS sees.
func physicalName(res *recorder.Resource, input string) string {
	if given := res.String(input); given != "" {
		return given
	}
	return res.Name + strings.Repeat("0", autoNamed)
}

// vpcNamed renames the VPC of an environment with one.
func vpcNamed(name string) func(map[string]any) {
	return func(environment map[string]any) {
		vpcs := environment["vpcs"].(map[string]any)
		vpcs[name] = vpcs["main"]
		if name != "main" {
			delete(vpcs, "main")
		}
	}
}

// Point 5 of the issue: with every name as long as the configuration takes, no name is
// longer than AWS takes, none is taken twice, and two environments whose names begin alike
// share none.
func TestLongNamesAreSafeAndUnique(t *testing.T) {
	const vpc = "abcdefghijklmnop"
	require.Len(t, vpc, 16, "the longest that the configuration takes")
	seen := map[string]string{}
	for _, environment := range []string{"environment-long", "environment-lonh"} {
		outputs := fixture.HubOutputs()
		terms := outputs["environments"].(recorder.State)
		terms[environment] = terms["dev"]
		r := recorder.New(t).Hub(outputs)
		fixture.Up(t, r, "dev", stackfile.WithoutLattice, stackfile.Set("name", environment), vpcNamed(vpc), stackfile.Set("vpcs."+vpc+".datastores.orders", nil), stackfile.Set("vpcs."+vpc+".datastores.relax.inMemory", nil))
		checked := map[string]bool{}
		for _, res := range r.All() {
			for input, limit := range longest[res.Type] {
				checked[res.Type] = true
				name := physicalName(res, input)
				assert.LessOrEqual(t, len(name), limit, "%s of %s: %s", input, res.URN, name)
				if given := res.String(input); given != "" {
					key := res.Type + " " + input + " " + given
					assert.Empty(t, seen[key], "%s and %s have one name, %s", res.URN, seen[key], given)
					seen[key] = environment + " " + res.URN
				}
			}
			if strings.HasPrefix(res.Type, "kubernetes:") {
				assert.LessOrEqual(t, len(res.String("metadata.name")), 63, res.URN)
			}
		}
		for _, token := range []string{loadBalancer, targetGroup, "aws:rds/cluster:Cluster", "aws:elasticache/user:User", clusterType} {
			assert.True(t, checked[token], token)
		}
	}
}
