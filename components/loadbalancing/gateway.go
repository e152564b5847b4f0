package loadbalancing

// Gateway is an ingress in the cluster before which a Network Load Balancer stands: which
// pods it has, where they listen and how they say that they are ready.
type Gateway interface {
	// Kind names the ingress: it becomes part of the Service's name.
	Kind() string
	// Selector are the labels of its pods.
	Selector() map[string]string
	// Ports are what it listens on, HTTP first.
	Ports() []GatewayPort
	// Health is how it is checked.
	Health() HealthCheck
}

// GatewayPort is one port of an ingress.
type GatewayPort struct {
	// Name is the port's name, and what it carries: http or https.
	Name string
	// Port is the load balancer's, TargetPort the pods'.
	Port, TargetPort int
}

// Istio is a gateway that Istio runs for a Gateway of the Gateway API, the usual choice:
// it is in the mesh. Its pods listen on the Gateway's own ports and answer for their
// readiness on 15021 (Istio, "Kubernetes Gateway API" and "Ports used by Istio").
type Istio struct {
	// Gateway is the Gateway's name. Required.
	Gateway string
}

// Kind implements [Gateway].
func (Istio) Kind() string { return "istio" }

// Selector implements [Gateway].
func (i Istio) Selector() map[string]string {
	return map[string]string{"gateway.networking.k8s.io/gateway-name": i.Gateway}
}

// Ports implements [Gateway].
func (Istio) Ports() []GatewayPort { return ports(80, 443) }

// Health implements [Gateway].
func (Istio) Health() HealthCheck { return HealthCheck{Path: "/healthz/ready", Port: 15021} }

// MeshGateway is a gateway of a mesh that this program runs by a Deployment of its own, with
// one port for HTTP: Istio's "manual deployment". Its health check asks what it serves.
type MeshGateway struct {
	// Name is the gateway's. Required.
	Name string
	// Labels are those of its pods. Required.
	Labels map[string]string
	// Port is the port of its pods. Required.
	Port int
	// HealthPath is asked for on that port. Required.
	HealthPath string
	// TLS adds a port for TLS that ends at the load balancer.
	TLS bool
}

// Kind implements [Gateway].
func (m MeshGateway) Kind() string { return m.Name }

// Selector implements [Gateway].
func (m MeshGateway) Selector() map[string]string { return m.Labels }

// Ports implements [Gateway].
func (m MeshGateway) Ports() []GatewayPort {
	all := ports(m.Port, m.Port)
	if !m.TLS {
		return all[:1]
	}
	return all
}

// Health implements [Gateway].
func (m MeshGateway) Health() HealthCheck { return HealthCheck{Path: m.HealthPath} }

// NGINX is F5's NGINX Ingress Controller, as its chart installs it (NGINX Ingress
// Controller, "Installation with Helm"). The community's ingress-nginx is no longer kept.
type NGINX struct {
	// Release is the chart's release. Required.
	Release string
}

// Kind implements [Gateway].
func (NGINX) Kind() string { return "nginx" }

// Selector implements [Gateway].
func (n NGINX) Selector() map[string]string { return chartLabels("nginx-ingress", n.Release) }

// Ports implements [Gateway].
func (NGINX) Ports() []GatewayPort { return ports(80, 443) }

// Health implements [Gateway].
func (NGINX) Health() HealthCheck { return HealthCheck{Path: "/nginx-ready", Port: 8081} }

// HAProxy is HAProxy's Kubernetes Ingress Controller, as its chart installs it (HAProxy
// Kubernetes Ingress Controller, "Install with Helm").
type HAProxy struct {
	// Release is the chart's release. Required.
	Release string
}

// Kind implements [Gateway].
func (HAProxy) Kind() string { return "haproxy" }

// Selector implements [Gateway].
func (h HAProxy) Selector() map[string]string { return chartLabels("kubernetes-ingress", h.Release) }

// Ports implements [Gateway].
func (HAProxy) Ports() []GatewayPort { return ports(8080, 8443) }

// Health implements [Gateway].
func (HAProxy) Health() HealthCheck { return HealthCheck{Path: "/healthz", Port: 1042} }

// httpPort is the name of the port without TLS.
const httpPort = "http"

func ports(http, https int) []GatewayPort {
	return []GatewayPort{{Name: httpPort, Port: 80, TargetPort: http}, {Name: "https", Port: 443, TargetPort: https}}
}

func chartLabels(name, release string) map[string]string {
	return map[string]string{"app.kubernetes.io/name": name, "app.kubernetes.io/instance": release}
}
