package unit

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// E10: one administrative path for the deploy role, none by EKS's bootstrap.
func TestAccessEntriesE10(t *testing.T) {
	r := deploy(t, managedColour())
	policies := map[string]string{}
	for _, association := range r.OfType(associationType) {
		principal := association.String("principalArn")
		assert.NotContains(t, policies, principal, "one policy for each principal")
		policies[principal] = association.String("policyArn")
		assert.Equal(t, "cluster", association.String("accessScope.type"))
	}
	const prefix = "arn:aws:eks::aws:cluster-access-policy/"
	assert.Equal(t, map[string]string{
		deployRole: prefix + "AmazonEKSClusterAdminPolicy",
		adminRole:  prefix + "AmazonEKSClusterAdminPolicy",
		viewerRole: prefix + "AmazonEKSViewPolicy",
	}, policies)
	r.One(t, entryType, "main-blue-access-admin-222222222222-role-admins")
}

// E19: rules that mean nodes name the group EKS makes, not the control plane's own. I3: the
// mesh adds its webhooks to them and nothing else, since nodes reach each other anyway, and
// nobody beside the cluster's own control plane is named.
func TestRulesNameTheGroupNodesAreInE19I3(t *testing.T) {
	plain := map[float64]bool{443: true, 9443: true, 10250: true}
	assert.Equal(t, plain, openFromControlPlane(t, managedColour()))
	meshed := managedColour()
	meshed.cluster.Mesh = true
	plain[15017] = true
	assert.Equal(t, plain, openFromControlPlane(t, meshed))
}

// openFromControlPlane are the ports of the nodes' group that are open to the control plane.
func openFromControlPlane(t *testing.T, c colour) map[float64]bool {
	t.Helper()
	r := deploy(t, c)
	const nodes, controlPlane = "sg-eks-made-" + name, "sg-main-blue-control-plane"
	open := map[float64]bool{}
	for _, rule := range r.OfType(ingressType) {
		if rule.String("securityGroupId") == nodes {
			assert.Equal(t, controlPlane, rule.String("referencedSecurityGroupId"))
			assert.Equal(t, rule.Value("fromPort"), rule.Value("toPort"))
			open[rule.Value("fromPort").NumberValue()] = true
		}
	}
	toNodes := map[float64]bool{}
	for _, rule := range r.OfType(egressType) {
		assert.Equal(t, controlPlane, rule.String("securityGroupId"))
		assert.Equal(t, nodes, rule.String("referencedSecurityGroupId"))
		toNodes[rule.Value("fromPort").NumberValue()] = true
	}
	assert.Equal(t, open, toNodes, "both groups say the same")
	return open
}

// E19: exactly one security group carries the cluster's tag, and EKS makes that one.
func TestNoDeclaredSecurityGroupCarriesTheClusterTagE19(t *testing.T) {
	groups := deploy(t, managedColour()).OfType(securityType)
	require.Len(t, groups, 2)
	for _, group := range groups {
		for key := range group.Value("tags").ObjectValue() {
			assert.NotContains(t, string(key), "kubernetes.io/cluster", group.Name)
		}
	}
}

// K1, K4: the Kubernetes provider's identity is known before the cluster is.
func TestKubernetesProviderK1K4(t *testing.T) {
	r := deploy(t, managedColour())
	provider := r.One(t, kubeProviderType, "main-blue-kubernetes")
	assert.Equal(t, name, provider.String("clusterIdentifier"))
	for setting, want := range map[string]bool{
		"enableServerSideApply": true, "deleteUnreachable": false, "skipUpdateUnreachable": false,
	} {
		require.True(t, provider.Value(setting).IsBool(), "%s is written out", setting)
		assert.Equal(t, want, provider.Value(setting).BoolValue(), setting)
	}
	access := r.One(t, associationType, "main-blue-access-deploy")
	assert.True(t, provider.WaitsFor(access), "no object is sent before the deploy role may")
	for _, child := range []string{"main-blue-eks-k8s", "main-blue-provider"} {
		assert.Equal(t, name, r.One(t, kubeProviderType, child).String("clusterIdentifier"), child)
	}
}

// E15: role and Region in the arguments, no profile, no credential.
func TestKubeconfigOfTheProviderE15(t *testing.T) {
	var config struct {
		Users []struct {
			User struct {
				Exec struct {
					Command string
					Args    []string
					Env     []any
				}
			}
		}
		Clusters []struct{ Cluster struct{ Server string } }
	}
	text := deploy(t, managedColour()).One(t, kubeProviderType, "main-blue-kubernetes").String("kubeconfig")
	require.NoError(t, json.Unmarshal([]byte(text), &config))
	exec := config.Users[0].User.Exec
	assert.Equal(t, "aws", exec.Command)
	assert.Equal(t, []string{
		"eks", "get-token", "--cluster-name", name, "--region", "eu-west-1", "--role-arn", deployRole, "--output", "json",
	}, exec.Args)
	assert.Empty(t, exec.Env)
	assert.Equal(t, "https://"+name+".example", config.Clusters[0].Cluster.Server)
}

// E11: the runner that deploys must be let in where the endpoint is private.
func TestNetworksOutsideTheNodesReachThePrivateEndpointE11(t *testing.T) {
	c := managedColour()
	c.cluster.PrivateCIDRs = []string{"192.168.10.0/24"}
	rule := deploy(t, c).One(t, ingressType, "main-blue-control-plane-from-192.168.10.0/24")
	assert.Equal(t, "sg-main-blue-control-plane", rule.String("securityGroupId"))
	assert.Equal(t, "192.168.10.0/24", rule.String("cidrIpv4"))
	assert.EqualValues(t, 443, rule.Value("fromPort").NumberValue())
}

func TestPublicEndpointIsLimitedToTheListedNetworksE11(t *testing.T) {
	c := managedColour()
	c.cluster.PublicCIDRs = []string{"203.0.113.0/24"}
	made := deploy(t, c).One(t, clusterType, "main-blue-eksCluster")
	assert.True(t, made.Value("vpcConfig.endpointPublicAccess").BoolValue())
	assert.True(t, made.Value("vpcConfig.endpointPrivateAccess").BoolValue())
	assert.Equal(t, "203.0.113.0/24", made.String("vpcConfig.publicAccessCidrs[0]"))
}
