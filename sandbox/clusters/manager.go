// Package clusters runs a real Kubernetes control plane for every simulated
// EKS cluster: etcd, API server, controller manager and scheduler, with KWOK in
// the place of the kubelets. The control plane is EKS's in what a client can
// tell: who may enter is asked of IAM by a webhook, access policies grant what
// EKS documents, nodes carry the labels of managed nodes, and add-ons install
// the objects that EKS installs.
//
// Everything listens on the loopback interface. A cluster lives in one folder;
// its processes never outlive the manager's own process.
package clusters

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// ClusterSpec is what EKS knows of a cluster when it makes the control plane.
type ClusterSpec struct {
	// ARN identifies the cluster in every call.
	ARN string
	// Name, Account and Region are the parts of the ARN.
	Name, Account, Region string
	// Version is the Kubernetes minor version, "1.34".
	Version string
}

// Endpoint is where a cluster's API server answers.
type Endpoint struct {
	// URL is https://127.0.0.1:PORT; it does not change in the cluster's life.
	URL string
	// CertificateAuthority is the PEM bundle in base64, as EKS's
	// certificateAuthority.data.
	CertificateAuthority string
}

// Manager runs the control planes of one world. Its methods may be called at
// the same time; those that start or stop one cluster wait for each other.
type Manager interface {
	// Create starts a control plane and returns when its API server is ready.
	// Creating a cluster that exists completes it and returns its endpoint.
	Create(ctx context.Context, spec ClusterSpec) (Endpoint, error)
	// Upgrade restarts the control plane at another minor version.
	Upgrade(ctx context.Context, arn, version string) error
	// Delete ends the processes and removes the folder. Deleting a cluster
	// that does not exist is no error.
	Delete(ctx context.Context, arn string) error
	// Resume starts every cluster that the folder records and that does not
	// run, after ending what an earlier manager left.
	Resume(ctx context.Context) error
	// SetNodes makes the nodes of a group those given: new ones first, until
	// they are Ready, then labels and taints of the kept, then the surplus
	// nodes are drained and removed. Errors of EKS's kind are an *Issue.
	SetNodes(ctx context.Context, arn, group string, nodes []Node) error
	// ApplyAddon applies the objects of an EKS add-on; config is the add-on's
	// configurationValues as data. It does not wait: see WaitAddon.
	ApplyAddon(ctx context.Context, arn, name, version string, config map[string]any) error
	// DeleteAddon removes the objects that ApplyAddon made.
	DeleteAddon(ctx context.Context, arn, name string) error
	// WaitAddon waits until an add-on's workloads are available; the error is
	// an *Issue with EKS's code when they are not in time.
	WaitAddon(ctx context.Context, arn, name string) error
	// SetAutoMode installs or removes what EKS Auto Mode brings, and starts or
	// stops providing nodes for pods that have none.
	SetAutoMode(ctx context.Context, arn string, enabled bool) error
	// Close ends every process and keeps the folders, for Resume.
	Close() error
}

// Identify names the caller behind a bearer token for a cluster. Access
// policies arrive as groups "eks-access:POLICY" (whole cluster) or
// "eks-access:POLICY:NAMESPACE". ok is false for a token that IAM or the
// cluster's access entries do not know.
type Identify func(clusterARN, token string) (user string, groups []string, ok bool)

// Zone is an availability zone as one account sees it.
type Zone struct{ Name, ID string }

