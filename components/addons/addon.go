package addons

import (
	"cmp"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/policy"
	"retail/components/internal/roles"
	"retail/components/internal/tags"
	"retail/internal/problem"
	"retail/internal/versions"
)

// Addons are EKS add-ons by name.
type Addons struct {
	pulumi.ResourceState

	// ByName are the add-ons by the names that EKS gives them.
	ByName map[string]*eks.Addon
}

// All are the add-ons in the order of their names. Whoever must wait for them depends on
// these and not on the component: the Go SDK notes a component's children while it
// registers them in the background, so that a dependency on it can miss the last ones.
func (a *Addons) All() []pulumi.Resource {
	var all []pulumi.Resource
	for _, name := range tags.Sorted(a.ByName) {
		all = append(all, a.ByName[name])
	}
	return all
}

// spec is one add-on with what this package chooses for it.
type spec struct {
	name string
	// config is the typed configuration; nil for none.
	config any
	// identity gives the add-on's service account a role; nil for none.
	identity *identity
	// after is what must stand before the add-on.
	after []pulumi.Resource
}

// common is what all add-ons of a cluster share.
type common struct {
	cluster, clusterArn pulumi.StringInput
	version             versions.Minor
	overrides           map[string]Override
	tags                map[string]string
	// controlPlane takes the add-ons along when it goes; nil for none.
	controlPlane pulumi.Resource
}

// shared checks and gathers what both constructors take alike.
func shared(
	cluster, clusterArn pulumi.StringInput, version string, overrides map[string]Override, tagSet map[string]string, problems *problem.List,
) common {
	if cluster == nil {
		problems.Add("cluster", "is required", nil, "give the name as an output of the cluster")
	}
	if clusterArn == nil {
		problems.Add("clusterArn", "is required", nil, "give the ARN as an output of the cluster")
	}
	minor, err := versions.Parse(version)
	problems.Join(problem.Under("version", err))
	checkOverrides(problems, overrides)
	return common{cluster: cluster, clusterArn: clusterArn, version: minor, overrides: overrides, tags: tagSet}
}

// add declares one add-on.
func (a *Addons) add(ctx *pulumi.Context, name string, all common, s spec) error {
	version, configuration, err := all.resolve(s)
	if err != nil {
		return err
	}
	child, parent := names.Child(name, s.name), pulumi.Parent(a)
	args := &eks.AddonArgs{
		ClusterName:  all.cluster,
		AddonName:    pulumi.String(s.name),
		AddonVersion: pulumi.String(version),
		// EKS takes NONE or OVERWRITE at creation; a new cluster has no add-on of its
		// own, and should one be found, this program's is meant (E7). An update keeps
		// what an operator changed in the cluster during an incident.
		ResolveConflictsOnCreate: pulumi.String("OVERWRITE"),
		ResolveConflictsOnUpdate: pulumi.String("PRESERVE"),
		Tags:                     tags.Named(child, all.tags),
	}
	if configuration != "" {
		args.ConfigurationValues = pulumi.String(configuration)
	}
	needs := append([]pulumi.Resource{}, s.after...)
	if s.identity != nil {
		role, err := s.identity.role(ctx, child, all, parent)
		if err != nil {
			return err
		}
		args.PodIdentityAssociations = eks.AddonPodIdentityAssociationArray{eks.AddonPodIdentityAssociationArgs{
			ServiceAccount: pulumi.String(s.identity.serviceAccount), RoleArn: role.Arn,
		}}
		needs = append(needs, role.Permissions...)
	}
	opts := []pulumi.ResourceOption{parent, pulumi.DependsOn(needs)}
	if all.controlPlane != nil {
		opts = append(opts, pulumi.DeletedWith(all.controlPlane))
	}
	addon, err := eks.NewAddon(ctx, child, args, opts...)
	if err != nil {
		return err
	}
	a.ByName[s.name] = addon
	return nil
}

// resolve returns the version and the configuration of an add-on, overrides applied.
func (c common) resolve(s spec) (version, configuration string, err error) {
	override := c.overrides[s.name]
	version = override.Version
	if version == "" {
		if version, err = versions.Addon(s.name, c.version); err != nil {
			return "", "", err
		}
	}
	configuration, err = configure(s.config, override.Configuration)
	return version, configuration, err
}

// identity is a role for a service account, by EKS Pod Identity.
//
// The association belongs to the add-on and is made with it, so that its pods, which
// get credentials when they are created, never start without.
type identity struct {
	// namespace is where the add-on runs. Default: [namespace].
	namespace      string
	serviceAccount string
	managed        []string
	inline         pulumi.StringInput
}

// namespace is where add-ons of this package run unless they say otherwise.
const namespace = "kube-system"

func (i *identity) role(ctx *pulumi.Context, name string, all common, opts ...pulumi.ResourceOption) (*roles.Role, error) {
	return roles.New(ctx, names.Child(name, "role"), &roles.Args{
		Description: "Pods of " + name + " (EKS Pod Identity)",
		Trust:       policy.PodIdentityTrust(all.clusterArn, cmp.Or(i.namespace, namespace), i.serviceAccount),
		Managed:     i.managed,
		Inline:      i.inline,
		Tags:        all.tags,
	}, opts...)
}
