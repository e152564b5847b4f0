// Package mirror serves a world's mirror of what programs fetch from the
// internet: a Helm repository of the charts in package charts, and manifests.
// It listens on the loopback interface at a port that a world keeps for ever,
// since its address stands in the state of what was installed from it.
package mirror

import (
	"bytes"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"retail/sandbox/charts"
)

// Mirrors listen below the clusters' API servers (20000 and up), far below the
// ephemeral ports of Linux.
const (
	firstPort = 18000
	lastPort  = 19999
)

// portFile holds the port in the world's folder.
const portFile = "mirror.port"

// Paths under which a mirror serves.
const (
	chartsPath    = "/charts"
	manifestsPath = "/manifests"
)

// Port is the port of a world's mirror. The first to ask chooses it.
func Port(world string) (int, error) {
	path := filepath.Join(world, portFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return choose(world, path)
	}
	if err != nil {
		return 0, err
	}
	port, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || port < firstPort || port > lastPort {
		return 0, fmt.Errorf("%s: %q is no port from %d to %d; remove the file", path, text, firstPort, lastPort)
	}
	return port, nil
}

// choose picks a free port and writes it down, unless another process was
// quicker. The search starts at a place that depends on the world, so that
// stopped worlds seldom meet.
func choose(world, path string) (int, error) {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(world))
	const count = lastPort - firstPort + 1
	start := int(hash.Sum32() % count)
	for i := range count {
		port := firstPort + (start+i)%count
		listener, err := net.Listen("tcp", address(port))
		if err != nil {
			continue
		}
		if err := errors.Join(listener.Close(), os.MkdirAll(world, 0o700)); err != nil {
			return 0, err
		}
		if err := write(world, path, port); !errors.Is(err, fs.ErrExist) {
			return port, err
		}
		return Port(world)
	}
	return 0, fmt.Errorf("the mirror's port: none of %d-%d is free on 127.0.0.1", firstPort, lastPort)
}

// write makes the file whole or not at all.
func write(world, path string, port int) error {
	draft, err := os.CreateTemp(world, portFile)
	if err != nil {
		return err
	}
	_, err = draft.WriteString(strconv.Itoa(port))
	err = errors.Join(err, draft.Close())
	if err == nil {
		err = os.Link(draft.Name(), path) // which does not replace
	}
	return errors.Join(err, os.Remove(draft.Name()))
}

func address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// Variables point programs at a world's mirror, as "NAME=value".
func Variables(world string) ([]string, error) {
	port, err := Port(world)
	if err != nil {
		return nil, err
	}
	base := "http://" + address(port)
	return []string{"RETAIL_MIRROR_CHARTS=" + base + chartsPath, "RETAIL_MIRROR_MANIFESTS=" + base + manifestsPath}, nil
}

// Listen opens a world's mirror.
func Listen(world string) (net.Listener, error) {
	port, err := Port(world)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", address(port))
	if err != nil {
		return nil, fmt.Errorf("the mirror's port is taken: %w; end the program that has it (the port is in %s)",
			err, filepath.Join(world, portFile))
	}
	return listener, nil
}

// Handler serves the charts. Nothing else is there: what is asked for in vain
// is answered 404 with the place to add it.
func Handler() (http.Handler, error) {
	all, err := charts.All()
	if err != nil {
		return nil, err
	}
	index, err := charts.Index(all)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	serve := func(name string, content []byte) {
		mux.HandleFunc("GET "+chartsPath+"/"+name, func(w http.ResponseWriter, r *http.Request) {
			http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
		})
	}
	serve("index.yaml", index)
	for _, chart := range all {
		serve(chart.File(), chart.Archive)
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, r.URL.Path+" is not in the sandbox's mirror: add the chart to sandbox/charts, or the manifest to sandbox/mirror",
			http.StatusNotFound)
	})
	return mux, nil
}
