package unit

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/components/store"
	"retail/internal/drain"
	"retail/internal/mirror"
	"retail/tests/internal/recorder"
)

// Five services, each with everything that belongs to one.
func TestShopHasFiveWholeServices(t *testing.T) {
	r := shopped(t, stocked())
	for _, kind := range []string{deploymentType, serviceType, accountType, disruptionType, autoscalerType} {
		var names []string
		for _, one := range r.OfType(kind) {
			names = append(names, one.String("metadata.name"))
			assert.Equal(t, store.Namespace, one.String("metadata.namespace"), one.Name)
		}
		assert.ElementsMatch(t, []string{"ui", "catalog", "carts", "checkout", "orders"}, names, kind)
	}
	for _, one := range r.OfType(serviceType) {
		assert.Equal(t, []any{map[string]any{"name": "http", "port": 80.0, "targetPort": "http", "protocol": "TCP"}}, list(t, one, "spec.ports"))
		assert.Equal(t, "ClusterIP", one.String("spec.type"))
	}
}

// B5, K6: the number of pods is the autoscaler's; a run says nothing of it.
func TestDeploymentsLeaveReplicasToTheAutoscalerB5K6(t *testing.T) {
	shop := stocked()
	shop.args.Services = map[string]store.Service{"ui": {Min: 6, Max: 9, CPUPercent: 50}}
	r := shopped(t, shop)
	for _, one := range r.OfType(deploymentType) {
		assert.True(t, one.Value("spec.replicas").IsNull(), one.Name)
	}
	autoscaler := r.One(t, autoscalerType, "main-blue-carts-autoscaler")
	assert.EqualValues(t, 3, autoscaler.Value("spec.minReplicas").NumberValue(), "one per zone (Z5)")
	assert.EqualValues(t, 12, autoscaler.Value("spec.maxReplicas").NumberValue())
	autoscaler = r.One(t, autoscalerType, "main-blue-ui-autoscaler")
	assert.EqualValues(t, 6, autoscaler.Value("spec.minReplicas").NumberValue())
	assert.EqualValues(t, 50, autoscaler.Value("spec.metrics[0].resource.target.averageUtilization").NumberValue())
	assert.Equal(t, "ui", autoscaler.String("spec.scaleTargetRef.name"))
	assert.True(t, autoscaler.WaitsFor(r.One(t, deploymentType, "main-blue-ui-deployment")))
}

// Z5: pods are even over the zones that take pods, whatever a zonal shift cordons.
func TestPodsSpreadOverZonesZ5(t *testing.T) {
	for _, one := range shopped(t, stocked()).OfType(deploymentType) {
		constraints := list(t, one, "spec.template.spec.topologySpreadConstraints")
		require.Len(t, constraints, 2, one.Name)
		zone, host := constraints[0].(map[string]any), constraints[1].(map[string]any)
		assert.Equal(t, "topology.kubernetes.io/zone", zone["topologyKey"])
		assert.Equal(t, "DoNotSchedule", zone["whenUnsatisfiable"])
		assert.Equal(t, "Honor", zone["nodeTaintsPolicy"], "cordoned nodes count no more")
		assert.NotContains(t, zone, "minDomains", "a lost zone would hold back every new pod")
		assert.Equal(t, []any{"pod-template-hash"}, zone["matchLabelKeys"])
		assert.Equal(t, "ScheduleAnyway", host["whenUnsatisfiable"])
		for _, c := range []map[string]any{zone, host} {
			assert.Equal(t, 1.0, c["maxSkew"])
			assert.Equal(t, one.Value("spec.selector").Mappable(), c["labelSelector"])
		}
		assert.EqualValues(t, 0, one.Value("spec.strategy.rollingUpdate.maxUnavailable").NumberValue())
	}
}

func TestDisruptionTakesOnePodAtATime(t *testing.T) {
	r := shopped(t, stocked())
	for _, one := range r.OfType(disruptionType) {
		assert.EqualValues(t, 1, one.Value("spec.maxUnavailable").NumberValue())
		service := one.String("metadata.name")
		assert.Equal(t, r.One(t, deploymentType, "main-blue-"+service+"-deployment").Value("spec.selector").Mappable(), one.Value("spec.selector").Mappable())
	}
}

