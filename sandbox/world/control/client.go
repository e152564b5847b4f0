package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"syscall"

	"retail/sandbox/cloud"
)

// ErrNotRunning is that no daemon serves the world.
var ErrNotRunning = errors.New("the sandbox is not running: make up")

// Client asks the daemon of one world.
type Client struct{ http http.Client }

// Dial is a client for the world in a folder; it connects when it is asked.
func Dial(folder string) *Client {
	socket := filepath.Join(folder, Socket)
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}
	return &Client{http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}}
}

// Status asks how the daemon is.
func (c *Client) Status() (Status, error) { return ask[Status](c, http.MethodGet, "/status", nil) }

// Calls are the log's entries from the n-th.
func (c *Client) Calls(from int) (Calls, error) {
	return ask[Calls](c, http.MethodGet, "/calls?from="+strconv.Itoa(from), nil)
}

// Faults are the armed faults.
func (c *Client) Faults() ([]cloud.Fault, error) {
	return ask[[]cloud.Fault](c, http.MethodGet, "/faults", nil)
}

// AddFault arms a fault.
func (c *Client) AddFault(f cloud.Fault) (cloud.Fault, error) {
	return ask[cloud.Fault](c, http.MethodPost, "/faults", f)
}

// ClearFaults disarms all faults.
func (c *Client) ClearFaults() error {
	_, err := ask[any](c, http.MethodDelete, "/faults", nil)
	return err
}

// Snapshot is the world's content, with its normalised form if asked for.
func (c *Client) Snapshot(normalised bool) (Snapshot, error) {
	path := "/snapshot"
	if normalised {
		path += "?normalised=1"
	}
	return ask[Snapshot](c, http.MethodGet, path, nil)
}

// Records are all of the world's records.
func (c *Client) Records() ([]*cloud.Record, error) {
	return ask[[]*cloud.Record](c, http.MethodGet, "/records", nil)
}

// MadeBy are the IDs of the resources that a URN has made.
func (c *Client) MadeBy(urn string) ([]string, error) {
	return ask[[]string](c, http.MethodGet, "/made?urn="+url.QueryEscape(urn), nil)
}

// Drift changes something behind Pulumi's back.
func (c *Client) Drift(d Drift) error {
	_, err := ask[any](c, http.MethodPost, "/drift", d)
	return err
}

// Rotate gives a secret that a service manages, as RDS's of a database, a new password.
func (c *Client) Rotate(arn string) error {
	_, err := ask[any](c, http.MethodPost, "/rotate", Rotation{arn})
	return err
}

// Token is a cluster token.
func (c *Client) Token(q TokenRequest) (Token, error) {
	return ask[Token](c, http.MethodPost, "/token", q)
}

// Stop asks the daemon to end.
func (c *Client) Stop() error {
	_, err := ask[any](c, http.MethodPost, "/stop", nil)
	return err
}

// Ask makes one request of a door that another package has opened beside this one's.
func Ask[T any](c *Client, method, path string, in any) (T, error) {
	return ask[T](c, method, path, in)
}

// ask makes one request; what the daemon refuses is a *Problem.
func ask[T any](c *Client, method, path string, in any) (T, error) {
	var out T
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return out, err
		}
	}
	request, err := http.NewRequest(method, "http://sandbox"+path, &body)
	if err != nil {
		return out, err
	}
	response, err := c.http.Do(request)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		return out, ErrNotRunning
	}
	if err != nil {
		return out, err
	}
	defer func() { _ = response.Body.Close() }() // it has been read
	if response.StatusCode != http.StatusOK {
		problem := &Problem{}
		if err := json.NewDecoder(response.Body).Decode(problem); err != nil {
			return out, fmt.Errorf("%s %s: %s", method, path, response.Status)
		}
		return out, problem
	}
	return out, json.NewDecoder(response.Body).Decode(&out)
}
