package mesh

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"github.com/stretchr/testify/require"

	"istio.io/istio/manifests"
	"istio.io/istio/pilot/pkg/config/kube/crd"
	kubevalidation "istio.io/istio/pkg/config/crd"
	"istio.io/istio/pkg/config/schema/collections"
	"istio.io/istio/pkg/config/schema/resource"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// invalid are the objects that Istio or the definitions' schemas and rules refuse or warn of.
func invalid(t failer, d declared) (wrong []string) {
	t.Helper()
	validator := definitionsOf(t)
	checked := 0
	for _, one := range d.objects {
		group := one.GroupVersionKind().Group
		if !strings.HasSuffix(group, "istio.io") && group != "gateway.networking.k8s.io" {
			continue
		}
		checked++
		name := one.GetKind() + " " + one.GetName()
		if err := validator.ValidateCustomResource(one); err != nil {
			wrong = append(wrong, fmt.Sprintf("%s: %v", name, err))
			continue
		}
		if strings.HasSuffix(group, "istio.io") {
			wrong = append(wrong, byIstio(t, name, one)...)
		}
	}
	if checked < 10 {
		wrong = append(wrong, "hardly any object of the mesh was checked")
	}
	return wrong
}

// byIstio is what istiod's webhook says of an object: errors, and warnings, which count too.
func byIstio(t failer, name string, one *unstructured.Unstructured) (wrong []string) {
	t.Helper()
	kind := one.GroupVersionKind()
	schema, known := collections.Pilot.FindByGroupVersionAliasesKind(resource.FromKubernetesGVK(&kind))
	if !known {
		return []string{name + ": Istio has no such kind"}
	}
	text, err := one.MarshalJSON()
	require.NoError(t, err)
	object := &crd.IstioKind{}
	require.NoError(t, json.Unmarshal(text, object))
	converted, err := crd.ConvertObject(schema, object, domain)
	if err != nil {
		return []string{fmt.Sprintf("%s: %v", name, err)}
	}
	warning, err := schema.ValidateConfig(*converted)
	if err != nil {
		wrong = append(wrong, fmt.Sprintf("%s: %v", name, err))
	}
	if warning != nil {
		wrong = append(wrong, fmt.Sprintf("%s: warning: %v", name, warning))
	}
	return wrong
}

// validators are made once: their rules take a while to compile.
var validators struct {
	sync.Once
	made *kubevalidation.Validator
	err  error
}

// definitionsOf are the definitions of Istio, from its chart, and of the Gateway API, from
// its module.
func definitionsOf(t failer) *kubevalidation.Validator {
	t.Helper()
	validators.Do(func() { validators.made, validators.err = readDefinitions() })
	require.NoError(t, validators.err)
	return validators.made
}

func readDefinitions() (*kubevalidation.Validator, error) {
	module, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/gateway-api").Output()
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(module)), "config", "crd", "standard", "gateway.networking.k8s.io_*.yaml"))
	if err != nil || len(files) < 5 {
		return nil, fmt.Errorf("definitions of the Gateway API: %d files, %w", len(files), err)
	}
	text, err := manifests.FS.ReadFile("charts/base/files/crd-all.gen.yaml")
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "definitions")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	own := filepath.Join(folder, "istio.yaml")
	if err := os.WriteFile(own, text, 0o600); err != nil {
		return nil, err
	}
	return kubevalidation.NewValidatorFromFiles(append(files, own)...)
}
