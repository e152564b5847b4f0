// Package world serves a simulated AWS from one folder: the store, the sockets
// of the provider and of the control door, and the Kubernetes control planes of
// the clusters in it.
package world

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/arczonalshift"
	"retail/sandbox/cloud/cloudwatch/metrics"
	"retail/sandbox/cloud/eks"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/clusters"
	"retail/sandbox/controllers/istiod"
	"retail/sandbox/controllers/lattice"
	"retail/sandbox/controllers/loadbalancer"
	"retail/sandbox/controllers/reloader"
	"retail/sandbox/controllers/secretstore"
	"retail/sandbox/controllers/webhook"
	"retail/sandbox/controllers/zonalshift"
	"retail/sandbox/customers"
	"retail/sandbox/mirror"
	"retail/sandbox/world/control"
	"retail/sandbox/world/provider"
	"retail/sandbox/world/store"
)

// Names of files in a world's folder.
const (
	providerSocket = "aws.sock"
	pidFile        = "daemon.pid"
	logFile        = "daemon.log"
	storeFile      = "world.db"
)

// maxMessage is the engine's own limit for provider messages.
const maxMessage = 400 << 20

// maxSocket is the longest path of a unix socket on Linux, in bytes.
const maxSocket = 107

// Options of a daemon.
type Options struct {
	Folder string       // of the world; it is made when missing
	Bin    string       // where the programs of the control planes are
	Log    *slog.Logger // nil discards
}

// Serve serves a world until the context ends or the control door is told to
// stop. Then it ends what it started and leaves the world for the next time.
func Serve(ctx context.Context, o Options) error {
	if n := len(filepath.Join(o.Folder, control.Socket)); n > maxSocket {
		return fmt.Errorf("%s: the path is too long for a socket (%d bytes, at most %d); choose a shorter folder",
			o.Folder, n, maxSocket)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(o.Folder, 0o700); err != nil {
		return err
	}
	file, err := store.Open(filepath.Join(o.Folder, storeFile))
	if err != nil {
		return err
	}
	d := &daemon{Options: o}
	if err := d.wake(ctx, file); err != nil {
		return errors.Join(err, d.sleep(), file.Close())
	}
	err = d.serve(ctx)
	return errors.Join(err, d.sleep(), file.Close())
}

type daemon struct {
	Options
	world    *cloud.World
	clusters clusters.Manager
	store    *metrics.Store
	crowd    *customers.Crowd
}

// wake loads the world and starts the control planes of its clusters.
func (d *daemon) wake(ctx context.Context, file *store.Store) error {
	d.crowd = customers.New(func() *cloud.World { return d.world }, func() *metrics.Store { return d.store })
	settings, err := readSettings(d.Folder)
	if err != nil {
		return err
	}
	if d.clusters, err = d.manager(settings); err != nil {
		return err
	}
	d.world, err = cloud.NewWorld(cloud.Options{Registry: Registry(d.clusters), Facts: cloud.Tables, Journal: file, Seed: settings.Seed})
	if err != nil {
		return err
	}
	if err := d.recall(); err != nil {
		return err
	}
	return d.clusters.Resume(ctx)
}

// manager runs the control planes, or does without as the world's settings say.
func (d *daemon) manager(settings Settings) (clusters.Manager, error) {
	if settings.Hollow {
		return clusters.NewHollow(), nil
	}
	world := func() *cloud.World { return d.world }
	return clusters.New(clusters.Options{
		Dir: filepath.Join(d.Folder, "clusters"), Bin: d.Bin, Log: d.Log, Zones: d.zones, Pods: d.pods,
		Controllers: []clusters.Controller{loadbalancer.Controllers(world, iam.Authorize), webhook.Controllers(world, iam.Authorize),
			lattice.Controllers(world, iam.Authorize),
			secretstore.Controllers(world), reloader.Controllers(), istiod.Controllers(), zonalshift.Controllers(world), d.crowd.Controllers()},
		Identify: func(cluster, token string) (string, []string, bool) { return eks.Identify(d.world)(cluster, token) },
	})
}

// zones are an account's zones, for the nodes of Auto Mode.
func (d *daemon) zones(account, region string) []clusters.Zone {
	var out []clusters.Zone
	_ = d.world.View(account, region, func(c *cloud.Call) error { // it only reads
		for _, id := range c.Zones() {
			out = append(out, clusters.Zone{Name: c.ZoneName(id), ID: id})
		}
		return nil
	})
	return out
}

// pods is a block of addresses for the pods of a node of Auto Mode.
func (d *daemon) pods(cluster, zone string, taken []string) string {
	var blocks []netip.Prefix
	for _, t := range taken {
		if p, err := netip.ParsePrefix(t); err == nil {
			blocks = append(blocks, p)
		}
	}
	parts := strings.Split(cluster, ":")
	var out string
	_ = d.world.View(parts[4], parts[3], func(c *cloud.Call) error { // it only reads
		if away, _ := arczonalshift.AwayFrom(c, cluster); away == "" || c.ZoneName(away) != zone { // no node starts in a zone that is shifted away
			out = eks.AutoPodBlock(c, cluster, zone, blocks)
		}
		return nil
	})
	return out
}

// sleep ends the control planes; their folders stay.
func (d *daemon) sleep() error {
	if d.clusters == nil {
		return nil
	}
	return d.clusters.Close()
}

func (d *daemon) serve(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	pid := filepath.Join(d.Folder, pidFile)
	if err := os.WriteFile(pid, []byte(strconv.Itoa(os.Getpid())), 0o600); err != nil {
		return err
	}
	defer func() { _ = os.Remove(pid) }() // a stale one misleads nobody: the socket tells

	aws := grpc.NewServer(grpc.MaxRecvMsgSize(maxMessage), grpc.MaxSendMsgSize(maxMessage))
	pulumirpc.RegisterResourceProviderServer(aws, provider.New(d.world))
	build, err := Build()
	if err != nil {
		return err
	}
	self := control.Status{World: d.Folder, Build: build}
	doors := http.NewServeMux()
	doors.Handle("/", control.Handler(d.world, self, stop))
	d.crowd.Door(doors)
	door := &http.Server{Handler: doors, ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 5)
	end, err := d.open(failed)
	if err != nil {
		return err
	}
	defer end()
	defer d.tick()()
	for name, serve := range map[string]func(net.Listener) error{providerSocket: aws.Serve, control.Socket: door.Serve} {
		listener, err := listen(filepath.Join(d.Folder, name))
		if err != nil {
			return err
		}
		go func() { failed <- serve(listener) }()
	}
	d.Log.Info("serving", "world", d.Folder, "pid", os.Getpid())
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	d.Log.Info("stopping", "world", d.Folder)
	grace, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err = errors.Join(err, door.Shutdown(grace))
	context.AfterFunc(grace, aws.Stop) // what still waits is cut off
	aws.GracefulStop()
	return err
}

// mirror serves what programs would fetch from the internet.
func (d *daemon) mirror(failed chan<- error) (*http.Server, error) {
	handler, err := mirror.Handler(filepath.Join(filepath.Dir(d.Bin), "lib"))
	if err != nil {
		return nil, err
	}
	listener, err := mirror.Listen(d.Folder)
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() { failed <- server.Serve(listener) }()
	return server, nil
}

// listen opens a socket in place of one that an ended daemon left. The store's
// lock has made sure that there is no other.
func listen(path string) (net.Listener, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	return net.Listen("unix", path)
}
