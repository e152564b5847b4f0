package store

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/tags"
	"retail/internal/mirror"
	"retail/internal/problem"
)

// Args configures the shop of one cluster.
type Args struct {
	// Entry is the shop's namespace and the Service that customers reach. Required.
	Entry *Entry
	// Cluster and ClusterArn are the cluster's name and ARN. Required.
	Cluster, ClusterArn pulumi.StringInput
	// Region is the AWS Region. Required.
	Region string
	// Colour is the cluster's colour; the shop's pages show it. Required.
	Colour string
	// Theme is the pages' colour scheme: default, green, orange or teal. Default: teal for
	// blue, green for green.
	Theme string
	// Zones is the number of zones that pods spread over. Required.
	Zones int
	// Times are when a pod of the entry goes on serving and is killed; see
	// retail/internal/drain. Required.
	Times Times
	// Services are settings by the service's name. Default: those of each service.
	Services map[string]Service
	// Data are the stores. A store that is nil is the service's own memory: each pod then
	// holds data of its own, and loses it.
	Data Data
	// EntryCIDRs are the ranges from which load balancers send requests to the entry, of
	// the subnets that they stand in. Required.
	EntryCIDRs []string
	// DataCIDRs are the ranges of the data subnets. Required with a store that stands there.
	DataCIDRs []string
	// DNSAddress is the address of the cluster's DNS where that runs on the nodes, as under
	// EKS Auto Mode; empty where it runs in pods of kube-system. With an address, the
	// enforcement of network policies is switched on too: Auto Mode's is off.
	DNSAddress string
	// CredentialsGeneration is raised to restart the pods that hold a password. Default 1.
	CredentialsGeneration int
	// Watch is who looks at the shop's proxies; nil for nobody.
	Watch *Watch
	// Mirror says where images come from. Default: Amazon ECR Public.
	Mirror mirror.Mirror
	// After is what pods wait for: nodes, add-ons, the binding of the entry.
	After []pulumi.Resource
	// Bound is that binding. Where a mesh comes to a shop that runs, ui takes no more plain
	// connections once load balancers have turned to the gateway, and not before: a check that
	// fails shuts the readiness gates of ui's pods, and what is no target any more is not
	// checked again, so that nobody would open them.
	Bound []pulumi.Resource
	// Control is the cluster's control plane: objects in the cluster go with it. Required.
	Control pulumi.Resource
	// Tags are set on AWS resources, on top of the provider's default tags.
	Tags map[string]string
}

// Times are how a pod leaves, in seconds.
type Times struct {
	// PreStopSeconds is how long it goes on serving, GraceSeconds when it is killed.
	PreStopSeconds, GraceSeconds int
}

// Service changes a service's defaults.
type Service struct {
	// Tag is the image's tag or its digest ("sha256:…"). Default 1.6.2.
	Tag string
	// CPU and Memory are what a pod asks for, as Kubernetes quantities. Memory is its limit
	// too. Default: the service's own.
	CPU, Memory string
	// Peak is how many pods must stay when any one zone is lost. Default: what is left of
	// Min, at least 1.
	Peak int
	// Min and Max bound the number of pods. Default: what Peak needs and at least one per
	// zone, and four times as many.
	Min, Max int
	// CPUPercent is the use of the CPU asked for at which pods are added. Default 70.
	CPUPercent int
}

// DefaultTag is the release of the sample that this package knows.
const DefaultTag = "1.6.2"

const (
	podsPerZone       = 4
	defaultCPUPercent = 70
)

// Names returns the services' names: those of their Services and Deployments.
func Names() []string { return []string{ui, catalog, carts, checkout, orders} }

// Themes are the colour schemes that the sample's pages know.
func Themes() []string { return []string{"default", "green", "orange", "teal"} }

func orElse[T comparable](value *T, fallback T) {
	var zero T
	if *value == zero {
		*value = fallback
	}
}

