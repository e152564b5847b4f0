package clusters

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
)

// cluster is one running control plane.
type cluster struct {
	record *record
	folder string
	log    *slog.Logger
	opts   *Options
	owner  *manager

	// lifecycle is held by whatever starts or stops the processes.
	lifecycle sync.Mutex
	processes []*process
	hold      net.Listener // of the service range
	egress    *egress      // of the API server, while it runs
	agents    agents

	typed   kubernetes.Interface
	dynamic dynamic.Interface
	mapper  *restmapper.DeferredDiscoveryRESTMapper
}

// stopPatience is how long a component may take to end before it is killed.
const stopPatience = 5 * time.Second

// start brings the control plane up and returns when the API server is ready.
// Everything else starts then: it could do nothing before, and on a small
// machine it would only delay the API server.
func (c *cluster) start(ctx context.Context, m *manager) (err error) {
	began := time.Now()
	if err := writeConfiguration(c.folder, c.record, m.identity.url()); err != nil {
		return err
	}
	for _, port := range []int{c.record.Port, c.record.KubeletPort} {
		if err := waitPort(ctx, port); err != nil {
			return fmt.Errorf("cluster %s: %w", c.record.Spec.Name, err)
		}
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.stop())
		}
	}()
	kubelets := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(c.record.KubeletPort))
	if c.egress, err = openEgress(c.folder, c.record, c.log, kubelets, m.identity.address()); err != nil {
		return err
	}
	all := programs(c.record)
	if err := c.run(m, all[:2]); err != nil {
		return err
	}
	if err := c.waitReady(ctx); err != nil {
		return err
	}
	if err := c.dropNodeLeases(ctx); err != nil {
		return err
	}
	if err := c.run(m, all[2:]); err != nil {
		return err
	}
	if err := c.bootstrap(ctx); err != nil {
		return err
	}
	c.agents.start(c)
	c.log.Info("control plane is ready", "version", c.record.Spec.Version, "url", serverURL(c.record), "took", time.Since(began).Round(time.Millisecond))
	return nil
}

// dropNodeLeases takes the leases away that the last KWOK held. A new one would
// try to create them, fail, and let the nodes' pods wait for half a minute
// before it tries again.
func (c *cluster) dropNodeLeases(ctx context.Context) error {
	err := c.typed.CoordinationV1().Leases(corev1.NamespaceNodeLease).DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

// bootstrap makes what EKS has in every cluster.
func (c *cluster) bootstrap(ctx context.Context) error {
	objects, err := accessObjects()
	if err != nil {
		return err
	}
	for _, d := range clusterDefinitions {
		objects = append(objects, d.object())
	}
	if err := c.apply(ctx, objects...); err != nil {
		return err
	}
	return c.waitAccess(ctx)
}

func (c *cluster) run(m *manager, programs []program) error {
	for _, program := range programs {
		p := &process{program: program, bin: m.opts.Bin, folder: c.folder, spawner: m.spawner, log: c.log}
		if err := p.start(); err != nil {
			return err
		}
		c.processes = append(c.processes, p)
	}
	return nil
}

// stop ends the components, etcd last so that the others can finish.
func (c *cluster) stop() error {
	c.agents.stop()
	var problems []error
	var clients sync.WaitGroup
	var mu sync.Mutex
	for _, p := range c.processes {
		if p.name == etcd {
			continue
		}
		clients.Go(func() {
			err := p.stop(stopPatience)
			mu.Lock()
			defer mu.Unlock()
			problems = append(problems, err)
		})
	}
	clients.Wait()
	for _, p := range c.processes {
		if p.name == etcd {
			problems = append(problems, p.stop(stopPatience))
		}
	}
	c.processes = nil
	return errors.Join(append(problems, c.closeEgress())...)
}

// kill ends the components at once: for a cluster that is being deleted there
// is nothing to finish.
func (c *cluster) kill() error {
	c.agents.stop()
	var problems []error
	for _, p := range c.processes {
		problems = append(problems, p.stop(0))
	}
	c.processes = nil
	return errors.Join(append(problems, c.closeEgress())...)
}

func (c *cluster) closeEgress() error {
	if c.egress == nil {
		return nil
	}
	e := c.egress
	c.egress = nil
	return e.close()
}

// restConfig is the manager's own way in.
func (c *cluster) restConfig() *rest.Config {
	return &rest.Config{
		Host: serverURL(c.record),
		TLSClientConfig: rest.TLSClientConfig{
			CAFile:   filepath.Join(c.folder, caFile),
			CertFile: filepath.Join(c.folder, adminCertificateFile),
			KeyFile:  filepath.Join(c.folder, adminKeyFile),
		},
		UserAgent: fieldManager,
		QPS:       -1, // the API server's own fairness limits suffice
	}
}

func (c *cluster) waitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.opts.StartTimeout)
	defer cancel()
	client := c.typed.Discovery().RESTClient()
	var last error
	for {
		if _, last = client.Get().AbsPath("/readyz").DoRaw(ctx); last == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("cluster %s: API server is not ready, see %s: %w", c.record.Spec.Name, filepath.Join(c.folder, apiServer+".log"), errors.Join(ctx.Err(), last))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (c *cluster) recordPath() string { return filepath.Join(c.folder, recordFile) }

func (c *cluster) endpoint() (Endpoint, error) {
	ca, err := os.ReadFile(filepath.Join(c.folder, caFile))
	if err != nil {
		return Endpoint{}, err
	}
	return Endpoint{URL: serverURL(c.record), CertificateAuthority: base64.StdEncoding.EncodeToString(ca)}, nil
}
