package main

import (
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"retail/sandbox/awsapi"
	"retail/sandbox/cloud"
	"retail/sandbox/customers"
	"retail/sandbox/mirror"
	"retail/sandbox/toolchain"
	"retail/sandbox/world"
)

func (a *app) serveCommand() *cobra.Command {
	return &cobra.Command{
		Use: "serve", Short: "Serve the world in the foreground (start does it in the background)", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return world.Serve(c.Context(), world.Options{
				Folder: a.world, Bin: filepath.Join(a.tools(), "bin"),
				Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
			})
		},
	}
}

func (a *app) startCommand() *cobra.Command {
	var settings world.Settings
	start := &cobra.Command{
		Use: "start", Short: "Start the world's daemon, if it does not run", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if c.Flags().Changed("hollow") || c.Flags().Changed("seed") {
				if err := world.Choose(a.world, settings); err != nil {
					return err
				}
			}
			status, err := world.Start(c.Context(), a.world)
			if err != nil {
				return err
			}
			return a.show(status, func() { a.printf("the sandbox runs (process %d)\n", status.PID) })
		},
	}
	start.Flags().BoolVar(&settings.Hollow, "hollow", false,
		"make a world whose EKS clusters have no Kubernetes behind them, for fault campaigns")
	start.Flags().StringVar(&settings.Seed, "seed", "",
		"make a world in which AWS picks other identifiers, host names and passwords than by default")
	return start
}

func (a *app) stopCommand() *cobra.Command {
	return &cobra.Command{
		Use: "stop", Short: "End the world's daemon with all it started; the world stays as it is", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := world.Stop(c.Context(), a.world); err != nil {
				return err
			}
			a.printf("the sandbox is stopped\n")
			return nil
		},
	}
}

func (a *app) statusCommand() *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "Tell what the world holds", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			status, err := a.client().Status()
			if err != nil {
				return err
			}
			return a.show(status, func() {
				a.printf("world      %s\nprocess    %d, since %s\nclock      %s (virtual)\ncalls      %d\nfaults     %d\nresources  %d\n",
					status.World, status.PID, status.Started.Format(time.TimeOnly), status.Clock.Format(time.DateTime),
					status.Calls, status.Faults, status.Resources)
				names := accountNames()
				for _, id := range slices.Sorted(maps.Keys(status.Accounts)) {
					a.printf("  %s %-16s %d\n", id, names[id], status.Accounts[id])
				}
			})
		},
	}
}

// accountNames are the accounts' names by ID.
func accountNames() map[string]string {
	names := map[string]string{}
	for _, account := range cloud.DefaultOrganisation().Accounts {
		names[account.ID] = account.Name
	}
	return names
}

// homeRegion is where the environments are; AWS's clients in a shell ask there unless
// told otherwise.
const homeRegion = "eu-west-1"

func (a *app) envCommand() *cobra.Command {
	return &cobra.Command{
		Use: "env", Short: "Print the exports that point a shell at the sandbox", Args: cobra.NoArgs,
		Long: `Prints shell commands; use as: eval "$(.sandbox/bin/sandbox env)"

HTTP_PROXY, HTTPS_PROXY and SSL_CERT_FILE lead curl and every other HTTP client to the
world's shop: curl https://dev.shop.example.com/ is answered as sandbox request is,
with headers that tell the way. Hosts that the world does not know are a bad gateway:
nothing leaves the machine. To download something, take the variables away.`,
		RunE: func(*cobra.Command, []string) error {
			variables := a.variables()
			mirrored, err := mirror.Variables(a.world)
			if err != nil {
				return err
			}
			served, err := awsapi.Variables(a.world, homeRegion)
			if err != nil {
				return err
			}
			shop, err := customers.Variables(a.world)
			if err != nil {
				return err
			}
			for _, variable := range slices.Concat(mirrored, served, shop) {
				name, value, _ := strings.Cut(variable, "=")
				variables[name] = value
			}
			return a.show(variables, func() {
				for _, name := range slices.Sorted(maps.Keys(variables)) {
					a.printf("export %s=%s\n", name, quote(variables[name]))
				}
			})
		},
	}
}

// variables make a shell's `pulumi`, `kubectl` and `aws` those of the sandbox.
func (a *app) variables() map[string]string {
	out := map[string]string{"PATH": filepath.Join(a.tools(), "bin") + string(os.PathListSeparator) + os.Getenv("PATH")}
	for _, variable := range toolchain.Variables(a.root, a.world) {
		name, value, _ := strings.Cut(variable, "=")
		out[name] = value
	}
	return out
}

// quote makes a word of a POSIX shell.
func quote(word string) string {
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
