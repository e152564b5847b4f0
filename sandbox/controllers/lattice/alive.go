package lattice

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/eks"
	"retail/sandbox/controllers/internal/kube"
)

// life is how the living controller acts: as which role, and as what it was told.
type life struct {
	actor        *cloud.Actor
	account      string
	cluster, vpc string
	resync       time.Duration // 0: never
	pod          *corev1.Pod
}

// owner is what stands in the tag of everything that it makes.
func (l *life) owner() string { return l.account + "/" + l.cluster + "/" + l.vpc }

// needed are the variables without which the controller asks instance metadata, which
// does not answer behind one hop (project documentation, "Controller environment
// variables").
var needed = []string{"CLUSTER_NAME", "CLUSTER_VPC_ID", "AWS_ACCOUNT_ID", "REGION"}

// alive is how the controller acts now; nil while it does not run.
func (c *controller) alive() *life {
	d, p := c.running()
	if d == nil {
		return nil
	}
	env := environment(d)
	for _, name := range needed {
		if env[name] == "" {
			c.crash(d, "init config failed: "+name+" is not set and EC2 instance metadata does not answer")
			return nil
		}
	}
	for _, r := range definedAtStart {
		if !c.store.Defined(r) {
			c.crash(d, fmt.Sprintf("failed to get restmapping: no matches for kind of resource %s in group %q", r.Resource, r.Group))
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
		c.crash(d, "no EC2 IMDS role found: the service account "+d.Namespace+"/"+account+
			" has no Pod Identity association, or the eks-pod-identity-agent is not there")
		return nil
	}
	// It calls the account and the Region that its credentials and REGION name.
	actor := &cloud.Actor{World: c.world, Account: c.plane.Spec.Account, Region: env["REGION"], Role: role,
		Session: fmt.Sprintf("%.64s", "eks-"+c.plane.Spec.Name+"-"+account), Owner: c.plane.Spec.Name + "/aws-gateway-controller",
		Tags: map[string]string{"eks-cluster-name": c.plane.Spec.Name, "eks-cluster-arn": c.plane.Spec.ARN,
			"kubernetes-namespace": d.Namespace, "kubernetes-service-account": account},
		Authorise: c.authorise}
	seconds, _ := strconv.Atoi(env["RECONCILE_DEFAULT_RESYNC_SECONDS"]) // 0 where it is not set
	return &life{actor: actor, account: env["AWS_ACCOUNT_ID"], cluster: env["CLUSTER_NAME"], vpc: env["CLUSTER_VPC_ID"],
		resync: time.Duration(seconds) * time.Second, pod: p}
}

// crash tells why the controller's containers end.
func (c *controller) crash(d deployment, why string) {
	c.events.Tell(d, "apps/v1", "Deployment", corev1.EventTypeWarning, "BackOff", "Back-off restarting failed container: "+why)
}

// running is the chart's Deployment with a ready pod of it that is on a node that is there.
// One is enough: it leads, and answers for the webhook.
func (c *controller) running() (deployment, *corev1.Pod) {
	for _, d := range kube.All[deployment](c.store.deployments) {
		if d.Spec.Template.Labels[podLabel] != podValue || d.DeletionTimestamp != nil {
			continue
		}
		selector, err := metav1.LabelSelectorAsSelector(d.Spec.Selector)
		if err != nil {
			continue
		}
		for _, p := range kube.All[pod](c.store.pods) {
			_, hasNode := kube.Find[node](c.store.nodes, p.Spec.NodeName)
			if p.Namespace == d.Namespace && hasNode && p.DeletionTimestamp == nil && selector.Matches(labels.Set(p.Labels)) && isTrue(p, corev1.PodReady) {
				return d, p
			}
		}
	}
	return nil, nil
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

// environment are the variables of the Deployment's containers.
func environment(d deployment) map[string]string {
	out := map[string]string{}
	for _, container := range d.Spec.Template.Spec.Containers {
		for _, v := range container.Env {
			out[v.Name] = strings.TrimSpace(v.Value)
		}
	}
	return out
}
