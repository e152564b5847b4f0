package store

import (
	"encoding/json"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	rbacv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/rbac/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/objects"
)

// credential is a user's name and password in a secret of Secrets Manager.
//
// The Secrets Store CSI driver fetches them with the pod's own AWS role when the pod
// starts, and copies them into a Secret of Kubernetes, to which the environment refers:
// they appear in no object that this program writes, and not in its state.
type credential struct {
	// store tells several credentials of a service apart, and begins their keys.
	store string
	// secret and key are the ARNs of the secret and of its KMS key.
	secret, key pulumi.StringInput
	// username and password are the variables that the service reads.
	username, password string
}

// The fields of every secret: those that RDS gives its own.
const (
	usernameField = "username"
	passwordField = "password"
)

func (c credential) keyOf(field string) string { return c.store + "-" + field }

// secretName is the Secret that the driver makes for a service.
func (s service) secretName() string { return s.name + "-credentials" }

// secretProviderClass is the spec of the driver's custom resource (Secrets Store CSI Driver
// documentation, "SecretProviderClass", and that of its AWS provider).
type secretProviderClass struct {
	Provider      string         `json:"provider"`
	Parameters    parameters     `json:"parameters"`
	SecretObjects []secretObject `json:"secretObjects"`
}

type parameters struct {
	Region         string             `json:"region"`
	UsePodIdentity string             `json:"usePodIdentity"`
	Objects        pulumi.StringInput `json:"objects"`
}

type secretObject struct {
	SecretName string      `json:"secretName"`
	Type       string      `json:"type"`
	Data       []secretKey `json:"data"`
}

type secretKey struct {
	ObjectName string `json:"objectName"`
	Key        string `json:"key"`
}

// The class's group and kind; its definition comes with the driver's add-on.
const (
	classGroup = "secrets-store.csi.x-k8s.io"
	classKind  = "SecretProviderClass"
)

// Kind implements objects.Spec.
func (secretProviderClass) Kind() (apiVersion, kind string) { return classGroup + "/v1", classKind }

// classes states the scope of the driver's classes, of which every service with credentials
// has one.
func (b *builder) classes() (err error) {
	if !b.args.Data.NeedsCredentials() {
		return nil
	}
	b.defined, err = objects.Scopes(b.ctx, b.name, []objects.Defined{
		{Group: classGroup, Kind: classKind, Plural: "secretproviderclasses"},
	}, after(b.inside, b.args.After...)...)
	return err
}

// mounted is one secret in the parameter "objects" of the AWS provider.
type mounted struct {
	ObjectName  string  `json:"objectName"`
	ObjectType  string  `json:"objectType"`
	ObjectAlias string  `json:"objectAlias"`
	JMESPath    []alias `json:"jmesPath"`
}

type alias struct {
	Path        string `json:"path"`
	ObjectAlias string `json:"objectAlias"`
}

// secrets says which secrets a service's pods are given.
func (b *builder) secrets(s service) ([]pulumi.Resource, error) {
	if len(s.credentials) == 0 {
		return nil, nil
	}
	var keys []secretKey
	for _, c := range s.credentials {
		for _, field := range []string{usernameField, passwordField} {
			keys = append(keys, secretKey{c.keyOf(field), c.keyOf(field)})
		}
	}
	class, err := objects.New(b.ctx, b.child(s, "credentials"), objects.Metadata{Name: s.name, Namespace: Namespace}, secretProviderClass{
		Provider:      "aws",
		Parameters:    parameters{Region: b.args.Region, UsePodIdentity: "true", Objects: s.objects()},
		SecretObjects: []secretObject{{SecretName: s.secretName(), Type: "Opaque", Data: keys}},
	}, after(b.inside, b.defined...)...)
	return []pulumi.Resource{class}, err
}

