// Package clusterstest starts a real control plane for the tests of controllers.
package clusterstest

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"retail/sandbox/clusters"
	"retail/sandbox/toolchain"
)

// The cluster of every test.
const (
	Account = "222222222222"
	Region  = "eu-west-1"
	Name    = "blue"
	ARN     = "arn:aws:eks:eu-west-1:222222222222:cluster/blue"
)

// Cluster is a control plane with one node.
type Cluster struct {
	T       testing.TB
	Manager clusters.Manager
	Config  *rest.Config // with all rights
	Typed   kubernetes.Interface
	Dynamic dynamic.Interface

	options clusters.Options
}

// Start starts a control plane with controllers beside it, which ends with the
// test. It skips the test when the programs are not built, or when it is short.
func Start(t testing.TB, controllers ...clusters.Controller) *Cluster {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a control plane")
	}
	root, err := toolchain.Root()
	require.NoError(t, err)
	bin := filepath.Join(root, toolchain.Folder, "bin")
	if _, err := os.Stat(filepath.Join(bin, "kube-apiserver")); err != nil {
		t.Skipf("the Kubernetes programs are not built: %v", err)
	}
	config := make(chan *rest.Config, 1)
	tell := func(_ context.Context, p clusters.Plane) {
		select {
		case config <- p.Config:
		default: // after a restart nobody asks
		}
	}
	options := clusters.Options{
		Dir: filepath.Join(t.TempDir(), "clusters"), Bin: bin, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Controllers: append(controllers, tell),
	}
	m, err := clusters.New(options)
	require.NoError(t, err)
	out := &Cluster{T: t, Manager: m, options: options}
	t.Cleanup(func() { _ = out.Manager.Close() })
	_, err = m.Create(t.Context(), clusters.ClusterSpec{ARN: ARN, Name: Name, Account: Account, Region: Region, Version: "1.34"})
	require.NoError(t, err)
	in := <-config
	require.NoError(t, m.ApplyAddon(t.Context(), ARN, "vpc-cni", "v1.22.4-eksbuild.3", nil))
	require.NoError(t, m.SetNodes(t.Context(), ARN, "general", []clusters.Node{{
		Name: "ip-10-0-1-10.eu-west-1.compute.internal", ProviderID: "aws:///eu-west-1a/i-0123456789abcdef0", Zone: "eu-west-1a",
		ZoneID: "euw1-az1", Region: Region, InstanceType: "m7g.large", AMIFamily: "AL2023", CPU: "4", Memory: "8Gi", MaxPods: 110,
	}}))
	out.Config, out.Typed, out.Dynamic = in, kubernetes.NewForConfigOrDie(in), dynamic.NewForConfigOrDie(in)
	return out
}

// Restart ends everything, does something meanwhile, and goes on from the folder, as a
// daemon that was stopped does.
func (c *Cluster) Restart(meanwhile func()) {
	c.T.Helper()
	require.NoError(c.T, c.Manager.Close())
	meanwhile()
	m, err := clusters.New(c.options)
	require.NoError(c.T, err)
	c.Manager = m
	require.NoError(c.T, m.Resume(c.T.Context()))
}

// Apply applies objects; kinds that a definition has just brought take a moment.
func (c *Cluster) Apply(objects ...*unstructured.Unstructured) {
	c.T.Helper()
	for _, o := range objects {
		require.EventuallyWithT(c.T, func(t *assert.CollectT) { assert.NoError(t, c.Try(o)) }, time.Minute, 100*time.Millisecond,
			"%s %s", o.GetKind(), o.GetName())
	}
}

// Try applies an object; the error is the API server's.
func (c *Cluster) Try(o *unstructured.Unstructured) error {
	lists, err := c.Typed.Discovery().ServerResourcesForGroupVersion(o.GetAPIVersion())
	if err != nil {
		return err
	}
	for _, r := range lists.APIResources {
		if r.Kind != o.GetKind() || strings.Contains(r.Name, "/") {
			continue
		}
		version, err := schema.ParseGroupVersion(o.GetAPIVersion())
		if err != nil {
			return err
		}
		var client dynamic.ResourceInterface = c.Dynamic.Resource(version.WithResource(r.Name))
		if r.Namespaced {
			client = c.Dynamic.Resource(version.WithResource(r.Name)).Namespace(o.GetNamespace())
		}
		_, err = client.Apply(c.T.Context(), o.GetName(), o, metav1.ApplyOptions{FieldManager: "test", Force: true})
		return err
	}
	return fmt.Errorf("%s is not served", o.GroupVersionKind())
}

// Object is an object of JSON, a format with arguments.
func Object(text string, args ...any) *unstructured.Unstructured {
	u := &unstructured.Unstructured{}
	if err := u.UnmarshalJSON(fmt.Appendf(nil, text, args...)); err != nil {
		panic(err) // the test's own text
	}
	return u
}
