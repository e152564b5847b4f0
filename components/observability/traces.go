package observability

import (
	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/policy"
	"retail/internal/versions"
)

const (
	// tracesService is the Service that takes spans in, and what takes them.
	tracesService = "traces"
	// queryPort is where Jaeger shows traces, healthPort where both receivers say that they
	// are well (Jaeger, "APIs"; OpenTelemetry Collector, extension healthcheck).
	queryPort  = 16686
	healthPort = 13133
	// collectorUser is a user without any rights: both images are one static program.
	collectorUser = 10001
	configFolder  = "/etc/traces"
	configFile    = "config.yaml"
	// keptTraces is how many traces Jaeger keeps: at some 10 KiB each they fill a third of
	// its memory.
	keptTraces = 20000
)

// receiver is what takes spans in.
type receiver struct {
	image, memory string
	replicas      int
	healthPath    string
	// config is its configuration file, in the form of the OpenTelemetry Collector, which
	// Jaeger shares.
	config map[string]any
	ports  map[string]int
}

// traces runs what takes spans in. Both kinds are one program with one file; a chart would
// add a templating language to them and nothing else.
func (b *builder) traces() error {
	t := b.args.Tracing
	if t == nil {
		return nil
	}
	r := jaegerReceiver(b.args.Mirror.Image(versions.Jaeger))
	needs := b.home
	if t.Backend == XRay {
		r = b.xrayReceiver()
		identity, err := b.identity(tracesService, xrayWriter())
		if err != nil {
			return err
		}
		needs = append(needs, identity...)
	}
	text, err := marshal(r.config)
	if err != nil {
		return err
	}
	config, err := b.configMap("traces-config", tracesService, pulumi.StringMap{configFile: pulumi.String(text)})
	if err != nil {
		return err
	}
	account, err := corev1.NewServiceAccount(b.ctx, names.Child(b.name, "traces"), &corev1.ServiceAccountArgs{
		Metadata: traceMeta(), AutomountServiceAccountToken: pulumi.Bool(false),
	}, b.after(b.home[:1])...)
	if err != nil {
		return err
	}
	service, err := b.traceService(r)
	if err != nil {
		return err
	}
	deployment, err := b.traceDeployment(r, text, append(needs, config, account))
	b.out.Ready = append(b.out.Ready, service, deployment)
	return err
}

func traceMeta() metav1.ObjectMetaArgs {
	return metav1.ObjectMetaArgs{
		Name: pulumi.String(tracesService), Namespace: pulumi.String(Namespace), Labels: pulumi.ToStringMap(tracePods),
	}
}

func (b *builder) traceService(r receiver) (pulumi.Resource, error) {
	ports := corev1.ServicePortArray{corev1.ServicePortArgs{
		Name: pulumi.String("grpc-otlp"), Port: pulumi.Int(TracePort), TargetPort: pulumi.Int(TracePort), AppProtocol: pulumi.String("grpc"),
	}}
	if number, shown := r.ports["query"]; shown {
		ports = append(ports, corev1.ServicePortArgs{
			Name: pulumi.String("http-query"), Port: pulumi.Int(number), TargetPort: pulumi.Int(number), AppProtocol: pulumi.String("http"),
		})
	}
	meta := traceMeta()
	// Nobody waits for its pods here: the Deployment does.
	meta.Annotations = pulumi.StringMap{"pulumi.com/skipAwait": pulumi.String("true")}
	return corev1.NewService(b.ctx, names.Child(b.name, "traces"), &corev1.ServiceArgs{
		Metadata: meta, Spec: corev1.ServiceSpecArgs{Selector: pulumi.ToStringMap(tracePods), Ports: ports},
	}, b.after(b.home[:1])...)
}

