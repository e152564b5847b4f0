package loadbalancing_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/components/loadbalancing"
	"retail/tests/internal/recorder"
)

const (
	onIngress = `metadata.annotations["alb.ingress.kubernetes.io/`
	onService = `metadata.annotations["service.beta.kubernetes.io/aws-load-balancer-`
)

// withOptions declares an Ingress and a Service with these options.
func withOptions(t *testing.T, options loadbalancing.Options) (ingress, service *recorder.Resource) {
	t.Helper()
	b := balancing(loadbalancing.Managed)
	b.more = everyKind(options)
	r := b.declare(t)
	return r.One(t, ingressKind, "main-blue-ingress-installed"), r.One(t, serviceKind, "main-blue-service-istio-installed")
}

func check(t *testing.T, object *recorder.Resource, prefix string, want map[string]string) {
	t.Helper()
	for key, value := range want {
		assert.Equal(t, value, object.String(prefix+key+`"]`), key)
	}
}

func TestLoadBalancersAreInternalAndShiftByDefault(t *testing.T) {
	ingress, service := withOptions(t, inside())
	check(t, ingress, onIngress, map[string]string{
		"target-type": "ip", "healthcheck-path": "/health", "healthcheck-port": "traffic-port", "healthcheck-interval-seconds": "10",
		"healthcheck-timeout-seconds": "5", "healthy-threshold-count": "2", "unhealthy-threshold-count": "2",
		"load-balancer-attributes": "deletion_protection.enabled=false,routing.http.drop_invalid_header_fields.enabled=true,zonal_shift.config.enabled=true",
		"target-group-attributes":  "deregistration_delay.timeout_seconds=30,load_balancing.cross_zone.enabled=true",
		"inbound-cidrs":            "10.30.0.0/16", "listen-ports": `[{"HTTP":80}]`, "certificate-arn": "", "ssl-redirect": "",
	})
	check(t, service, onService, map[string]string{
		"scheme": "internal", "nlb-target-type": "ip", "healthcheck-protocol": "http", "healthcheck-path": "/healthz/ready", "healthcheck-port": "15021",
		"attributes":              "deletion_protection.enabled=false,load_balancing.cross_zone.enabled=true,zonal_shift.config.enabled=true",
		"target-group-attributes": "deregistration_delay.timeout_seconds=30,target_health_state.unhealthy.connection_termination.enabled=false",
	})
	assert.Equal(t, []any{"10.30.0.0/16"}, service.Value("spec.loadBalancerSourceRanges").Mappable())
	assert.Equal(t, false, service.Value("spec.allocateLoadBalancerNodePorts").Mappable(), "pods are the targets")
	assert.Equal(t, "LoadBalancer", service.String("spec.type"))
}

func TestOptionsReachBothKinds(t *testing.T) {
	drain := 0
	ingress, service := withOptions(t, loadbalancing.Options{
		TargetType: "instance", NoCrossZone: true, NoZonalShift: true, DeletionProtection: true, DrainSeconds: &drain,
		Health:      loadbalancing.HealthCheck{Port: 9000, IntervalSeconds: 30, TimeoutSeconds: 10, Threshold: 5},
		SourceCIDRs: []string{"10.30.0.0/16", "192.168.0.0/20"},
		TLS:         &loadbalancing.TLS{CertificateArns: []pulumi.StringInput{pulumi.String("arn:1"), pulumi.String("arn:2")}},
	})
	check(t, ingress, onIngress, map[string]string{
		"target-type": "instance", "healthcheck-port": "9000", "healthcheck-interval-seconds": "30", "healthy-threshold-count": "5",
		"load-balancer-attributes": "deletion_protection.enabled=true,routing.http.drop_invalid_header_fields.enabled=true,zonal_shift.config.enabled=false",
		"target-group-attributes":  "deregistration_delay.timeout_seconds=0,load_balancing.cross_zone.enabled=false",
		"inbound-cidrs":            "10.30.0.0/16,192.168.0.0/20", "listen-ports": `[{"HTTP":80},{"HTTPS":443}]`, "ssl-redirect": "443",
		"certificate-arn": "arn:1,arn:2", "ssl-policy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
	})
	check(t, service, onService, map[string]string{
		"healthcheck-protocol": "tcp", "healthcheck-path": "", "ssl-cert": "arn:1,arn:2", "ssl-ports": "443",
		"attributes": "deletion_protection.enabled=true,load_balancing.cross_zone.enabled=false,zonal_shift.config.enabled=false",
	})
	assert.Equal(t, []any{80.0, 80.0}, []any{
		service.Value("spec.ports[0].targetPort").Mappable(), service.Value("spec.ports[1].targetPort").Mappable(),
	}, "TLS ends at the load balancer, what is left is HTTP")
	assert.Equal(t, true, service.Value("spec.allocateLoadBalancerNodePorts").Mappable())
}

// network tries a Network Load Balancer.
func network(t *testing.T, change func(*loadbalancing.NetworkArgs)) (*recorder.Recorder, error) {
	t.Helper()
	b := balancing(loadbalancing.AutoMode)
	b.more = func(ctx *pulumi.Context, _ *loadbalancing.Controller, after []pulumi.Resource, opts pulumi.ResourceOption) error {
		args := &loadbalancing.NetworkArgs{
			Mode: loadbalancing.BuiltIn, Namespace: "gateways", Gateway: loadbalancing.Istio{Gateway: "store"}, Admission: loadbalancing.TakesPlain, Options: inside(), After: after,
		}
		change(args)
		_, err := loadbalancing.NewNetworkLoadBalancer(ctx, "n", args, opts)
		return err
	}
	return b.try(t)
}

