// Command aws stands in for the AWS CLI in the sandbox. It answers the two
// calls that are made there: pulumi-eks asks for the version, and kubeconfigs
// ask for a cluster token. Everything else is refused.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"retail/sandbox/world/control"
)

// version is what `aws --version` prints: pulumi-eks wants 2.7 or later.
const version = "aws-cli/2.31.0 Python/3.13.7 Linux exe/x86_64 (retail sandbox)"

// Exit codes of the AWS CLI ("AWS CLI return codes" in its user guide).
const (
	usageError  = 252 // the command's syntax, or an unknown parameter
	configError = 253 // the environment is not fit for the command
	serviceSaid = 254 // the service answered with an error
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	if len(args) == 1 && args[0] == "--version" {
		fmt.Println(version)
		return 0
	}
	q, err := parse(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "aws:", err)
		return usageError
	}
	folder, err := world()
	if err != nil {
		fmt.Fprintln(os.Stderr, "aws:", err)
		return configError
	}
	token, err := control.Dial(folder).Token(q)
	var problem *control.Problem
	switch {
	case errors.As(err, &problem) && problem.Code != "":
		fmt.Fprintf(os.Stderr, "\nAn error occurred (%s) when calling the AssumeRole operation: %s\n", problem.Code, problem.Message)
		return serviceSaid
	case err != nil:
		fmt.Fprintln(os.Stderr, "aws:", err)
		return configError
	}
	if err := printCredential(os.Stdout, token); err != nil {
		fmt.Fprintln(os.Stderr, "aws:", err)
		return configError
	}
	return 0
}

// world is the folder of the world in use: RETAIL_SANDBOX_WORLD, else the
// default one beside this program in .sandbox/bin.
func world() (string, error) {
	if folder := os.Getenv("RETAIL_SANDBOX_WORLD"); folder != "" {
		return folder, nil
	}
	self, err := os.Executable()
	return filepath.Join(filepath.Dir(filepath.Dir(self)), "worlds", "default"), err
}
