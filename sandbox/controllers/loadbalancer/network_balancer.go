package loadbalancer

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/elbv2"
)

// network is a network load balancer as a Service describes it.
type network struct {
	service  service
	a        *annotations
	scheme   string
	tags     map[string]string
	balancer cloud.Props
	group    cloud.Props // of every target group
	own      []string    // security groups that the Service names
	manage   bool        // their rules towards pods are the controller's
	multi    bool
	certs    []string
	sources  []string
}

func (w *worker) modelService(s service) (*network, error) {
	a, err := read(servicePrefix, s.Annotations, serviceAnnotations)
	if err != nil {
		return nil, err
	}
	m := &network{service: s, a: a, scheme: a.text("scheme", internalOnly), own: a.list("security-groups"), certs: a.list("ssl-cert"),
		sources: s.Spec.LoadBalancerSourceRanges}
	if m.scheme != internalOnly && m.scheme != internetFacing {
		return nil, fmt.Errorf("unknown scheme: %s", m.scheme)
	}
	if m.tags, err = a.pairs("additional-resource-tags"); err != nil {
		return nil, err
	}
	if m.manage, err = a.flag("manage-backend-security-group-rules"); err != nil {
		return nil, err
	}
	if m.multi, err = a.flag("multi-cluster-target-group"); err != nil {
		return nil, err
	}
	if len(m.sources) == 0 {
		m.sources = []string{"0.0.0.0/0"}
	}
	name := a.text("name", nameOf(s.Namespace, s.Name, w.cluster, string(s.UID), m.scheme))
	m.balancer = cloud.Props{"name": name, "loadBalancerType": "network", "internal": m.scheme == internalOnly}
	attributes, err := a.pairs("attributes")
	if err != nil {
		return nil, err
	}
	if v := a.values["cross-zone-load-balancing-enabled"]; v != "" {
		attributes["load_balancing.cross_zone.enabled"] = v
	}
	if err := apply(m.balancer, attributes, balancerAttributes); err != nil {
		return nil, err
	}
	if m.balancer["subnets"], err = w.subnets(subnetChoice{names: a.list("subnets")}, m.scheme, 1); err != nil {
		return nil, err
	}
	m.group, err = m.groupInputs(w.vpc, w.defaultTargetType())
	return m, err
}

// groupInputs are what the Service's target groups have in common.
func (m *network) groupInputs(vpc, byDefault string) (cloud.Props, error) {
	kind := m.a.text("nlb-target-type", byDefault)
	if kind != "ip" && kind != "instance" {
		return nil, fmt.Errorf("unsupported target type \"%s\" for load balancer type \"nlb\"", kind)
	}
	check := cloud.Props{"protocol": strings.ToUpper(m.a.text("healthcheck-protocol", "tcp")), "port": m.a.text("healthcheck-port", trafficPort)}
	if check["protocol"] != "TCP" {
		check["path"] = m.a.text("healthcheck-path", "/")
		check["matcher"] = m.a.text("healthcheck-success-codes", "200-399")
	}
	for annotation, name := range map[string]string{"healthcheck-interval": "interval", "healthcheck-timeout": "timeout",
		"healthcheck-healthy-threshold": "healthyThreshold", "healthcheck-unhealthy-threshold": "unhealthyThreshold"} {
		n, err := m.a.number(annotation)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			check[name] = float64(n)
		}
	}
	inputs := cloud.Props{"targetType": kind, "vpcId": vpc, "healthCheck": check}
	attributes, err := m.a.pairs("target-group-attributes")
	if err != nil {
		return nil, err
	}
	return inputs, apply(inputs, attributes, groupAttributes)
}

// deploy makes the load balancer, and for each port a listener, a target group and
// its binding.
func (m *network) deploy(ctx context.Context, st *stack) (*cloud.Record, error) {
	s := m.service
	peer, err := m.groups(ctx, st)
	if err != nil {
		return nil, err
	}
	lb, err := st.ensure(ctx, elbv2.LoadBalancer, "LoadBalancer", m.balancer)
	if err != nil {
		return nil, err
	}
	for _, p := range s.Spec.Ports {
		if err := m.deployPort(ctx, st, lb, p, peer); err != nil {
			return nil, err
		}
	}
	return lb, nil
}

