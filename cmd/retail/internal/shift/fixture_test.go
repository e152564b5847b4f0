package shift_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"retail/cmd/retail/internal/drill/readiness"
	"retail/cmd/retail/internal/shift"
)

const (
	rule  = "urn:pulumi:dev::retail::retail:frontdoor:Traffic$aws:lb/listenerRule:ListenerRule::main-traffic"
	route = "urn:pulumi:dev::retail::retail:lattice:Routes$kubernetes:gateway.networking.k8s.io/v1:HTTPRoute::main-shop"
)

// vpc is a VPC with its stack, file, journal and clock: blue has all the traffic, green
// is as good. It is every interface that a shift asks.
type vpc struct {
	now time.Time
	// file and state are the weights in the stack's file and in force, by URN.
	file  shift.Weights
	state map[string]shift.Weights
	// kept is the journal on the disk; saved are the phases that it went through.
	kept    []byte
	saved   []shift.Phase
	written []string
	drift   []shift.Change
	// extra are changes that a preview shows beside the weights.
	extra []shift.Change
	// at runs before each look, with its number; before each update likewise.
	at, atUp func(n int)
	looks    int
	ups      int
	facts    shift.Facts
	answers  []shift.Answer
	// What fails.
	failLook, failWrite, failSmoke, failJournal error
	failUp, failRestore                         map[int]error // by number of the update
	failCarrier                                 map[string]error
	locked                                      *shift.Locked
	released                                    int
	stray                                       shift.Weights // in force whatever is asked for
	slow                                        time.Duration // how long an update takes
	asked                                       []string      // what was restored
}

func newVPC() *vpc {
	colour := func(name, version string) shift.Colour {
		return shift.Colour{Name: name, Cluster: "retail-dev-main-" + name, Status: "ACTIVE", Version: version, Configured: version,
			Addons: []shift.Addon{{Name: "coredns", Status: "ACTIVE"}},
			Inside: &readiness.Cluster{Nodes: []readiness.Node{{Name: "n", Ready: true, Schedulable: true}},
				Services: []readiness.Service{{Namespace: "store", Name: "ui", Ready: map[string]int{"a": 2}, Need: 2, Why: "peak"}}},
			Groups: []shift.Group{{Kind: shift.LoadBalancer, Name: name, Healthy: 4, Total: 4}}}
	}
	start := shift.Weights{"blue": 100, "green": 0}
	return &vpc{now: time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC), file: start, at: func(int) {}, atUp: func(int) {},
		state:   map[string]shift.Weights{rule: start, route: start},
		facts:   shift.Facts{To: colour("green", "1.35"), From: colour("blue", "1.34"), Alarms: []readiness.Alarm{{Name: "errors", State: readiness.OK}}},
		answers: []shift.Answer{{URL: "/", Status: 200}}, failUp: map[int]error{}, failRestore: map[int]error{}, failCarrier: map[string]error{}}
}

func (v *vpc) Now() time.Time { return v.now }
func (v *vpc) After(d time.Duration) <-chan time.Time {
	v.now = v.now.Add(d)
	c := make(chan time.Time, 1)
	c <- v.now
	return c
}

func (v *vpc) Drift(context.Context) ([]shift.Change, error) { return v.drift, nil }

// inputs are those of a carrier.
func inputs(w shift.Weights) map[string]any {
	var groups []any
	for _, colour := range []string{"blue", "green"} {
		groups = append(groups, map[string]any{"arn": "arn:" + colour, "weight": float64(w[colour])})
	}
	return map[string]any{"actions": []any{map[string]any{"type": "forward", "forward": map[string]any{"targetGroups": groups}}}}
}

func (v *vpc) Preview(_ context.Context, file string) ([]shift.Change, error) {
	var wanted shift.Weights
	if err := json.Unmarshal([]byte(file), &wanted); err != nil {
		return nil, err
	}
	out := v.extra
	for urn, w := range v.state {
		if !w.Equal(wanted) {
			out = append(out, shift.Change{URN: urn, Op: "update", Paths: []string{"weight"}, Old: inputs(w), New: inputs(wanted)})
		}
	}
	return out, nil
}

