package world

import (
	"net/http"
	"time"

	"retail/sandbox/awsapi"
	"retail/sandbox/customers"
)

// open opens the world's HTTP servers; end cuts off whoever still asks.
func (d *daemon) open(failed chan<- error) (end func(), err error) {
	var open []*http.Server
	end = func() {
		for _, s := range open {
			_ = s.Close()
		}
	}
	for _, start := range []func(chan<- error) (*http.Server, error){d.mirror, d.api, d.proxy} {
		server, err := start(failed)
		if err != nil {
			end()
			return nil, err
		}
		open = append(open, server)
	}
	return end, nil
}

// api serves the simulated AWS to AWS's own clients.
func (d *daemon) api(failed chan<- error) (*http.Server, error) {
	listener, err := awsapi.Listen(d.Folder)
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: awsapi.Handler(d.world, d.store), ReadHeaderTimeout: 10 * time.Second}
	go func() { failed <- server.Serve(listener) }()
	return server, nil
}

// proxy answers customers' requests over HTTP.
func (d *daemon) proxy(failed chan<- error) (*http.Server, error) {
	handler, err := d.crowd.Proxy(d.Folder, d.Log)
	if err != nil {
		return nil, err
	}
	listener, err := customers.ListenProxy(d.Folder)
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() { failed <- server.Serve(listener) }()
	return server, nil
}
