package main

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/spf13/cobra"
)

// sandboxCommand hands everything behind it to the sandbox's own command.
func sandboxCommand() *cobra.Command {
	return &cobra.Command{
		Use: "sandbox COMMAND", Short: "Drive the offline cloud: request, calls, fault, drift, status and more",
		DisableFlagParsing: true,
		RunE: func(c *cobra.Command, args []string) error {
			root, err := project()
			if err != nil {
				return err
			}
			program := filepath.Join(root, ".sandbox", "bin", "sandbox")
			if _, err := os.Stat(program); errors.Is(err, fs.ErrNotExist) {
				return errors.New("the sandbox is not built: run `make build`")
			}
			run := exec.CommandContext(c.Context(), program, args...)
			run.Stdin, run.Stdout, run.Stderr = os.Stdin, c.OutOrStdout(), c.ErrOrStderr()
			return run.Run()
		},
	}
}

// project is the folder with Pulumi.yaml: this one or the nearest above.
func project() (string, error) {
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for at := here; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "Pulumi.yaml")); err == nil {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return "", errors.New("there is no Pulumi.yaml here or above: run this in the repository")
		}
	}
}
