package config

import (
	"fmt"
	"regexp"
	"slices"

	"retail/internal/mirror"
	"retail/internal/problem"
)

// Mirror says where copies are of what is otherwise fetched from public homes, for
// networks without a way to the internet. Where a key is left out, the environment variable
// RETAIL_MIRROR_CHARTS or RETAIL_MIRROR_IMAGES counts, then the public home.
type Mirror struct {
	// Charts is the base of all Helm charts: https:// or http:// of a chart repository,
	// or oci:// of a registry's folder. Default: every chart's own home.
	Charts string `json:"charts"`
	// Images is the registry, with an optional folder, that stands in the place of an
	// image's own. Default: every image's own.
	Images string `json:"images"`
}

// Resolve returns the mirror with the environment's variables where a key is left out.
func (m Mirror) Resolve() mirror.Mirror {
	return mirror.Mirror{Charts: m.Charts, Images: m.Images}.OrEnvironment()
}

// mirrorRules checks what counts in the end, the environment's variables too.
func mirrorRules(list *problem.List, e *Environment) {
	list.Join(problem.Under("mirror", e.Mirror.Resolve().Check()))
}

// LoadBalancing configures what makes AWS load balancers for a cluster.
type LoadBalancing struct {
	// Controller is "managed" (the AWS Load Balancer Controller is installed), "builtin"
	// (EKS Auto Mode's own) or "both" (the first beside the second, under other classes, to
	// move an Ingress from one to the other). With compute managed only managed, with
	// compute auto builtin or both. Default: managed with compute managed, builtin with auto.
	Controller LoadBalancerController `json:"controller"`
	// Replicas is how many pods the installed controller has, at least 2. Default 2.
	Replicas int `json:"replicas"`
	// NodeSelector is on which nodes they run, by label. Default: on any.
	NodeSelector map[string]string `json:"nodeSelector"`
	// CertificateGeneration is raised by one to renew the certificate of the installed
	// controller's webhooks, valid for five years. Default 1.
	CertificateGeneration int `json:"certificateGeneration"`
	// CleanUpSeconds is how long a deletion waits until the controller has cleaned up in
	// AWS after an Ingress or a TargetGroupBinding, 10 to 3600. A run that waited in vain
	// fails and names the object; see the runbook "Take an environment down". Default 300.
	CleanUpSeconds int `json:"cleanUpSeconds"`
	// Ingress gives the cluster an internal load balancer of its own before the shop, to
	// reach the colour by itself. Default: none.
	Ingress *Ingress `json:"ingress"`
	// Network gives the cluster an internal Network Load Balancer before the shop's gateway,
	// for callers that need fixed addresses or speak through AWS PrivateLink. Only with mesh
	// l4 or l7, which bring the gateway. Default: none.
	Network *NetworkBalancer `json:"network"`
}

// NetworkBalancer is an internal Network Load Balancer before the shop's gateway, made by the
// cluster's usual controller. It passes HTTP on, port 80.
type NetworkBalancer struct {
	// SourceCIDRs are the private ranges that may reach it. Required.
	SourceCIDRs []string `json:"sourceCidrs"`
	// CertificateArn is a certificate of ACM, with which it takes TLS too, on port 443.
	// Default: HTTP only.
	CertificateArn string `json:"certificateArn"`
	// DeletionProtection makes AWS refuse to delete the load balancer: taking it or the
	// colour away takes an update without it first. Default false.
	DeletionProtection bool `json:"deletionProtection"`
}

// Ingress is an internal Application Load Balancer before the shop of one cluster, made by
// a controller of a Kubernetes Ingress.
type Ingress struct {
	// Controllers are who makes one, of "managed" and "builtin". With controller both, list
	// both while clients move from one load balancer to the other. Default: builtin with
	// compute auto, else managed.
	Controllers []LoadBalancerController `json:"controllers"`
	// SourceCIDRs are the private ranges that may reach it. Required.
	SourceCIDRs []string `json:"sourceCidrs"`
	// CertificateArn is a certificate of ACM for HTTPS; HTTP is then redirected. Default:
	// HTTP only.
	CertificateArn string `json:"certificateArn"`
	// DeletionProtection makes AWS refuse to delete the load balancer: taking the Ingress
	// or the colour away takes an update without it first. Default false.
	DeletionProtection bool `json:"deletionProtection"`
}

// LoadBalancerController says which controllers a cluster has.
type LoadBalancerController string

// The kinds of controller.
const (
	InstalledController LoadBalancerController = "managed"
	BuiltInController   LoadBalancerController = "builtin"
	BothControllers     LoadBalancerController = "both"
)

func (l *LoadBalancing) installs() bool { return l.Controller != BuiltInController }

func (l *LoadBalancing) setDefaults(compute Compute) {
	usual := InstalledController // of an unknown compute, too, which is refused as such
	if compute == Auto {
		usual = BuiltInController
	}
	or(&l.Controller, usual)
	or(&l.CleanUpSeconds, 300)
	if l.Ingress != nil && l.Ingress.Controllers == nil {
		l.Ingress.Controllers = []LoadBalancerController{usual}
	}
	if l.installs() {
		or(&l.Replicas, 2)
		or(&l.CertificateGeneration, 1)
	}
}

