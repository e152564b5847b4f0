package observability

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/helm"
	"retail/components/internal/names"
	"retail/components/internal/once"
	"retail/internal/versions"
)

// kialiSecret keeps the key by which Kiali knows its own sessions again.
const (
	kialiSecret  = "kiali-session"
	kialiKey     = "key"
	kialiVersion = "v2.26"
)

// kialiValues are the values of the chart kiali-server that this program sets, under the
// chart's keys.
type kialiValues struct {
	Auth             kialiAuth       `json:"auth"`
	Deployment       kialiDeployment `json:"deployment"`
	ExternalServices kialiServices   `json:"external_services"`
	LoginToken       loginToken      `json:"login_token"`
}

type kialiAuth struct {
	Strategy string `json:"strategy"`
}

type kialiDeployment struct {
	ImageName       string            `json:"image_name"`
	ImageVersion    string            `json:"image_version"`
	ImagePullPolicy string            `json:"image_pull_policy"`
	PodLabels       map[string]string `json:"pod_labels"`
	Annotations     map[string]string `json:"service_annotations,omitempty"`
	ViewOnlyMode    bool              `json:"view_only_mode"`
	Resources       resources         `json:"resources"`
}

type kialiServices struct {
	Istio      kialiIstio   `json:"istio"`
	Prometheus kialiSource  `json:"prometheus"`
	Grafana    enabled      `json:"grafana"`
	Tracing    kialiTracing `json:"tracing"`
}

type kialiIstio struct {
	RootNamespace   string `json:"root_namespace"`
	IstioAPIEnabled bool   `json:"istio_api_enabled"`
}

type kialiSource struct {
	URL string `json:"url"`
}

type kialiTracing struct {
	Enabled     bool   `json:"enabled"`
	Provider    string `json:"provider"`
	InternalURL string `json:"internal_url"`
	UseGRPC     bool   `json:"use_grpc"`
}

type loginToken struct {
	SigningKey string `json:"signing_key"`
}

// kiali installs Kiali, which draws the mesh. It asks for a token of a Kubernetes service
// account or user and shows what its owner may see (Kiali, "Token strategy"). It is for
// looking: what changes the mesh goes through this program.
func (b *builder) kiali() error {
	if !b.args.Kiali {
		return nil
	}
	// Left to itself the chart would draw another key, and end all sessions, on every run.
	key, err := once.NewPassword(b.ctx, names.Child(b.name, "kiali-session"), b.args.PasswordGeneration, 32, once.Letters, b.aws...)
	if err != nil {
		return err
	}
	secret, err := b.secret("kiali-key", kialiSecret, pulumi.StringMap{kialiKey: key})
	if err != nil {
		return err
	}
	release, err := helm.New(b.ctx, names.Child(b.name, "kiali"), &helm.Args{
		Chart: versions.Kiali, Mirror: b.args.Mirror, Release: "kiali", Namespace: Namespace, Values: b.kialiValues(),
	}, b.after(slices.Concat(b.home, b.args.Mesh.After, []pulumi.Resource{secret}))...)
	b.out.Ready = append(b.out.Ready, release)
	return err
}

func (b *builder) kialiValues() kialiValues {
	values := kialiValues{
		Auth: kialiAuth{"token"},
		Deployment: kialiDeployment{
			ImageName: b.args.Mirror.Image("quay.io/kiali/kiali"), ImageVersion: kialiVersion, ImagePullPolicy: "IfNotPresent",
			PodLabels: map[string]string{"sidecar.istio.io/inject": "false"}, ViewOnlyMode: true, Resources: sized("10m", "256Mi"),
		},
		ExternalServices: kialiServices{
			// Istio's debugging interface, of which Kiali shows proxies' state, is open to
			// whoever reaches it (Istio, "Security Best Practices", control plane): not used.
			Istio:      kialiIstio{RootNamespace: b.args.Mesh.RootNamespace},
			Prometheus: kialiSource{prometheusURL},
			// Kiali would need a password of Grafana's to link to it.
		},
		LoginToken: loginToken{fmt.Sprintf("secret:%s:%s", kialiSecret, kialiKey)},
	}
	if d := b.args.Door; d != nil {
		values.Deployment.Annotations = map[string]string{d.HealthPathAnnotation: kialiPath + "/healthz"}
	}
	if t := b.args.Tracing; t != nil && t.Backend == Jaeger {
		values.ExternalServices.Tracing = kialiTracing{Enabled: true, Provider: "jaeger", InternalURL: queryURL}
	} else {
		values.ExternalServices.Tracing.Provider = "jaeger"
	}
	return values
}
