package mesh

import (
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	clienttesting "k8s.io/client-go/testing"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	meshconfig "istio.io/api/mesh/v1alpha1"
	"istio.io/istio/pilot/pkg/config/kube/gatewaycommon"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pkg/config/mesh/meshwatcher"
	"istio.io/istio/pkg/kube"
	"istio.io/istio/pkg/kube/inject"
	"istio.io/istio/pkg/revisions"
	"istio.io/istio/pkg/test"
	"istio.io/istio/pkg/test/util/retry"
)

func gatewayClass(name string, controller gatewayv1.GatewayController) runtime.Object {
	return &gatewayv1.GatewayClass{
		TypeMeta:   metav1.TypeMeta{APIVersion: gatewayv1.GroupVersion.String(), Kind: "GatewayClass"},
		ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: gatewayv1.GatewayClassSpec{ControllerName: controller},
	}
}

// patches runs istiod's gateway controller on a cluster and returns what it applies.
func patches(t *testing.T, client kube.CLIClient, injected injection, config *meshconfig.MeshConfig) []*unstructured.Unstructured {
	t.Helper()
	var made collected
	client.Dynamic().(*dynamicfake.FakeDynamicClient).PrependReactor("patch", "*", func(action clienttesting.Action) (bool, runtime.Object, error) {
		patch := action.(clienttesting.PatchAction)
		one := &unstructured.Unstructured{}
		if err := one.UnmarshalJSON(patch.GetPatch()); err != nil {
			return true, nil, err
		}
		if patch.GetSubresource() == "" {
			made.Lock()
			defer made.Unlock()
			made.objects = append(made.objects, one)
		}
		return true, one, nil
	})
	environment := model.NewEnvironment()
	environment.Watcher = meshwatcher.NewTestWatcher(config)
	environment.PushContext().InitDone.Store(true)
	stop := test.NewStop(t)
	tags := revisions.NewTagWatcher(client, "", systemNamespace)
	controller := gatewaycommon.NewDeploymentController(client, clusterName, environment, func() inject.WebhookConfig {
		return inject.WebhookConfig{Templates: injected.config.Templates, Values: injected.values, MeshConfig: config}
	}, func(func()) {}, tags, "", systemNamespace)
	client.RunAndWait(stop)
	go tags.Run(stop)
	go controller.Run(stop)
	wanted := managed(t, client)
	retry.UntilOrFail(t, func() bool {
		made.Lock()
		defer made.Unlock()
		done := 0
		for _, one := range made.objects {
			if one.GetKind() == "Service" {
				done++
			}
		}
		return done >= wanted
	})
	made.Lock()
	defer made.Unlock()
	return made.objects
}

// managed counts the Gateways that the controller makes pods for.
func managed(t *testing.T, client kube.CLIClient) int {
	t.Helper()
	all, err := client.GatewayAPI().GatewayV1().Gateways("").List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	count := 0
	for _, one := range all.Items {
		// VPC Lattice's Gateway is of a class that is none of Istio's.
		if _, own := gatewaycommon.AllClasses[one.Spec.GatewayClassName]; own && gatewaycommon.IsManaged(&one.Spec) {
			count++
		}
	}
	return count
}
