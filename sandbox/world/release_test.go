package world_test

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"retail/sandbox/clusters/clusterstest"
	"retail/sandbox/mirror"
	"retail/sandbox/toolchain"
)

type object = map[string]any

// The chart is installed as programs install it: by the real engine and the real
// Kubernetes provider, from the mirror; with certificates of one's own a second
// preview is empty (L2), and a value key that the chart does not have is refused.
func TestReleaseInstallsTheChartFromTheMirror(t *testing.T) {
	cluster := clusterstest.Start(t)
	e := newReleaser(t, cluster)
	values := object{"clusterName": "blue", "region": "eu-west-1", "vpcId": "vpc-1", "enableServiceMutatorWebhook": false,
		"replicaCount": 2, "podDisruptionBudget": object{"maxUnavailable": 1},
		"webhookTLS": object{"caCert": "ca", "cert": "cert", "key": "key"}}
	e.program(values)
	e.must("up", "--yes", "--skip-preview")
	d, err := cluster.Typed.AppsV1().Deployments("kube-system").Get(t.Context(), "aws-load-balancer-controller", metav1.GetOptions{})
	require.NoError(t, err)
	assert.EqualValues(t, 2, d.Status.ReadyReplicas, "a Release stands when its pods are ready")
	e.must("preview", "--expect-no-changes")

	values["vpcID"] = "vpc-1"
	e.program(values)
	out, err := e.run("up", "--yes", "--skip-preview")
	require.Error(t, err, out)
	assert.Contains(t, out, "vpcID", "a key that the chart does not have")
	e.must("destroy", "--yes", "--skip-preview")
}

// releaser runs the engine on a program that installs the chart.
type releaser struct {
	t                    *testing.T
	dir, charts, kubecfg string
	env                  []string
}

func newReleaser(t *testing.T, cluster *clusterstest.Cluster) *releaser {
	t.Helper()
	root, err := toolchain.Root()
	require.NoError(t, err)
	plugin := filepath.Join(root, toolchain.Folder, "home", "plugins", "resource-kubernetes-v4.34.2")
	for _, part := range []string{plugin, filepath.Join(root, toolchain.Folder, "bin", "pulumi-language-go")} {
		if _, err := os.Stat(part); err != nil {
			t.Skipf("%s is not built; `make build` builds it", part)
		}
	}
	e := &releaser{t: t, dir: t.TempDir()}
	e.serve()
	e.kubecfg = kubeconfig(t, cluster)
	program := filepath.Join(e.dir, "program")
	text, err := exec.Command("go", "build", "-o", program, "./internal/program").CombinedOutput()
	require.NoError(t, err, string(text))
	require.NoError(t, os.WriteFile(filepath.Join(e.dir, "Pulumi.yaml"), []byte("name: trial\nruntime: {name: go, options: {binary: "+program+"}}\n"), 0o600))
	e.env = append(toolchain.Env(root, e.dir), "PULUMI_BACKEND_URL=file://"+e.dir, "PROGRAM="+filepath.Join(e.dir, "program.json"))
	e.must("stack", "init", "dev")
	return e
}

// serve opens the mirror until the test ends.
func (e *releaser) serve() {
	e.t.Helper()
	listener, err := mirror.Listen(e.dir)
	require.NoError(e.t, err)
	handler, err := mirror.Handler(e.dir)
	require.NoError(e.t, err)
	server := &http.Server{Handler: handler}
	go func() { _ = server.Serve(listener) }()
	e.t.Cleanup(func() { _ = server.Close() })
	variables, err := mirror.Variables(e.dir)
	require.NoError(e.t, err)
	e.charts = strings.TrimPrefix(variables[0], "RETAIL_MIRROR_CHARTS=")
}

func kubeconfig(t *testing.T, cluster *clusterstest.Cluster) string {
	t.Helper()
	c, tls := clientcmdapi.NewConfig(), cluster.Config.TLSClientConfig
	c.Clusters["c"] = &clientcmdapi.Cluster{Server: cluster.Config.Host, CertificateAuthority: tls.CAFile}
	c.AuthInfos["c"] = &clientcmdapi.AuthInfo{ClientCertificate: tls.CertFile, ClientKey: tls.KeyFile}
	c.Contexts["c"] = &clientcmdapi.Context{Cluster: "c", AuthInfo: "c"}
	c.CurrentContext = "c"
	text, err := clientcmd.Write(*c)
	require.NoError(t, err)
	return string(text)
}

func (e *releaser) program(values object) {
	e.t.Helper()
	e.declare(e.release("aws-load-balancer-controller", "3.4.3", "kube-system", values))
}

// release is a chart of the mirror.
func (e *releaser) release(chart, version, namespace string, values object) object {
	return object{"name": chart, "type": "kubernetes:helm.sh/v3:Release", "inputs": object{
		"chart": chart, "version": version, "name": chart, "namespace": namespace, "createNamespace": true,
		"repositoryOpts": object{"repo": e.charts}, "values": values, "timeout": 60, "atomic": true, "cleanupOnFail": true, "compat": "true"}}
}

// declare writes the program: objects in the cluster, after its provider.
func (e *releaser) declare(inside ...object) {
	e.t.Helper()
	const version = "4.34.2"
	all := []object{{"name": "blue", "type": "pulumi:providers:kubernetes", "version": version, "inputs": object{"kubeconfig": e.kubecfg}}}
	for _, one := range inside {
		one["version"], one["provider"] = version, "blue"
		all = append(all, one)
	}
	text, err := json.Marshal(all)
	require.NoError(e.t, err)
	require.NoError(e.t, os.WriteFile(filepath.Join(e.dir, "program.json"), text, 0o600))
}

func (e *releaser) run(args ...string) (string, error) {
	c := exec.Command("pulumi", append(args, "--non-interactive")...)
	if args[0] != "stack" {
		c.Args = append(c.Args, "--stack", "dev")
	}
	c.Dir, c.Env = e.dir, e.env
	for _, entry := range e.env {
		if dirs, ok := strings.CutPrefix(entry, "PATH="); ok {
			c.Path, c.Err = filepath.Join(filepath.SplitList(dirs)[0], "pulumi"), nil
		}
	}
	out, err := c.CombinedOutput()
	return string(out), err
}

func (e *releaser) must(args ...string) {
	e.t.Helper()
	out, err := e.run(args...)
	require.NoError(e.t, err, out)
}
