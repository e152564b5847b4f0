// Command pulumi-kubernetes is Pulumi's own Kubernetes provider, unchanged,
// as a resource plugin. The provider's module leaves its schema to be embedded
// by its release build; here the schema and the Terraform mapping are read
// from the plugin's folder, whose name (resource-kubernetes-vVERSION) also
// gives the version. So one binary serves every version the sandbox offers.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version"
)

const folderPrefix = "resource-kubernetes-v"

func main() {
	if err := serve(os.Args[0]); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-resource-kubernetes:", err)
		os.Exit(1)
	}
}

// serve runs the plugin whose program was called as program; the engine calls
// plugins by their full path. It ends the process when the provider fails.
func serve(program string) error {
	folder := filepath.Dir(program)
	number, ok := strings.CutPrefix(filepath.Base(folder), folderPrefix)
	if !ok {
		return fmt.Errorf("%s: folder must be named %sVERSION; run `make build`", folder, folderPrefix)
	}
	schema, err := os.ReadFile(filepath.Join(folder, "schema.json"))
	if err != nil {
		return err
	}
	mapping, err := os.ReadFile(filepath.Join(folder, "terraform-mapping.json"))
	if err != nil {
		return err
	}
	version.Version = number
	version.UserAgent = strings.Replace(version.UserAgent, "/dev ", "/"+number+" ", 1)
	provider.Serve("kubernetes", number, schema, mapping)
	return nil
}
