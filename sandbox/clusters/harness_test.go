package clusters

import (
	"encoding/base64"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// patience is for a machine that is busy.
const patience = 2 * time.Minute

// world is a manager with one cluster and callers of every kind.
type world struct {
	t       *testing.T
	dir     string
	options Options
	manager Manager
	spec    ClusterSpec
	url     Endpoint
}

var callers = map[string][]string{
	"admin":  {"eks-access:AmazonEKSClusterAdminPolicy"},
	"viewer": {"eks-access:AmazonEKSViewPolicy"},
	"scoped": {"eks-access:AmazonEKSEditPolicy:shop-*"},
	"nobody": nil,
}

func newWorld(t *testing.T) *world {
	if testing.Short() {
		t.Skip("starts a control plane")
	}
	bin := os.Getenv("RETAIL_SANDBOX_BIN")
	if bin == "" {
		bin = filepath.Join("..", "..", ".sandbox", "bin")
	}
	if _, err := os.Stat(filepath.Join(bin, apiServer)); err != nil {
		t.Skipf("the Kubernetes programs are not built: %v", err)
	}
	w := &world{t: t, dir: filepath.Join(t.TempDir(), "clusters"), spec: testSpec("blue", "1.34")}
	w.options = Options{
		Dir: w.dir, Bin: bin, DrainTimeout: patience, JoinTimeout: patience, AddonTimeout: patience,
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Identify: func(arn, token string) (string, []string, bool) {
			groups, ok := callers[token]
			return "arn:aws:sts::222222222222:assumed-role/" + token + "/session", groups, ok && arn == w.spec.ARN
		},
	}
	w.open()
	t.Cleanup(func() { _ = w.manager.Close() })
	return w
}

func testSpec(name, version string) ClusterSpec {
	return ClusterSpec{ARN: "arn:aws:eks:eu-west-1:222222222222:cluster/" + name, Name: name, Account: "222222222222", Region: "eu-west-1", Version: version}
}

func (w *world) open() {
	var err error
	w.manager, err = New(w.options)
	require.NoError(w.t, err)
}

// impatient does something that is to fail for want of time, with another bound.
func (w *world) impatient(bound func(*Options) *time.Duration, short time.Duration, do func()) {
	at := bound(&w.manager.(*manager).opts)
	before := *at
	defer func() { *at = before }()
	*at = short
	do()
}

func (w *world) client(token string) kubernetes.Interface {
	ca, err := base64.StdEncoding.DecodeString(w.url.CertificateAuthority)
	require.NoError(w.t, err)
	client, err := kubernetes.NewForConfig(&rest.Config{Host: w.url.URL, BearerToken: token, TLSClientConfig: rest.TLSClientConfig{CAData: ca}})
	require.NoError(w.t, err)
	return client
}

// create makes the world's cluster.
func (w *world) create() {
	began := time.Now()
	var err error
	w.url, err = w.manager.Create(w.t.Context(), w.spec)
	require.NoError(w.t, err)
	w.t.Logf("created in %s", time.Since(began))
}

func testNode(name, zone string) Node {
	return Node{
		Name: name, ProviderID: "aws:///" + zone + "/i-0123456789abcdef0", Zone: zone, ZoneID: "euw1-az1", Region: "eu-west-1",
		InstanceType: "m7g.large", AMIFamily: "AL2023", CPU: "2", Memory: "8Gi", MaxPods: 110,
	}
}

var testNodes = []Node{
	testNode("ip-10-0-1-10.eu-west-1.compute.internal", "eu-west-1a"),
	testNode("ip-10-0-2-10.eu-west-1.compute.internal", "eu-west-1b"),
}

// processesIn lists the processes whose working folder is below dir.
func processesIn(t *testing.T, dir string) []string {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/cwd")
	require.NoError(t, err)
	var found []string
	for _, link := range links {
		if cwd, err := os.Readlink(link); err == nil && strings.HasPrefix(cwd, dir) {
			found = append(found, link)
		}
	}
	return found
}

func (w *world) logMemory() {
	for _, link := range processesIn(w.t, w.dir) {
		status, err := os.ReadFile(filepath.Join(filepath.Dir(link), "status"))
		require.NoError(w.t, err)
		var name, rss string
		for line := range strings.Lines(string(status)) {
			if value, ok := strings.CutPrefix(line, "Name:"); ok {
				name = strings.TrimSpace(value)
			}
			if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
				rss = strings.TrimSpace(value)
			}
		}
		w.t.Logf("resident: %s %s", name, rss)
	}
}
