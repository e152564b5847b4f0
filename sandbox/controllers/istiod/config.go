package istiod

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"strings"
	"text/template"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"retail/sandbox/controllers/internal/kube"
)

// injection is ConfigMap istio-sidecar-injector, by which istiod makes proxies.
type injection struct {
	Policy               string                 `json:"policy"`
	DefaultTemplates     []string               `json:"defaultTemplates"`
	Templates            map[string]string      `json:"templates"`
	Aliases              map[string][]string    `json:"aliases"`
	NeverInjectSelector  []metav1.LabelSelector `json:"neverInjectSelector"`
	AlwaysInjectSelector []metav1.LabelSelector `json:"alwaysInjectSelector"`
	InjectedAnnotations  map[string]string      `json:"injectedAnnotations"`

	values map[string]any // the chart's, as far as templates may see them
	mesh   map[string]any // as templates see the mesh's configuration
	proxy  map[string]any // as templates see the proxies' default configuration
}

// saidKey holds, in a proxy's configuration, what was written of it.
const saidKey = "said"

// injection reads what the chart has installed.
func (m *mesh) injection() (*injection, error) {
	read := map[string]*corev1.ConfigMap{}
	for _, name := range []string{"istio-sidecar-injector", "istio"} {
		config, found := kube.Find[*corev1.ConfigMap](m.store.configMaps, systemNamespace+"/"+name)
		if !found {
			return nil, fmt.Errorf("ConfigMap %s/%s is not there", systemNamespace, name)
		}
		read[name] = config
	}
	return readInjection(read["istio-sidecar-injector"].Data, read["istio"].Data["mesh"])
}

func readInjection(injector map[string]string, meshText string) (*injection, error) {
	out := &injection{}
	if err := yaml.Unmarshal([]byte(injector["config"]), out); err != nil {
		return nil, fmt.Errorf("the injector's config: %w", err)
	}
	if err := yaml.Unmarshal([]byte(injector["values"]), &out.values); err != nil {
		return nil, fmt.Errorf("the injector's values: %w", err)
	}
	if err := yaml.Unmarshal([]byte(meshText), &out.mesh); err != nil {
		return nil, fmt.Errorf("the mesh's configuration: %w", err)
	}
	if len(out.DefaultTemplates) == 0 {
		out.DefaultTemplates = []string{"sidecar"}
	}
	said, _ := out.mesh["defaultConfig"].(map[string]any)
	out.proxy = proxyConfig(said)
	// Templates read these fields of the mesh's configuration; the ports are Istio's
	// defaults (istio/api, mesh/v1alpha1).
	out.mesh = merged(map[string]any{"ProxyListenPort": 15001, "ProxyInboundListenPort": 15006}, out.mesh)
	out.mesh["TrustDomain"] = valueOrDefault(out.mesh["trustDomain"], domain)
	return out, nil
}

// proxyConfig gives templates the fields of a proxy's configuration that they read.
func proxyConfig(said map[string]any) map[string]any {
	metadata, _ := said["proxyMetadata"].(map[string]any)
	text := map[string]string{}
	for key, value := range metadata {
		text[key] = fmt.Sprint(value)
	}
	hold, _ := said["holdApplicationUntilProxyStarts"].(bool)
	mode, _ := said["interceptionMode"].(string)
	if mode == "" {
		mode = "REDIRECT"
	}
	return map[string]any{saidKey: said, "ProxyMetadata": text, "InterceptionMode": interception(mode),
		"HoldApplicationUntilProxyStarts": map[string]any{"GetValue": hold}}
}

// interception is how a sidecar gets its pod's traffic.
type interception string

// String lets templates write it.
func (i interception) String() string { return string(i) }

func merged(a, b map[string]any) map[string]any {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}

// value reads one of the chart's values, by its path; "" when it has none.
func (i *injection) value(path ...string) string {
	var at any = i.values
	for _, key := range path {
		m, _ := at.(map[string]any)
		at = m[key]
	}
	if at == nil {
		return ""
	}
	return fmt.Sprint(at)
}

// image is the proxy's: hub/name:tag, with the variant at the tag's end.
func (i *injection) image(annotations map[string]string) string {
	said, _ := i.proxy[saidKey].(map[string]any)
	image, _ := said["image"].(map[string]any)
	variant, _ := image["imageType"].(string)
	return i.imageOf(i.value("global", "proxy", "image"), variant, annotations)
}

// initImage is that of the containers which prepare a pod for its proxy. Release 1.31
// gives it a name of its own; before, it is the proxy's.
func (i *injection) initImage(annotations map[string]string) string {
	return i.imageOf(i.value("global", "proxy_init", "image"), "", annotations)
}

func (i *injection) imageOf(name, variant string, annotations map[string]string) string {
	if text, ok := annotations["sidecar.istio.io/proxyImageType"]; ok {
		variant = text
	}
	variant, name = cmp.Or(variant, i.value("global", "variant")), cmp.Or(name, "proxyv2")
	tag := i.value("global", "tag")
	if variant != "" {
		tag = strings.TrimSuffix(strings.TrimSuffix(tag, "-distroless"), "-debug")
		if variant != "default" {
			tag += "-" + variant
		}
	}
	return i.value("global", "hub") + "/" + name + ":" + tag
}

// execute runs one of the chart's templates.
func (i *injection) execute(name string, data any) ([]byte, error) {
	text, found := i.Templates[name]
	if !found {
		return nil, fmt.Errorf("requested template %q not found", name)
	}
	parsed, err := template.New(name).Funcs(functions()).Parse(text)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = parsed.Execute(&out, data)
	return out.Bytes(), err
}

// selects tells whether one of several selectors that are not empty fits.
func selects(selectors []metav1.LabelSelector, set map[string]string) (bool, error) {
	for i := range selectors {
		s, err := metav1.LabelSelectorAsSelector(&selectors[i])
		if err != nil {
			return false, err
		}
		if !s.Empty() && s.Matches(labels.Set(set)) {
			return true, nil
		}
	}
	return false, nil
}