// objects is the list of secrets as the AWS provider reads it: a text in YAML, of which
// JSON is a part.
func (s service) objects() pulumi.StringOutput {
	arns := pulumi.StringArray{}
	for _, c := range s.credentials {
		arns = append(arns, c.secret)
	}
	return arns.ToStringArrayOutput().ApplyT(func(known []string) (string, error) {
		var all []mounted
		for i, c := range s.credentials {
			all = append(all, mounted{
				ObjectName: known[i], ObjectType: "secretsmanager", ObjectAlias: c.store,
				JMESPath: []alias{{usernameField, c.keyOf(usernameField)}, {passwordField, c.keyOf(passwordField)}},
			})
		}
		text, err := json.Marshal(all)
		return string(text), err
	}).(pulumi.StringOutput)
}

// credentialVariables refer to the driver's Secret.
func (s service) credentialVariables() []variable {
	var all []variable
	for _, c := range s.credentials {
		for _, one := range []struct{ name, field string }{{c.username, usernameField}, {c.password, passwordField}} {
			all = append(all, variable{Name: pulumi.String(one.name), ValueFrom: corev1.EnvVarSourceArgs{
				SecretKeyRef: corev1.SecretKeySelectorArgs{Name: pulumi.String(s.secretName()), Key: pulumi.String(c.keyOf(one.field))},
			}})
		}
	}
	return all
}

// credentialVolume must be mounted, though nobody reads its files: the driver makes the
// Secret for pods that mount it.
func (s service) credentialVolume() (corev1.VolumeArgs, corev1.VolumeMountArgs) {
	const volume = "credentials"
	return corev1.VolumeArgs{Name: pulumi.String(volume), Csi: corev1.CSIVolumeSourceArgs{
		Driver: pulumi.String("secrets-store.csi.k8s.io"), ReadOnly: pulumi.Bool(true),
		VolumeAttributes: pulumi.StringMap{"secretProviderClass": pulumi.String(s.name)},
	}}, corev1.VolumeMountArgs{Name: pulumi.String(volume), MountPath: pulumi.String("/mnt/credentials"), ReadOnly: pulumi.Bool(true)}
}

// The driver's service account, where its EKS add-on puts it.
const (
	driverAccount   = "secrets-store-csi-driver"
	driverNamespace = "aws-secrets-manager"
)

// secretSync lets the driver keep Secrets. The add-on takes the setting for it and does not
// always act on it (aws/secrets-store-csi-driver-provider-aws#597); without these rights
// the pods would wait for ever. The driver watches Secrets in all namespaces, so that a
// Role of one would not do.
func (b *builder) secretSync() ([]pulumi.Resource, error) {
	if !b.args.Data.NeedsCredentials() {
		return nil, nil
	}
	const object = "retail-secret-sync"
	role, err := rbacv1.NewClusterRole(b.ctx, names.Child(b.name, "secret-sync"), &rbacv1.ClusterRoleArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String(object)},
		Rules: rbacv1.PolicyRuleArray{rbacv1.PolicyRuleArgs{
			ApiGroups: pulumi.ToStringArray([]string{""}), Resources: pulumi.ToStringArray([]string{"secrets"}),
			Verbs: pulumi.ToStringArray([]string{"create", "delete", "get", "list", "patch", "update", "watch"}),
		}},
	}, b.inside...)
	if err != nil {
		return nil, err
	}
	binding, err := rbacv1.NewClusterRoleBinding(b.ctx, names.Child(b.name, "secret-sync"), &rbacv1.ClusterRoleBindingArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String(object)},
		RoleRef: rbacv1.RoleRefArgs{
			ApiGroup: pulumi.String("rbac.authorization.k8s.io"), Kind: pulumi.String("ClusterRole"), Name: pulumi.String(object),
		},
		Subjects: rbacv1.SubjectArray{rbacv1.SubjectArgs{
			Kind: pulumi.String("ServiceAccount"), Name: pulumi.String(driverAccount), Namespace: pulumi.String(driverNamespace),
		}},
	}, after(b.inside, role)...)
	return []pulumi.Resource{binding}, err
}
