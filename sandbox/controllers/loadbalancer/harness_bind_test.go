package loadbalancer_test

import (
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/intstr"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/elbv2"
)

// patience is for a machine that is busy.
const patience = 2 * time.Minute

// shop is a Service with pods on port 8080 that answer on /health, in all zones alike: what the
// scheduler only prefers it does not always do.
func (f *fixture) shop(namespace string, gates ...string) {
	_, err := f.kube.CoreV1().Namespaces().Create(f.t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}, metav1.CreateOptions{})
	require.NoError(f.t, err)
	selector := &metav1.LabelSelector{MatchLabels: map[string]string{"app.kubernetes.io/name": "ui"}}
	spec := corev1.PodSpec{TopologySpreadConstraints: []corev1.TopologySpreadConstraint{{MaxSkew: 1, TopologyKey: corev1.LabelTopologyZone,
		WhenUnsatisfiable: corev1.DoNotSchedule, LabelSelector: selector}}, Containers: []corev1.Container{{Name: "ui", Image: "ui",
		Ports:          []corev1.ContainerPort{{Name: "http", ContainerPort: 8080}},
		ReadinessProbe: &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/health", Port: intstr.FromString("http")}}}}}}
	for _, g := range gates {
		spec.ReadinessGates = append(spec.ReadinessGates, corev1.PodReadinessGate{ConditionType: corev1.PodConditionType(g)})
	}
	f.deploy(namespace, "ui", 2, spec)
	f.service(namespace, "ui", nil, corev1.ServiceSpec{})
}

func (f *fixture) service(namespace, name string, annotations map[string]string, spec corev1.ServiceSpec) {
	spec.Selector = map[string]string{"app.kubernetes.io/name": "ui"}
	spec.Ports = []corev1.ServicePort{{Name: "http", Port: 80, TargetPort: intstr.FromString("http")}}
	_, err := f.kube.CoreV1().Services(namespace).Create(f.t.Context(), &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: annotations}, Spec: spec}, metav1.CreateOptions{})
	require.NoError(f.t, err)
}

// balancer is a load balancer as a program declares it, with a target group that
// its listener names.
func (f *fixture) balancer(path string) (group *cloudtest.Resource, entry string, all []*cloudtest.Resource) {
	sg := f.Create(ec2.SecurityGroup, cloud.Props{"vpcId": f.vpc.ID, "egress": []any{
		cloud.Props{"protocol": "-1", "fromPort": 0.0, "toPort": 0.0, "cidrBlocks": []any{"0.0.0.0/0"}}}})
	lb := f.Create(elbv2.LoadBalancer, cloud.Props{"internal": true, "subnets": f.subnets, "securityGroups": []any{sg.ID}})
	group = f.Create(elbv2.TargetGroup, cloud.Props{"port": 80.0, "protocol": "HTTP", "targetType": "ip", "vpcId": f.vpc.ID,
		"healthCheck": cloud.Props{"path": path}})
	listener := f.Create(elbv2.Listener, cloud.Props{"loadBalancerArn": lb.ID, "port": 80.0, "protocol": "HTTP",
		"defaultActions": []any{cloud.Props{"type": "forward", "targetGroupArn": group.ID}}})
	return group, sg.ID, []*cloudtest.Resource{listener, group, lb, sg}
}

// bind makes a TargetGroupBinding for the Service ui.
func (f *fixture) bind(r schema.GroupVersionResource, namespace, group, entry string, more map[string]any) {
	spec := map[string]any{"serviceRef": map[string]any{"name": "ui", "port": int64(80)}, "targetGroupARN": group, "targetType": "ip",
		"networking": map[string]any{"ingress": []any{map[string]any{
			"from":  []any{map[string]any{"securityGroup": map[string]any{"groupID": entry}}},
			"ports": []any{map[string]any{"port": int64(8080), "protocol": "TCP"}}}}}}
	for k, v := range more {
		spec[k] = v
	}
	_, err := f.dynamic.Resource(r).Namespace(namespace).Create(f.t.Context(), &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": r.GroupVersion().String(), "kind": "TargetGroupBinding", "metadata": map[string]any{"name": "ui"}, "spec": spec}}, metav1.CreateOptions{})
	require.NoError(f.t, err)
}

func (f *fixture) unbind(r schema.GroupVersionResource, namespace string) {
	require.NoError(f.t, f.dynamic.Resource(r).Namespace(namespace).Delete(f.t.Context(), "ui", metav1.DeleteOptions{}))
}

func (f *fixture) bound(r schema.GroupVersionResource, namespace string) bool {
	_, err := f.dynamic.Resource(r).Namespace(namespace).Get(f.t.Context(), "ui", metav1.GetOptions{})
	return err == nil
}

// health counts a group's targets by state.
func (f *fixture) health(group string) map[string]int {
	out := map[string]int{}
	require.NoError(f.t, f.h.World.View(account, region, func(c *cloud.Call) error {
		for _, h := range elbv2.Health(c, group) {
			out[h.State]++
		}
		return nil
	}))
	return out
}

func (f *fixture) eventually(what string, is func() bool) {
	f.t.Helper()
	for deadline := time.Now().Add(patience); !is(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			f.dump()
			require.Fail(f.t, what, "the cluster says:\n%s", f.messages(metav1.NamespaceAll))
		}
	}
}

// dump tells how the world's targets and the cluster's pods are.
func (f *fixture) dump() {
	for _, g := range f.h.Records(elbv2.TargetGroup) {
		_ = f.h.World.View(account, region, func(c *cloud.Call) error { // it only reads
			f.t.Log(g.State["name"], elbv2.Health(c, g.ID))
			return nil
		})
	}
	pods, err := f.kube.CoreV1().Pods(metav1.NamespaceAll).List(f.t.Context(), metav1.ListOptions{})
	require.NoError(f.t, err)
	for _, p := range pods.Items {
		f.t.Log(p.Namespace, p.Name, p.Spec.NodeName, p.Status.Phase, p.Status.PodIP)
	}
}