func (v *vpc) Up(ctx context.Context) error {
	v.ups++
	v.atUp(v.ups)
	if v.locked != nil {
		return v.locked
	}
	if v.slow > 0 {
		<-ctx.Done()
		return ctx.Err()
	}
	for urn := range v.state {
		if err := v.failCarrier[urn]; err != nil {
			return err
		}
		v.state[urn] = v.file
	}
	return v.failUp[v.ups]
}

func (v *vpc) Restore(_ context.Context, c shift.Carrier) error {
	v.asked = append(v.asked, c.Name)
	if v.locked != nil {
		return v.locked
	}
	if err := v.failCarrier[c.URN]; err != nil {
		return err
	}
	v.state[c.URN] = v.file
	return nil
}

func (v *vpc) Release(context.Context) error { v.released, v.locked = v.released+1, nil; return nil }

func (v *vpc) look() (shift.Facts, error) {
	v.looks++
	v.at(v.looks)
	f := v.facts
	f.Live = map[string]shift.Weights{"rule": v.state[rule], "route": v.state[route]}
	if v.stray != nil {
		f.Live["rule"] = v.stray
	}
	return f, v.failLook
}

func (v *vpc) Inspect(context.Context) (shift.Facts, error) { return v.look() }
func (v *vpc) Watch(context.Context) (shift.Facts, error)   { return v.look() }
func (v *vpc) Smoke(context.Context) ([]shift.Answer, error) {
	return v.answers, v.failSmoke
}

func (v *vpc) Weights() (shift.Weights, error) { return v.file, nil }
func (v *vpc) Trial(w shift.Weights) (string, string, func(), error) {
	text, err := json.Marshal(w)
	return string(text), "+ " + w.String(), func() {}, err
}

func (v *vpc) Write(_ context.Context, w shift.Weights, _ string) (string, error) {
	if v.failWrite != nil {
		return "", v.failWrite
	}
	v.file = maps.Clone(w)
	v.written = append(v.written, w.String())
	return "+ " + w.String(), nil
}

func (v *vpc) Load() (*shift.Journal, error) {
	if v.kept == nil {
		return nil, nil
	}
	j := &shift.Journal{}
	return j, json.Unmarshal(v.kept, j)
}

func (v *vpc) Save(j *shift.Journal) (err error) {
	if v.failJournal != nil {
		return v.failJournal
	}
	v.saved = append(v.saved, j.Phase)
	v.kept, err = json.Marshal(j)
	return err
}
func (v *vpc) Remove() error { v.kept = nil; return nil }

// do shifts to green in four steps of five minutes, and gives what was said.
func (v *vpc) do(ctx context.Context, t *testing.T, change func(*shift.Options)) (*shift.Report, string) {
	t.Helper()
	var said bytes.Buffer
	o := shift.Options{To: "green", Shares: []int{5, 25, 50, 100}, Bake: 5 * time.Minute, Every: time.Minute, Settle: 2 * time.Minute, Update: time.Second,
		Say: func(format string, args ...any) { fmt.Fprintf(&said, format+"\n", args...) }, Interrupted: func() { said.WriteString("interrupted\n") }}
	if change != nil {
		change(&o)
	}
	place := shift.Place{Stack: "dev", VPC: "main", Engine: v, World: v, Desired: v, Journals: v,
		Carriers: []shift.Carrier{{URN: rule, Name: "rule", ByHand: func(w shift.Weights) string { return "aws elbv2 modify-rule " + w.String() }}, {URN: route, Name: "route"}}}
	r, err := shift.Do(ctx, place, v, o)
	require.NoError(t, err)
	r.Print(&said)
	return r, said.String()
}

var errBoom = errors.New("boom")
