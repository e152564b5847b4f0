package store

import (
	"strings"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/internal/drain"
)

// repository begins the images' names.
const repository = "public.ecr.aws/aws-containers/retail-store-sample-"

const (
	// generationAnnotation restarts a service's pods when it changes.
	generationAnnotation = "retail/credentials-generation"
	// reloadAnnotation, on a Deployment, names the Secret whose change makes Stakater
	// Reloader restart its pods. By name: "auto" would also mean Secrets that a sidecar or
	// a service mesh brings in.
	reloadAnnotation = "secret.reloader.stakater.com/reload"
)

// workload makes a service's Deployment. It says nothing of replicas: the autoscaler does,
// and a run must not undo what it did (cases B5 and K6).
func (b *builder) workload(s service, needs []pulumi.Resource) (*appsv1.Deployment, error) {
	meta := meta(s.name)
	// How many seconds the provider waits for the pods: longer than the start of all of
	// them one after the other takes on nodes that come up only now.
	annotations := pulumi.StringMap{"pulumi.com/timeoutSeconds": pulumi.String("900")}
	meta.Annotations = annotations
	podLabels, podAnnotations := labels(s.name), pulumi.StringMap{}
	if len(s.credentials) > 0 {
		annotations[reloadAnnotation] = pulumi.String(s.secretName())
		podAnnotations[generationAnnotation] = pulumi.Sprintf("%d", b.args.CredentialsGeneration)
	}
	if b.mesh().on() && s.inSidecar() {
		b.mesh().askForSidecar(podLabels, podAnnotations)
	}
	template := metav1.ObjectMetaArgs{Labels: podLabels}
	if len(podAnnotations) > 0 {
		template.Annotations = podAnnotations
	}
	return appsv1.NewDeployment(b.ctx, b.child(s, "deployment"), &appsv1.DeploymentArgs{
		Metadata: meta,
		Spec: appsv1.DeploymentSpecArgs{
			Selector: metav1.LabelSelectorArgs{MatchLabels: selector(s.name)},
			Strategy: appsv1.DeploymentStrategyArgs{
				Type: pulumi.String("RollingUpdate"),
				// A pod goes only when its successor serves.
				RollingUpdate: appsv1.RollingUpdateDeploymentArgs{MaxUnavailable: pulumi.Int(0), MaxSurge: pulumi.String("25%")},
			},
			RevisionHistoryLimit: pulumi.Int(3),
			Template:             corev1.PodTemplateSpecArgs{Metadata: template, Spec: b.pod(s)},
		},
	}, after(b.inside, needs...)...)
}

// pod describes a service's pods.
func (b *builder) pod(s service) corev1.PodSpecArgs {
	times := Times(drain.Inside())
	if s.entry {
		times = b.args.Times
	}
	volumes, mounts := b.volumes(s)
	return corev1.PodSpecArgs{
		ServiceAccountName: pulumi.String(s.name),
		// No service calls the Kubernetes API. EKS Pod Identity brings a token of its own.
		AutomountServiceAccountToken: pulumi.Bool(false),
		EnableServiceLinks:           pulumi.Bool(false),
		SecurityContext: corev1.PodSecurityContextArgs{
			RunAsNonRoot: pulumi.Bool(true), RunAsUser: pulumi.Int(user), RunAsGroup: pulumi.Int(user), FsGroup: pulumi.Int(user),
			SeccompProfile: corev1.SeccompProfileArgs{Type: pulumi.String("RuntimeDefault")},
		},
		TerminationGracePeriodSeconds: pulumi.Int(times.GraceSeconds),
		TopologySpreadConstraints:     spread(s.name),
		Containers: corev1.ContainerArray{corev1.ContainerArgs{
			Name: pulumi.String(s.name), Image: pulumi.String(b.image(s)), ImagePullPolicy: pulumi.String("IfNotPresent"),
			Ports: corev1.ContainerPortArray{corev1.ContainerPortArgs{
				Name: pulumi.String(portName), ContainerPort: pulumi.Int(ContainerPort), Protocol: pulumi.String("TCP"),
			}},
			Env:       b.environment(s),
			Resources: resources(s),
			SecurityContext: corev1.SecurityContextArgs{
				AllowPrivilegeEscalation: pulumi.Bool(false), ReadOnlyRootFilesystem: pulumi.Bool(true), RunAsNonRoot: pulumi.Bool(true),
				Capabilities: corev1.CapabilitiesArgs{Drop: pulumi.ToStringArray([]string{"ALL"})},
			},
			StartupProbe: probe(s.runtime.ready, startupSeconds, s.runtime.startSeconds/startupSeconds),
			// Taken out after a quarter of a minute, restarted after a minute: a service whose
			// data store fails must not be restarted for it.
			ReadinessProbe: probe(s.runtime.ready, 5, 3),
			LivenessProbe:  probe(s.runtime.live, 20, 3),
			Lifecycle: corev1.LifecycleArgs{PreStop: corev1.LifecycleHandlerArgs{
				Sleep: corev1.SleepActionArgs{Seconds: pulumi.Int(times.PreStopSeconds)},
			}},
			VolumeMounts: mounts,
		}},
		Volumes: volumes,
	}
}

