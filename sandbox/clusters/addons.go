package clusters

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

//go:embed manifests/addons
var addonManifests embed.FS

// addon is one EKS add-on: how its configuration looks and which resource
// definitions it brings beside its manifest.
type addon struct {
	config      func() addonConfig
	definitions []definition
}

var addons = map[string]addon{
	"vpc-cni": {
		config: func() addonConfig { return &cniConfig{} },
		definitions: []definition{
			{"crd.k8s.amazonaws.com", "v1alpha1", "ENIConfig", "eniconfigs", clusterScope},
		},
	},
	"kube-proxy": {config: func() addonConfig { return &proxyConfig{} }},
	"coredns": {config: func() addonConfig {
		return &dnsConfig{replicated: replicated{selector: map[string]string{"k8s-app": "kube-dns", "eks.amazonaws.com/component": "coredns"}}}
	}},
	"eks-pod-identity-agent": {config: func() addonConfig { return &identityAgentConfig{} }},
	"metrics-server": {config: func() addonConfig {
		return &metricsConfig{replicated: replicated{selector: map[string]string{"app.kubernetes.io/name": "metrics-server", "app.kubernetes.io/instance": "metrics-server"}}}
	}},
	"aws-secrets-store-csi-driver-provider": {
		config: func() addonConfig { return &secretsStoreConfig{} },
		definitions: []definition{
			{"secrets-store.csi.x-k8s.io", "v1", "SecretProviderClassPodStatus", "secretproviderclasspodstatuses", namespaceScope},
		},
	},
	"amazon-cloudwatch-observability": {
		config: func() addonConfig { return &insightsConfig{} },
		definitions: []definition{
			{"cloudwatch.aws.amazon.com", "v1alpha1", "AmazonCloudWatchAgent", "amazoncloudwatchagents", namespaceScope},
			{"cloudwatch.aws.amazon.com", "v1alpha1", "Instrumentation", "instrumentations", namespaceScope},
		},
	},
	"eks-node-monitoring-agent": {
		config:      func() addonConfig { return &monitoringConfig{} },
		definitions: []definition{{"eks.amazonaws.com", "v1alpha1", "NodeDiagnostic", "nodediagnostics", clusterScope}},
	},
}

// Addons lists the names of the add-ons that clusters can install.
func Addons() []string {
	names := make([]string, 0, len(addons))
	for name := range addons {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// ApplyAddon implements Manager.
func (m *manager) ApplyAddon(ctx context.Context, arn, name, version string, config map[string]any) error {
	c, err := m.find(arn)
	if err != nil {
		return err
	}
	wanted, err := renderAddon(c.record, name, version, config)
	if err != nil {
		return err
	}
	if err := c.apply(ctx, anys(wanted)...); err != nil {
		return fmt.Errorf("add-on %s: %w", name, err)
	}
	// What the configuration switched off since.
	all, err := renderAddon(c.record, name, version, nil)
	if err != nil {
		return err
	}
	return c.remove(ctx, anys(without(all, wanted))...)
}

// DeleteAddon implements Manager.
func (m *manager) DeleteAddon(ctx context.Context, arn, name string) error {
	c, err := m.find(arn)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	// Names do not depend on version or configuration, and every object that a
	// configuration can add is there by default or goes with its definition.
	objects, err := renderAddon(c.record, name, "", nil)
	if err != nil {
		return err
	}
	return c.remove(ctx, anys(objects)...)
}

func anys(objects []*unstructured.Unstructured) []any {
	list := make([]any, len(objects))
	for i, object := range objects {
		list[i] = object
	}
	return list
}

func without(all, some []*unstructured.Unstructured) []*unstructured.Unstructured {
	key := func(u *unstructured.Unstructured) string {
		return strings.Join([]string{u.GroupVersionKind().String(), u.GetNamespace(), u.GetName()}, "/")
	}
	known := map[string]bool{}
	for _, u := range some {
		known[key(u)] = true
	}
	return slices.DeleteFunc(slices.Clone(all), func(u *unstructured.Unstructured) bool { return known[key(u)] })
}

// WaitAddon implements Manager.
func (m *manager) WaitAddon(ctx context.Context, arn, name string) error {
	c, err := m.find(arn)
	if err != nil {
		return err
	}
	objects, err := renderAddon(c.record, name, "", nil)
	if err != nil {
		return err
	}
	wait, cancel := context.WithTimeout(ctx, c.opts.AddonTimeout)
	defer cancel()
	for _, object := range objects {
		for {
			available, err := c.available(ctx, object)
			if err != nil {
				return fmt.Errorf("add-on %s: %w", name, err)
			}
			if available {
				break
			}
			select {
			case <-wait.Done():
				if err := ctx.Err(); err != nil {
					return err
				}
				return &Issue{Code: InsufficientNumberOfReplicas, Message: "The add-on is unhealthy because it doesn't have the desired number of replicas."}
			case <-time.After(poll):
			}
		}
	}
	return nil
}

// available tells whether a workload runs as its current specification asks;
// other objects always are.
func (c *cluster) available(ctx context.Context, object *unstructured.Unstructured) (bool, error) {
	apps := c.typed.AppsV1()
	switch object.GetKind() {
	case "Deployment":
		d, err := apps.Deployments(object.GetNamespace()).Get(ctx, object.GetName(), metav1.GetOptions{})
		return err == nil && deploymentAvailable(d), err
	case "DaemonSet":
		d, err := apps.DaemonSets(object.GetNamespace()).Get(ctx, object.GetName(), metav1.GetOptions{})
		return err == nil && daemonSetAvailable(d), err
	}
	return true, nil
}

func deploymentAvailable(d *appsv1.Deployment) bool {
	s := d.Status
	return s.ObservedGeneration >= d.Generation && s.UpdatedReplicas == *d.Spec.Replicas &&
		s.AvailableReplicas == *d.Spec.Replicas && s.Replicas == *d.Spec.Replicas
}

func daemonSetAvailable(d *appsv1.DaemonSet) bool {
	s := d.Status
	return s.ObservedGeneration >= d.Generation && s.UpdatedNumberScheduled == s.DesiredNumberScheduled &&
		s.NumberAvailable == s.DesiredNumberScheduled
}
