package mesh

import (
	"fmt"
	"os"
	"syscall"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"istio.io/istio/pkg/log"
)

// started says that the process has istiod's environment.
const started = "RETAIL_MESH_STARTED"

// TestMain gives the process the environment that the chart gives istiod, and starts it
// again: Istio's code reads its switches before any test could set them.
func TestMain(m *testing.M) {
	if os.Getenv(started) != "" {
		quiet := log.DefaultOptions()
		quiet.SetDefaultOutputLevel(log.OverrideScopeName, log.FatalLevel)
		if err := log.Configure(quiet); err != nil {
			stopper{}.Errorf("%v", err)
		}
		os.Exit(m.Run())
	}
	t := stopper{}
	d := read(t, environments[0])
	environ := append(os.Environ(), started+"=yes")
	deployment := &appsv1.Deployment{}
	decode(t, find(t, rendered(t, "istiod", istioReleases(t, d)["istiod"]), "Deployment", "istiod"), deployment)
	for _, variable := range deployment.Spec.Template.Spec.Containers[0].Env {
		if variable.ValueFrom == nil && variable.Name != "KUBECONFIG" {
			environ = append(environ, variable.Name+"="+variable.Value)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Errorf("%v", err)
	}
	t.Errorf("%v", syscall.Exec(self, os.Args, environ))
}

// stopper ends the process when a helper fails outside of a test.
type stopper struct{}

func (stopper) Helper() {}

func (stopper) Errorf(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}

func (stopper) FailNow() { os.Exit(1) }

// decode reads an object into its own type.
func decode(t failer, from *unstructured.Unstructured, into any) {
	t.Helper()
	if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(from.Object, into, true); err != nil {
		t.Errorf("%s %s: %v", from.GetKind(), from.GetName(), err)
		t.FailNow()
	}
}
