package loadbalancing_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/components/loadbalancing"
	"retail/internal/versions"
)

// L1, L3, K3: whatever a controller acts on waits for the controller, its class or both;
// the controller for its nodes, permissions, identity and certificate. The engine deletes
// in the opposite order.
func TestOrderOfLoadBalancingL1L3L4K3(t *testing.T) {
	b := balancing(loadbalancing.Managed)
	b.more = everyKind(inside())
	r := b.declare(t)
	release := r.One(t, releaseType, theControllersChart)
	for _, before := range []struct{ kind, name string }{
		{identityType, "main-blue-identity"}, {"aws:iam/role:Role", "main-blue-role"}, {"aws:iam/rolePolicy:RolePolicy", "main-blue-role-inline"},
		{"aws:ec2/subnet:Subnet", "nodes"}, {"aws:ec2/securityGroup:SecurityGroup", "main-blue-backend"},
		{stash, "main-blue-webhook-generation-1"},
	} {
		assert.True(t, release.WaitsFor(r.One(t, before.kind, before.name)), "the controller waits for %s", before.name)
	}
	params, class := r.One(t, installedParams, "main-blue-params-alb"), r.One(t, ingressClassType, "main-blue-class-alb")
	assert.True(t, params.WaitsFor(release))
	assert.True(t, class.WaitsFor(params))
	for _, acted := range []struct{ kind, name string }{
		{ingressKind, "main-blue-ingress-installed"}, {serviceKind, "main-blue-service-istio-installed"},
		{installedBinding, "main-blue-binding-ui"},
	} {
		object := r.One(t, acted.kind, acted.name)
		assert.True(t, object.WaitsFor(release), "%s waits for the controller", acted.name)
		assert.True(t, object.WaitsFor(class), "%s waits for the classes", acted.name)
	}
	binding := r.One(t, installedBinding, "main-blue-binding-ui")
	rule := r.One(t, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "main-blue-pods-from-load-balancer-8080")
	assert.True(t, binding.WaitsFor(rule), "targets are not checked before the way to them is open")
	assert.Equal(t, []string{nodesGroup, loadBalancerGroup}, []string{rule.String("securityGroupId"), rule.String("referencedSecurityGroupId")})
}

// L3, K4, K5: objects that own something in AWS are always deleted for real and in bounded
// time; the others go with their cluster.
func TestWhatGoesWithTheClusterL3K5(t *testing.T) {
	b := balancing(loadbalancing.Both)
	b.more = everyKind(inside())
	r := b.declare(t)
	owning := map[string]bool{ingressKind: true, serviceKind: true, installedBinding: true, autoBinding: true}
	seen := 0
	for _, object := range r.All() {
		if !strings.HasPrefix(object.Type, "kubernetes:") {
			continue
		}
		seen++
		if owning[object.Type] {
			assert.Empty(t, object.DeletedWith, object.Name)
			assert.Equal(t, "5m0s", object.CustomTimeouts["delete"], object.Name)
			metadata := object.Inputs.Mappable()["metadata"].(map[string]any)
			assert.Equal(t, "background", metadata["annotations"].(map[string]any)["pulumi.com/deletionPropagationPolicy"], "L3: %s", object.Name)
			if object.Type == installedBinding || object.Type == autoBinding {
				assert.Equal(t, []string{"spec.targetGroupARN"}, object.ReplaceOnChanges, "B8: the controller refuses another group in place")
			}
		} else {
			assert.Contains(t, object.DeletedWith, "retail:cluster:Cluster::main-blue", object.Name)
		}
		assert.NotEmpty(t, object.Provider, "K9: %s", object.Name)
		owner := r.ByReference(object.Parent + "::")
		require.NotNil(t, owner)
		assert.Empty(t, owner.DeletedWith, "it would be inherited")
	}
	assert.Equal(t, 12, seen)
}

