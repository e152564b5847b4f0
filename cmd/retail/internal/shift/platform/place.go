package platform

import (
	"context"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/vpclattice"

	"retail/cmd/retail/internal/live"
	"retail/cmd/retail/internal/shift"
	"retail/cmd/retail/internal/stackfile"
	"retail/internal/problem"
	"retail/stacks/config"
)

// Settings say where a shift happens and how.
type Settings struct {
	// Project is the folder with Pulumi.yaml, Stack the stack's name.
	Project, Stack string
	// Role is the ARN of the role to assume; empty: the stack's deploy role, "none": none.
	Role string
	// Commit keeps every change of the stack's file as a commit.
	Commit bool
	// Paths are those of the smoke requests, each asked for Requests times.
	Paths    []string
	Requests int
	// Log takes what Pulumi prints.
	Log io.Writer
}

// Stack is a stack that VPCs can be opened of.
type Stack struct {
	Settings
	engine *Engine
	// read are its outputs, wanted its configuration, state what its last update left.
	read   *live.Stack
	wanted *config.Environment
	state  []resource
	config aws.Config
}

// Open reads a stack: its file, by the program's own rules, its outputs and its state;
// and signs in to its account.
func Open(ctx context.Context, s Settings) (*Stack, error) {
	out := &Stack{Settings: s}
	file, err := stackfile.Read(out.path())
	if err != nil {
		return nil, err
	}
	if out.wanted, err = Configuration(file, s.Stack); err != nil {
		return nil, err
	}
	if out.engine, err = OpenEngine(ctx, s.Project, s.Stack, s.Log); err != nil {
		return nil, err
	}
	outputs, err := out.engine.Outputs(ctx)
	if err != nil {
		return nil, fmt.Errorf("%w\nis the stack %s up?", err, s.Stack)
	}
	if out.read, err = live.ReadStack(s.Stack, outputs); err != nil {
		return nil, err
	}
	if out.state, err = out.engine.state(ctx); err != nil {
		return nil, err
	}
	role := s.Role
	switch role {
	case "":
		role = out.read.DeployRole
	case "none":
		role = ""
	}
	out.config, err = live.SignIn(ctx, out.read.Region, out.read.Account, role, agent)
	return out, err
}

func (s *Stack) path() string { return filepath.Join(s.Project, "Pulumi."+s.Stack+".yaml") }

// Configuration is a file's, checked by every rule of the program.
func Configuration(file *stackfile.File, stack string) (*config.Environment, error) {
	text, err := file.Environment()
	if err != nil {
		return nil, err
	}
	parsed, err := config.Parse("", text, config.Stack{Organization: "organization", Project: "retail", Name: stack})
	if err != nil {
		return nil, err
	}
	return parsed.Environment, nil
}

// VPCs are the names of those whose traffic can be shifted: with two clusters.
func (s *Stack) VPCs() []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(s.wanted.VPCs)) {
		if len(s.wanted.VPCs[name].Clusters) == 2 {
			out = append(out, name)
		}
	}
	return out
}

// VPC opens a VPC for a shift to a colour.
func (s *Stack) VPC(name, to string) (shift.Place, error) {
	v, has := s.wanted.VPCs[name]
	var list problem.List
	if !has || len(v.Clusters) != 2 || len(s.read.Clusters[name]) != 2 {
		list.Add("--vpc", "must be a VPC of stack "+s.Stack+" with two clusters that stand: "+strings.Join(s.VPCs(), ", "), name,
			"name one of them; raise the other colour first (retail upgrade)")
		return shift.Place{}, list.Err()
	}
	if v.FrontDoor == nil {
		list.Add("vpcs."+name+".frontDoor", "must be there: without it nothing divides the VPC's traffic", nil, "declare it, and deploy")
		return shift.Place{}, list.Err()
	}
	w := &world{vpc: name, to: config.Colour(to), wanted: v, smoke: s.smoking(name, to), peak: s.read.Zonal[name].Peaks["ui"],
		alarms: s.read.Zonal[name].Alarms, clusters: map[config.Colour]string{}, groups: map[string]string{},
		config: s.config, elb: elb.NewFromConfig(s.config), cloudwatch: cloudwatch.NewFromConfig(s.config), eks: eks.NewFromConfig(s.config)}
	for colour, c := range s.read.Clusters[name] {
		w.clusters[config.Colour(colour)] = c.Name
	}
	if l, is := s.read.Lattice[name]; is {
		w.network = &network{client: vpclattice.NewFromConfig(s.config), service: l.Service, carrier: "route " + routeOf(name, l.Route)}
	}
	carriers, err := s.carriers(name, w)
	if err != nil {
		return shift.Place{}, err
	}
	return shift.Place{
		Stack: s.Stack, VPC: name, Engine: s.engine, World: w, Carriers: carriers,
		Desired: &desired{path: s.path(), vpc: name, project: s.Project, commit: s.Commit},
	}, nil
}

const (
	// frontDoor is the type of the component of a VPC's load balancer, traffic that of the
	// rule which divides customers (components/frontdoor).
	frontDoor = "retail:frontdoor:FrontDoor"
	traffic   = "retail:frontdoor:Traffic$aws:lb/listenerRule:ListenerRule"
	// routes is the type of what leads callers in the service network (components/lattice).
	routes = "retail:lattice:Route$kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"
)

// routesOf are the names of a VPC's routes, one in each colour's cluster that has one.
func routesOf(vpc string) []string {
	var out []string
	for _, colour := range config.Colours() {
		out = append(out, routeOf(vpc, string(colour)))
	}
	return out
}

func routeOf(vpc, colour string) string { return fmt.Sprintf("%s-%s-lattice-route", vpc, colour) }

// carriers finds what carries a VPC's weights in the stack's state: the rule of its load
// balancer, and the routes of VPC Lattice, of which there are two while they change their
// owner. It notes the rule and the target groups by their ARNs.
func (s *Stack) carriers(vpc string, w *world) ([]shift.Carrier, error) {
	var rules, others []shift.Carrier
	for _, r := range s.state {
		switch {
		case r.Type == frontDoor && r.name() == vpc:
			groups, _ := r.Outputs["targetGroups"].(map[string]any)
			for colour, arn := range groups {
				w.groups[fmt.Sprint(arn)] = colour
			}
			if name, is := r.Outputs["dnsName"].(string); is && w.smoke != nil && w.smoke.address == "" {
				w.smoke.address = name
			}
		case strings.Contains(r.URN, "::"+traffic+"::") && r.name() == vpc+"-traffic":
			w.rule = r.ID
			rules = append(rules, shift.Carrier{URN: r.URN, Name: ruleName(vpc), ByHand: w.byHand})
		case strings.Contains(r.URN, "::"+routes+"::") && slices.Contains(routesOf(vpc), r.name()) && w.network != nil:
			others = append(others, shift.Carrier{URN: r.URN, Name: "route " + r.name(), ByHand: w.network.byHand})
		}
	}
	if len(rules) == 0 || len(w.groups) != 2 {
		var list problem.List
		list.Add("stack "+s.Stack, "must hold the rule that divides VPC "+vpc+"'s customers between two target groups", nil,
			"run pulumi up with this release of the program until it succeeds")
		return nil, list.Err()
	}
	return slices.Concat(rules, others), nil
}

func ruleName(vpc string) string { return "listener rule " + vpc + "-traffic" }
