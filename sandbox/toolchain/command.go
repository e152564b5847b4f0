package toolchain

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

// Command is the command line's `build`.
func Command() *cobra.Command {
	var list bool
	command := &cobra.Command{
		Use:   "build [part...]",
		Short: "Build what the sandbox runs on, as far as it is not built yet",
		Long: "Builds and installs the parts the sandbox runs on into .sandbox: the Pulumi CLI,\n" +
			"its plugins, the Kubernetes control plane, and this repository's own programs.\n" +
			"A part is built again only when what it is made from has changed.",
		SilenceUsage: true,
		RunE: func(command *cobra.Command, names []string) error {
			root, err := Root()
			if err != nil {
				return err
			}
			if list {
				return listParts(command, root)
			}
			if err := outward(); err != nil {
				return err
			}
			return Build(command.Context(), root, command.OutOrStdout(), names...)
		},
	}
	command.Flags().BoolVar(&list, "list", false, "list the parts and tell which are built")
	return command
}

// listParts prints a line for each part.
func listParts(command *cobra.Command, root string) error {
	compiler, err := readCompiler()
	if err != nil {
		return err
	}
	for _, part := range Parts() {
		key, err := part.key(root, compiler)
		if err != nil {
			return err
		}
		state := "to build"
		switch {
		case part.built(root, key):
			state = "built"
		case part.OnDemand:
			state = "on demand"
		}
		fmt.Fprintf(command.OutOrStdout(), "%-20s %-4s %s\n", part.Name, part.Kind, state)
	}
	return nil
}

// Root is the checkout around the working folder: the nearest folder that has
// both Pulumi.yaml and the sandbox's module.
func Root() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		found, err := isRoot(dir)
		if found || err != nil {
			return dir, err
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("%s: not inside a checkout (no Pulumi.yaml with sandbox/go.mod beside it); "+
				"change to the repository's folder", start)
		}
	}
}

func isRoot(dir string) (bool, error) {
	for _, name := range []string{"Pulumi.yaml", filepath.Join("sandbox", "go.mod")} {
		_, err := os.Stat(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
	return true, nil
}