// L2, L4, L9, L11, K8: what the controller is told.
func TestValuesOfTheControllerL2L4L9L11K8(t *testing.T) {
	release := balancing(loadbalancing.Managed).declare(t).One(t, releaseType, theControllersChart)
	for path, want := range map[string]any{
		"chart": "aws-load-balancer-controller", "version": versions.LoadBalancerController.Version,
		"repositoryOpts.repo": "https://aws.github.io/eks-charts", "namespace": "kube-system", "name": "aws-load-balancer-controller",
		"atomic": true, "cleanupOnFail": true, "skipAwait": false, "timeout": 600.0,
		"values.clusterName": balancedCluster, "values.region": "eu-west-1", "values.vpcId": balancedVPC,
		"values.enableWaf": false, "values.enableWafv2": false, "values.enableShield": false,
		"values.enableServiceMutatorWebhook": false, "values.createIngressClassResource": false, "values.ingressClassParams.create": false,
		"values.ingressClass": "alb", "values.loadBalancerClass": "service.k8s.aws/nlb", "values.defaultTargetType": "ip",
		"values.replicaCount": 2.0, "values.podDisruptionBudget.maxUnavailable": 1.0, "values.priorityClassName": "system-cluster-critical",
		"values.topologySpreadConstraints[0].topologyKey":       "topology.kubernetes.io/zone",
		"values.topologySpreadConstraints[0].whenUnsatisfiable": "DoNotSchedule",
		"values.topologySpreadConstraints[0].nodeTaintsPolicy":  "Honor",
		"values.backendSecurityGroup":                           "sg-main-blue-backend",
		"values.serviceAccount.name":                            "aws-load-balancer-controller",
		"values.image.tag":                                      "v" + versions.LoadBalancerController.Version,
		"values.defaultTags.owner":                              "retail-platform",
	} {
		assert.Equal(t, want, release.Value(path).Mappable(), path)
	}
	for _, part := range []string{"caCert", "cert", "key"} {
		assert.Contains(t, release.String("values.webhookTLS."+part), "-----BEGIN", part)
	}
	assert.True(t, release.Inputs["values"].ContainsSecrets(), "the key is secret all the way")
}

// L2, S4: the certificate is the first run's until somebody renews it.
func TestTheCertificateIsKeptL2(t *testing.T) {
	b := balancing(loadbalancing.Managed)
	kept := b.declare(t).One(t, stash, "main-blue-webhook-generation-1")
	assert.Equal(t, []string{"input"}, kept.IgnoreChanges)
	assert.True(t, kept.Inputs["input"].IsSecret())
	b.args.CertificateGeneration = 2
	r := b.declare(t)
	r.One(t, stash, "main-blue-webhook-generation-2")
	assert.Len(t, r.OfType(stash), 1)
}

func TestChartAndImageComeFromTheMirror(t *testing.T) {
	for base, want := range map[string][2]string{
		"http://127.0.0.1:1/charts": {"aws-load-balancer-controller", "http://127.0.0.1:1/charts"},
		"oci://registry.example/c":  {"oci://registry.example/c/aws-load-balancer-controller", ""},
	} {
		b := balancing(loadbalancing.Managed)
		b.args.Mirror = mirrored(base)
		release := b.declare(t).One(t, releaseType, theControllersChart)
		assert.Equal(t, want, [2]string{release.String("chart"), release.String("repositoryOpts.repo")})
		assert.Equal(t, "registry.example/copies/eks/aws-load-balancer-controller", release.String("values.image.repository"))
	}
}

// L9: each mode has its own controller, classes and kinds, and no name twice.
func TestClassesByModeL9(t *testing.T) {
	for choice, want := range map[loadbalancing.Choice][]loadbalancing.Mode{
		loadbalancing.Managed:  {loadbalancing.Installed},
		loadbalancing.AutoMode: {loadbalancing.BuiltIn},
		loadbalancing.Both:     {loadbalancing.BuiltIn, loadbalancing.Installed},
	} {
		b := balancing(choice)
		b.more = everyKind(inside())
		r := b.declare(t)
		installed, builtIn := 0, 0
		if want[len(want)-1] == loadbalancing.Installed {
			installed = 1
		}
		if want[0] == loadbalancing.BuiltIn {
			builtIn = 1
		}
		count := r.Count()
		for kind, n := range map[string]int{
			releaseType: installed, installedParams: installed, autoParams: builtIn, identityType: installed, stash: installed,
			ingressClassType: len(want), ingressKind: len(want), serviceKind: len(want), autoBinding: builtIn, installedBinding: 1 - builtIn,
		} {
			assert.Equal(t, n, count[kind], "%s: %s", choice, kind)
		}
		for _, mode := range want {
			class := loadbalancing.Classes[mode]
			controller := map[loadbalancing.Mode]string{loadbalancing.Installed: "ingress.k8s.aws/alb", loadbalancing.BuiltIn: "eks.amazonaws.com/alb"}[mode]
			assert.Equal(t, controller, r.One(t, ingressClassType, "main-blue-class-"+class.Ingress).String("spec.controller"))
			assert.Equal(t, class.Ingress, r.One(t, ingressKind, "main-blue-ingress-"+string(mode)).String("spec.ingressClassName"))
			assert.Equal(t, class.Service, r.One(t, serviceKind, "main-blue-service-istio-"+string(mode)).String("spec.loadBalancerClass"))
		}
	}
	assert.Equal(t, map[loadbalancing.Mode]loadbalancing.Class{
		loadbalancing.Installed: {Ingress: "alb", Service: "service.k8s.aws/nlb"},
		loadbalancing.BuiltIn:   {Ingress: "eks-auto-alb", Service: "eks.amazonaws.com/nlb"},
	}, loadbalancing.Classes)
}
