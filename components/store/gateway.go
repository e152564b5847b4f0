package store

import (
	"fmt"
	"slices"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/objects"
	"retail/internal/drain"
)

// proxyUser is the user and group that Istio's proxies run as.
const proxyUser = 1337

// proxyContainer is the container's name by which Istio knows its proxy.
const proxyContainer = "istio-proxy"

// storeGateway makes the only way into the shop where there is a mesh: pods that take plain
// requests of load balancers, as the mesh does not ask proxies of its gateways for mutual
// TLS, and hand them on to ui in the mesh (case I1).
//
// The Gateway names a Service of this program's own ("Manual deployment" in Istio's
// "Kubernetes Gateway API"): the Deployment's autoscaler, spread, readiness gates and end
// are then those of the shop's other pods. It needs the services, as its pods are ready
// only once a page can be had through them.
func (b *builder) storeGateway(needs, services []pulumi.Resource) (pulumi.Resource, error) {
	gateway, err := b.meshed(StoreGateway, objects.Metadata{Name: StoreGateway}, objects.Gateway{
		Class:     "istio",
		Addresses: []objects.GatewayAddress{{Type: "Hostname", Value: host(StoreGateway)}},
		Listeners: []objects.GatewayListener{{
			Name: portName, Port: Port, Protocol: "HTTP",
			AllowedRoutes: objects.AllowedRoutes{Namespaces: objects.RouteNamespaces{From: "Same"}},
		}},
	})
	if err != nil {
		return nil, err
	}
	route, err := b.meshed(StoreGateway+"-route", objects.Metadata{Name: StoreGateway}, objects.HTTPRoute{
		Parents: []objects.RouteParent{{Group: objects.GatewayGroup, Kind: "Gateway", Name: StoreGateway}},
		Rules:   []objects.HTTPRouteRule{{Backends: []objects.HTTPBackend{{Name: ui, Port: Port}}, Timeouts: timeouts(ui)}},
	}, gateway)
	if err != nil {
		return nil, err
	}
	admitted, err := b.admitCustomers()
	if err != nil {
		return nil, err
	}
	s := b.gatewayService()
	needs = append(slices.Clone(needs), gateway, route, admitted)
	for _, step := range []func(service) ([]pulumi.Resource, error){b.identity, b.network} {
		made, err := step(s)
		if err != nil {
			return nil, err
		}
		needs = append(needs, made...)
	}
	deployment, err := b.gatewayWorkload(s, append(needs, services...))
	if err != nil {
		return nil, err
	}
	return deployment, b.scaling(s, deployment)
}

// gatewayService describes the store gateway as far as it is like a service. It is as many
// as ui, whose every request goes through it.
func (b *builder) gatewayService() service {
	b.args.Services[StoreGateway] = b.args.Services[ui]
	return service{name: StoreGateway, cpu: "250m", memory: "256Mi", gateway: true}
}

// gatewayWorkload makes the Deployment. Image, arguments and files are what istiod's webhook
// puts in, by the template that the annotation names; what is said here it keeps.
func (b *builder) gatewayWorkload(s service, needs []pulumi.Resource) (*appsv1.Deployment, error) {
	object := meta(s.name)
	object.Annotations = pulumi.StringMap{"pulumi.com/timeoutSeconds": pulumi.String("900")}
	podLabels := labels(s.name)
	podLabels[injectLabel] = pulumi.String(yes)
	podLabels[objects.GatewayNameLabel] = pulumi.String(StoreGateway)
	return appsv1.NewDeployment(b.ctx, b.child(s, "deployment"), &appsv1.DeploymentArgs{
		Metadata: object,
		Spec: appsv1.DeploymentSpecArgs{
			Selector: metav1.LabelSelectorArgs{MatchLabels: selector(s.name)},
			Strategy: appsv1.DeploymentStrategyArgs{
				Type:          pulumi.String("RollingUpdate"),
				RollingUpdate: appsv1.RollingUpdateDeploymentArgs{MaxUnavailable: pulumi.Int(0), MaxSurge: pulumi.String("25%")},
			},
			RevisionHistoryLimit: pulumi.Int(3),
			Template: corev1.PodTemplateSpecArgs{
				Metadata: metav1.ObjectMetaArgs{Labels: podLabels, Annotations: pulumi.StringMap{
					"inject.istio.io/templates": pulumi.String("gateway"),
					proxyRelease:                pulumi.String(b.mesh().Version),
					// How long the proxy finishes requests once it is told to stop. Before that
					// it goes on serving until load balancers have let go of it (case L7).
					"proxy.istio.io/config": pulumi.String(fmt.Sprintf(`{"terminationDrainDuration":"%ds"}`, drain.AppSeconds)),
				}},
				Spec: b.gatewayPod(s),
			},
		},
	}, after(b.inside, needs...)...)
}

func (b *builder) gatewayPod(s service) corev1.PodSpecArgs {
	return corev1.PodSpecArgs{
		ServiceAccountName: pulumi.String(s.name),
		// Its token for istiod is one of its own, which the template brings.
		AutomountServiceAccountToken: pulumi.Bool(false),
		EnableServiceLinks:           pulumi.Bool(false),
		SecurityContext: corev1.PodSecurityContextArgs{
			RunAsNonRoot: pulumi.Bool(true), RunAsUser: pulumi.Int(proxyUser), RunAsGroup: pulumi.Int(proxyUser), FsGroup: pulumi.Int(proxyUser),
			SeccompProfile: corev1.SeccompProfileArgs{Type: pulumi.String("RuntimeDefault")},
		},
		TerminationGracePeriodSeconds: pulumi.Int(b.args.Times.GraceSeconds),
		TopologySpreadConstraints:     spread(s.name),
		Containers: corev1.ContainerArray{corev1.ContainerArgs{
			Name: pulumi.String(proxyContainer), Image: pulumi.String("auto"),
			Ports: corev1.ContainerPortArray{corev1.ContainerPortArgs{
				Name: pulumi.String(portName), ContainerPort: pulumi.Int(ContainerPort), Protocol: pulumi.String("TCP"),
			}},
			Resources: resources(s),
			SecurityContext: corev1.SecurityContextArgs{
				AllowPrivilegeEscalation: pulumi.Bool(false), ReadOnlyRootFilesystem: pulumi.Bool(true), RunAsNonRoot: pulumi.Bool(true),
				Capabilities: corev1.CapabilitiesArgs{Drop: pulumi.ToStringArray([]string{"ALL"})},
			},
			Lifecycle: corev1.LifecycleArgs{PreStop: corev1.LifecycleHandlerArgs{
				Sleep: corev1.SleepActionArgs{Seconds: pulumi.Int(b.args.Times.PreStopSeconds)},
			}},
		}},
	}
}

// askForSidecar asks for a proxy in a service's pods, with the resources and the order that
// it needs. Where the proxy is a container among others it holds the service back until it
// is ready; as a native sidecar, from Kubernetes 1.33 on, it starts first anyway.
func (m *Mesh) askForSidecar(podLabels, podAnnotations pulumi.StringMap) {
	podLabels[injectLabel] = pulumi.String(yes)
	for key, value := range map[string]string{
		"sidecar.istio.io/proxyCPU":         "100m",
		"sidecar.istio.io/proxyMemory":      "128Mi",
		"sidecar.istio.io/proxyMemoryLimit": "256Mi",
		"proxy.istio.io/config":             `{"holdApplicationUntilProxyStarts":true}`,
		proxyRelease:                        m.Version,
	} {
		podAnnotations[key] = pulumi.String(value)
	}
}