// Every container is as tight as the namespace demands.
func TestContainersAreRestricted(t *testing.T) {
	r := shopped(t, stocked())
	labels := r.One(t, "kubernetes:core/v1:Namespace", "main-blue-namespace")
	assert.Equal(t, "restricted", labels.String(`metadata.labels["pod-security.kubernetes.io/enforce"]`))
	for _, one := range r.OfType(deploymentType) {
		pod := "spec.template.spec."
		assert.True(t, one.Value(pod+"securityContext.runAsNonRoot").BoolValue())
		assert.EqualValues(t, 1000, one.Value(pod+"securityContext.runAsUser").NumberValue())
		assert.Equal(t, "RuntimeDefault", one.String(pod+"securityContext.seccompProfile.type"))
		assert.False(t, one.Value(pod+"automountServiceAccountToken").BoolValue())
		assert.Equal(t, one.String("metadata.name"), one.String(pod+"serviceAccountName"), "an account each")
		containers := list(t, one, pod+"containers")
		require.Len(t, containers, 1)
		for i := range containers {
			context := pod + "containers[" + string(rune('0'+i)) + "]."
			assert.True(t, one.Value(context+"securityContext.readOnlyRootFilesystem").BoolValue(), one.Name)
			assert.False(t, one.Value(context+"securityContext.allowPrivilegeEscalation").BoolValue(), one.Name)
			assert.Equal(t, []any{"ALL"}, list(t, one, context+"securityContext.capabilities.drop"))
			assert.Equal(t, one.String(context+"resources.requests.memory"), one.String(context+"resources.limits.memory"))
			assert.True(t, one.Value(context+"resources.limits.cpu").IsNull())
			assert.NotEmpty(t, one.String(context+"resources.requests.cpu"))
			assert.Equal(t, "/tmp", one.String(context+"volumeMounts[0].mountPath"))
		}
	}
}

// Health is asked where each of the sample's programs answers.
func TestHealthPaths(t *testing.T) {
	r := shopped(t, stocked())
	for service, paths := range map[string][2]string{
		"ui": {"/actuator/health/readiness", "/actuator/health/liveness"}, "carts": {"/actuator/health/readiness", "/actuator/health/liveness"},
		"orders": {"/actuator/health/readiness", "/actuator/health/liveness"}, "catalog": {"/health", "/health"}, "checkout": {"/health", "/health"},
	} {
		one := r.One(t, deploymentType, "main-blue-"+service+"-deployment")
		const container = "spec.template.spec.containers[0]."
		assert.Equal(t, paths[0], one.String(container+"readinessProbe.httpGet.path"))
		assert.Equal(t, paths[0], one.String(container+"startupProbe.httpGet.path"))
		assert.Equal(t, paths[1], one.String(container+"livenessProbe.httpGet.path"))
	}
	assert.Equal(t, "/actuator/health/readiness", store.EntryHealthPath)
}

// L7: a pod that leaves serves until the load balancer has let go, and lives longer.
func TestPodsLeaveAfterTheLoadBalancerL7(t *testing.T) {
	for name, gates := range map[string]bool{"controller": true, "Auto Mode": false} {
		shop := stocked()
		shop.gates = gates
		r := shopped(t, shop)
		for _, one := range r.OfType(deploymentType) {
			want := drain.Inside()
			if one.String("metadata.name") == "ui" {
				want = drain.Behind(30, !gates)
			}
			assert.EqualValues(t, want.PreStopSeconds, one.Value("spec.template.spec.containers[0].lifecycle.preStop.sleep.seconds").NumberValue(), name)
			assert.EqualValues(t, want.GraceSeconds, one.Value("spec.template.spec.terminationGracePeriodSeconds").NumberValue(), name)
		}
		label := r.One(t, "kubernetes:core/v1:Namespace", "main-blue-namespace").String(`metadata.labels["elbv2.k8s.aws/pod-readiness-gate-inject"]`)
		assert.Equal(t, map[bool]string{true: "enabled", false: ""}[gates], label, name)
	}
}

// L7, B6: the binding stands before the first pod, and the Service before the binding.
func TestPodsWaitForTheBindingL7(t *testing.T) {
	r := shopped(t, stocked())
	binding := r.One(t, bindingType, "binding")
	for _, one := range r.OfType(deploymentType) {
		assert.True(t, one.WaitsFor(binding), one.Name)
		assert.True(t, one.WaitsFor(r.One(t, policyType, "main-blue-closed")), "no pod before the policies")
		assert.True(t, one.WaitsFor(r.One(t, policyType, "main-blue-"+one.String("metadata.name")+"-network")))
	}
	assert.False(t, r.Reaches(r.One(t, serviceType, "main-blue-ui-service"), binding))
}

