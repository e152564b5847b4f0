// Package awsapi serves the simulated AWS to AWS's own clients: one address that
// speaks the HTTP protocols of the services that the operator's command and the
// controllers ask. A request's signature tells the service, the Region and who
// asks; IAM is asked, the call log shows the call, faults strike it.
//
// An operation, a parameter or a service that is not simulated is refused by
// AWS's own error code, with the file to extend.
package awsapi

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudwatch/metrics"
	"retail/sandbox/port"
	"retail/sandbox/sigv4"
)

// maxBody is the most that a request may bring.
const maxBody = 1 << 20

// ports are those of the worlds' APIs.
var ports = port.Range{What: "the AWS API", File: "awsapi.port", First: 16000, Last: 17999}

// Listen opens the port of a world's API.
func Listen(world string) (net.Listener, error) { return ports.Listen(world) }

// Variables point AWS's clients at a world's API, as the pipeline's role, in a
// Region ("NAME=value"). They are the SDKs' own variables.
func Variables(world, region string) ([]string, error) {
	url, err := ports.URL(world)
	if err != nil {
		return nil, err
	}
	return []string{
		"AWS_ENDPOINT_URL=" + url, "AWS_REGION=" + region,
		"AWS_ACCESS_KEY_ID=" + cloud.AmbientKey, "AWS_SECRET_ACCESS_KEY=" + cloud.AmbientSecret,
		"AWS_SESSION_TOKEN=" + cloud.AmbientToken,
	}, nil
}

// Handler serves a world with its metrics.
func Handler(world *cloud.World, store *metrics.Store) http.Handler {
	return &server{world: world, metrics: store, authorise: Authorise, now: time.Now}
}

type server struct {
	world     *cloud.World
	metrics   *metrics.Store
	authorise cloud.Authoriser
	now       func() time.Time
}

// ServeHTTP answers one call.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	signature, err := sigv4.Read(r)
	if err != nil {
		restJSON{}.fail(w, &cloud.Error{Code: "MissingAuthenticationTokenException", Status: http.StatusForbidden, Message: err.Error()})
		return
	}
	service, known := services[signature.Service]
	if !known {
		restJSON{}.fail(w, &cloud.Error{Code: "UnknownOperationException", Status: http.StatusNotFound, Message: fmt.Sprintf(
			"the service %s is not simulated here: add it to sandbox/awsapi/services.go", signature.Service)})
		return
	}
	out, err := s.call(r, body, signature, service)
	if err != nil {
		service.protocol.fail(w, inTerms(service.protocol, err))
		return
	}
	service.protocol.answer(w, out)
}

// answered is what an operation answers.
type answered struct {
	operation string
	status    int // 0: 200
	body      object
}

func (s *server) call(r *http.Request, body []byte, signature *sigv4.Signature, service *service) (*answered, error) {
	caller, secret, err := s.world.CallerOf(signature.AccessKeyID, signature.SessionToken)
	if err != nil {
		return nil, err
	}
	if err := signature.Verify(r, body, secret, s.now()); err != nil {
		code := "SignatureDoesNotMatch"
		if errors.Is(err, sigv4.ErrExpired) {
			code = "RequestExpired"
		}
		return nil, &cloud.Error{Code: code, Status: http.StatusForbidden, Message: err.Error()}
	}
	asked, err := service.protocol.read(r, body, service)
	if err != nil {
		return nil, err
	}
	if _, has := s.world.Organisation().Regions[signature.Region]; !has {
		return nil, &cloud.Error{Code: "InvalidRegion", Message: signature.Region + " is not a region of this world"}
	}
	return s.do(r, caller, signature.Region, service, asked)
}

// do makes the call that a request asks for.
func (s *server) do(r *http.Request, caller cloud.Caller, region string, service *service, asked *request) (*answered, error) {
	o := asked.operation
	if err := o.check(service, asked.in); err != nil {
		return nil, err
	}
	resource, context := "*", map[string]string(nil)
	if o.on != nil {
		err := s.world.View(caller.Account, region, func(c *cloud.Call) error {
			resource, context = o.on(c, asked.in)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	authorise := s.authorise
	if o.anyone {
		authorise = nil
	}
	out := &answered{operation: o.name, status: o.status}
	call := &call{caller: caller, in: asked.in, world: s.world, metrics: s.metrics}
	err := s.world.Serve(r.Context(), caller, region,
		cloud.Operation{Name: service.log + ":" + o.name, Writes: o.writes, Resource: resource, Context: context}, authorise,
		func(c *cloud.Call) (err error) {
			call.Call = c
			out.body, err = o.do(call)
			return err
		})
	return out, err
}