// withDefaults returns a copy in which nothing is left out but what the services say.
func (a Args) withDefaults() Args {
	orElse(&a.CredentialsGeneration, 1)
	if a.Theme == "" {
		a.Theme = map[string]string{"blue": "teal", "green": "green"}[a.Colour]
	}
	services := map[string]Service{}
	for _, name := range tags.Sorted(a.Services) {
		services[name] = a.Services[name]
	}
	for _, name := range Names() {
		s := services[name]
		orElse(&s.Tag, DefaultTag)
		orElse(&s.Min, max(a.Zones, fewestFor(s.Peak, a.Zones)))
		orElse(&s.Peak, max(s.Min-share(s.Min, a.Zones), 1))
		orElse(&s.Max, podsPerZone*s.Min)
		orElse(&s.CPUPercent, defaultCPUPercent)
		services[name] = s
	}
	a.Services = services
	return a
}

// share is the most pods of an even spread that one zone has.
func share(pods, zones int) int { return (pods + zones - 1) / max(zones, 1) }

// fewestFor is the fewest pods of which peak are left without one zone.
func fewestFor(peak, zones int) int { return share(peak*zones, zones-1) }

var (
	tagForm = regexp.MustCompile(`^(sha256:[0-9a-f]{64}|[A-Za-z0-9_][A-Za-z0-9._-]{0,127})$`)
	// quantityForm is the part of Kubernetes' quantities that CPU and memory need.
	quantityForm = regexp.MustCompile(`^[1-9][0-9]*(m|Ki|Mi|Gi)?$`)
)

// validate checks the arguments. All problems come at once.
func (a Args) validate() error {
	var problems problem.List
	for path, given := range map[string]bool{
		"entry": a.Entry != nil, "cluster": a.Cluster != nil, "clusterArn": a.ClusterArn != nil, "region": a.Region != "",
		"colour": a.Colour != "", "zones": a.Zones > 0, "entryCidrs": len(a.EntryCIDRs) > 0, "control": a.Control != nil,
		"dataCidrs": len(a.DataCIDRs) > 0 || !a.Data.inNetwork(),
	} {
		if !given {
			problems.Add(path, "is required", nil, "set it")
		}
	}
	if !slices.Contains(Themes(), a.Theme) {
		problems.Add("theme", fmt.Sprintf("must be one of %v", Themes()), fmt.Sprintf("%q", a.Theme), "choose one of them")
	}
	if a.Times.PreStopSeconds < 1 || a.Times.GraceSeconds <= a.Times.PreStopSeconds {
		problems.Add("times", "a pod must live longer than it goes on serving", fmt.Sprintf("%+v", a.Times), "take them from retail/internal/drain")
	}
	a.Watch.validate(&problems)
	for _, name := range tags.Sorted(a.Services) {
		a.Services[name].validate(&problems, problem.Path("services", name), name)
	}
	return problems.Err()
}

func (s Service) validate(problems *problem.List, path, name string) {
	if !slices.Contains(Names(), name) {
		problems.Add(path, fmt.Sprintf("must be one of the services %v", Names()), nil, "correct the name")
	}
	if !tagForm.MatchString(s.Tag) {
		problems.Add(path+".tag", "must be an image's tag or digest", fmt.Sprintf("%q", s.Tag), `give it as "1.6.2" or "sha256:…"`)
	}
	for field, quantity := range map[string]string{"cpu": s.CPU, "memory": s.Memory} {
		if quantity != "" && !quantityForm.MatchString(quantity) {
			problems.Add(path+"."+field, "must be a Kubernetes quantity", fmt.Sprintf("%q", quantity), `give it as "250m" or "512Mi"`)
		}
	}
	if s.Peak < 1 {
		problems.Add(path+".peak", "must be at least 1", s.Peak, "leave it out for what min leaves")
	}
	if s.Min < 1 || s.Max < s.Min {
		problems.Add(path, "1 ≤ min ≤ max must hold", fmt.Sprintf("min %d, max %d", s.Min, s.Max), "correct the numbers")
	}
	if s.CPUPercent < 1 || s.CPUPercent > 100 {
		problems.Add(path+".cpuPercent", "must be 1 to 100", s.CPUPercent, "leave it out for 70")
	}
}
