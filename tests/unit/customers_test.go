package unit

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"retail/tests/internal/stackfile"
)

// addedForCustomers are what lets customers in, by type, in the committed development
// environment: one VPC, two colours, one data store of each kind but orders'.
var addedForCustomers = map[string]int{
	"aws:acm/certificate:Certificate":                                      1,
	"aws:acm/certificateValidation:CertificateValidation":                  1,
	"aws:cloudwatch/logGroup:LogGroup":                                     5,
	"aws:cloudwatch/logResourcePolicy:LogResourcePolicy":                   1,
	"aws:cloudwatch/metricAlarm:MetricAlarm":                               7,
	"aws:dynamodb/table:Table":                                             1,
	"aws:ec2/securityGroup:SecurityGroup":                                  5,
	"aws:eks/addon:Addon":                                                  2,
	"aws:eks/podIdentityAssociation:PodIdentityAssociation":                10,
	"aws:elasticache/replicationGroup:ReplicationGroup":                    1,
	"aws:elasticache/subnetGroup:SubnetGroup":                              1,
	"aws:elasticache/user:User":                                            1,
	"aws:elasticache/userGroup:UserGroup":                                  1,
	"aws:iam/role:Role":                                                    10,
	"aws:iam/rolePolicy:RolePolicy":                                        10,
	"aws:kms/alias:Alias":                                                  1,
	"aws:kms/key:Key":                                                      2,
	"aws:lb/listener:Listener":                                             2,
	"aws:lb/listenerRule:ListenerRule":                                     3,
	"aws:lb/loadBalancer:LoadBalancer":                                     1,
	"aws:lb/targetGroup:TargetGroup":                                       2,
	"aws:rds/cluster:Cluster":                                              1,
	"aws:rds/clusterInstance:ClusterInstance":                              1,
	"aws:rds/clusterParameterGroup:ClusterParameterGroup":                  1,
	"aws:rds/subnetGroup:SubnetGroup":                                      1,
	"aws:route53/record:Record":                                            2,
	"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2": 1,
	"aws:s3/bucketOwnershipControls:BucketOwnershipControls":               1,
	"aws:s3/bucketPolicy:BucketPolicy":                                     1,
	"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock":               1,
	"aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2": 1,
	"aws:s3/bucketV2:BucketV2":                                         1,
	"aws:s3/bucketVersioningV2:BucketVersioningV2":                     1,
	"aws:secretsmanager/secret:Secret":                                 1,
	"aws:secretsmanager/secretVersion:SecretVersion":                   1,
	"aws:sqs/queue:Queue":                                              2,
	"aws:sqs/queuePolicy:QueuePolicy":                                  2,
	"aws:sqs/redriveAllowPolicy:RedriveAllowPolicy":                    1,
	"aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule":          4,
	"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule":        8,
	"aws:wafv2/webAcl:WebAcl":                                          1,
	"aws:wafv2/webAclAssociation:WebAclAssociation":                    1,
	"aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration":  1,
	"kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinitionPatch": 6, // TargetGroupBinding, IngressClassParams and classes of secrets, in both
	"kubernetes:apps/v1:Deployment":                                    10,
	"kubernetes:autoscaling/v2:HorizontalPodAutoscaler":                10,
	"kubernetes:core/v1:Namespace":                                     4,
	"kubernetes:core/v1:Service":                                       10,
	"kubernetes:core/v1:ServiceAccount":                                10,
	"kubernetes:elbv2.k8s.aws/v1beta1:IngressClassParams":              2,
	"kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding":              2,
	"kubernetes:helm.sh/v3:Release":                                    4,
	"kubernetes:networking.k8s.io/v1:IngressClass":                     2,
	"kubernetes:networking.k8s.io/v1:NetworkPolicy":                    14,
	"kubernetes:policy/v1:PodDisruptionBudget":                         10,
	"kubernetes:rbac.authorization.k8s.io/v1:ClusterRole":              2,
	"kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding":       2,
	"kubernetes:secrets-store.csi.x-k8s.io/v1:SecretProviderClass":     4,
	"pulumi:index:Stash":                                               4,
	"aws:cloudcontrol/resource:Resource":                               3, // the load balancer's and both clusters' practice runs
	"retail:zonalshift:Autoshift":                                      1,
	"retail:addons:Credentials":                                        2,
	"retail:datastores:Access":                                         2,
	"retail:datastores:Datastores":                                     1,
	"retail:frontdoor:Domain":                                          1,
	"retail:frontdoor:Entrance":                                        1,
	"retail:frontdoor:FrontDoor":                                       1,
	"retail:frontdoor:Traffic":                                         1,
	"retail:loadbalancing:Binding":                                     2,
	"retail:loadbalancing:Controller":                                  2,
	"retail:reloader:Reloader":                                         2,
	"retail:store:Entry":                                               2,
	"retail:store:Store":                                               2,
}

// Customers add load balancer, firewall, stores, controllers and the shop in both colours,
// and take nothing away. What a mesh and what watches add is counted by their own tests.
func TestCustomersOfTheCommittedDev(t *testing.T) {
	base, added := up(t, "dev", dev(foundation("main")...)...).Count(), map[string]int{}
	plain := dev(stackfile.Set("vpcs.main.observability", nil),
		stackfile.Set("vpcs.main.clusters.blue.mesh", nil), stackfile.Set("vpcs.main.clusters.green.mesh", nil))
	for token, count := range up(t, "dev", plain...).Count() {
		if more := count - base[token]; more != 0 {
			added[token] = more
		}
		delete(base, token)
	}
	assert.Empty(t, base, "nothing is gone")
	assert.Equal(t, addedForCustomers, added)
}