func TestEveryIngressStandsBehindTheSameLoadBalancer(t *testing.T) {
	for _, one := range []struct {
		gateway  loadbalancing.Gateway
		label    string
		plain    float64
		path     string
		checking string
	}{
		{loadbalancing.Istio{Gateway: "store"}, "gateway.networking.k8s.io/gateway-name", 80, "/healthz/ready", "15021"},
		{loadbalancing.NGINX{Release: "store"}, "app.kubernetes.io/instance", 80, "/nginx-ready", "8081"},
		{loadbalancing.HAProxy{Release: "store"}, "app.kubernetes.io/instance", 8080, "/healthz", "1042"},
	} {
		r, err := network(t, func(args *loadbalancing.NetworkArgs) { args.Gateway = one.gateway })
		require.NoError(t, err)
		service := r.One(t, serviceKind, "n-service-"+one.gateway.Kind()+"-builtin")
		assert.Equal(t, "store", service.String(`spec.selector["`+one.label+`"]`))
		assert.Equal(t, one.plain, service.Value("spec.ports[0].targetPort").Mappable())
		check(t, service, onService, map[string]string{"healthcheck-path": one.path, "healthcheck-port": one.checking})
	}
}

// A load balancer that a controller names has 32 characters at most, whatever its object is
// called: none is given a name.
func TestNoObjectNamesItsLoadBalancer(t *testing.T) {
	b := balancing(loadbalancing.Both)
	b.more = everyKind(inside())
	seen := 0
	for _, object := range b.declare(t).All() {
		annotations, _ := object.Value("metadata.annotations").Mappable().(map[string]any)
		for key := range annotations {
			seen++
			assert.NotContains(t, key, "load-balancer-name", object.Name)
		}
		assert.LessOrEqual(t, len(object.String("metadata.name")), 63, object.Name)
		assert.True(t, object.Value("spec.loadBalancerName").IsNull(), object.Name)
	}
	assert.Greater(t, seen, 20)
}

// What AWS or Kubernetes would refuse, or leave to a default that opens it, is refused
// before anything is made.
func TestRefusals(t *testing.T) {
	for name, one := range map[string]struct {
		change func(*loadbalancing.NetworkArgs)
		want   string
	}{
		"zonal shift, cross-zone and termination": {func(a *loadbalancing.NetworkArgs) { a.TerminateUnhealthy = true },
			"terminateUnhealthy: zonal shift with cross-zone balancing needs it off"},
		"no sources":             {func(a *loadbalancing.NetworkArgs) { a.Options.SourceCIDRs = nil }, "sourceCidrs: is required"},
		"a host as a source":     {func(a *loadbalancing.NetworkArgs) { a.Options.SourceCIDRs = []string{"10.0.0.1/8"} }, `must be ranges such as 10.20.0.0/16, got "10.0.0.1/8"`},
		"TLS and no certificate": {func(a *loadbalancing.NetworkArgs) { a.Options.TLS = &loadbalancing.TLS{} }, "tls.certificateArns: is required with tls"},
		"no pods":                {func(a *loadbalancing.NetworkArgs) { a.Gateway = loadbalancing.NGINX{} }, "gateway: must say which pods it has, got app.kubernetes.io/instance is empty"},
		"no gateway":             {func(a *loadbalancing.NetworkArgs) { a.Gateway = nil }, "gateway: is required"},
		"no mode":                {func(a *loadbalancing.NetworkArgs) { a.Mode = "" }, `mode: must be installed or builtin, got ""`},
		"no namespace":           {func(a *loadbalancing.NetworkArgs) { a.Namespace = "" }, "namespace: is required"},
		"L1 nothing before":      {func(a *loadbalancing.NetworkArgs) { a.After = nil }, "after: is required"},
		"another target":         {func(a *loadbalancing.NetworkArgs) { a.Options.TargetType = "alb" }, `targetType: must be ip or instance, got "alb"`},
		"timeout as long as the interval": {func(a *loadbalancing.NetworkArgs) {
			a.Options.Health = loadbalancing.HealthCheck{IntervalSeconds: 5, TimeoutSeconds: 5}
		}, "health.timeoutSeconds: must be less than the interval, got 5 with an interval of 5"},
		"too long a drain": {func(a *loadbalancing.NetworkArgs) { drain := 3601; a.Options.DrainSeconds = &drain }, "drainSeconds: must be 0 to 3600, got 3601"},
	} {
		_, err := network(t, one.change)
		assert.ErrorContains(t, err, one.want, name)
	}
	for _, allowed := range []func(*loadbalancing.NetworkArgs){
		func(a *loadbalancing.NetworkArgs) { a.TerminateUnhealthy, a.Options.NoCrossZone = true, true },
		func(a *loadbalancing.NetworkArgs) { a.TerminateUnhealthy, a.Options.NoZonalShift = true, true },
	} {
		_, err := network(t, allowed)
		assert.NoError(t, err)
	}
}

func TestAControllerWantsWhatItNeeds(t *testing.T) {
	_, err := balanced{args: loadbalancing.Args{Choice: loadbalancing.Managed}}.try(t)
	for _, path := range []string{"cluster", "clusterArn", "account", "region", "vpcId", "nodeSecurityGroupId"} {
		assert.ErrorContains(t, err, path+": is required by an installed controller")
	}
	_, err = balanced{args: loadbalancing.Args{Choice: "nginx"}}.try(t)
	require.ErrorContains(t, err, `choice: must be managed, builtin or both, got "nginx"`)
	b := balancing(loadbalancing.Managed)
	b.args.Replicas = 1
	_, err = b.try(t)
	require.ErrorContains(t, err, "replicas: must be at least 2")
	_, err = balanced{args: loadbalancing.Args{Choice: loadbalancing.AutoMode}}.try(t)
	require.NoError(t, err, "what is built in needs nothing")
}
