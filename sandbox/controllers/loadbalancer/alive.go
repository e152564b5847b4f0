package loadbalancer

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/eks"
	"retail/sandbox/controllers/internal/kube"
)

// Where the chart puts the controller. Its Deployment is found by its label,
// since a release's name may be part of its own.
const (
	controllerNamespace = "kube-system"
	chartLabel          = "app.kubernetes.io/name"
	chartName           = "aws-load-balancer-controller"
)

// life is how a living controller acts.
type life struct {
	actor        *cloud.Actor
	cluster, vpc string
	flags        map[string]string
}

// alive is how a controller acts now; nil while it does not run.
func (c *controller) alive(f *flavour) *life {
	if f.builtIn {
		return c.builtIn(f)
	}
	d := c.running()
	if d == nil {
		return nil
	}
	flags := flagsOf(d)
	for _, name := range []string{"cluster-name", "aws-vpc-id", "aws-region"} {
		if flags[name] == "" { // L4: instance metadata is out of reach behind one hop
			c.events.Tell(d, "apps/v1", "Deployment", corev1.EventTypeWarning, "BackOff", fmt.Sprintf(
				"Back-off restarting failed container: unable to initialize AWS cloud: --%s is not set and EC2 instance metadata does not answer", name))
			return nil
		}
	}
	account := d.Spec.Template.Spec.ServiceAccountName
	var role string
	_ = c.world.View(c.plane.Spec.Account, c.plane.Spec.Region, func(call *cloud.Call) error { // it only reads
		role = eks.PodRole(call, c.plane.Spec.Name, d.Namespace, account)
		return nil
	})
	if role == "" {
		return nil
	}
	actor := c.actor(f, role, "eks-"+c.plane.Spec.Name+"-"+account)
	actor.Tags = map[string]string{"eks-cluster-name": c.plane.Spec.Name, "eks-cluster-arn": c.plane.Spec.ARN,
		"kubernetes-namespace": d.Namespace, "kubernetes-service-account": account}
	return &life{actor, flags["cluster-name"], flags["aws-vpc-id"], flags}
}

func (c *controller) actor(f *flavour, role, session string) *cloud.Actor {
	return &cloud.Actor{World: c.world, Account: c.plane.Spec.Account, Region: c.plane.Spec.Region, Role: role,
		Session: fmt.Sprintf("%.64s", session), Owner: c.plane.Spec.Name + "/" + f.name, Authorise: c.authorise}
}

// builtIn is the load balancing of Auto Mode: EKS itself, with the cluster's role.
func (c *controller) builtIn(f *flavour) *life {
	if !c.plane.AutoMode {
		return nil
	}
	var out *life
	_ = c.world.View(c.plane.Spec.Account, c.plane.Spec.Region, func(call *cloud.Call) error { // it only reads
		cluster := call.Get(eks.Cluster, c.plane.Spec.Name)
		if cluster == nil || !ec2.Flag(cluster.State, "kubernetesNetworkConfig.elasticLoadBalancing.enabled") {
			return nil
		}
		actor := c.actor(f, ec2.Text(cluster.State, "roleArn"), "aws-go-sdk")
		actor.Tags = map[string]string{f.clusterTag: c.plane.Spec.Name}
		actor.Authorise = c.deletesFreely
		out = &life{actor, c.plane.Spec.Name, ec2.Text(cluster.State, "vpcConfig.vpcId"), nil}
		return nil
	})
	return out
}

// deletesFreely asks IAM about what makes and changes things. What it has made EKS
// deletes with its service-linked role, whose policy (AmazonEKSServiceRolePolicy)
// nobody can take away; AmazonEKSLoadBalancingPolicy allows no deletion.
func (c *controller) deletesFreely(call *cloud.Call, role, action, resource string, context map[string]string) error {
	_, name, _ := strings.Cut(action, ":")
	for _, verb := range []string{"Delete", "Deregister", "Revoke"} {
		if strings.HasPrefix(name, verb) {
			return nil
		}
	}
	return c.authorise(call, role, action, resource, context)
}

// running is the chart's Deployment when it is available and a pod of it runs on
// a node that is there.
func (c *controller) running() deployment {
	for _, d := range kube.All[deployment](c.store.deployments) {
		if d.Labels[chartLabel] != chartName || d.DeletionTimestamp != nil || !available(d) {
			continue
		}
		selector, err := metav1.LabelSelectorAsSelector(d.Spec.Selector)
		if err != nil {
			continue
		}
		for _, p := range kube.All[pod](c.store.pods) {
			_, hasNode := kube.Find[node](c.store.nodes, p.Spec.NodeName)
			if p.Namespace == d.Namespace && hasNode && p.DeletionTimestamp == nil && selector.Matches(labels.Set(p.Labels)) && isTrue(p, corev1.PodReady) {
				return d
			}
		}
	}
	return nil
}

func available(d deployment) bool {
	for _, condition := range d.Status.Conditions {
		if condition.Type == "Available" {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

// isTrue tells whether a condition of a pod is True.
func isTrue(p pod, kind corev1.PodConditionType) bool {
	for _, condition := range p.Status.Conditions {
		if condition.Type == kind {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

// flagsOf are the arguments of the Deployment's containers, "--name=value".
func flagsOf(d deployment) map[string]string {
	out := map[string]string{}
	for _, container := range d.Spec.Template.Spec.Containers {
		for _, arg := range container.Args {
			if name, value, ok := strings.Cut(strings.TrimLeft(arg, "-"), "="); ok {
				out[name] = value
			}
		}
	}
	return out
}
