package mesh

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	kubeyaml "sigs.k8s.io/yaml"

	meshconfig "istio.io/api/mesh/v1alpha1"
	"istio.io/istio/pilot/pkg/config/kube/gateway"
	"istio.io/istio/pilot/pkg/config/kube/gatewaycommon"
	"istio.io/istio/pilot/pkg/features"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/networking/core"
	"istio.io/istio/pilot/pkg/serviceregistry"
	"istio.io/istio/pilot/pkg/serviceregistry/ambient"
	registry "istio.io/istio/pilot/pkg/serviceregistry/kube/controller"
	"istio.io/istio/pkg/activenotifier"
	"istio.io/istio/pkg/cluster"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/mesh"
	"istio.io/istio/pkg/config/mesh/meshwatcher"
	"istio.io/istio/pkg/config/schema/gvk"
	"istio.io/istio/pkg/config/schema/gvr"
	"istio.io/istio/pkg/kube"
	"istio.io/istio/pkg/kube/krt"
	"istio.io/istio/pkg/kube/multicluster"
	"istio.io/istio/pkg/test"
)

const (
	systemNamespace = "istio-system"
	clusterName     = cluster.ID("Kubernetes")
	domain          = "cluster.local"
)

// world is a cluster that runs what the program declares, and istiod beside it.
type world struct {
	t *testing.T
	*core.ConfigGenTest
	ambient  ambient.Index
	pods     []*corev1.Pod
	services []*corev1.Service
	made     made
}

// start runs what is declared: pods of all Deployments, the waypoint's by Istio's own
// controller, and istiod on top.
func start(t *testing.T, d declared) *world {
	t.Helper()
	releases := istioReleases(t, d)
	control := rendered(t, "istiod", releases["istiod"])
	injected := newInjection(t, control)
	captured := capture(t, rendered(t, "cni", releases["cni"]))
	settings, err := mesh.ApplyMeshConfigDefaults(meshText(t, control))
	require.NoError(t, err)

	objects := slices.Concat(d.objects, deployed(t, d.objects, injected, settings))
	w := &world{t: t, made: newMade()}
	var all []runtime.Object
	var own []string
	free := newAddresses()
	for _, one := range objects {
		answer(t, one, objects)
		if strings.HasSuffix(one.GroupVersionKind().Group, ".istio.io") {
			text, err := kubeyaml.Marshal(one.Object)
			require.NoError(t, err)
			own = append(own, string(text))
		}
		made, ok := typed(t, one)
		if _, kind := made.(*apiextensionsv1.CustomResourceDefinition); !ok || kind {
			continue // the kinds that the fake client has are the list below
		}
		switch it := made.(type) {
		case *appsv1.Deployment:
			space := &corev1.Namespace{}
			decode(t, find(t, objects, "Namespace", it.Namespace), space)
			w.pods = append(w.pods, run(t, it, space, injected, captured, free)...)
		case *corev1.Service:
			it.Spec.ClusterIP = free.next(&free.service)
			it.Spec.ClusterIPs = []string{it.Spec.ClusterIP}
			w.services = append(w.services, it)
		}
		all = append(all, made)
	}
	all = append(all, &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "node"}})
	for _, pod := range w.pods {
		all = append(all, pod)
	}
	for _, service := range w.services {
		all = append(all, slice(t, service, w.pods))
	}
	all = append(all, classes()...)
	w.serve(all, strings.Join(own, "\n---\n"), settings)
	return w
}

// answer writes into a Gateway what istiod writes once its Service stands: where it is
// reached. The waypoint is no waypoint to anybody before that.
func answer(t *testing.T, one *unstructured.Unstructured, objects []*unstructured.Unstructured) {
	t.Helper()
	if one.GetKind() != "Gateway" || !slices.ContainsFunc(ofKind(objects, "Service"), func(s *unstructured.Unstructured) bool {
		return s.GetNamespace() == one.GetNamespace() && s.GetName() == one.GetName()
	}) {
		return
	}
	require.NoError(t, unstructured.SetNestedSlice(one.Object, []any{map[string]any{
		"type": "Hostname", "value": one.GetName() + "." + one.GetNamespace() + ".svc." + domain,
	}}, "status", "addresses"))
}

// classes are the classes that istiod makes when it starts.
func classes() []runtime.Object {
	var all []runtime.Object
	for name, controller := range gatewaycommon.AllClasses {
		all = append(all, gatewayClass(string(name), controller))
	}
	return all
}

// definitions are the kinds that istiod finds in the cluster and uses here.
var definitions = []schema.GroupVersionResource{
	gvr.AuthorizationPolicy, gvr.PeerAuthentication, gvr.WorkloadEntry, gvr.ServiceEntry,
	gvr.GatewayClass, gvr.KubernetesGateway, gvr.HTTPRoute, gvr.GRPCRoute, gvr.TCPRoute, gvr.TLSRoute, gvr.ReferenceGrant,
}

