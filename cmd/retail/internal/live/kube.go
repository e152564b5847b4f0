package live

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	ekstypes "github.com/aws/aws-sdk-go-v2/service/eks/types"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/rest"
)

// namespaces whose services are judged: the shop, what the cluster itself needs, the
// mesh.
var namespaces = []string{"store", "kube-system", "istio-system"}

// callTime bounds one call of an API server.
const callTime = 20 * time.Second

// pageSize is how many objects one answer of an API server holds.
const pageSize = "500"

// types are the objects that are read. The whole client set would compile
// some fifty groups more.
var types = runtime.SchemeBuilder{corev1.AddToScheme, discoveryv1.AddToScheme, policyv1.AddToScheme, autoscalingv2.AddToScheme}

// Dial is a client of a cluster's API server.
func Dial(config aws.Config, c *ekstypes.Cluster) (rest.Interface, error) {
	name := aws.ToString(c.Name)
	if c.Status != ekstypes.ClusterStatusActive && c.Status != ekstypes.ClusterStatusUpdating {
		return nil, fmt.Errorf("cluster %s is %s, not ACTIVE", name, c.Status)
	}
	if c.CertificateAuthority == nil {
		return nil, fmt.Errorf("cluster %s has no certificate authority yet", name)
	}
	authority, err := base64.StdEncoding.DecodeString(aws.ToString(c.CertificateAuthority.Data))
	if err != nil {
		return nil, fmt.Errorf("cluster %s: its certificate authority: %w", name, err)
	}
	scheme := runtime.NewScheme()
	if err := types.AddToScheme(scheme); err != nil {
		return nil, err
	}
	return rest.RESTClientFor(&rest.Config{
		Host: aws.ToString(c.Endpoint), Timeout: callTime, TLSClientConfig: rest.TLSClientConfig{CAData: authority},
		APIPath: "/api", ContentConfig: rest.ContentConfig{
			GroupVersion: &schema.GroupVersion{Version: "v1"}, NegotiatedSerializer: serializer.NewCodecFactory(scheme).WithoutConversion(),
		},
		WrapTransport: func(next http.RoundTripper) http.RoundTripper {
			return &tokens{config: config, cluster: name, next: next}
		},
	})
}

// Read lists what tells how a cluster stands: its nodes, and of the judged namespaces
// what serves.
func Read(ctx context.Context, client rest.Interface) (*Objects, error) {
	o := &Objects{}
	if err := list(ctx, client, "/api/v1/nodes", func(l *corev1.NodeList) string {
		o.nodes = append(o.nodes, l.Items...)
		return l.Continue
	}); err != nil {
		return nil, err
	}
	for _, ns := range namespaces {
		if err := o.namespace(ctx, client, "/namespaces/"+ns+"/"); err != nil {
			return nil, err
		}
	}
	return o, nil
}

func (o *Objects) namespace(ctx context.Context, client rest.Interface, in string) error {
	for _, read := range []func() error{
		func() error {
			return list(ctx, client, "/api/v1"+in+"pods", func(l *corev1.PodList) string { o.pods = append(o.pods, l.Items...); return l.Continue })
		},
		func() error {
			return list(ctx, client, "/api/v1"+in+"services", func(l *corev1.ServiceList) string {
				o.services = append(o.services, l.Items...)
				return l.Continue
			})
		},
		func() error {
			return list(ctx, client, "/apis/discovery.k8s.io/v1"+in+"endpointslices", func(l *discoveryv1.EndpointSliceList) string {
				o.slices = append(o.slices, l.Items...)
				return l.Continue
			})
		},
		func() error {
			return list(ctx, client, "/apis/policy/v1"+in+"poddisruptionbudgets", func(l *policyv1.PodDisruptionBudgetList) string {
				o.budgets = append(o.budgets, l.Items...)
				return l.Continue
			})
		},
		func() error {
			return list(ctx, client, "/apis/autoscaling/v2"+in+"horizontalpodautoscalers", func(l *autoscalingv2.HorizontalPodAutoscalerList) string {
				o.scalers = append(o.scalers, l.Items...)
				return l.Continue
			})
		},
	} {
		if err := read(); err != nil {
			return err
		}
	}
	return nil
}

// list reads a list page by page; keep takes a page and gives the token of the next.
func list[T any, L interface {
	*T
	runtime.Object
}](ctx context.Context, client rest.Interface, path string, keep func(L) string) error {
	for token := ""; ; {
		page := L(new(T))
		if err := client.Get().AbsPath(path).Param("limit", pageSize).Param("continue", token).Do(ctx).Into(page); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if token = keep(page); token == "" {
			return nil
		}
	}
}
