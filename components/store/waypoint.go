package store

import (
	"encoding/json"
	"strconv"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/objects"
)

// waypoint is the Gateway that reads requests to the shop's services, the account of its
// pods and the Service that istiod makes for it.
const waypoint = "waypoint"

// waypointOptions is what istiod's waypoint is to have beside what its template says
// (deployment controller's overlays: Istio, "Kubernetes Gateway API", "Automated deployment",
// and release notes of 1.28). A horizontalPodAutoscaler and a podDisruptionBudget are made
// only where they are given.
type waypointOptions struct {
	deployment, autoscaler, disruption map[string]any
}

// object is shorthand for a piece of an overlay.
type object = map[string]any

func (b *builder) waypointOptions() waypointOptions {
	pods := object{"matchLabels": object{objects.GatewayNameLabel: waypoint}}
	constraint := func(key, unsatisfiable string) object {
		return object{
			"topologyKey": key, "maxSkew": 1, "whenUnsatisfiable": unsatisfiable, "labelSelector": pods,
			"nodeTaintsPolicy": "Honor", "nodeAffinityPolicy": "Honor", "matchLabelKeys": []string{"pod-template-hash"},
		}
	}
	settings := b.args.Services[ui]
	return waypointOptions{
		deployment: object{"spec": object{
			"strategy": object{"rollingUpdate": object{"maxUnavailable": 0, "maxSurge": "25%"}},
			"template": object{"spec": object{
				// As the shop's own pods (see spread), and as tight: the namespace refuses others.
				"topologySpreadConstraints": []object{
					constraint("topology.kubernetes.io/zone", "DoNotSchedule"), constraint("kubernetes.io/hostname", "ScheduleAnyway"),
				},
				"securityContext": object{"runAsNonRoot": true, "seccompProfile": object{"type": "RuntimeDefault"}},
				"containers": []object{{
					"name":      proxyContainer,
					"resources": object{"requests": object{"cpu": "250m", "memory": "256Mi"}, "limits": object{"memory": "256Mi"}},
				}},
			}},
		}},
		autoscaler: object{"spec": object{
			"minReplicas": settings.Min, "maxReplicas": settings.Max,
			"metrics": []object{{"type": "Resource", "resource": object{
				"name": "cpu", "target": object{"type": "Utilization", "averageUtilization": settings.CPUPercent},
			}}},
		}},
		disruption: object{
			"metadata": object{"annotations": object{PeakAnnotation: strconv.Itoa(settings.Peak)}},
			"spec":     object{"maxUnavailable": 1, "unhealthyPodEvictionPolicy": "AlwaysAllow"},
		},
	}
}

// data writes the options as istiod reads them: texts in YAML, of which JSON is a part.
func (o waypointOptions) data() (pulumi.StringMap, error) {
	data := pulumi.StringMap{}
	for key, overlay := range map[string]object{
		"deployment": o.deployment, "horizontalPodAutoscaler": o.autoscaler, "podDisruptionBudget": o.disruption,
	} {
		text, err := json.Marshal(overlay)
		if err != nil {
			return nil, err
		}
		data[key] = pulumi.String(text)
	}
	return data, nil
}

// waypoint makes the waypoint and what lets it in and out of the network; nothing at level
// l4. istiod makes its pods and says Programmed once its Service answers. Services are
// given to it only then: with a waypoint that is not there, ztunnel would go past it.
func (b *builder) waypoint() ([]pulumi.Resource, error) {
	if !b.mesh().readsRequests() {
		return nil, nil
	}
	open, err := b.waypointNetwork()
	if err != nil {
		return nil, err
	}
	data, err := b.waypointOptions().data()
	if err != nil {
		return nil, err
	}
	options, err := corev1.NewConfigMap(b.ctx, names.Child(b.name, "waypoint-options"), &corev1.ConfigMapArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String("waypoint-options"), Namespace: pulumi.String(Namespace)}, Data: data,
	}, b.inside...)
	if err != nil {
		return nil, err
	}
	gateway, err := b.meshed(waypoint, objects.Metadata{
		Name:        waypoint,
		Labels:      map[string]string{waypointFor: "service"},
		Annotations: map[string]string{"pulumi.com/waitFor": "condition=Programmed"},
	}, objects.Gateway{
		Class: "istio-waypoint",
		Listeners: []objects.GatewayListener{{
			Name: "mesh", Port: hbonePort, Protocol: "HBONE",
			AllowedRoutes: objects.AllowedRoutes{Namespaces: objects.RouteNamespaces{From: "Same"}},
		}},
		Infrastructure: &objects.GatewayInfrastructure{Parameters: objects.LocalReference{Kind: "ConfigMap", Name: "waypoint-options"}},
	}, options, open)
	return []pulumi.Resource{gateway}, err
}
