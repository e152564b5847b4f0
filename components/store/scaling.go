package store

import (
	"strconv"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	autoscalingv2 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/autoscaling/v2"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	policyv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/policy/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// PeakAnnotation is on a service's disruption budget: how many pods must go on serving when
// a zone is lost. A drill reads it.
const PeakAnnotation = "retail/peak"

// spread keeps a service's pods apart (case Z5).
//
// Zones must be even. A zonal shift cordons the zone's nodes and leaves their pods: with
// nodeTaintsPolicy Honor these count no more, and the others go on being even among
// themselves; without, no pod more would fit anywhere. For the same reason there is no
// minDomains: with a zone gone it would hold back every new pod. Each version counts for
// itself, so that an update ends as even as it began. Hosts should be even.
func spread(service string) corev1.TopologySpreadConstraintArray {
	constraint := func(key, unsatisfiable string) corev1.TopologySpreadConstraintArgs {
		return corev1.TopologySpreadConstraintArgs{
			TopologyKey: pulumi.String(key), MaxSkew: pulumi.Int(1), WhenUnsatisfiable: pulumi.String(unsatisfiable),
			NodeTaintsPolicy: pulumi.String("Honor"), NodeAffinityPolicy: pulumi.String("Honor"),
			MatchLabelKeys: pulumi.ToStringArray([]string{"pod-template-hash"}),
			LabelSelector:  metav1.LabelSelectorArgs{MatchLabels: selector(service)},
		}
	}
	return corev1.TopologySpreadConstraintArray{
		constraint("topology.kubernetes.io/zone", "DoNotSchedule"),
		constraint("kubernetes.io/hostname", "ScheduleAnyway"),
	}
}

// scaling makes what changes the number of a service's pods, and what holds back whoever
// would take away too many at a time.
func (b *builder) scaling(s service, deployment *appsv1.Deployment) error {
	settings := b.args.Services[s.name]
	budget := meta(s.name)
	budget.Annotations = pulumi.StringMap{PeakAnnotation: pulumi.String(strconv.Itoa(settings.Peak))}
	if _, err := policyv1.NewPodDisruptionBudget(b.ctx, b.child(s, "disruption"), &policyv1.PodDisruptionBudgetArgs{
		Metadata: budget,
		Spec: policyv1.PodDisruptionBudgetSpecArgs{
			// One at a time, however many there are. Of the fewest, more than the peak, this
			// leaves the peak; of many under load it leaves more than the peak would.
			MaxUnavailable: pulumi.Int(1), Selector: metav1.LabelSelectorArgs{MatchLabels: selector(s.name)},
			// A pod that is not ready serves nobody: a drain need not wait for it.
			UnhealthyPodEvictionPolicy: pulumi.String("AlwaysAllow"),
		},
	}, b.inside...); err != nil {
		return err
	}
	_, err := autoscalingv2.NewHorizontalPodAutoscaler(b.ctx, b.child(s, "autoscaler"), &autoscalingv2.HorizontalPodAutoscalerArgs{
		Metadata: meta(s.name),
		Spec: autoscalingv2.HorizontalPodAutoscalerSpecArgs{
			ScaleTargetRef: autoscalingv2.CrossVersionObjectReferenceArgs{
				ApiVersion: pulumi.String("apps/v1"), Kind: pulumi.String("Deployment"), Name: pulumi.String(s.name),
			},
			MinReplicas: pulumi.Int(settings.Min), MaxReplicas: pulumi.Int(settings.Max),
			Metrics: autoscalingv2.MetricSpecArray{autoscalingv2.MetricSpecArgs{
				Type: pulumi.String("Resource"),
				Resource: autoscalingv2.ResourceMetricSourceArgs{
					Name:   pulumi.String("cpu"),
					Target: autoscalingv2.MetricTargetArgs{Type: pulumi.String("Utilization"), AverageUtilization: pulumi.Int(settings.CPUPercent)},
				},
			}},
		},
	}, after(b.inside, deployment)...)
	return err
}
