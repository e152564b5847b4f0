package clusters

import (
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net/http"
	"sync"

	"k8s.io/client-go/rest"
)

// Plane is a running control plane as a controller sees it.
type Plane struct {
	Spec ClusterSpec
	// Config is the way in, with all rights.
	Config *rest.Config
	// AutoMode tells whether EKS Auto Mode's own controllers run.
	AutoMode bool
	// Serve answers HTTPS at an address of a Service, "127.96.0.9:443", where the
	// cluster's API server alone can reach it, until the Closer is closed; who is
	// asking then is cut off. Nothing is bound, so it needs no rights and any port
	// will do. It is an error to ask for an address outside the cluster's service
	// range or for one that is answered already.
	Serve func(address string, certificate tls.Certificate, handler http.Handler) (io.Closer, error)
	Log   *slog.Logger
}

// Controller acts in a cluster until the context ends. It is started anew when
// the control plane or Auto Mode is.
type Controller func(ctx context.Context, plane Plane)

// agents are the goroutines that act inside a running cluster.
type agents struct {
	cancel context.CancelFunc
	wait   sync.WaitGroup
}

func (a *agents) start(c *cluster) {
	ctx, cancel := context.WithCancel(context.Background())
	a.cancel = cancel
	a.wait.Go(func() { c.joinNodes(ctx) })
	a.wait.Go(func() { c.serveMetrics(ctx) })
	if c.record.AutoMode {
		a.wait.Go(func() { c.provideNodes(ctx) })
	}
	plane := Plane{Spec: c.record.Spec, Config: c.restConfig(), AutoMode: c.record.AutoMode, Serve: c.egress.serve, Log: c.log}
	for _, run := range c.opts.Controllers {
		a.wait.Go(func() { run(ctx, plane) })
	}
}

func (a *agents) stop() {
	if a.cancel == nil {
		return
	}
	a.cancel()
	a.wait.Wait()
	a.cancel = nil
}