// loadBalancing is case L9: no object may be taken by two controllers, or by none.
func loadBalancing(list *problem.List, path string, c Cluster) {
	l := c.LoadBalancing
	if l == nil {
		return
	}
	at := path + ".loadBalancing"
	oneOf(list, at+".controller", l.Controller, InstalledController, BuiltInController, BothControllers)
	ingressRules(list, at+".ingress", l)
	networkRules(list, at+".network", c)
	if l.CleanUpSeconds < 10 || l.CleanUpSeconds > 3600 {
		list.Add(at+".cleanUpSeconds", "must be 10 to 3600", l.CleanUpSeconds, "leave it out for five minutes")
	}
	switch {
	case c.Compute == Managed && (l.Controller == BuiltInController || l.Controller == BothControllers):
		list.Add(at+".controller", "compute managed has no controller of its own", quoted(string(l.Controller)), "choose managed, or leave it out")
	case c.Compute == Auto && l.Controller == InstalledController:
		list.Add(at+".controller", "compute auto always has its own controller", quoted(string(l.Controller)), "choose both, or builtin")
	}
	if !l.installs() {
		if l.Replicas != 0 || len(l.NodeSelector) > 0 || l.CertificateGeneration != 0 {
			list.Add(at, "EKS runs the built-in controller: there is nothing to set", nil, "remove replicas, nodeSelector and certificateGeneration")
		}
		return
	}
	if l.Replicas < 2 {
		list.Add(at+".replicas", "must be at least 2", l.Replicas, "give one for each zone, or leave it out")
	}
	if l.CertificateGeneration < 1 {
		list.Add(at+".certificateGeneration", "must be at least 1", l.CertificateGeneration, "leave it out, or add 1 to renew")
	}
}

// certificateForm is an ACM certificate's ARN.
var certificateForm = regexp.MustCompile(`^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/.+$`)

func ingressRules(list *problem.List, path string, l *LoadBalancing) {
	i := l.Ingress
	if i == nil {
		return
	}
	if len(i.Controllers) == 0 {
		list.Add(path+".controllers", "at least one makes the load balancer", nil, "leave it out, or leave out ingress")
	}
	for n, controller := range i.Controllers {
		at := path + ".controllers"
		switch {
		case controller != InstalledController && controller != BuiltInController:
			oneOf(list, at, controller, InstalledController, BuiltInController)
		case slices.Contains(i.Controllers[:n], controller):
			list.Add(at, "each controller is listed once", quoted(string(controller)), "remove the repetition")
		case l.Controller != BothControllers && controller != l.Controller:
			list.Add(at, "the cluster must have the controller, it has "+string(l.Controller), quoted(string(controller)), "choose controller both, or remove it")
		}
	}
	internalRules(list, path, i.SourceCIDRs, i.CertificateArn)
}

// internalRules are what holds for every load balancer of a cluster's own.
func internalRules(list *problem.List, path string, sources []string, certificate string) {
	if len(sources) == 0 {
		list.Add(path+".sourceCidrs", "is required: who may reach the load balancer", nil, "list private ranges")
	}
	for _, text := range sources {
		if block := cidr(list, path+".sourceCidrs", text); block.IsValid() && !within(block, privateRanges) {
			list.Add(path+".sourceCidrs", "must be private addresses (RFC 1918)", text, "customers use the front door")
		}
	}
	if certificate != "" && !certificateForm.MatchString(certificate) {
		list.Add(path+".certificateArn", "must be the ARN of an ACM certificate", quoted(certificate), "correct it, or leave it out")
	}
}

// networkRules: without a mesh the shop has no gateway to stand before (case I1).
func networkRules(list *problem.List, path string, c Cluster) {
	n := c.LoadBalancing.Network
	if n == nil {
		return
	}
	if !c.Mesh.On() {
		list.Add(path, "stands before the shop's gateway, which a cluster without a mesh does not have", fmt.Sprintf("mesh %s", c.Mesh),
			"choose mesh l4 or l7, or use ingress")
	}
	internalRules(list, path, n.SourceCIDRs, n.CertificateArn)
}

// ingressesHaveShop: a cluster's own load balancers lead to the shop's entry.
func ingressesHaveShop(list *problem.List, path string, v VPC) {
	for _, colour := range sortedKeys(v.Clusters) {
		l := v.Clusters[colour].LoadBalancing
		if l == nil || v.Shop != nil {
			continue
		}
		for key, given := range map[string]bool{"ingress": l.Ingress != nil, "network": l.Network != nil} {
			if given {
				list.Add(problem.Path(path, "clusters", string(colour), "loadBalancing", key), "leads to the shop, which the VPC does not have", nil,
					"declare shop, or remove "+key)
			}
		}
	}
}