// deployPort makes what stands behind one port.
func (m *network) deployPort(ctx context.Context, st *stack, lb *cloud.Record, p corev1.ServicePort, peer string) error {
	s := m.service
	id := strconv.Itoa(int(p.Port))
	protocol := string(p.Protocol)
	secure := len(m.certs) > 0 && (m.a.values["ssl-ports"] == "" || slices.Contains(m.a.list("ssl-ports"), id) || slices.Contains(m.a.list("ssl-ports"), p.Name))
	listen, target := protocol, protocol
	if secure {
		listen = "TLS"
		if m.a.values["backend-protocol"] == "ssl" {
			target = "TLS"
		}
	}
	group := cloud.Clone(m.group)
	group["protocol"], group["port"] = target, float64(targetPort(p, group["targetType"] == "instance"))
	group["name"] = nameOf(s.Namespace, s.Name, st.cluster, string(s.UID), id, p.TargetPort.String(), target, fmt.Sprint(group["targetType"], m.group["healthCheck"]))
	tg, err := st.ensure(ctx, elbv2.TargetGroup, s.Namespace+"/"+s.Name+":"+id, group)
	if err != nil {
		return err
	}
	listener := cloud.Props{"loadBalancerArn": lb.ID, "port": float64(p.Port), "protocol": listen,
		"defaultActions": []any{cloud.Props{"type": "forward", "targetGroupArn": tg.ID}}}
	if secure {
		listener["certificateArn"], listener["sslPolicy"] = m.certs[0], m.a.text("ssl-negotiation-policy", "ELBSecurityPolicy-TLS13-1-2-2021-06")
	}
	l, err := st.ensure(ctx, elbv2.Listener, id, listener)
	if err != nil {
		return err
	}
	if secure {
		if err := st.certificates(ctx, l.ID, m.certs[1:]); err != nil {
			return err
		}
	}
	spec := bindingSpec{TargetType: fmt.Sprint(group["targetType"]), ServiceRef: serviceRef{s.Name, intstr.FromInt32(p.Port)},
		Networking:              networkFrom(peer, protocol, backendPort(p, group["targetType"] == "instance"), m.a.text("healthcheck-port", trafficPort)),
		MultiClusterTargetGroup: m.multi}
	return st.bind(ctx, s.Namespace, tg, spec)
}

// groups are the security groups of the Service's load balancer.
func (m *network) groups(ctx context.Context, st *stack) (string, error) {
	var ports []int
	for _, p := range m.service.Spec.Ports {
		ports = append(ports, int(p.Port))
	}
	protocol := strings.ToLower(string(m.service.Spec.Ports[0].Protocol))
	return securityGroups(ctx, st, m.balancer, m.own, m.manage, func() (*cloud.Record, error) {
		return st.frontendGroup(ctx, fmt.Sprint(m.balancer["name"]), ports, protocol, m.sources, nil)
	})
}

// targetPort is the port that a target group is made with; a named one is 1, since
// each pod may have another.
func targetPort(p corev1.ServicePort, instance bool) int {
	switch {
	case instance:
		return int(p.NodePort)
	case p.TargetPort.Type == intstr.Int && p.TargetPort.IntVal != 0:
		return p.TargetPort.IntValue()
	case p.TargetPort.Type == intstr.Int:
		return int(p.Port)
	}
	return 1
}

// backendPort is the port that pods or nodes must let the load balancer reach.
func backendPort(p corev1.ServicePort, instance bool) intstr.IntOrString {
	if !instance && p.TargetPort.Type == intstr.String {
		return p.TargetPort
	}
	return intstr.FromInt(targetPort(p, instance))
}

const trafficPort = "traffic-port"

// networkFrom lets a security group reach the targets on their port and on that of
// their health check.
func networkFrom(peerGroup, protocol string, to intstr.IntOrString, healthPort string) *networking {
	if peerGroup == "" {
		return nil
	}
	ports := []port{{Protocol: protocol, Port: &to}}
	if n, err := strconv.Atoi(healthPort); err == nil && n != to.IntValue() {
		other := intstr.FromInt(n)
		ports = append(ports, port{Protocol: "TCP", Port: &other})
	}
	return &networking{Ingress: []ingressRule{{From: []peer{{SecurityGroup: &securityGroup{peerGroup}}}, Ports: ports}}}
}
