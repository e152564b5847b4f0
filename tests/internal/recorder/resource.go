package recorder

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

// Resource is one registration or read, with its options.
type Resource struct {
	Type, Name, URN string
	// Parent and Provider are the URN of the parent and the reference
	// ("URN::ID") of the provider; empty where none was given.
	Parent, Provider string
	// Providers are the providers handed to a component, by package.
	Providers map[string]string
	// Inputs are the inputs as sent, secrets wrapped.
	Inputs resource.PropertyMap
	// Custom is true for a resource of a provider, false for a component or
	// a read.
	Custom, Remote, Read bool
	// DependsOn are the URNs that the registration waits for, those of its
	// inputs included.
	DependsOn []string
	// PropertyDependsOn are the URNs by input property.
	PropertyDependsOn map[string][]string

	Protect, RetainOnDelete, DeleteBeforeReplace bool
	IgnoreChanges, ReplaceOnChanges, Aliases     []string
	DeletedWith, Import                          string
	CustomTimeouts                               map[string]string
	// Transforms are those declared on the resource itself.
	Transforms []pulumi.ResourceTransform
	// Hooks are the names of the hooks bound to the resource.
	Hooks []string
}

func newResource(args pulumi.MockResourceArgs) *Resource {
	res := &Resource{
		Type: args.TypeToken, Name: args.Name, Inputs: args.Inputs,
		Custom: args.Custom, Provider: args.Provider, Transforms: args.Transforms,
	}
	if read := args.ReadRPC; read != nil {
		res.Read, res.Parent, res.DependsOn = true, read.GetParent(), read.GetDependencies()
	}
	if rpc := args.RegisterRPC; rpc != nil {
		res.Parent, res.Providers, res.Remote = rpc.GetParent(), rpc.GetProviders(), rpc.GetRemote()
		res.DependsOn = rpc.GetDependencies()
		res.PropertyDependsOn = map[string][]string{}
		for property, deps := range rpc.GetPropertyDependencies() {
			res.PropertyDependsOn[property] = deps.GetUrns()
		}
		res.Protect, res.RetainOnDelete = rpc.GetProtect(), rpc.GetRetainOnDelete()
		res.DeleteBeforeReplace = rpc.GetDeleteBeforeReplace()
		res.IgnoreChanges, res.ReplaceOnChanges = rpc.GetIgnoreChanges(), rpc.GetReplaceOnChanges()
		res.DeletedWith, res.Import = rpc.GetDeletedWith(), rpc.GetImportId()
		for _, alias := range rpc.GetAliases() {
			res.Aliases = append(res.Aliases, alias.GetUrn()+alias.GetSpec().GetName())
		}
		if hooks := rpc.GetHooks(); hooks != nil {
			res.Hooks = slices.Concat(hooks.GetBeforeCreate(), hooks.GetBeforeUpdate(), hooks.GetBeforeDelete())
		}
		if timeouts := rpc.GetCustomTimeouts(); timeouts != nil {
			res.CustomTimeouts = map[string]string{
				"create": timeouts.GetCreate(), "update": timeouts.GetUpdate(), "delete": timeouts.GetDelete(),
			}
		}
	}
	res.URN = urn(res.Parent, res.Type, res.Name)
	return res
}

// String returns the input at a path such as "tags.Name", or "" if it is
// absent, unknown or no string. Secrets are looked through.
func (r *Resource) String(path string) string {
	value := r.Value(path)
	if value.IsString() {
		return value.StringValue()
	}
	return ""
}

// Value returns the input at a dotted path; null if there is none. A key that
// holds dots itself is written in brackets: `tags["kubernetes.io/role/elb"]`.
func (r *Resource) Value(path string) resource.PropertyValue {
	parsed, err := resource.ParsePropertyPath(path)
	if err != nil {
		return resource.NewNullProperty()
	}
	value, ok := parsed.Get(withoutSecrets(resource.NewObjectProperty(r.Inputs)))
	if !ok {
		return resource.NewNullProperty()
	}
	return value
}

func withoutSecrets(value resource.PropertyValue) resource.PropertyValue {
	switch {
	case value.IsSecret():
		return withoutSecrets(value.SecretValue().Element)
	case value.IsObject():
		object := resource.PropertyMap{}
		for key, element := range value.ObjectValue() {
			object[key] = withoutSecrets(element)
		}
		return resource.NewObjectProperty(object)
	case value.IsArray():
		var array []resource.PropertyValue
		for _, element := range value.ArrayValue() {
			array = append(array, withoutSecrets(element))
		}
		return resource.NewArrayProperty(array)
	}
	return value
}

// WaitsFor says whether the registration depends on the other resource itself.
func (r *Resource) WaitsFor(other *Resource) bool { return slices.Contains(r.DependsOn, other.URN) }

// All returns every registration in order.
func (r *Recorder) All() []*Resource {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.resources)
}

// OfType returns the registrations of a type, sorted by name.
func (r *Recorder) OfType(token string) []*Resource {
	var found []*Resource
	for _, res := range r.All() {
		if res.Type == token {
			found = append(found, res)
		}
	}
	slices.SortFunc(found, func(a, b *Resource) int { return strings.Compare(a.Name, b.Name) })
	return found
}

// Count returns how many resources of each type were registered.
func (r *Recorder) Count() map[string]int {
	count := map[string]int{}
	for _, res := range r.All() {
		count[res.Type]++
	}
	return count
}

// One returns the only registration of this type and name, or fails the test.
func (r *Recorder) One(t testing.TB, token, name string) *Resource {
	t.Helper()
	var found []*Resource
	var there []string
	for _, res := range r.OfType(token) {
		there = append(there, res.Name)
		if res.Name == name {
			found = append(found, res)
		}
	}
	require.Lenf(t, found, 1, "resources %s named %q; there are %v", token, name, there)
	return found[0]
}

// ByReference returns the resource that a provider reference ("URN::ID") means.
func (r *Recorder) ByReference(reference string) *Resource {
	for _, res := range r.All() {
		if reference != "" && strings.HasPrefix(reference, res.URN+"::") {
			return res
		}
	}
	return nil
}

// Reaches says whether from depends on to, directly or through others. What a
// component's child registers counts for the component.
func (r *Recorder) Reaches(from, to *Resource) bool {
	byURN := map[string]*Resource{}
	for _, res := range r.All() {
		byURN[res.URN] = res
	}
	seen := map[string]bool{}
	var visit func(res *Resource) bool
	visit = func(res *Resource) bool {
		if res == nil || seen[res.URN] {
			return false
		}
		seen[res.URN] = true
		if res.URN == to.URN {
			return true
		}
		return slices.ContainsFunc(res.DependsOn, func(urn string) bool { return visit(byURN[urn]) })
	}
	return visit(from)
}
