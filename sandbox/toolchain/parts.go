package toolchain

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

const (
	pulumiSDK  = "github.com/pulumi/pulumi/sdk/v3"
	pulumiPkg  = "github.com/pulumi/pulumi/pkg/v3"
	kubernetes = "github.com/pulumi/pulumi-kubernetes/provider/v4"
	// strip leaves out symbol tables and debugging data: half of the file.
	strip = "-s -w"
)

// Parts returns every part, in the order they are built: what costs most
// compiler time first, so that a first build shows early how long it takes.
func Parts() []Part {
	return slices.Concat(engine(), files(), own(), checks())
}

// engine lists the parts that are other projects' programs, unchanged.
func engine() []Part {
	return []Part{{
		Name: "kube", Kind: Go, Dir: "sandbox/build/kube", Package: ".", TrimPath: true,
		// Clients ask for the version: pulumi-eks refuses a kubectl without one.
		Module:  "k8s.io/kubernetes",
		LDFlags: strip + " -X k8s.io/component-base/version.gitVersion=$VERSION",
		Output:  filepath.Join(bin, "kube"),
		Links:   []string{"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl", "kwok"},
	}, {
		Name: "pulumi", Kind: Go, Dir: "sandbox/build/pulumi", Package: pulumiPkg + "/cmd/pulumi",
		Module: pulumiPkg, TrimPath: true,
		LDFlags: fmt.Sprintf("%s -X %s/go/common/version.Version=$VERSION -X %s/version.Version=$VERSION",
			strip, pulumiSDK, pulumiPkg),
		Output: filepath.Join(bin, "pulumi"), Released: true,
	}, {
		// The program's SDK asks for 4.32.0 and the EKS provider for 4.34.2.
		Name: "pulumi-kubernetes", Kind: Go, Dir: "sandbox/build/pulumi-kubernetes", Package: ".",
		Module: kubernetes, LDFlags: strip, TrimPath: true,
		Output:  filepath.Join(lib, "pulumi-resource-kubernetes"),
		Plugins: []Plugin{{"kubernetes", "4.32.0"}, {"kubernetes", "4.34.2"}}, Released: true,
		PluginFiles: []string{
			"cmd/pulumi-resource-kubernetes/schema.json",
			"cmd/pulumi-resource-kubernetes/terraform-mapping.json",
		},
	}, {
		Name: "pulumi-eks", Kind: NPM, Dir: "sandbox/build/eks", Plugins: []Plugin{{"eks", "2.8.1"}}, Released: true,
	}}
}

// files lists what the sandbox's mirror serves of other projects: Istio's charts of
// the pinned release and of the next minor, for upgrades. The modules hold them as their
// releases do, but for the version (package charts).
func files() []Part {
	charts := map[string]string{
		"base": "manifests/charts/base", "istiod": "manifests/charts/istio-control/istio-discovery",
		"cni": "manifests/charts/istio-cni", "ztunnel": "manifests/charts/ztunnel", "gateway": "manifests/charts/gateway",
	}
	return []Part{{
		Name: "istio-1.30", Kind: Files, Dir: "sandbox/build/istio130", Module: "istio.io/istio",
		Folders: charts, Output: filepath.Join(lib, "istio-1.30"),
	}, {
		Name: "istio-1.31", Kind: Files, Dir: "sandbox/build/istio131", Module: "istio.io/istio",
		Folders: charts, Output: filepath.Join(lib, "istio-1.31"),
	}}
}

// own lists this repository's programs.
func own() []Part {
	return []Part{{
		Name: "pulumi-language-go", Kind: Go, Dir: "sandbox", LDFlags: strip, Package: "./cmd/pulumi-language-go",
		Sources: sources("cmd/pulumi-language-go"),
		Output:  filepath.Join(bin, "pulumi-language-go"), Released: true,
	}, {
		Name: "pulumi-aws", Kind: Go, Dir: "sandbox", LDFlags: strip, Package: "./cmd/pulumi-resource-aws",
		Sources: sources("cmd/pulumi-resource-aws"),
		Output:  filepath.Join(lib, "pulumi-resource-aws"), Plugins: []Plugin{{"aws", "6.83.4"}},
	}, {
		Name: "aws", Kind: Go, Dir: "sandbox", LDFlags: strip, Package: "./cmd/aws",
		Sources: sources("cmd/aws", "cloud", "facts", "sigv4", "world/control"), Output: filepath.Join(bin, "aws"),
	}, {
		Name: "sandbox", Kind: Go, Dir: "sandbox", LDFlags: strip, Package: "./cmd/sandbox",
		Sources: sources("cmd/sandbox", "awsapi", "charts", "cloud", "clusters", "controllers", "customers", "facts", "mesh", "mirror", "port", "request", "sigv4", "toolchain", "world"),
		Output:  filepath.Join(bin, "sandbox"),
	}, {
		Name: "retail-program", Kind: Go, Dir: ".", LDFlags: strip, Package: ".",
		Sources: sources("main.go", "stacks", "components", "internal"), Output: "bin/retail-program",
	}, {
		Name: "retail", Kind: Go, Dir: ".", LDFlags: strip, Package: "./cmd/retail",
		Sources: sources("cmd/retail", "internal", "stacks/config"), Output: "bin/retail",
	}}
}

// checks lists what only `make check` and `make test` need.
func checks() []Part {
	return []Part{{
		Name: "gotestsum", Kind: Go, Dir: "sandbox/build/check", Package: "gotest.tools/gotestsum",
		LDFlags: strip, TrimPath: true, Output: filepath.Join(bin, "gotestsum"), OnDemand: true,
	}, {
		Name: "golangci-lint", Kind: Go, Dir: "sandbox/build/check",
		Package: "github.com/golangci/golangci-lint/v2/cmd/golangci-lint",
		LDFlags: strip, TrimPath: true, Output: filepath.Join(bin, "golangci-lint"), OnDemand: true,
	}}
}

// sources adds the module files, which every package depends on.
func sources(paths ...string) []string { return append([]string{"go.mod", "go.sum"}, paths...) }

// find returns the named parts in building order; with no names, all that are
// not on demand. An unknown name is an error that lists the known ones.
func find(names []string) ([]Part, error) {
	var found []Part
	unknown := slices.Clone(names)
	var known []string
	for _, part := range Parts() {
		known = append(known, part.Name)
		if slices.Contains(names, part.Name) || len(names) == 0 && !part.OnDemand {
			found = append(found, part)
		}
		unknown = slices.DeleteFunc(unknown, func(name string) bool { return name == part.Name })
	}
	if len(unknown) > 0 {
		return nil, fmt.Errorf("no such part: %s; the parts are %s",
			strings.Join(unknown, ", "), strings.Join(known, ", "))
	}
	return found, nil
}
