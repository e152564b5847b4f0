// Command generate writes the facts tables from their sources:
//
//   - the Go SDK of pulumi-aws, in the version that the repository's main
//     module requires, from the module cache;
//   - CloudFormation's resource facts, from the npm package
//     @aws-cdk/aws-service-spec, which `npm ci` puts in place from the lock file
//     beside this command (flag -install does it);
//   - AWS's API models, as botocore publishes them (flag -models).
//
// What is read from where is said in mapping/*.yaml. A new token is one line
// there. With -check nothing is written: the tables must be what the sources
// give. Sources that are not at hand are then left out of the comparison, and
// named; writing needs all of them.
package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// settings are the command's flags.
type settings struct {
	sdk, cfn, models, out  string
	check, install, report bool
}

func main() {
	log.SetFlags(0)
	if err := run(); err != nil {
		log.Fatalf("facts: %v", err)
	}
}

func run() error {
	facts, err := factsDir()
	if err != nil {
		return err
	}
	npm := filepath.Join(facts, "generate", "npm")
	spec := filepath.Join(npm, "node_modules", "@aws-cdk", "aws-service-spec", "db.json.gz")
	models := filepath.Join(facts, "..", "..", "..", "shared", "data", "aws-models")
	var s settings
	flag.StringVar(&s.sdk, "sdk", os.Getenv("FACTS_SDK"), "folder go/aws of pulumi-aws's Go SDK (default: of the required module)")
	flag.StringVar(&s.cfn, "cfn", cmp.Or(os.Getenv("FACTS_CFN"), spec), "CloudFormation's specification, db.json.gz of @aws-cdk/aws-service-spec")
	flag.StringVar(&s.models, "models", cmp.Or(os.Getenv("FACTS_MODELS"), models), "folder of API models, <service>.json.gz")
	flag.StringVar(&s.out, "out", filepath.Join(facts, "tables"), "folder of the tables")
	flag.BoolVar(&s.check, "check", false, "compare with the tables instead of writing them")
	flag.BoolVar(&s.install, "install", false, "install the npm package first")
	flag.BoolVar(&s.report, "report", false, "list the properties that no source but the SDK knows")
	flag.Parse()
	if s.install {
		if err := command(npm, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"); err != nil {
			return err
		}
	}
	if s.sdk == "" {
		if s.sdk, err = moduleDir(filepath.Join(facts, "..", "..")); err != nil {
			return err
		}
	}
	return s.generate()
}

// factsDir is the folder of package facts, wherever the command is run.
func factsDir() (string, error) {
	dir, err := exec.Command("go", "list", "-f", "{{.Dir}}", "retail/sandbox/facts").Output()
	if err != nil {
		return "", fmt.Errorf("run this inside the sandbox's module: %w", err)
	}
	return strings.TrimSpace(string(dir)), nil
}

// moduleDir finds the SDK that the main module requires.
func moduleDir(mainModule string) (string, error) {
	list := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/pulumi/pulumi-aws/sdk/v6")
	list.Dir, list.Stderr = mainModule, os.Stderr
	dir, err := list.Output()
	if err != nil {
		return "", fmt.Errorf("find pulumi-aws's SDK: %w", err)
	}
	if strings.TrimSpace(string(dir)) == "" {
		return "", errors.New("pulumi-aws's SDK is not in the module cache: run `go mod download` in the main module")
	}
	return filepath.Join(strings.TrimSpace(string(dir)), "go", "aws"), nil
}

func command(dir, name string, args ...string) error {
	c := exec.Command(name, args...)
	c.Dir, c.Stdout, c.Stderr = dir, os.Stderr, os.Stderr
	if err := c.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return nil
}
