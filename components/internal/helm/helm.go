// Package helm installs charts through the Kubernetes provider's Release, which lets
// Helm's own hooks run and waits until what it installed is ready.
//
// The resource is registered by its token: the Kubernetes SDK's own helm package pulls
// every Kubernetes type into the build, which costs minutes and gigabytes.
package helm

import (
	"fmt"
	"regexp"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/typed"
	"retail/internal/mirror"
	"retail/internal/problem"
	"retail/internal/versions"
)

// token is the Release's type in the Kubernetes provider.
const token = "kubernetes:helm.sh/v3:Release"

// defaultTimeout is how long Helm waits, in seconds: nodes that are just starting, image
// pulls and a controller's first election fit in.
const defaultTimeout = 600

// Args configures a release.
type Args struct {
	// Chart is the chart with its version, of the table in internal/versions. Required.
	Chart versions.Chart
	// Mirror is where the chart comes from instead of its public home. Default: its home.
	Mirror mirror.Mirror
	// Release is the release's name in Helm, at most 53 characters. It is fixed, since
	// charts name their objects after it. Required.
	Release string
	// Namespace is where the release lives. Required.
	Namespace string
	// CreateNamespace makes the namespace if it is not there. Default false.
	CreateNamespace bool
	// Values is a struct of the component's own with json tags, see package typed: a
	// key that the chart does not have cannot be written. Required.
	Values any
	// TimeoutSeconds is how long Helm waits for one step. Default 600.
	TimeoutSeconds int
	// SkipCRDs leaves the chart's resource definitions out, for charts whose
	// definitions have another owner. Default false.
	SkipCRDs bool
}

// Release is an installed chart. It stands when everything in it is ready: whoever needs
// the controller depends on it (L1).
type Release struct {
	pulumi.CustomResourceState

	// Status is Helm's account of the release.
	Status pulumi.MapOutput `pulumi:"status"`
}

// releaseName is the form that Helm accepts (Helm documentation, "Chart Template Guide").
var releaseName = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$`)

// nameLimit is the longest release name, in characters: Helm keeps ten of Kubernetes's 63
// for what charts append.
const nameLimit = 53

// New installs the chart. Options decide with what it is deleted.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Release, error) {
	if err := args.validate(); err != nil {
		return nil, err
	}
	values, err := typed.Map(args.Values)
	if err != nil {
		return nil, fmt.Errorf("values of the chart %s: %w", args.Chart.Name, err)
	}
	reference, repository := args.Mirror.Chart(args.Chart)
	timeout := args.TimeoutSeconds
	if timeout == 0 {
		timeout = defaultTimeout
	}
	inputs := pulumi.Map{
		"chart": pulumi.String(reference), "version": pulumi.String(args.Chart.Version),
		"name": pulumi.String(args.Release), "namespace": pulumi.String(args.Namespace),
		"createNamespace": pulumi.Bool(args.CreateNamespace),
		"values":          values,
		"timeout":         pulumi.Int(timeout),
		// A failed or interrupted step is taken back, so that the next run finds a
		// release it can go on from (K8).
		"atomic": pulumi.Bool(true), "cleanupOnFail": pulumi.Bool(true),
		"skipAwait": pulumi.Bool(false), "skipCrds": pulumi.Bool(args.SkipCRDs),
		// What the SDK's own constructor sends: the provider then reads the arguments of
		// Helm's Release and not those of an older resource of that name.
		"compat": pulumi.String("true"),
	}
	if repository != "" {
		inputs["repositoryOpts"] = pulumi.Map{"repo": pulumi.String(repository)}
	}
	release := &Release{}
	return release, ctx.RegisterResource(token, name, inputs, release, opts...)
}

func (a *Args) validate() error {
	var problems problem.List
	if a.Chart.Name == "" || a.Chart.Version == "" || a.Chart.Home == "" {
		problems.Add("chart", "name, version and home are required", fmt.Sprintf("%+v", a.Chart), "take one of internal/versions")
	}
	problems.Join(problem.Under("mirror", a.Mirror.Check()))
	if !releaseName.MatchString(a.Release) || len(a.Release) > nameLimit {
		problems.Add("release", fmt.Sprintf("must be lower-case letters, digits, dots and hyphens, at most %d", nameLimit),
			fmt.Sprintf("%q", a.Release), "shorten or correct the name")
	}
	if a.Namespace == "" {
		problems.Add("namespace", "is required", nil, "give the namespace")
	}
	if a.Values == nil {
		problems.Add("values", "is required", nil, "give a struct, an empty one for the chart's defaults")
	}
	if a.TimeoutSeconds < 0 {
		problems.Add("timeoutSeconds", "must not be negative", a.TimeoutSeconds, "leave it out for the default of 600")
	}
	return problems.Err()
}