// K5: what lies in the cluster goes with it; what lies in AWS does not.
func TestObjectsGoWithTheClusterK5(t *testing.T) {
	r := shopped(t, stocked())
	cluster := r.One(t, "retail:test:cluster", "cluster")
	inside, outside := 0, 0
	for _, one := range r.All() {
		switch {
		case one.Type == bindingType: // not the shop's
		case strings.HasPrefix(one.Type, "kubernetes:"):
			inside++
			assert.Equal(t, cluster.URN, one.DeletedWith, one.Name)
		case strings.HasPrefix(one.Type, "aws:"):
			outside++
			assert.Empty(t, one.DeletedWith, one.Name)
		}
	}
	assert.Equal(t, 1+5*6+1+3+1+2, inside, "namespace, six objects a service, the closed door, classes of secrets and their scope, the driver's rights")
	assert.Equal(t, 4*3, outside, "role, policy, association for each service with a store")
}

// Images come from the mirror, by tag or by digest.
func TestImages(t *testing.T) {
	shop := stocked()
	digest := "sha256:" + strings.Repeat("a", 64)
	shop.args.Services = map[string]store.Service{"carts": {Tag: digest}}
	shop.args.Mirror = mirror.Mirror{Images: "registry.example/copies"}
	r := shopped(t, shop)
	image := func(service string) string {
		return r.One(t, deploymentType, "main-blue-"+service+"-deployment").String("spec.template.spec.containers[0].image")
	}
	assert.Equal(t, "registry.example/copies/aws-containers/retail-store-sample-ui:1.6.2", image("ui"))
	assert.Equal(t, "registry.example/copies/aws-containers/retail-store-sample-cart@"+digest, image("carts"))
	assert.Equal(t, "public.ecr.aws/aws-containers/retail-store-sample-ui:1.6.2",
		shopped(t, stocked()).One(t, deploymentType, "main-blue-ui-deployment").String("spec.template.spec.containers[0].image"))
}

// S4: no password is among what the program writes; the pods' Secret is referred to.
func TestNoPasswordIsWrittenS4(t *testing.T) {
	for _, one := range shopped(t, stocked()).All() {
		assert.NotEqual(t, "kubernetes:core/v1:Secret", one.Type)
		for _, variable := range environmentOf(one) {
			if name := variable["name"].(string); strings.Contains(name, "PASSWORD") || strings.HasSuffix(name, "USERNAME") || strings.HasSuffix(name, "_USER") {
				assert.NotContains(t, variable, "value", name)
				assert.Contains(t, variable["valueFrom"].(map[string]any)["secretKeyRef"].(map[string]any)["name"], "-credentials")
			}
		}
	}
}

func environmentOf(r *recorder.Resource) []map[string]any {
	all, ok := r.Value("spec.template.spec.containers[0].env").Mappable().([]any)
	if !ok {
		return nil
	}
	var variables []map[string]any
	for _, one := range all {
		variables = append(variables, one.(map[string]any))
	}
	return variables
}

// Wrong arguments are told all at once, before anything is registered.
func TestShopRefusesAllProblemsAtOnce(t *testing.T) {
	shop := stocked()
	shop.args.Theme, shop.args.Zones = "purple", -1
	shop.args.Services = map[string]store.Service{"cart": {Tag: "x y", CPU: "fast", Min: 3, Max: 2}}
	r, err := tryShop(t, shop)
	for _, text := range []string{
		"main-blue.theme: must be one of", "main-blue.zones: is required", "services.cart: must be one of the services",
		"services.cart.cpu: must be a Kubernetes quantity", "services.cart: 1 ≤ min ≤ max must hold",
	} {
		assert.ErrorContains(t, err, text)
	}
	assert.Empty(t, r.OfType(deploymentType))
	assert.Empty(t, r.OfType("retail:store:Store"))
}

// A password's new generation restarts the pods that hold one, and no other.
func TestCredentialsGenerationRestartsWhoHoldsAPassword(t *testing.T) {
	shop := stocked()
	shop.args.CredentialsGeneration = 2
	for _, one := range shopped(t, shop).OfType(deploymentType) {
		got := one.String(`spec.template.metadata.annotations["retail/credentials-generation"]`)
		want := "2"
		if name := one.String("metadata.name"); name == "ui" || name == "carts" {
			want = ""
		}
		assert.Equal(t, want, got, one.Name)
	}
}
