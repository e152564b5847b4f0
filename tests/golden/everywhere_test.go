package golden

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/recorder"
)

const (
	targetGroup  = "aws:lb/targetGroup:TargetGroup"
	listenerRule = "aws:lb/listenerRule:ListenerRule"
	clusterType  = "aws:eks/cluster:Cluster"
	releaseType  = "kubernetes:helm.sh/v3:Release"
	classType    = "kubernetes:networking.k8s.io/v1:IngressClass"
	ingressType  = "kubernetes:networking.k8s.io/v1:Ingress"
	deployment   = "kubernetes:apps/v1:Deployment"
	exportType   = "kubernetes:application-networking.k8s.aws/v1alpha1:ServiceExport"

	installedBinding = "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"
	builtInBinding   = "kubernetes:eks.amazonaws.com/v1:TargetGroupBinding"
)

// everywhere is what each environment must mean, whatever its edits.
var everywhere = map[string]func(*testing.T, *recorder.Recorder){
	"B4 B10 a target group for each colour, bound once":           groupsOfColours,
	"B8 target groups can be replaced":                            replaceableGroups,
	"B1 every colour's weight is written, and nothing ignores it": writtenWeights,
	"L1 whatever makes load balancers waits for its controller":   controllersFirst,
	"L3 K5 what owns AWS resources is deleted itself":             deletedWith,
	"K1 clusters keep their identity":                             identities,
	"K9 every resource and lookup names its provider":             providers,
	"E19 stores and load balancers name the group nodes are in":   nodeGroups,
	"S4 secrets are marked as such":                               secrets,
	"I1 load balancers reach no pods that take mutual TLS only":   plainPods,
	"I4 Services wait for the waypoint that they name":            waypoints,
}

func bindings(r *recorder.Recorder) []*recorder.Resource {
	return slices.Concat(r.OfType(installedBinding), r.OfType(builtInBinding))
}

func groupsOfColours(t *testing.T, r *recorder.Recorder) {
	assert.Len(t, r.OfType(targetGroup), len(r.OfType(clusterType)), "as many as colours, whatever the weights")
	bound := map[string]string{}
	for _, binding := range bindings(r) {
		arn := binding.String("spec.targetGroupARN")
		require.NotEmpty(t, arn, binding.URN)
		assert.Empty(t, bound[arn], "two clusters register pods in %s", arn)
		bound[arn] = binding.Name
		assert.NotNil(t, r.ByReference(binding.Provider), binding.URN)
	}
	assert.Len(t, bound, len(r.OfType(targetGroup)))
}

func replaceableGroups(t *testing.T, r *recorder.Recorder) {
	for _, group := range r.OfType(targetGroup) {
		assert.Empty(t, group.String("name"), "a fixed name forces the old one to go first: %s", group.Name)
		assert.False(t, group.DeleteBeforeReplace, group.Name)
	}
}

func writtenWeights(t *testing.T, r *recorder.Recorder) {
	for _, rule := range r.OfType(listenerRule) {
		assert.Empty(t, rule.IgnoreChanges, rule.Name)
		if !strings.HasSuffix(rule.Name, "-traffic") {
			continue
		}
		sum := 0.0
		for _, group := range rule.Value("actions[0].forward.targetGroups").ArrayValue() {
			weight := group.ObjectValue()["weight"]
			require.True(t, weight.IsNumber(), "a weight that is left out is 1 to AWS: %s", rule.Name)
			sum += weight.NumberValue()
		}
		assert.InDelta(t, 100, sum, 0, rule.Name)
	}
}

// controllersFirst: built-in controllers stand with their cluster, the installed one with
// its release.
func controllersFirst(t *testing.T, r *recorder.Recorder) {
	for _, object := range slices.Concat(bindings(r), r.OfType(ingressType), r.OfType(deployment)) {
		waits := slices.ContainsFunc(slices.Concat(r.OfType(releaseType), r.OfType(classType)), func(controller *recorder.Resource) bool {
			return object.Provider == controller.Provider && r.Reaches(object, controller)
		})
		assert.True(t, waits, "%s waits for no controller of its cluster", object.URN)
	}
	for _, service := range r.OfType("kubernetes:core/v1:Service") {
		if service.String("spec.type") == "LoadBalancer" {
			assert.NotEmpty(t, service.String("spec.loadBalancerClass"), service.URN)
		}
	}
}

func deletedWith(t *testing.T, r *recorder.Recorder) {
	for _, res := range r.All() {
		if !strings.HasPrefix(res.Type, "kubernetes:") {
			continue
		}
		lattice := strings.Contains(res.URN, "retail:lattice:") && slices.Contains([]string{gatewayKind, httpRouteKind, exportType}, res.Type)
		owns := lattice || res.Type == installedBinding || res.Type == builtInBinding || res.Type == ingressType || res.String("spec.type") == "LoadBalancer"
		assert.Equal(t, owns, res.DeletedWith == "", "%s goes with %q", res.URN, res.DeletedWith)
	}
}

func identities(t *testing.T, r *recorder.Recorder) {
	seen := map[string]bool{}
	for _, res := range r.All() {
		if provider := r.ByReference(res.Provider); strings.HasPrefix(res.Type, "kubernetes:") && provider != nil && !seen[provider.URN] {
			seen[provider.URN] = true
			assert.NotEmpty(t, provider.String("clusterIdentifier"), provider.URN)
		}
	}
	assert.Len(t, seen, len(r.OfType(clusterType)))
}

func providers(t *testing.T, r *recorder.Recorder) {
	for _, res := range r.All() {
		if res.Custom && !strings.HasPrefix(res.Type, "pulumi:providers:") {
			assert.NotNil(t, r.ByReference(res.Provider), res.URN)
		}
	}
	for _, call := range r.Calls("") {
		assert.NotNil(t, r.ByReference(call.Provider), call.Token)
	}
	assert.NotEmpty(t, r.Calls(""))
}

// nodeGroups: the recorder gives the group that EKS makes another id than the program's own.
func nodeGroups(t *testing.T, r *recorder.Recorder) {
	named := 0
	for _, rule := range r.OfType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule") {
		from := rule.String("referencedSecurityGroupId")
		if rule.String("securityGroupId") != "" && strings.HasPrefix(from, "sg-eks-made-") {
			named++
		}
		assert.False(t, strings.HasSuffix(from, "-control-plane") && !strings.HasPrefix(rule.String("securityGroupId"), "sg-eks-made-"),
			"no node is in the control plane's own group: %s", rule.URN)
	}
	assert.NotZero(t, named)
}

func secrets(t *testing.T, r *recorder.Recorder) {
	for _, kept := range r.OfType("pulumi:index:Stash") {
		assert.True(t, kept.Inputs["input"].IsSecret(), kept.URN)
		assert.Equal(t, []string{"input"}, kept.IgnoreChanges, "made once: %s", kept.URN)
	}
	for _, version := range r.OfType("aws:secretsmanager/secretVersion:SecretVersion") {
		assert.True(t, version.Inputs["secretString"].ContainsSecrets(), version.URN)
	}
	for _, made := range r.OfType("aws:rds/cluster:Cluster") {
		assert.True(t, made.Value("manageMasterUserPassword").BoolValue(), made.URN)
		assert.True(t, made.Value("masterPassword").IsNull(), made.URN)
	}
}
