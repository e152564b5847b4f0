package world

import (
	"net/http"
	"time"

	"retail/sandbox/awsapi"
)

// api serves the simulated AWS to AWS's own clients.
func (d *daemon) api(failed chan<- error) (*http.Server, error) {
	listener, err := awsapi.Listen(d.Folder)
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: awsapi.Handler(d.world), ReadHeaderTimeout: 10 * time.Second}
	go func() { failed <- server.Serve(listener) }()
	return server, nil
}
