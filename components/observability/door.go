package observability

// Door is an internal load balancer before the pages of Grafana and Kiali, which stacks makes.
type Door struct {
	// CIDRs are the ranges of the subnets that it is in. Required.
	CIDRs []string
	// Host is the name that it serves by HTTPS. Required.
	Host string
	// HealthPathAnnotation is the annotation by which a Service tells the load balancer under
	// which path it is checked. Required.
	HealthPathAnnotation string
}

// Page is what can be looked at in a browser.
type Page struct {
	// Service and Port are its Service, in [Namespace]; Path begins its paths, and HealthPath
	// answers 200 while it is well.
	Service, Path, HealthPath string
	Port                      int
}

const (
	kialiRelease = "kiali"
	kialiPort    = 20001
	// kialiPath begins Kiali's paths (Kiali, "The Kiali CR", server.web_root).
	kialiPath = "/kiali"
)

// Pages are what the cluster has to look at, the first at whatever no other has.
func (a *Args) Pages() []Page {
	var all []Page
	if a.Grafana {
		all = append(all, Page{Service: grafanaRelease, Port: grafanaPort, Path: "/", HealthPath: "/api/health"})
	}
	if a.Kiali {
		all = append(all, Page{Service: kialiRelease, Port: kialiPort, Path: kialiPath, HealthPath: kialiPath + "/healthz"})
	}
	return all
}

// fromDoor is what the load balancer may ask of a page's pods: requests, and whether they are
// well.
func (b *builder) fromDoor(port int) []allowance {
	if b.args.Door == nil {
		return nil
	}
	return []allowance{{peers: cidr(b.args.Door.CIDRs...), ports: []int{port}}}
}