// user is the user and group that the sample's images run as.
const user = 1000

// startupSeconds is the time between two looks at a pod that starts.
const startupSeconds = 5

// image is where a service's image is pulled from, by tag or by digest.
func (b *builder) image(s service) string {
	tag := b.args.Services[s.name].Tag
	separator := ":"
	if strings.HasPrefix(tag, "sha256:") {
		separator = "@"
	}
	return b.args.Mirror.Image(repository + s.image + separator + tag)
}

// environment is a service's whole environment, in an order in which each variable may
// name those before it.
func (b *builder) environment(s service) corev1.EnvVarArray {
	all := corev1.EnvVarArray{}
	add := func(variables []variable) {
		for _, one := range variables {
			all = append(all, one)
		}
	}
	add(s.runtime.env)
	if s.callsAWS {
		add([]variable{plain("AWS_REGION", b.args.Region)})
	}
	add(s.env)
	add(s.credentialVariables())
	add(s.afterCredentials)
	return all
}

// resources are what a container asks for and may use. Memory that was not asked for is
// taken back by killing somebody, so that the limit equals the request. The CPU has no
// limit: what the neighbours leave idle is of use, and a limit would throttle a service
// while cores stand still.
func resources(s service) corev1.ResourceRequirementsArgs {
	return corev1.ResourceRequirementsArgs{
		Requests: pulumi.StringMap{"cpu": pulumi.String(s.cpu), "memory": pulumi.String(s.memory)},
		Limits:   pulumi.StringMap{"memory": pulumi.String(s.memory)},
	}
}

func probe(path string, period, failures int) corev1.ProbeArgs {
	return corev1.ProbeArgs{
		HttpGet:       corev1.HTTPGetActionArgs{Path: pulumi.String(path), Port: pulumi.String(portName)},
		PeriodSeconds: pulumi.Int(period), TimeoutSeconds: pulumi.Int(3), FailureThreshold: pulumi.Int(failures),
	}
}

// volumes are a service's volumes: room for temporary files, since the image is read-only,
// and the secrets it was given.
func (b *builder) volumes(s service) (corev1.VolumeArray, corev1.VolumeMountArray) {
	const temporary = "tmp"
	volumes := corev1.VolumeArray{corev1.VolumeArgs{
		Name: pulumi.String(temporary), EmptyDir: corev1.EmptyDirVolumeSourceArgs{SizeLimit: pulumi.String("256Mi")},
	}}
	mounts := corev1.VolumeMountArray{corev1.VolumeMountArgs{Name: pulumi.String(temporary), MountPath: pulumi.String("/tmp")}}
	if len(s.credentials) == 0 {
		return volumes, mounts
	}
	volume, mount := s.credentialVolume()
	return append(volumes, volume), append(mounts, mount)
}
