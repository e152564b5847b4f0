// Package toolchain builds and installs the parts the sandbox runs on: the
// Pulumi CLI and engine, the resource plugins, the Kubernetes control plane,
// the sandbox's own programs and the retail program itself. Every part comes
// from pinned, checksummed modules and is installed under the checkout's
// .sandbox folder (the program under bin), in the places Pulumi looks for it.
// A part is built again only when what it is made from has changed.
package toolchain

import "path/filepath"

// Folder is the tool folder's name in the checkout. It is ignored by git and
// can be removed at any time; everything in it is built again.
const Folder = ".sandbox"

// Kind says what a part is made with.
type Kind string

// The kinds of part.
const (
	Go  Kind = "go"  // compiled by go build
	NPM Kind = "npm" // installed by npm ci from a lock file
	// Files are folders of a Go module, taken as they are: nothing is compiled, and
	// what the module imports is not fetched.
	Files Kind = "files"
)

// Part is one thing to build.
type Part struct {
	// Name is the part's name on the command line and in messages.
	Name string
	// Kind says how it is built.
	Kind Kind
	// Dir is the folder of its Go module or npm lock file, relative to the
	// checkout.
	Dir string
	// Package is the Go package to compile, as go build takes it.
	Package string
	// Sources are the files and folders in Dir that the part is made from.
	// Empty: everything in Dir.
	Sources []string
	// Module is the Go module whose version in go.mod replaces $VERSION in
	// LDFlags, and which holds PluginFiles and Folders.
	Module string
	// Folders are what a Files part takes of its Module: by the name they get in
	// Output, the path that they have in the module.
	Folders map[string]string
	// LDFlags are the linker's flags.
	LDFlags string
	// TrimPath leaves the machine's paths out of the binary. It is off for
	// this repository's own code, so that tests share the compiler's cache.
	TrimPath bool
	// Output is the compiled file, or the folder of a Files part, relative to the
	// checkout; a plugin's is linked from its folders.
	Output string
	// Links are further names of Output in its folder, for a program that acts
	// by the name it is called with.
	Links []string
	// Plugins are the resource plugins the part provides.
	Plugins []Plugin
	// PluginFiles are JSON files in Module that every plugin folder gets a copy
	// of; a top-level "version" is set to the plugin's.
	PluginFiles []string
	// Released lets a released build of exactly this version that is on the
	// machine already be used instead of building the part.
	Released bool
	// OnDemand keeps the part out of a build that names no parts.
	OnDemand bool
}

// Plugin is a resource plugin at one version.
type Plugin struct{ Name, Version string }

// folder is the plugin's folder, relative to PULUMI_HOME.
func (p Plugin) folder() string {
	return filepath.Join("plugins", "resource-"+p.Name+"-v"+p.Version)
}

// program is the name of the plugin's executable in its folder.
func (p Plugin) program() string { return "pulumi-resource-" + p.Name }

// outputs lists every file that must exist when the part is built, relative
// to the checkout.
func (p Part) outputs() []string {
	var paths []string
	for _, plugin := range p.Plugins {
		paths = append(paths, filepath.Join(home, plugin.folder(), plugin.program()))
	}
	if len(paths) > 0 {
		return paths
	}
	paths = append(paths, p.Output)
	for _, link := range p.Links {
		paths = append(paths, filepath.Join(filepath.Dir(p.Output), link))
	}
	return paths
}

// Paths in the checkout.
var (
	bin    = filepath.Join(Folder, "bin")    // programs; first on PATH
	lib    = filepath.Join(Folder, "lib")    // plugins' programs
	home   = filepath.Join(Folder, "home")   // PULUMI_HOME
	stamps = filepath.Join(Folder, "stamps") // one file per built part: its key
	work   = filepath.Join(Folder, "tmp")    // parts being built
)