// serve runs istiod's parts: its registry of services, its index of ambient workloads, its
// Gateway API controller and its generators of configuration.
func (w *world) serve(objects []runtime.Object, configuration string, settings *meshconfig.MeshConfig) {
	t := w.t
	client := kube.NewFakeClientWithVersion(strings.Split(kubernetesVersion, ".")[1], objects...)
	index := model.NewEndpointIndex(model.DisabledCache{})
	updates := model.NewEndpointIndexUpdater(index)
	watcher := meshwatcher.NewTestWatcher(settings)
	services, _ := registry.NewFakeControllerWithOptions(t, registry.FakeControllerOptions{
		Client: client, ClusterID: clusterName, DomainSuffix: domain, XDSUpdater: updates, MeshWatcher: watcher,
		SkipRun: true, ConfigCluster: true, SystemNamespace: systemNamespace, CRDs: definitions,
	})
	var routes *gateway.Controller
	w.ConfigGenTest = core.NewConfigGenTest(t, core.TestOptions{
		ConfigString: configuration, MeshConfig: settings, XDSUpdater: updates, ClusterID: clusterName, SkipRun: true,
		ServiceRegistries: []serviceregistry.Instance{services},
		CreateConfigStore: func(model.ConfigStoreController) model.ConfigStoreController {
			routes = gateway.NewController(client, func(schema.GroupVersionResource, <-chan struct{}) bool { return true },
				registry.Options{DomainSuffix: domain, ClusterID: clusterName, SystemNamespace: systemNamespace, KrtDebugger: new(krt.DebugHandler)}, updates)
			return routes
		},
	})
	// After the registry: what is stopped last may not wait for what is stopped first.
	stop := test.NewStop(t)
	clusters := multicluster.NewController(multicluster.ControllerOptions{
		Client: client, ClusterID: clusterName, SystemNamespace: systemNamespace, MeshConfig: watcher, Debugger: new(krt.DebugHandler),
	})
	w.ambient = ambient.New(ambient.Options{
		SystemNamespace: systemNamespace, DomainSuffix: domain, ClusterID: clusterName, XDSUpdater: updates, MeshConfig: watcher,
		StatusNotifier: activenotifier.New(false), Debugger: new(krt.DebugHandler), MultiClusterController: clusters,
		Flags: ambient.FeatureFlags{
			DefaultAllowFromWaypoint:              features.DefaultAllowFromWaypoint,
			EnableK8SServiceSelectWorkloadEntries: features.EnableK8SServiceSelectWorkloadEntries,
		},
	})
	require.NoError(t, clusters.Run(stop))
	environment := w.Env()
	environment.EndpointIndex, environment.AmbientIndexes, environment.GatewayAPIController = index, w.ambient, routes
	require.NoError(t, environment.InitNetworksManager(updates))
	client.RunAndWait(stop)
	go w.ambient.Run(stop)
	environment.PushContext().InitContext(environment, nil, nil)
	w.Run()
	require.True(t, kube.WaitForCacheSync("istiod", stop, w.Registry.HasSynced, w.Store().HasSynced, w.ambient.HasSynced))
	w.settle()
}

// settle takes the configuration together until it stays as it is: what the Gateway API
// controller makes of routes depends on the services in the configuration taken before.
func (w *world) settle() {
	last, same := "", 0
	require.Eventually(w.t, func() bool {
		w.Env().SetPushContext(model.NewPushContext())
		w.Env().PushContext().InitContext(w.Env(), nil, nil)
		now := ""
		for _, kind := range []config.GroupVersionKind{gvk.Gateway, gvk.VirtualService, gvk.DestinationRule} {
			for _, one := range w.Store().List(kind, "") {
				text, err := config.ToJSON(one.Spec)
				require.NoError(w.t, err)
				now += one.Key() + string(text)
			}
		}
		if now != last {
			same = 0
		}
		last, same = now, same+1
		return same == 3
	}, 30*time.Second, 20*time.Millisecond)
}

// deployed are the objects that istiod's gateway controller makes for Gateways that name no
// Service of their own: the waypoint's.
func deployed(t *testing.T, objects []*unstructured.Unstructured, injected injection, settings *meshconfig.MeshConfig) []*unstructured.Unstructured {
	t.Helper()
	all := classes()
	for _, one := range objects {
		if slices.Contains([]string{"Namespace", "Gateway", "ConfigMap"}, one.GetKind()) {
			made, ok := typed(t, one)
			require.True(t, ok)
			all = append(all, made)
		}
	}
	client := kube.NewFakeClientWithVersion(strings.Split(kubernetesVersion, ".")[1], all...)
	return patches(t, client, injected, settings)
}

// collected gathers what a controller writes.
type collected struct {
	sync.Mutex
	objects []*unstructured.Unstructured
}
