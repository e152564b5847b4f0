// Package port gives each world ports of its own on the loopback interface. A
// world keeps a port for ever, in a file of its folder: addresses stand in the
// state of what was installed from them, and in shells.
package port

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Range are the ports that worlds choose from for one purpose. Ranges lie below
// the clusters' API servers (20000 and up), far below the ephemeral ports of
// Linux, and do not overlap.
type Range struct {
	// What listens, in words for errors: "the mirror".
	What string
	// File holds the port in the world's folder.
	File        string
	First, Last int
}

// Of is a world's port. The first to ask chooses it.
func (r Range) Of(world string) (int, error) {
	path := filepath.Join(world, r.File)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return r.choose(world, path)
	}
	if err != nil {
		return 0, err
	}
	port, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || port < r.First || port > r.Last {
		return 0, fmt.Errorf("%s: %q is no port from %d to %d; remove the file", path, text, r.First, r.Last)
	}
	return port, nil
}

// choose picks a free port and writes it down, unless another process was
// quicker. The search starts at a place that depends on the world, so that
// stopped worlds seldom meet.
func (r Range) choose(world, path string) (int, error) {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(world))
	count := r.Last - r.First + 1
	start := int(hash.Sum32()) % count
	for i := range count {
		port := r.First + (start+i)%count
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
		return r.Of(world)
	}
	return 0, fmt.Errorf("%s's port: none of %d-%d is free on 127.0.0.1", r.What, r.First, r.Last)
}

// write makes the file whole or not at all.
func write(world, path string, port int) error {
	draft, err := os.CreateTemp(world, filepath.Base(path))
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

// URL is where a world's port answers HTTP, without a path.
func (r Range) URL(world string) (string, error) {
	port, err := r.Of(world)
	if err != nil {
		return "", err
	}
	return "http://" + address(port), nil
}

// Listen opens a world's port.
func (r Range) Listen(world string) (net.Listener, error) {
	port, err := r.Of(world)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", address(port))
	if err != nil {
		return nil, fmt.Errorf("%s's port is taken: %w; end the program that has it (the port is in %s)",
			r.What, err, filepath.Join(world, r.File))
	}
	return listener, nil
}
