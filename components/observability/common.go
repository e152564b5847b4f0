package observability

import (
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/policy"
	"retail/components/internal/roles"
	"retail/components/internal/tags"
)

// Parts of charts' values that several have in common, under Kubernetes's own names.
type (
	resources struct {
		Requests amounts `json:"requests"`
		Limits   amounts `json:"limits"`
	}
	amounts struct {
		CPU    string `json:"cpu,omitempty"`
		Memory string `json:"memory"`
	}
	podSecurity struct {
		RunAsNonRoot   bool    `json:"runAsNonRoot"`
		RunAsUser      int     `json:"runAsUser"`
		RunAsGroup     int     `json:"runAsGroup"`
		FsGroup        int     `json:"fsGroup"`
		SeccompProfile seccomp `json:"seccompProfile"`
	}
	seccomp struct {
		Type string `json:"type"`
	}
	containerSecurity struct {
		AllowPrivilegeEscalation bool         `json:"allowPrivilegeEscalation"`
		ReadOnlyRootFilesystem   bool         `json:"readOnlyRootFilesystem"`
		Capabilities             capabilities `json:"capabilities"`
	}
	capabilities struct {
		Drop []string `json:"drop"`
	}
	// image is an image as charts take it that keep the registry apart.
	image struct {
		Registry   string `json:"registry"`
		Repository string `json:"repository"`
	}
	enabled struct {
		Enabled bool `json:"enabled"`
	}
)

// sized asks for so much; the memory asked for is the limit too, since what was not asked
// for is taken back by killing somebody.
func sized(cpu, memory string) resources {
	return resources{Requests: amounts{CPU: cpu, Memory: memory}, Limits: amounts{Memory: memory}}
}

func unprivileged(user int) podSecurity {
	return podSecurity{RunAsNonRoot: true, RunAsUser: user, RunAsGroup: user, FsGroup: user, SeccompProfile: seccomp{"RuntimeDefault"}}
}

// locked is what the restricted standard asks of a container.
var locked = containerSecurity{ReadOnlyRootFilesystem: true, Capabilities: capabilities{Drop: []string{"ALL"}}}

// image parts an image's name where charts want it parted.
func (b *builder) image(name string) image {
	registry, repository, _ := strings.Cut(b.args.Mirror.Image(name), "/")
	return image{registry, repository}
}

// identity gives a service account of this namespace permissions in AWS by EKS Pod Identity,
// and returns what its pods wait for: they get credentials when they are created (L4).
func (b *builder) identity(account string, permissions pulumi.StringInput) ([]pulumi.Resource, error) {
	child := names.Child(b.name, account)
	role, err := roles.New(b.ctx, names.Child(child, "role"), &roles.Args{
		Description: "Pods of " + account + " in " + b.name + " (EKS Pod Identity)",
		Trust:       policy.PodIdentityTrust(b.args.ClusterArn, Namespace, account),
		Inline:      permissions, Tags: b.args.Tags,
	}, b.aws...)
	if err != nil {
		return nil, err
	}
	association, err := eks.NewPodIdentityAssociation(b.ctx, names.Child(child, "identity"), &eks.PodIdentityAssociationArgs{
		ClusterName: b.args.Cluster, Namespace: pulumi.String(Namespace), ServiceAccount: pulumi.String(account),
		RoleArn: role.Arn, Tags: tags.Named(names.Child(child, "identity"), b.args.Tags),
	}, append(b.inside[:len(b.inside):len(b.inside)], pulumi.DependsOn(role.Permissions))...)
	return append(role.Permissions, association), err
}

// onWorkspace allows calls on the one workspace.
func onWorkspace(w *Workspace, sid string, actions ...string) pulumi.StringOutput {
	return policy.Render(map[string]pulumi.StringInput{"workspace": w.Arn}, func(known map[string]string) policy.Document {
		return policy.Document{{Sid: sid, Actions: actions, Resources: []string{known["workspace"]}}}
	})
}

// configMap keeps files for pods.
func (b *builder) configMap(role, name string, files pulumi.StringMapInput) (pulumi.Resource, error) {
	return corev1.NewConfigMap(b.ctx, names.Child(b.name, role), &corev1.ConfigMapArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String(name), Namespace: pulumi.String(Namespace)}, Data: files,
	}, b.after(b.home[:1])...)
}

// secret keeps values for pods.
func (b *builder) secret(role, name string, values pulumi.StringMap) (pulumi.Resource, error) {
	return corev1.NewSecret(b.ctx, names.Child(b.name, role), &corev1.SecretArgs{
		Metadata:   metav1.ObjectMetaArgs{Name: pulumi.String(name), Namespace: pulumi.String(Namespace)},
		StringData: values,
	}, b.after(b.home[:1])...)
}
