package istiod

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// functions are those that Istio's templates may call besides sprig's
// (istio/istio, pkg/kube/inject/template.go).
func functions() template.FuncMap {
	all := sprig.TxtFuncMap()
	maps.Copy(all, template.FuncMap{
		"isset":                  func(m map[string]string, key string) bool { _, ok := m[key]; return ok },
		"directory":              func(file string) string { dir, _ := path.Split(file); return dir },
		"contains":               func(needle, text string) bool { return strings.Contains(text, needle) },
		"toLower":                strings.ToLower,
		"annotation":             annotation,
		"valueOrDefault":         valueOrDefault,
		"toJSON":                 toJSON,
		"structToJSON":           toJSON,
		"protoToJSON":            proxyJSON,
		"fromJSON":               fromJSON,
		"toYaml":                 toYAML,
		"indent":                 indent,
		"omit":                   omit,
		"omitNil":                omitNil,
		"strdict":                strdict,
		"mergeMaps":              merge,
		"toJsonMap":              func(all ...map[string]string) (string, error) { return toJSON(merge(all...)) },
		"excludeInboundPort":     excludePort,
		"includeInboundPorts":    ports,
		"kubevirtInterfaces":     func(s string) string { return s },
		"excludeInterfaces":      func(s string) string { return s },
		"appendMultusNetwork":    noMultus,
		"otelResourceAttributes": resourceAttributes,
		"env":                    func(_, otherwise string) string { return otherwise },
	})
	return all
}

func annotation(meta metav1.ObjectMeta, name string, otherwise any) string {
	if value, ok := meta.Annotations[name]; ok {
		return value
	}
	return fmt.Sprint(otherwise)
}

func valueOrDefault(value, otherwise any) any {
	if value == nil || value == "" {
		return otherwise
	}
	return value
}

func toJSON(value any) (string, error) {
	text, err := json.Marshal(value)
	return string(text), err
}

func fromJSON(text string) (out any, err error) {
	err = json.Unmarshal([]byte(text), &out)
	return out, err
}

func toYAML(value any) (string, error) {
	text, err := yaml.Marshal(value)
	return string(text), err
}

// indent indents all lines but the first.
func indent(spaces int, text string) string {
	return strings.ReplaceAll(text, "\n", "\n"+strings.Repeat(" ", spaces))
}

func omit(m map[string]string, keys ...string) map[string]string {
	out := maps.Clone(m)
	for _, key := range keys {
		delete(out, key)
	}
	return out
}

func omitNil(m map[string]any) map[string]any {
	out := map[string]any{}
	for key, value := range m {
		if inner, ok := value.(map[string]any); ok {
			value = omitNil(inner)
		}
		if value != nil {
			out[key] = value
		}
	}
	return out
}

func strdict(pairs ...string) map[string]string {
	out := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		out[pairs[i]] = pairs[i+1]
	}
	return out
}

func merge(all ...map[string]string) map[string]string {
	out := map[string]string{}
	for _, m := range all {
		maps.Copy(out, m)
	}
	return out
}

// proxyJSON is a proxy's configuration without what it does by itself.
func proxyJSON(config map[string]any) (string, error) {
	said, _ := config[saidKey].(map[string]any)
	out := maps.Clone(said)
	if out["discoveryAddress"] == "istiod."+systemNamespace+".svc:15012" {
		delete(out, "discoveryAddress")
	}
	if out == nil {
		return "{}", nil
	}
	return toJSON(out)
}

func excludePort(port any, excluded string) string {
	text := strings.TrimSpace(fmt.Sprint(port))
	list := strings.FieldsFunc(excluded, func(r rune) bool { return r == ',' || r == ' ' })
	if text != "" && text != "0" && !slices.Contains(list, text) {
		list = append(list, text)
	}
	return strings.Join(list, ",")
}

// ports are the containers' TCP ports.
func ports(containers []corev1.Container) string {
	var out []string
	for _, c := range containers {
		for _, p := range c.Ports {
			if p.Protocol != corev1.ProtocolUDP && p.Protocol != corev1.ProtocolSCTP {
				out = append(out, fmt.Sprint(p.ContainerPort))
			}
		}
	}
	return strings.Join(out, ",")
}

func noMultus(string, string) (string, error) {
	return "", errors.New("networks of Multus are not simulated: extend sandbox/controllers/istiod/functions.go")
}

// resourceAttributes are those of OpenTelemetry that a provider of the mesh may ask
// for; none asks by default.
func resourceAttributes(config map[string]any, _, _ map[string]string, _ string, _ []corev1.Container) (string, error) {
	text, err := toJSON(config["extensionProviders"])
	if err == nil && strings.Contains(text, "OTEL_SEMANTIC_CONVENTIONS") {
		err = errors.New("serviceAttributeEnrichment OTEL_SEMANTIC_CONVENTIONS is not simulated: extend sandbox/controllers/istiod/functions.go")
	}
	return "", err
}
