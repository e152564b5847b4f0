package mesh

import (
	"slices"
	"strings"

	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	rbacv3 "github.com/envoyproxy/go-control-plane/envoy/config/rbac/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	httprbacv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/rbac/v3"
	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	tcprbacv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/rbac/v3"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pkg/workloadapi"
)

// proxyContainer is the name by which Istio knows its proxies.
const proxyContainer = "istio-proxy"

// made keeps what was generated: thousands of requests are asked of the same configuration.
type made struct {
	proxies   map[string]*model.Proxy
	listeners map[string][]*listenerv3.Listener
	rules     map[*listenerv3.FilterChain][]*rbacv3.RBAC
	through   map[string]bool
	workloads map[string]*workloadapi.Workload
	services  map[string]*workloadapi.Service
	policies  []model.WorkloadAuthorization
}

func newMade() made {
	return made{
		proxies: map[string]*model.Proxy{}, listeners: map[string][]*listenerv3.Listener{},
		rules: map[*listenerv3.FilterChain][]*rbacv3.RBAC{}, through: map[string]bool{},
	}
}

// proxyOf is the proxy in a pod; nil if it has none.
func (w *world) proxyOf(pod *corev1.Pod) *model.Proxy {
	w.t.Helper()
	if proxy, done := w.made.proxies[pod.Name]; done {
		return proxy
	}
	w.made.proxies[pod.Name] = w.newProxy(pod)
	return w.made.proxies[pod.Name]
}

func (w *world) newProxy(pod *corev1.Pod) *model.Proxy {
	w.t.Helper()
	containers := slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers)
	at := slices.IndexFunc(containers, func(c corev1.Container) bool { return c.Name == proxyContainer })
	if at < 0 {
		return nil
	}
	require.Equal(w.t, "proxy", containers[at].Args[0])
	return w.SetupProxy(&model.Proxy{
		Type: model.NodeType(containers[at].Args[1]), ID: pod.Name + "." + pod.Namespace, ConfigNamespace: pod.Namespace,
		IPAddresses: []string{pod.Status.PodIP}, Labels: pod.Labels,
		Metadata: &model.NodeMetadata{
			Namespace: pod.Namespace, ClusterID: clusterName, Labels: pod.Labels, ServiceAccount: pod.Spec.ServiceAccountName,
			IstioVersion: "1.30.4", NodeName: pod.Spec.NodeName, InterceptionMode: model.InterceptionRedirect, EnableHBONE: true,
		},
	})
}

// podOf is one of a Deployment's pods.
func (w *world) podOf(name string) *corev1.Pod {
	w.t.Helper()
	at := slices.IndexFunc(w.pods, func(pod *corev1.Pod) bool { return pod.Name == name+"-0" && pod.Namespace == namespace })
	require.GreaterOrEqual(w.t, at, 0, name)
	return w.pods[at]
}

// listener returns the listener of a name, of a proxy.
func (w *world) listener(proxy *model.Proxy, name string) *listenerv3.Listener {
	w.t.Helper()
	var there []string
	if w.made.listeners[proxy.ID] == nil {
		w.made.listeners[proxy.ID] = w.Listeners(proxy)
	}
	for _, one := range w.made.listeners[proxy.ID] {
		if one.Name == name {
			return one
		}
		there = append(there, one.Name)
	}
	require.Failf(w.t, "no listener", "%s of %s; there are %v", name, proxy.ID, there)
	return nil
}

// chains returns a listener's filter chains whose name contains a text.
func chains(of *listenerv3.Listener, name string) []*listenerv3.FilterChain {
	var all []*listenerv3.FilterChain
	for _, one := range of.FilterChains {
		if strings.Contains(one.Name, name) {
			all = append(all, one)
		}
	}
	return all
}

// manager is the part of a filter chain that reads requests; nil if there is none.
func (w *world) manager(chain *listenerv3.FilterChain) *hcmv3.HttpConnectionManager {
	for _, filter := range chain.Filters {
		made := &hcmv3.HttpConnectionManager{}
		if filter.GetTypedConfig().MessageIs(made) {
			require.NoError(w.t, filter.GetTypedConfig().UnmarshalTo(made))
			return made
		}
	}
	return nil
}

// rules are the authorization rules in a filter chain, those of connections first.
func (w *world) rules(chain *listenerv3.FilterChain) []*rbacv3.RBAC {
	w.t.Helper()
	if found, done := w.made.rules[chain]; done {
		return found
	}
	w.made.rules[chain] = w.readRules(chain)
	return w.made.rules[chain]
}

func (w *world) readRules(chain *listenerv3.FilterChain) []*rbacv3.RBAC {
	w.t.Helper()
	var all []*rbacv3.RBAC
	for _, filter := range chain.Filters {
		made := &tcprbacv3.RBAC{}
		if filter.GetTypedConfig().MessageIs(made) {
			require.NoError(w.t, filter.GetTypedConfig().UnmarshalTo(made))
			all = append(all, made.Rules)
		}
	}
	manager := w.manager(chain)
	if manager == nil {
		return all
	}
	for _, filter := range manager.HttpFilters {
		made := &httprbacv3.RBAC{}
		if filter.GetTypedConfig().MessageIs(made) {
			require.NoError(w.t, filter.GetTypedConfig().UnmarshalTo(made))
			all = append(all, made.Rules)
		}
	}
	return slices.DeleteFunc(all, func(rules *rbacv3.RBAC) bool { return rules == nil })
}

// passes says whether every set of rules in a chain lets a request through.
func (w *world) passes(chain *listenerv3.FilterChain, r request) bool {
	return all(w.rules(chain), func(rules *rbacv3.RBAC) bool { return allowedBy(rules, r) })
}

// routesIn are the routes that a chain carries itself.
func (w *world) routesIn(chain *listenerv3.FilterChain) []*routev3.Route {
	var found []*routev3.Route
	for _, host := range w.manager(chain).GetRouteConfig().GetVirtualHosts() {
		found = append(found, host.Routes...)
	}
	return found
}
