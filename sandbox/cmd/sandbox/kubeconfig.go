package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"retail/sandbox/cloud"
	"retail/sandbox/toolchain"
)

func (a *app) kubeconfigCommand() *cobra.Command {
	role := ""
	c := &cobra.Command{
		Use: "kubeconfig CLUSTER", Args: cobra.ExactArgs(1),
		Short: "Print a kubeconfig for a cluster, as `aws eks update-kubeconfig` would write it",
		RunE: func(_ *cobra.Command, args []string) error {
			text, err := a.kubeconfig(args[0], role)
			a.printf("%s", text)
			return err
		},
	}
	roleFlag(c, &role)
	return c
}

func roleFlag(c *cobra.Command, role *string) {
	c.Flags().StringVar(role, "role", "", "ARN of the role to be (default: retail-deploy of the cluster's account)")
}

func (a *app) kubectlCommand() *cobra.Command {
	role := ""
	c := &cobra.Command{
		Use: "kubectl [--role ARN] CLUSTER argument...", Short: "Run kubectl on a cluster", Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.kubectl(c.Context(), args[0], role, args[1:], func(kubectl *exec.Cmd) error {
				kubectl.Stdin, kubectl.Stdout, kubectl.Stderr = os.Stdin, a.out, os.Stderr
				return kubectl.Run()
			})
		},
	}
	roleFlag(c, &role)
	c.Flags().SetInterspersed(false) // what follows the cluster is kubectl's
	return c
}

// kubectl prepares kubectl for a cluster and hands it to a function that runs it.
func (a *app) kubectl(ctx context.Context, cluster, role string, args []string, run func(*exec.Cmd) error) error {
	text, err := a.kubeconfig(cluster, role)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "retail-kubeconfig-")
	if err != nil {
		return err
	}
	file := filepath.Join(dir, "config")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return errors.Join(err, os.RemoveAll(dir))
	}
	kubectl := exec.CommandContext(ctx, filepath.Join(a.tools(), "bin", "kubectl"), append([]string{"--kubeconfig", file}, args...)...)
	kubectl.Env = toolchain.Env(a.root, a.world)
	return errors.Join(run(kubectl), os.RemoveAll(dir))
}

// kubectlOutput is what kubectl prints.
func (a *app) kubectlOutput(ctx context.Context, cluster string, args ...string) (out []byte, err error) {
	err = a.kubectl(ctx, cluster, "", args, func(kubectl *exec.Cmd) (err error) {
		out, err = kubectl.Output()
		return err
	})
	return out, err
}

// kubeconfig is a kubeconfig, in JSON as every client of Kubernetes reads it
// too, for a cluster of the world.
func (a *app) kubeconfig(name, role string) ([]byte, error) {
	clusters, err := a.clusters()
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(clusters, func(r *cloud.Record) bool { return r.ID == name })
	if at < 0 {
		names := []string{}
		for _, c := range clusters {
			names = append(names, c.ID)
		}
		return nil, fmt.Errorf("there is no cluster %s; there are: %s", name, strings.Join(names, ", "))
	}
	cluster := clusters[at]
	if role == "" {
		role = fmt.Sprintf("arn:aws:iam::%s:role/retail-deploy", cluster.Account)
	}
	type object = map[string]any
	named := func(kind string, value object) []object { return []object{{"name": name, kind: value}} }
	return json.MarshalIndent(object{
		"apiVersion": "v1", "kind": "Config", "current-context": name,
		"clusters": named("cluster", object{
			"server":                     cloud.Lookup(cluster.State, "endpoint"),
			"certificate-authority-data": cloud.Lookup(cluster.State, "certificateAuthority.data"),
		}),
		"contexts": named("context", object{"cluster": name, "user": name}),
		"users": named("user", object{"exec": object{
			"apiVersion": "client.authentication.k8s.io/v1beta1", "interactiveMode": "Never",
			"command": filepath.Join(a.tools(), "bin", "aws"),
			"args":    []string{"eks", "get-token", "--cluster-name", name, "--region", cluster.Region, "--role-arn", role},
			"env":     []object{{"name": "RETAIL_SANDBOX_WORLD", "value": a.world}},
		}}),
	}, "", "  ")
}
