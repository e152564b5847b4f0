package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/secretsmanager"
)

// Handler serves a world. What self tells (world, build) is passed on in the
// status; stop ends the daemon.
func Handler(world *cloud.World, self Status, stop func()) http.Handler {
	self.PID, self.Started = os.Getpid(), time.Now()
	s := &server{world: world, self: self}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /status", answer(s.status))
	mux.HandleFunc("GET /calls", answer(s.calls))
	mux.HandleFunc("GET /faults", answer(func(*http.Request) (any, error) { return world.Faults(), nil }))
	mux.HandleFunc("POST /faults", answer(s.addFault))
	mux.HandleFunc("DELETE /faults", answer(func(*http.Request) (any, error) { return nil, world.ClearFaults() }))
	mux.HandleFunc("GET /snapshot", answer(s.snapshot))
	mux.HandleFunc("GET /records", answer(func(*http.Request) (any, error) { return world.Records(), nil }))
	mux.HandleFunc("GET /made", answer(func(r *http.Request) (any, error) { return world.MadeBy(r.FormValue("urn")), nil }))
	mux.HandleFunc("POST /drift", answer(s.drift))
	mux.HandleFunc("POST /rotate", answer(s.rotate))
	mux.HandleFunc("POST /token", answer(s.token))
	s.zones(mux)
	mux.HandleFunc("POST /stop", answer(func(*http.Request) (any, error) { go stop(); return nil, nil }))
	return mux
}

type server struct {
	world *cloud.World
	self  Status
}

// Answer is for the doors of other packages beside this one's: it writes a result, or a
// problem, as JSON.
func Answer(f func(*http.Request) (any, error)) http.HandlerFunc { return answer(f) }

// answer writes a result, or a problem, as JSON.
func answer(f func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		out, err := f(r)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			out = problem(err)
		}
		_ = json.NewEncoder(w).Encode(out) // the reader has gone; nothing to do
	}
}

// problem is an error for the wire; of AWS's errors code and message.
func problem(err error) *Problem {
	var aws *cloud.Error
	if errors.As(err, &aws) {
		return &Problem{Code: aws.Code, Message: aws.Message}
	}
	return &Problem{Message: err.Error()}
}

func read[T any](r *http.Request) (T, error) {
	var in T
	err := json.NewDecoder(r.Body).Decode(&in)
	return in, err
}

func (s *server) status(*http.Request) (any, error) {
	records := s.world.Records()
	out := s.self
	out.Clock, out.Resources, out.Accounts = s.world.Now(), len(records), map[string]int{}
	out.Calls, out.Faults = s.world.CallCount(), len(s.world.Faults())
	for _, r := range records {
		out.Accounts[r.Account]++
	}
	return out, nil
}

func (s *server) calls(r *http.Request) (any, error) {
	from := 1
	if text := r.FormValue("from"); text != "" {
		var err error
		if from, err = strconv.Atoi(text); err != nil {
			return nil, err
		}
	}
	return s.world.Calls(from), nil
}

func (s *server) addFault(r *http.Request) (any, error) {
	fault, err := read[cloud.Fault](r)
	if err != nil {
		return nil, err
	}
	return s.world.AddFault(fault)
}

func (s *server) snapshot(r *http.Request) (any, error) {
	out := Snapshot{Identifiers: s.world.Identifiers()}
	if r.FormValue("normalised") != "" {
		out.Normalised = s.world.Normalised()
	}
	return out, nil
}

func (s *server) drift(r *http.Request) (any, error) {
	d, err := read[Drift](r)
	switch {
	case err != nil:
		return nil, err
	case d.Delete:
		return nil, s.world.RemoveByHand(d.Resource)
	}
	return nil, s.world.SetProperty(d.Resource, d.Path, d.Value)
}

func (s *server) rotate(r *http.Request) (any, error) {
	q, err := read[Rotation](r)
	if err != nil {
		return nil, err
	}
	parts := strings.Split(q.Secret, ":")
	if len(parts) != 7 || parts[2] != "secretsmanager" {
		return nil, fmt.Errorf("%q is not the ARN of a secret, arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME", q.Secret)
	}
	return nil, s.world.Change(parts[4], parts[3], "rotation of "+q.Secret, func(c *cloud.Call) error {
		return secretsmanager.Rotate(c, q.Secret)
	})
}

func (s *server) token(r *http.Request) (any, error) {
	q, err := read[TokenRequest](r)
	if err != nil {
		return nil, err
	}
	token, id, err := s.world.ClusterToken(q.Cluster, q.Region, q.Role)
	return Token{token, id.Expires}, err
}
