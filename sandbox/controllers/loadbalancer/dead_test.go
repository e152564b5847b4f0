package loadbalancer_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/elbv2"
)

// L4: without arguments the controller asks the instance metadata, in vain.
func (f *fixture) noMetadata(t *testing.T) {
	f = f.on(t)
	f.stop()
	f.start("--cluster-name=blue", "--aws-region="+region)
	f.eventually("it says why", func() bool { return strings.Contains(f.messages("kube-system"), "--aws-vpc-id is not set") })
	group, entry, made := f.balancer("/health")
	f.shop("metadata")
	f.bind(bindings, "metadata", group.ID, entry, nil)
	time.Sleep(time.Second)
	assert.Empty(t, f.health(group.ID))
	f.stop()
	f.start()
	f.eventually("with them it works", func() bool { return f.health(group.ID)["healthy"] == 2 })
	f.unbind(bindings, "metadata")
	f.eventually("the binding goes", func() bool { return !f.bound(bindings, "metadata") })
	for _, r := range made {
		f.Delete(r)
	}
}

// A daemon that was away goes on from what is there.
func (f *fixture) resumed(t *testing.T) {
	f = f.on(t)
	group, entry, made := f.balancer("/health")
	f.shop("resume")
	f.bind(bindings, "resume", group.ID, entry, nil)
	f.eventually("targets are healthy", func() bool { return f.health(group.ID)["healthy"] == 2 })
	f.restart(func() {
		require.NoError(t, f.h.World.Change(account, region, "meanwhile", func(c *cloud.Call) error {
			return elbv2.RegisterTargets(c, group.ID, []elbv2.Target{{ID: "10.0.1.201", Port: 8080}})
		}))
	})
	f.eventually("it looks at everything when it starts", func() bool { return f.health(group.ID)["healthy"] == 2 && len(f.health(group.ID)) == 1 })
	f.unbind(bindings, "resume")
	f.eventually("the binding goes", func() bool { return !f.bound(bindings, "resume") })
	for _, r := range made {
		f.Delete(r)
	}
}

func (f *fixture) deadController(t *testing.T) {
	f = f.on(t)
	group, entry, made := f.balancer("/health")
	f.shop("dead")
	f.bind(bindings, "dead", group.ID, entry, nil)
	f.eventually("targets are healthy", func() bool { return f.health(group.ID)["healthy"] == 2 })
	class := "service.k8s.aws/nlb"
	f.service("dead", "entry", map[string]string{"service.beta.kubernetes.io/aws-load-balancer-nlb-target-type": "ip"},
		corev1.ServiceSpec{Type: corev1.ServiceTypeLoadBalancer, LoadBalancerClass: &class})
	f.eventually("a load balancer of a Service", func() bool {
		return len(f.h.Records(elbv2.LoadBalancer)) == 2 && len(f.h.Records(ec2.IngressRule)) == 2 && len(f.h.Records(elbv2.Attachment)) == 4
	})
	f.stop()
	f.unbind(bindings, "dead")
	require.NoError(t, f.kube.CoreV1().Services("dead").Delete(t.Context(), "entry", metav1.DeleteOptions{}))
	time.Sleep(time.Second)
	assert.True(t, f.bound(bindings, "dead"), "nobody takes the finalizer away")
	assert.Len(t, f.h.Records(ec2.IngressRule), 2, "nor the rules")
	assert.Len(t, f.h.Records(elbv2.LoadBalancer), 2, "nor the load balancer")
	assert.Equal(t, 2, f.health(group.ID)["healthy"], "load balancers go on asking")
	// Without its role it is as dead.
	f.Delete(f.grants)
	f.start()
	f.eventually("it may do nothing", func() bool { return strings.Contains(f.messages("dead"), "AccessDenied") })
	assert.True(t, f.bound(bindings, "dead"))

	// The program goes on to take its own away: its load balancer, nodes and cluster.
	for _, r := range made[:3] {
		f.Delete(r)
	}
	f.FailsDelete(made[3], "DependencyViolation") // the controller's rule names it
	f.Delete(f.nodes)
	f.Delete(f.cluster)
	f.Delete(made[3]) // the rule went with the cluster's group
	for _, s := range f.resources {
		err := f.FailsDelete(s, "DependencyViolation")
		assert.ErrorContains(t, err, ec2.Interface, "the orphan's network interfaces hold the subnets")
	}
	f.FailsDelete(f.vpc, "DependencyViolation")
	var orphans []string
	for _, r := range f.h.World.Records() {
		if r.Owner == "blue/aws-load-balancer-controller" {
			orphans = append(orphans, r.Token)
		}
	}
	assert.ElementsMatch(t, []string{elbv2.LoadBalancer, elbv2.Listener, elbv2.TargetGroup, ec2.SecurityGroup, ec2.SecurityGroup,
		elbv2.Attachment, elbv2.Attachment}, orphans)
}
