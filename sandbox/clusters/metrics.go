package clusters

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Addresses of Services in the service range.
const (
	dnsHost     = 10
	metricsHost = 20
)

// metricsPorts are where the aggregated metrics API is called: 443, and another
// one in the clusters of worlds that earlier builds made.
var metricsPorts = []string{"443", "10443"}

const metricsGroupVersion = "metrics.k8s.io/v1beta1"

// serveMetrics answers the metrics API for the metrics-server pods, which do
// not run: every container uses half of what it requests. It listens while the
// cluster runs; the add-on's APIService decides whether anyone asks.
func (c *cluster) serveMetrics(ctx context.Context) {
	mux := http.NewServeMux()
	base := "GET /apis/" + metricsGroupVersion
	mux.HandleFunc(base, func(w http.ResponseWriter, _ *http.Request) { answer(w, metricsResources, nil) })
	mux.HandleFunc(base+"/nodes", func(w http.ResponseWriter, r *http.Request) { c.listNodeMetrics(w, r, "") })
	mux.HandleFunc(base+"/nodes/{name}", func(w http.ResponseWriter, r *http.Request) { c.listNodeMetrics(w, r, r.PathValue("name")) })
	mux.HandleFunc(base+"/pods", func(w http.ResponseWriter, r *http.Request) { c.listPodMetrics(w, r, "", "") })
	mux.HandleFunc(base+"/namespaces/{namespace}/pods", func(w http.ResponseWriter, r *http.Request) {
		c.listPodMetrics(w, r, r.PathValue("namespace"), "")
	})
	mux.HandleFunc(base+"/namespaces/{namespace}/pods/{name}", func(w http.ResponseWriter, r *http.Request) {
		c.listPodMetrics(w, r, r.PathValue("namespace"), r.PathValue("name"))
	})
	certificate, err := tls.LoadX509KeyPair(filepath.Join(c.folder, serverCertificateFile), filepath.Join(c.folder, serverKeyFile))
	for _, port := range metricsPorts {
		var open io.Closer
		if err == nil {
			open, err = c.egress.serve(net.JoinHostPort(serviceAddress(c.record.Range, metricsHost), port), certificate, mux)
		}
		if err != nil {
			c.log.Error("metrics API does not answer", "error", err)
			return
		}
		defer func() { _ = open.Close() }()
	}
	<-ctx.Done()
}

var metricsResources = metav1.APIResourceList{
	TypeMeta:     metav1.TypeMeta{APIVersion: "v1", Kind: "APIResourceList"},
	GroupVersion: metricsGroupVersion,
	APIResources: []metav1.APIResource{
		{Name: "nodes", Kind: "NodeMetrics", Verbs: metav1.Verbs{"get", "list"}},
		{Name: "pods", Kind: "PodMetrics", Namespaced: true, Verbs: metav1.Verbs{"get", "list"}},
	},
}

// usage and its owners have the form of k8s.io/metrics' v1beta1 types.
type usage struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Timestamp         metav1.Time         `json:"timestamp"`
	Window            metav1.Duration     `json:"window"`
	Usage             corev1.ResourceList `json:"usage,omitempty"`
	Containers        []containerUsage    `json:"containers,omitempty"`
}

type containerUsage struct {
	Name  string              `json:"name"`
	Usage corev1.ResourceList `json:"usage"`
}

type usageList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata"`
	Items           []usage `json:"items"`
}

func newUsage(kind string, meta metav1.ObjectMeta) usage {
	return usage{
		TypeMeta:   metav1.TypeMeta{APIVersion: metricsGroupVersion, Kind: kind},
		ObjectMeta: metav1.ObjectMeta{Name: meta.Name, Namespace: meta.Namespace, Labels: meta.Labels, CreationTimestamp: metav1.Now()},
		Timestamp:  metav1.Now(),
		Window:     metav1.Duration{Duration: 15 * time.Second},
	}
}

func (c *cluster) listNodeMetrics(w http.ResponseWriter, r *http.Request, name string) {
	nodes, err := c.typed.CoreV1().Nodes().List(r.Context(), listOptions(r, name))
	if err != nil {
		answer(w, nil, err)
		return
	}
	var items []usage
	for _, node := range nodes.Items {
		pods, err := c.podsOn(r.Context(), node.Name)
		if err != nil {
			answer(w, nil, err)
			return
		}
		item := newUsage("NodeMetrics", node.ObjectMeta)
		item.Usage = corev1.ResourceList{}
		for _, pod := range pods {
			for _, container := range pod.Spec.Containers {
				add(item.Usage, containerUse(container))
			}
		}
		items = append(items, item)
	}
	answerUsage(w, "NodeMetricsList", "nodes", name, items)
}

func (c *cluster) listPodMetrics(w http.ResponseWriter, r *http.Request, namespace, name string) {
	pods, err := c.typed.CoreV1().Pods(namespace).List(r.Context(), listOptions(r, name))
	if err != nil {
		answer(w, nil, err)
		return
	}
	var items []usage
	for _, pod := range pods.Items {
		if pod.Status.Phase != corev1.PodRunning {
			continue
		}
		item := newUsage("PodMetrics", pod.ObjectMeta)
		for _, container := range pod.Spec.Containers {
			item.Containers = append(item.Containers, containerUsage{container.Name, containerUse(container)})
		}
		items = append(items, item)
	}
	answerUsage(w, "PodMetricsList", "pods", name, items)
}

func listOptions(r *http.Request, name string) metav1.ListOptions {
	options := metav1.ListOptions{LabelSelector: r.URL.Query().Get("labelSelector")}
	if name != "" {
		options.FieldSelector = "metadata.name=" + name
	}
	return options
}

// containerUse is half of a container's request, or a little without one.
func containerUse(container corev1.Container) corev1.ResourceList {
	cpu, memory := int64(5), int64(16<<20)
	if q, ok := container.Resources.Requests[corev1.ResourceCPU]; ok {
		cpu = max(1, q.MilliValue()/2)
	}
	if q, ok := container.Resources.Requests[corev1.ResourceMemory]; ok {
		memory = q.Value() / 2
	}
	return corev1.ResourceList{
		corev1.ResourceCPU:    *resource.NewMilliQuantity(cpu, resource.DecimalSI),
		corev1.ResourceMemory: *resource.NewQuantity(memory, resource.BinarySI),
	}
}

func add(total, more corev1.ResourceList) {
	for name, quantity := range more {
		sum := total[name]
		sum.Add(quantity)
		total[name] = sum
	}
}

// answerUsage writes the list, or the single item that was asked for by name.
func answerUsage(w http.ResponseWriter, kind, plural, name string, items []usage) {
	switch {
	case name == "":
		answer(w, usageList{TypeMeta: metav1.TypeMeta{APIVersion: metricsGroupVersion, Kind: kind}, Items: items}, nil)
	case len(items) == 0:
		answer(w, nil, apierrors.NewNotFound(schema.GroupResource{Group: "metrics.k8s.io", Resource: plural}, name))
	default:
		answer(w, items[0], nil)
	}
}

func answer(w http.ResponseWriter, value any, err error) {
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		status := apierrors.NewInternalError(err).Status()
		if known, ok := err.(apierrors.APIStatus); ok {
			status = known.Status()
		}
		status.TypeMeta = metav1.TypeMeta{APIVersion: "v1", Kind: "Status"}
		w.WriteHeader(int(status.Code))
		value = status
	}
	_ = json.NewEncoder(w).Encode(value)
}
