package provider_test

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/elbv2"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/toolchain"
	"retail/sandbox/world/provider"
)

// engine is the real Pulumi CLI with the real plugin against a world in memory.
type engine struct {
	t     *testing.T
	world *cloud.World
	dir   string
	env   []string
}

// programs builds the plugin and the test's program, once.
var programs = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "engine-")
	if err != nil {
		return "", err
	}
	plugin := filepath.Join(dir, "home", "plugins", "resource-aws-v"+provider.Version, "pulumi-resource-aws")
	for out, source := range map[string]string{plugin: "../../cmd/pulumi-resource-aws", filepath.Join(dir, "program"): "../internal/program"} {
		if text, err := exec.Command("go", "build", "-o", out, source).CombinedOutput(); err != nil {
			return "", fmt.Errorf("%s: %w\n%s", source, err, text)
		}
	}
	return dir, nil
})

func TestMain(m *testing.M) {
	status := m.Run()
	if dir, err := programs(); err == nil {
		_ = os.RemoveAll(dir)
	}
	os.Exit(status)
}

func newEngine(t *testing.T) *engine {
	t.Helper()
	root, err := toolchain.Root()
	require.NoError(t, err)
	bin := filepath.Join(root, toolchain.Folder, "bin")
	for _, name := range []string{"pulumi", "pulumi-language-go"} {
		if _, err := os.Stat(filepath.Join(bin, name)); err != nil {
			t.Skipf("the sandbox's %s is not built; `make build` builds it", name)
		}
	}
	built, err := programs()
	require.NoError(t, err)
	dir, err := os.MkdirTemp("", "e-") // short: it holds a socket
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	world, err := cloud.NewWorld(cloud.Options{Registry: cloud.NewRegistry(ec2.Register, elbv2.Register, iam.Register), Facts: cloud.Tables})
	require.NoError(t, err)
	e := &engine{t: t, world: world, dir: dir}
	e.serve()
	project := fmt.Sprintf("name: trial\nruntime: {name: go, options: {binary: %s}}\n", filepath.Join(built, "program"))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi.yaml"), []byte(project), 0o600))
	e.env = append(toolchain.Env(root, dir), "PULUMI_HOME="+filepath.Join(built, "home"),
		"PULUMI_BACKEND_URL=file://"+dir, "PROGRAM="+filepath.Join(dir, "program.json"))
	e.must("stack", "init", "dev")
	return e
}

func (e *engine) serve() {
	e.t.Helper()
	listener, err := net.Listen("unix", filepath.Join(e.dir, "aws.sock"))
	require.NoError(e.t, err)
	server := grpc.NewServer()
	pulumirpc.RegisterResourceProviderServer(server, provider.New(e.world))
	go func() { _ = server.Serve(listener) }()
	e.t.Cleanup(server.Stop)
}

// object is plain data of a program's file.
type object = map[string]any

// resource is one entry of the program.
type resource struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Inputs   object `json:"inputs"`
	Provider string `json:"provider,omitempty"`
}

const devAccount = "222222222222"

// aws is the provider "dev" for the dev account, with default tags.
func aws(tags object) resource {
	return resource{Name: "dev", Type: "pulumi:providers:aws", Inputs: object{
		"region": "eu-west-1", "allowedAccountIds": []string{devAccount}, "defaultTags": object{"tags": tags},
		"assumeRole": object{"roleArn": "arn:aws:iam::" + devAccount + ":role/retail-deploy", "sessionName": "test"},
	}}
}

func vpc(inputs object) resource {
	return resource{"vpc", "aws:ec2/vpc:Vpc", inputs, "dev"}
}

// subnet is the subnet "a" of the VPC.
func subnet() resource {
	return resource{"a", "aws:ec2/subnet:Subnet", object{"vpcId": "${vpc.id}", "cidrBlock": "10.0.0.0/24", "availabilityZoneId": "euw1-az1"}, "dev"}
}

// program is what the next commands run.
func (e *engine) program(resources ...resource) {
	e.t.Helper()
	text, err := json.Marshal(resources)
	require.NoError(e.t, err)
	require.NoError(e.t, os.WriteFile(filepath.Join(e.dir, "program.json"), text, 0o600))
}

func (e *engine) command(args ...string) *exec.Cmd {
	c := exec.Command("pulumi", append(args, "--non-interactive")...)
	c.Dir, c.Env = e.dir, e.env
	for _, entry := range e.env {
		if dirs, ok := strings.CutPrefix(entry, "PATH="); ok {
			c.Path = filepath.Join(filepath.SplitList(dirs)[0], "pulumi")
			c.Err = nil
		}
	}
	return c
}

// try runs pulumi and gives all it printed.
func (e *engine) try(args ...string) (string, error) {
	out, err := e.command(args...).CombinedOutput()
	return string(out), err
}

func (e *engine) must(args ...string) string {
	e.t.Helper()
	out, err := e.try(args...)
	require.NoError(e.t, err, out)
	return out
}

func (e *engine) fails(args ...string) string {
	e.t.Helper()
	out, err := e.try(args...)
	require.Error(e.t, err, out)
	return out
}

func (e *engine) up() {
	e.t.Helper()
	e.must("up", "--yes", "--skip-preview", "--stack", "dev")
}

// quiet expects a preview that changes nothing.
func (e *engine) quiet() {
	e.t.Helper()
	e.must("preview", "--stack", "dev", "--expect-no-changes")
}

// diff is the preview's detailed text.
func (e *engine) diff() string {
	e.t.Helper()
	return e.must("preview", "--stack", "dev", "--diff")
}

// one is the only record of a type.
func (e *engine) one(token string) *cloud.Record {
	e.t.Helper()
	var found []*cloud.Record
	for _, r := range e.world.Records() {
		if r.Token == token {
			found = append(found, r)
		}
	}
	require.Len(e.t, found, 1)
	return found[0]
}
