package cloud

import (
	"fmt"
	"sort"
	"strings"
)

// Registry collects what the service packages declare. Each service package
// exports `func Register(*cloud.Registry)`.
type Registry struct {
	specs   map[string]*Spec
	invokes map[string]*Invoke
	twice   []error // declared more than once
}

// NewRegistry is a registry with what the given services declare.
func NewRegistry(register ...func(*Registry)) *Registry {
	r := &Registry{specs: map[string]*Spec{}, invokes: map[string]*Invoke{}}
	for _, f := range register {
		f(r)
	}
	return r
}

// Add declares resource types. A token declared twice is a mistake in the
// service packages, which NewWorld tells.
func (r *Registry) Add(specs ...*Spec) {
	for _, s := range specs {
		if _, twice := r.specs[s.Token]; twice {
			r.twice = append(r.twice, fmt.Errorf("resource type %s is declared twice", s.Token))
		}
		s.Global = s.Global || globalModules[module(s.Token)]
		r.specs[s.Token] = s
	}
}

// AddInvoke declares data sources, as Add does types.
func (r *Registry) AddInvoke(invokes ...*Invoke) {
	for _, i := range invokes {
		if _, twice := r.invokes[i.Token]; twice {
			r.twice = append(r.twice, fmt.Errorf("data source %s is declared twice", i.Token))
		}
		r.invokes[i.Token] = i
	}
}

// Specs are the declared types, by token.
func (r *Registry) Specs() []*Spec {
	specs := make([]*Spec, 0, len(r.specs))
	for _, s := range r.specs {
		specs = append(specs, s)
	}
	sort.Slice(specs, func(i, j int) bool { return specs[i].Token < specs[j].Token })
	return specs
}

// Invokes are the declared data sources, by token.
func (r *Registry) Invokes() []*Invoke {
	invokes := make([]*Invoke, 0, len(r.invokes))
	for _, i := range r.invokes {
		invokes = append(invokes, i)
	}
	sort.Slice(invokes, func(i, j int) bool { return invokes[i].Token < invokes[j].Token })
	return invokes
}

// spec finds a type's Spec; the error names the place to declare it.
func (r *Registry) spec(token string) (*Spec, error) {
	if s, ok := r.specs[token]; ok {
		return s, nil
	}
	return nil, fmt.Errorf("resource type %s is not simulated: declare a Spec for it in %s and its facts in sandbox/facts",
		token, place(token))
}

// invoke finds a data source; the error names the place to declare it.
func (r *Registry) invoke(token string) (*Invoke, error) {
	if i, ok := r.invokes[token]; ok {
		return i, nil
	}
	return nil, fmt.Errorf("data source %s is not simulated: declare an Invoke for it in %s", token, place(token))
}

// globalModules are the pulumi-aws modules of services that have one endpoint
// for all regions (AWS General Reference, "Global services").
var globalModules = map[string]bool{
	"iam": true, "route53": true, "cloudfront": true, "globalaccelerator": true, "organizations": true,
}

// module is the service part of a token: "ec2" of "aws:ec2/vpc:Vpc".
func module(token string) string {
	_, rest, _ := strings.Cut(token, ":")
	name, _, _ := strings.Cut(rest, "/")
	return strings.ToLower(name)
}

// packages are the service packages whose name is not that of the module.
var packages = map[string]string{
	"ec2transitgateway": "transitgateway", "vpc": "ec2", "autoscaling": "eks", "index": "sts",
	"lb": "elbv2",
}

// place is the file that declares, or should declare, a token.
func place(token string) string {
	_, rest, _ := strings.Cut(token, ":")
	_, name, _ := strings.Cut(rest, "/")
	name, _, _ = strings.Cut(name, ":")
	folder := module(token)
	if strings.HasPrefix(name, "log") && folder == "cloudwatch" {
		folder = "logs" // pulumi-aws has CloudWatch Logs in the module of CloudWatch
	}
	if strings.HasPrefix(name, "event") && folder == "cloudwatch" {
		folder = "eventbridge" // and EventBridge
	}
	if other, ok := packages[folder]; ok {
		folder = other
	}
	return fmt.Sprintf("sandbox/cloud/%s/%s.go", folder, strings.ToLower(name))
}
