package zonalshift_test

import (
	"github.com/stretchr/testify/require"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/retry"
)

func (c *cluster) all() []discoveryv1.EndpointSlice {
	list, err := c.Typed.DiscoveryV1().EndpointSlices(metav1.NamespaceAll).List(c.T.Context(), metav1.ListOptions{})
	require.NoError(c.T, err)
	return list.Items
}

func (c *cluster) intercepted() bool {
	list, err := c.Typed.AdmissionregistrationV1().MutatingWebhookConfigurations().List(c.T.Context(), metav1.ListOptions{})
	require.NoError(c.T, err)
	return len(list.Items) > 0
}

// scale changes the number of replicas. What the Deployment's own controller writes in
// between is no fault: the change is made again.
func (c *cluster) scale(n int32) {
	deployments := c.Typed.AppsV1().Deployments("default")
	require.NoError(c.T, retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		scale, err := deployments.GetScale(c.T.Context(), "ui", metav1.GetOptions{})
		if err != nil {
			return err
		}
		scale.Spec.Replicas = n
		_, err = deployments.UpdateScale(c.T.Context(), "ui", scale, metav1.UpdateOptions{})
		return err
	}))
}

// hold cordons a node by hand.
func (c *cluster) hold(name string, is bool) {
	nodes := c.Typed.CoreV1().Nodes()
	require.NoError(c.T, retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		n, err := nodes.Get(c.T.Context(), name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		n.Spec.Unschedulable = is
		_, err = nodes.Update(c.T.Context(), n, metav1.UpdateOptions{})
		return err
	}))
}