// Options configure a Manager.
type Options struct {
	// Dir holds one folder per cluster. Compulsory.
	Dir string
	// Bin holds etcd, kube-apiserver, kube-controller-manager, kube-scheduler
	// and kwok. Compulsory.
	Bin string
	// Identify answers for the API servers' token webhook. Nil refuses every
	// token.
	Identify Identify
	// Zones lists the zones in which Auto Mode provides nodes. Nil means zones
	// a, b and c of the region, without zone ids.
	Zones func(account, region string) []Zone
	// Pods gives the pods of a node of Auto Mode a block of the VPC's addresses in
	// a zone, apart from those taken; "" when there is none. Nil: all are outside
	// the VPC.
	Pods func(clusterARN, zone string, taken []string) string
	// Controllers run beside every cluster while its control plane does: what AWS
	// or the cluster's own pods do there.
	Controllers []Controller
	// Log receives progress; nil discards it.
	Log *slog.Logger
	// StartTimeout bounds the wait for a ready API server; default 2 minutes.
	StartTimeout time.Duration
	// JoinTimeout bounds the wait for nodes to join; default one minute.
	JoinTimeout time.Duration
	// DrainTimeout bounds the eviction of pods from nodes that are replaced;
	// default 20 seconds. Nodes of a shrinking or deleted group are given a
	// quarter of it and then go regardless.
	DrainTimeout time.Duration
	// AddonTimeout bounds WaitAddon; default two minutes: a busy machine is slow.
	AddonTimeout time.Duration
}

// Versions are the Kubernetes minor versions that the API server can emulate
// and EKS supports.
var Versions = []string{"1.33", "1.34", "1.35", "1.36"}

// ErrNotFound is returned for a cluster that the manager does not know.
var ErrNotFound = errors.New("no such cluster")

type manager struct {
	opts     Options
	log      *slog.Logger
	identity *identityServer
	spawner  *spawner

	lock *os.File // of the folder, against a second manager

	mu       sync.Mutex
	clusters map[string]*cluster
}

// New prepares a manager: it makes the folder, checks the programs and opens
// the identity webhook. Clusters of an earlier manager are started by Resume.
func New(opts Options) (Manager, error) {
	if opts.Dir == "" || opts.Bin == "" {
		return nil, errors.New("clusters: Options.Dir and Options.Bin must be set")
	}
	var err error
	if opts.Dir, err = filepath.Abs(opts.Dir); err != nil {
		return nil, err
	}
	if opts.Bin, err = filepath.Abs(opts.Bin); err != nil {
		return nil, err
	}
	var problems []error
	for _, name := range components {
		if _, err := os.Stat(filepath.Join(opts.Bin, name)); err != nil {
			problems = append(problems, fmt.Errorf("clusters: program %s is missing: %w; build the sandbox's parts first", name, err))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	setDefaults(&opts)
	m := &manager{opts: opts, log: opts.Log, clusters: map[string]*cluster{}}
	if err := m.open(); err != nil {
		return nil, errors.Join(err, m.unlock())
	}
	return m, nil
}

// open takes the folder and reads which clusters it holds.
func (m *manager) open() error {
	var err error
	if m.opts.Dir, m.lock, err = lockFolder(m.opts.Dir); err != nil {
		return err
	}
	records, err := loadRecords(m.opts.Dir)
	if err != nil {
		return err
	}
	for _, r := range records {
		if m.clusters[r.Spec.ARN], err = m.adopt(r); err != nil {
			return err
		}
	}
	if m.identity, err = newIdentityServer(m.identify); err != nil {
		return err
	}
	m.spawner = newSpawner()
	return nil
}

func (m *manager) unlock() error {
	if m.lock == nil {
		return nil
	}
	return m.lock.Close()
}

func setDefaults(opts *Options) {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&opts.StartTimeout, 2 * time.Minute},
		{&opts.JoinTimeout, time.Minute},
		{&opts.DrainTimeout, 20 * time.Second},
		{&opts.AddonTimeout, 2 * time.Minute},
	} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	if opts.Zones == nil {
		opts.Zones = func(_, region string) []Zone {
			return []Zone{{Name: region + "a"}, {Name: region + "b"}, {Name: region + "c"}}
		}
	}
}

// find returns a cluster that Create or Resume made known.
func (m *manager) find(arn string) (*cluster, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if c, ok := m.clusters[arn]; ok {
		return c, nil
	}
	return nil, fmt.Errorf("%s: %w", arn, ErrNotFound)
}
