package loadbalancer

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/elbv2"
	"retail/sandbox/controllers/internal/kube"
)

// rules are those of a listener: one for each path of each member, in their order.
// Exact paths come before prefixes, longer ones before shorter.
func (m *application) rules(ctx context.Context, st *stack, listener *cloud.Record, l listen, peerGroup string) error {
	priority := 0
	for _, x := range m.group.members {
		ports, err := portsOf(x.a, len(m.certificates) > 0)
		if err != nil {
			return err
		}
		if !slices.Contains(ports, l) {
			continue
		}
		for _, r := range x.ingress.Spec.Rules {
			if r.HTTP == nil {
				continue
			}
			paths := slices.Clone(r.HTTP.Paths)
			slices.SortStableFunc(paths, morePrecise)
			for _, p := range paths {
				priority++
				action, err := m.forward(ctx, st, x, p.Backend, peerGroup)
				if err != nil {
					return err
				}
				_, err = st.ensure(ctx, elbv2.ListenerRule, ruleID(l.port, priority), cloud.Props{"listenerArn": listener.ID,
					"priority": float64(priority), "actions": m.actions(x, l, action), "conditions": conditionsOf(r.Host, p)})
				if err != nil {
					return err
				}
			}
		}
		if b := x.ingress.Spec.DefaultBackend; b != nil {
			priority++
			action, err := m.forward(ctx, st, x, *b, peerGroup)
			if err != nil {
				return err
			}
			if _, err := st.ensure(ctx, elbv2.ListenerRule, ruleID(l.port, priority), cloud.Props{"listenerArn": listener.ID,
				"priority": float64(priority), "actions": m.actions(x, l, action), "conditions": []any{pathIs("/*")}}); err != nil {
				return err
			}
		}
	}
	return nil
}

// morePrecise orders paths as the controller does (pkg/ingress, rule_optimizer.go
// and model_build_listener_rules.go).
func morePrecise(a, b networkingv1.HTTPIngressPath) int {
	exact := func(p networkingv1.HTTPIngressPath) int {
		if p.PathType != nil && *p.PathType == networkingv1.PathTypeExact {
			return 0
		}
		return 1
	}
	if d := exact(a) - exact(b); d != 0 {
		return d
	}
	return len(b.Path) - len(a.Path)
}

func conditionsOf(host string, p networkingv1.HTTPIngressPath) []any {
	out := []any{}
	if host != "" {
		out = append(out, cloud.Props{"hostHeader": cloud.Props{"values": []any{host}}})
	}
	path := p.Path
	switch {
	case path == "":
		path = "/*"
		out = append(out, pathIs(path))
	case p.PathType != nil && *p.PathType == networkingv1.PathTypePrefix && path == "/":
		out = append(out, pathIs("/*"))
	case p.PathType != nil && *p.PathType == networkingv1.PathTypePrefix:
		for path[len(path)-1] == '/' {
			path = path[:len(path)-1]
		}
		out = append(out, pathIs(path, path+"/*"))
	default:
		out = append(out, pathIs(path))
	}
	return out
}

func pathIs(values ...any) cloud.Props {
	return cloud.Props{"pathPattern": cloud.Props{"values": values}}
}

// forward makes a backend's target group and its binding.
func (m *application) forward(ctx context.Context, st *stack, x member, b networkingv1.IngressBackend, peerGroup string) (cloud.Props, error) {
	if b.Service == nil {
		return nil, fmt.Errorf("missing required service in the backend of ingress %s/%s", x.ingress.Namespace, x.ingress.Name)
	}
	if b.Service.Port.Name == "use-annotation" {
		return nil, fmt.Errorf("annotations %sactions.* are not simulated", ingressPrefix)
	}
	s, ok := kube.Find[service](st.store.services, x.ingress.Namespace+"/"+b.Service.Name)
	if !ok {
		return nil, fmt.Errorf("services %q not found", x.ingress.Namespace+"/"+b.Service.Name)
	}
	at := slices.IndexFunc(s.Spec.Ports, func(p corev1.ServicePort) bool {
		return b.Service.Port.Name != "" && p.Name == b.Service.Port.Name || b.Service.Port.Name == "" && p.Port == b.Service.Port.Number
	})
	if at < 0 {
		return nil, fmt.Errorf("unable to find port %s on service %s/%s", b.Service.Port.String(), s.Namespace, s.Name)
	}
	port := s.Spec.Ports[at]
	inputs, err := groupOfMember(st, x, s, port)
	if err != nil {
		return nil, err
	}
	tg, err := st.ensure(ctx, elbv2.TargetGroup, fmt.Sprintf("%s/%s-%s:%d", x.ingress.Namespace, x.ingress.Name, s.Name, port.Port), inputs)
	if err != nil {
		return nil, err
	}
	instance := inputs["targetType"] == "instance"
	spec := bindingSpec{TargetType: fmt.Sprint(inputs["targetType"]), ServiceRef: serviceRef{s.Name, intstr.FromInt32(port.Port)},
		Networking: networkFrom(peerGroup, "TCP", backendPort(port, instance), x.a.text("healthcheck-port", trafficPort))}
	if err := st.bind(ctx, s.Namespace, tg, spec); err != nil {
		return nil, err
	}
	return cloud.Props{"type": "forward", "targetGroupArn": tg.ID}, nil
}

// groupOfMember are a target group's inputs. A Service's own annotations count
// before the Ingress's.
func groupOfMember(st *stack, x member, s service, p corev1.ServicePort) (cloud.Props, error) {
	own, err := read(ingressPrefix, s.Annotations, ingressAnnotations)
	if err != nil {
		return nil, err
	}
	a := &annotations{prefix: ingressPrefix, values: merged(x.a.values, own.values)}
	kind := a.text("target-type", x.params.targetType)
	if kind == "" {
		kind = st.defaultTargetType()
	}
	if kind != "ip" && kind != "instance" {
		return nil, fmt.Errorf("unknown target type: %s", kind)
	}
	protocol, version := a.text("backend-protocol", "HTTP"), a.text("backend-protocol-version", "HTTP1")
	check := cloud.Props{"protocol": a.text("healthcheck-protocol", protocol), "port": a.text("healthcheck-port", trafficPort),
		"path": a.text("healthcheck-path", "/"), "matcher": a.text("success-codes", "200")}
	for annotation, name := range map[string]string{"healthcheck-interval-seconds": "interval", "healthcheck-timeout-seconds": "timeout",
		"healthy-threshold-count": "healthyThreshold", "unhealthy-threshold-count": "unhealthyThreshold"} {
		n, err := a.number(annotation)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			check[name] = float64(n)
		}
	}
	inputs := cloud.Props{"targetType": kind, "protocol": protocol, "protocolVersion": version, "vpcId": st.vpc, "healthCheck": check,
		"port": float64(targetPort(p, kind == "instance"))}
	inputs["name"] = nameOf(s.Namespace, s.Name, st.cluster, st.id, x.ingress.Namespace, x.ingress.Name, string(s.UID),
		strconv.Itoa(int(p.Port)), p.TargetPort.String(), kind, protocol, version)
	attributes, err := a.pairs("target-group-attributes")
	if err != nil {
		return nil, err
	}
	return inputs, apply(inputs, attributes, groupAttributes)
}
