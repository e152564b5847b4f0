package customers

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/clusters"
	"retail/sandbox/mesh"
	"retail/sandbox/request"
)

// patience is how long a cluster's API server may take to list its objects. One that does
// not answer is not needed for requests: its pods go on, as they were last seen.
const patience = 5 * time.Second

// plane is a cluster whose objects decide where requests go.
type plane struct {
	guard   sync.Mutex
	client  dynamic.Interface // nil while the control plane does not run
	objects *mesh.Snapshot    // as last seen; nil: never
	seen    time.Time
}

// Controllers notes every cluster's way in while its control plane runs.
func (c *Crowd) Controllers() clusters.Controller {
	return func(ctx context.Context, running clusters.Plane) {
		config := *running.Config
		config.QPS, config.Timeout = -1, patience // it asks seldom, and for all at once
		client, err := dynamic.NewForConfig(&config)
		if err != nil {
			running.Log.Error("no request goes on in the cluster", "error", err)
			return
		}
		p := c.plane(running.Spec.ARN)
		p.set(client)
		<-ctx.Done()
		p.set(nil)
	}
}

func (p *plane) set(client dynamic.Interface) {
	p.guard.Lock()
	defer p.guard.Unlock()
	p.client = client
}

// plane is a cluster's, by ARN.
func (c *Crowd) plane(arn string) *plane {
	c.guard.Lock()
	defer c.guard.Unlock()
	if c.planes[arn] == nil {
		c.planes[arn] = &plane{}
	}
	return c.planes[arn]
}

// inside are the clusters of the records with their objects, as far as they were ever
// seen: of others targets show by their address alone.
func (c *Crowd) inside(ctx context.Context, records []*cloud.Record, age time.Duration) []request.Cluster {
	var found []*cloud.Record
	for _, r := range records {
		if r.Token == "aws:eks/cluster:Cluster" && !r.Fading {
			found = append(found, r)
		}
	}
	seen := make([]*mesh.Snapshot, len(found))
	var asking sync.WaitGroup
	for i, r := range found {
		asking.Go(func() { seen[i] = c.plane(ec2.Text(r.State, "arn")).look(ctx, age) })
	}
	asking.Wait()
	var out []request.Cluster
	for i, r := range found {
		if seen[i] != nil {
			out = append(out, request.Cluster{Name: r.ID, VPC: ec2.Text(r.State, "vpcConfig.vpcId"), Objects: seen[i]})
		}
	}
	return out
}

// look is a copy of the cluster's objects, at most so old where its API server answers.
func (p *plane) look(ctx context.Context, age time.Duration) *mesh.Snapshot {
	p.guard.Lock()
	defer p.guard.Unlock()
	if p.client != nil && (age == 0 || time.Since(p.seen) > age) {
		if fresh, err := list(ctx, p.client); err == nil {
			p.objects, p.seen = fresh, time.Now()
		}
	}
	if p.objects == nil {
		return nil
	}
	out := *p.objects // who asks puts draws of his own into it
	return &out
}

// core are the kinds that a request needs of Kubernetes itself.
var core = []schema.GroupVersionResource{
	{Version: "v1", Resource: "pods"}, {Version: "v1", Resource: "services"}, {Version: "v1", Resource: "namespaces"},
	{Group: "discovery.k8s.io", Version: "v1", Resource: "endpointslices"},
}

// list reads a cluster's objects. Of the mesh's kinds it may have none.
func list(ctx context.Context, client dynamic.Interface) (*mesh.Snapshot, error) {
	kinds := append(append([]schema.GroupVersionResource{}, core...), mesh.Resources()...)
	lists := make([]*unstructured.UnstructuredList, len(kinds))
	group, ctx := errgroup.WithContext(ctx)
	for i, kind := range kinds {
		group.Go(func() (err error) {
			lists[i], err = client.Resource(kind).List(ctx, metav1.ListOptions{})
			if apierrors.IsNotFound(err) && i >= len(core) {
				lists[i], err = &unstructured.UnstructuredList{}, nil
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	out := &mesh.Snapshot{}
	var errs []error
	for _, l := range lists {
		for i := range l.Items {
			errs = append(errs, out.Add(&l.Items[i]))
		}
	}
	return out, errors.Join(errs...)
}
