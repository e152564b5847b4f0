package eks_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/eks"
	"retail/sandbox/clusters"
)

func TestAddonGetsTheDefaultVersionOfItsCluster(t *testing.T) {
	f := setUp(t)
	f.cluster(nil)
	a := f.addon("kube-proxy", nil)
	assert.Equal(t, "v1.34.6-eksbuild.29", a.State["addonVersion"])
	assert.Contains(t, a.State["arn"], "addon/blue/kube-proxy/")
	assert.Equal(t, "v1.34.6-eksbuild.29", f.fake.addons["kube-proxy"])
	f.FailsCreate(eks.Addon, f.addonInputs("kube-proxy", nil), "ResourceInUseException")
	f.Delete(a)
	assert.Empty(t, f.fake.addons)
}

func TestAddonOfAnotherVersionIsRefusedE5(t *testing.T) {
	f := setUp(t)
	f.cluster(nil)
	err := f.FailsCreate(eks.Addon, f.addonInputs("kube-proxy", cloud.Props{"addonVersion": "v1.35.3-eksbuild.29"}), "InvalidParameterException")
	assert.ErrorContains(t, err, "Addon version specified is not supported")
	f.FailsCreate(eks.Addon, f.addonInputs("core-dns", nil), "InvalidParameterException")
	a := f.addon("kube-proxy", nil)
	f.FailsUpdate(a, f.addonInputs("kube-proxy", cloud.Props{"addonVersion": "v1.35.3-eksbuild.29"}), "InvalidParameterException")
}

func TestVpcCniMovesOneMinorE4(t *testing.T) {
	f := setUp(t)
	f.cluster(nil)
	version := func(v string) cloud.Props { return f.addonInputs("vpc-cni", cloud.Props{"addonVersion": v}) }
	a := f.Create(eks.Addon, version("v1.21.2-eksbuild.2"))
	f.FailsUpdate(a, version("v1.23.1-eksbuild.1"), "InvalidParameterException")
	f.Update(a, version("v1.22.4-eksbuild.3"))
	f.Update(a, version("v1.23.1-eksbuild.1"))
}

func TestConfigurationIsCheckedAgainstItsSchema(t *testing.T) {
	f := setUp(t)
	f.cluster(nil)
	for addon, values := range map[string]string{
		"vpc-cni":        `{"env":{"ENABLE_PREFIX_DELEGATON":"true"}}`,
		"kube-proxy":     `{"mode":"userspace"}`,
		"coredns":        `{"autoScaling":{"minReplicas":2}}`,
		"metrics-server": `{"replicas":"2"}`,
	} {
		f.FailsCreate(eks.Addon, f.addonInputs(addon, cloud.Props{"configurationValues": values}), "InvalidParameterException")
	}
	err := f.FailsCreate(eks.Addon, f.addonInputs("vpc-cni", cloud.Props{"configurationValues": `{"nodeSelektor":{}}`}), "InvalidParameterException")
	assert.ErrorContains(t, err, "$.nodeSelektor: is not defined in the schema and the schema does not allow additional properties")
	f.FailsCreate(eks.Addon, f.addonInputs("vpc-cni", cloud.Props{"configurationValues": `{`}), "InvalidParameterException")
	f.addon("vpc-cni", cloud.Props{"configurationValues": `{"enableNetworkPolicy":"true",
		"env":{"ENABLE_PREFIX_DELEGATION":"true","WARM_PREFIX_TARGET":"1","POD_SECURITY_GROUP_ENFORCING_MODE":"standard"}}`})
}

func TestCoreDNSIsDegradedUntilThereAreNodesE6(t *testing.T) {
	f := setUp(t)
	f.cluster(nil)
	f.addon("vpc-cni", nil)
	for _, name := range []string{"coredns", "metrics-server"} {
		_, err := f.TryCreate(eks.Addon, f.addonInputs(name, nil))
		var issue *clusters.Issue
		require.ErrorAs(t, err, &issue)
		assert.Equal(t, "InsufficientNumberOfReplicas", issue.Code)
		assert.ErrorContains(t, err, "DEGRADED")
	}
	f.group(nil)
	for _, r := range f.h.Records(eks.Addon) {
		if r.Unfinished {
			_, err := f.h.World.Update(t.Context(), f.Session, cloud.Request{URN: r.URN, Token: eks.Addon, ID: r.ID, Old: r.Inputs, Inputs: r.Inputs, State: r.State})
			require.NoError(t, err)
		}
	}
	assert.Contains(t, f.fake.log, "wait coredns")
}

func TestSelfManagedCopyConflictsWithoutOverwriteE7(t *testing.T) {
	f := setUp(t)
	f.cluster(cloud.Props{"bootstrapSelfManagedAddons": true})
	assert.Contains(t, f.fake.addons, "coredns")
	_, err := f.TryCreate(eks.Addon, f.addonInputs("vpc-cni", cloud.Props{"resolveConflictsOnCreate": "NONE"}))
	var issue *clusters.Issue
	require.ErrorAs(t, err, &issue)
	assert.Equal(t, "ConfigurationConflict", issue.Code)
	f.addon("kube-proxy", nil)
	assert.Len(t, f.h.Records(eks.SelfManaged), 2)
}

func TestPreserveIsNoAnswerOnCreateE7(t *testing.T) {
	f := setUp(t)
	_, broken := f.Check(eks.Addon, f.addonInputs("coredns", cloud.Props{"resolveConflictsOnCreate": "PRESERVE"}))
	require.Len(t, broken, 1)
	assert.Contains(t, broken[0], "resolveConflictsOnCreate")
	_, broken = f.Check(eks.Addon, f.addonInputs("coredns", cloud.Props{"resolveConflicts": "OVERWRITE"}))
	assert.Len(t, broken, 1)
}

func TestPreservedObjectsStayWhenTheAddonGoes(t *testing.T) {
	f := setUp(t)
	f.cluster(nil)
	a := f.addon("kube-proxy", cloud.Props{"preserve": true})
	f.Delete(a)
	assert.Contains(t, f.fake.addons, "kube-proxy")
	assert.Len(t, f.h.Records(eks.SelfManaged), 1)
}

func TestEveryOfferIsWellFormed(t *testing.T) {
	f := setUp(t)
	for _, addon := range []string{"vpc-cni", "kube-proxy", "coredns", "eks-pod-identity-agent", "metrics-server", "eks-node-monitoring-agent", "aws-ebs-csi-driver", "aws-secrets-store-csi-driver-provider", "amazon-cloudwatch-observability"} {
		for _, version := range clusters.Versions {
			for _, recent := range []bool{false, true} {
				out := f.Invoke("aws:eks/getAddonVersion:getAddonVersion", cloud.Props{"addonName": addon, "kubernetesVersion": version, "mostRecent": recent})
				assert.Regexp(t, `^v\d+\.\d+\.\d+-eksbuild\.\d+$`, out["version"], "%s for %s", addon, version)
			}
		}
	}
	f.FailsInvoke("aws:eks/getAddonVersion:getAddonVersion", cloud.Props{"addonName": "vpc-cni", "kubernetesVersion": "1.29"}, "InvalidParameterException")
}