func (b *builder) traceDeployment(r receiver, config string, needs []pulumi.Resource) (pulumi.Resource, error) {
	containerPorts := corev1.ContainerPortArray{corev1.ContainerPortArgs{Name: pulumi.String("otlp"), ContainerPort: pulumi.Int(TracePort)}}
	if number, shown := r.ports["query"]; shown {
		containerPorts = append(containerPorts, corev1.ContainerPortArgs{Name: pulumi.String("query"), ContainerPort: pulumi.Int(number)})
	}
	probe := corev1.ProbeArgs{
		HttpGet:       corev1.HTTPGetActionArgs{Path: pulumi.String(r.healthPath), Port: pulumi.Int(healthPort)},
		PeriodSeconds: pulumi.Int(10), FailureThreshold: pulumi.Int(3),
	}
	pod := corev1.PodSpecArgs{
		ServiceAccountName: pulumi.String(tracesService), AutomountServiceAccountToken: pulumi.Bool(false), EnableServiceLinks: pulumi.Bool(false),
		SecurityContext: corev1.PodSecurityContextArgs{
			RunAsNonRoot: pulumi.Bool(true), RunAsUser: pulumi.Int(collectorUser), RunAsGroup: pulumi.Int(collectorUser),
			SeccompProfile: corev1.SeccompProfileArgs{Type: pulumi.String("RuntimeDefault")},
		},
		Containers: corev1.ContainerArray{corev1.ContainerArgs{
			Name: pulumi.String(tracesService), Image: pulumi.String(r.image),
			Args:  pulumi.ToStringArray([]string{"--config=" + configFolder + "/" + configFile}),
			Ports: containerPorts,
			Resources: corev1.ResourceRequirementsArgs{
				Requests: pulumi.StringMap{"cpu": pulumi.String("20m"), "memory": pulumi.String(r.memory)},
				Limits:   pulumi.StringMap{"memory": pulumi.String(r.memory)},
			},
			SecurityContext: corev1.SecurityContextArgs{
				AllowPrivilegeEscalation: pulumi.Bool(false), ReadOnlyRootFilesystem: pulumi.Bool(true), RunAsNonRoot: pulumi.Bool(true),
				Capabilities: corev1.CapabilitiesArgs{Drop: pulumi.ToStringArray([]string{"ALL"})},
			},
			ReadinessProbe: probe, LivenessProbe: probe,
			VolumeMounts: corev1.VolumeMountArray{corev1.VolumeMountArgs{
				Name: pulumi.String("config"), MountPath: pulumi.String(configFolder), ReadOnly: pulumi.Bool(true),
			}},
		}},
		Volumes: corev1.VolumeArray{corev1.VolumeArgs{
			Name: pulumi.String("config"), ConfigMap: corev1.ConfigMapVolumeSourceArgs{Name: pulumi.String(tracesService)},
		}},
		TopologySpreadConstraints: corev1.TopologySpreadConstraintArray{corev1.TopologySpreadConstraintArgs{
			MaxSkew: pulumi.Int(1), TopologyKey: pulumi.String("topology.kubernetes.io/zone"), WhenUnsatisfiable: pulumi.String("ScheduleAnyway"),
			NodeTaintsPolicy: pulumi.String("Honor"), LabelSelector: metav1.LabelSelectorArgs{MatchLabels: pulumi.ToStringMap(tracePods)},
		}},
	}
	return appsv1.NewDeployment(b.ctx, names.Child(b.name, "traces"), &appsv1.DeploymentArgs{
		Metadata: traceMeta(),
		Spec: appsv1.DeploymentSpecArgs{
			Replicas: pulumi.Int(r.replicas), RevisionHistoryLimit: pulumi.Int(3),
			Selector: metav1.LabelSelectorArgs{MatchLabels: pulumi.ToStringMap(tracePods)},
			Template: corev1.PodTemplateSpecArgs{
				Metadata: metav1.ObjectMetaArgs{
					Labels: pulumi.ToStringMap(tracePods),
					// The file is read once, at the start.
					Annotations: pulumi.StringMap{"retail/config": pulumi.String(digest(config))},
				},
				Spec: pod,
			},
		},
	}, b.after(needs)...)
}

// xrayWriter lets the collector send traces. X-Ray has no resource that its traces belong
// to, so that AWS takes "*" only (Service Authorization Reference, "AWS X-Ray").
func xrayWriter() pulumi.StringOutput {
	return policy.Render(nil, func(map[string]string) policy.Document {
		return policy.Document{{Sid: "Send", Resources: []string{"*"}, Actions: []string{"xray:PutTelemetryRecords", "xray:PutTraceSegments"}}}
	})
}
