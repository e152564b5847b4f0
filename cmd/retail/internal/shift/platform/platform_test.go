package platform

import (
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/cmd/retail/internal/live"
	"retail/cmd/retail/internal/shift"
	"retail/cmd/retail/internal/stackfile"
	"retail/internal/entry"
	"retail/stacks/config"
)

// shop is a load balancer; the process trusts its certificate as a user's SSL_CERT_FILE
// makes it, which is read once.
var shop = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Host != "example.com" || r.TLS.ServerName != "example.com":
		w.WriteHeader(http.StatusNotFound)
	case r.Header.Get(entry.ColourHeader) != "green.key":
		w.WriteHeader(http.StatusBadGateway)
	case r.URL.Path == "/moved":
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	case r.URL.Path == "/ill":
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}))

func TestMain(m *testing.M) {
	shop.StartTLS()
	folder, err := os.MkdirTemp("", "shift")
	if err != nil {
		panic(err)
	}
	bundle := filepath.Join(folder, "bundle.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: shop.Certificate().Raw})
	if err := errors.Join(os.WriteFile(bundle, text, 0o600), os.Setenv("SSL_CERT_FILE", bundle)); err != nil {
		panic(err)
	}
	code := m.Run()
	shop.Close()
	_ = os.RemoveAll(folder)
	os.Exit(code)
}

func TestSmokeRequestsReachTheColour(t *testing.T) {
	s := &smoking{host: "example.com", address: strings.TrimPrefix(shop.URL, "https://"), header: "green.key", paths: []string{"/", "/moved", "/ill"}, times: 2}
	answers, err := s.send(t.Context())
	require.NoError(t, err)
	require.Len(t, answers, 6)
	var statuses []int
	for _, a := range answers {
		assert.Empty(t, a.Error)
		statuses = append(statuses, a.Status)
	}
	assert.Equal(t, []int{200, 200, 302, 302, 503, 503}, statuses)
	assert.Equal(t, "https://example.com/moved", answers[2].URL)
	s.address = "127.0.0.1:1"
	answers, err = s.send(t.Context())
	require.NoError(t, err)
	assert.NotEmpty(t, answers[0].Error, "no answer is an answer too")
	s.impossible = "there is no way"
	answers, err = s.send(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []shift.Answer{{URL: "https://example.com", Error: "there is no way"}}, answers)
}

func TestWhereSmokeRequestsGo(t *testing.T) {
	door := config.VPC{FrontDoor: &config.FrontDoor{}}
	for name, c := range map[string]struct {
		entrance            config.Entrance
		vpcs                map[string]config.VPC
		headers             map[string]map[string]string
		vpc                 string
		address, impossible string
	}{
		"one door":                 {config.Entrance{Domain: "shop"}, map[string]config.VPC{"main": door}, map[string]map[string]string{"main": {"green": "green"}}, "main", "shop", ""},
		"two doors":                {config.Entrance{Domain: "shop"}, map[string]config.VPC{"main": door, "second": door}, map[string]map[string]string{"main": {"green": "green"}}, "main", "", ""},
		"behind CloudFront":        {config.Entrance{Domain: "shop", Kind: config.CloudFront, Primary: "main"}, map[string]config.VPC{"main": door, "second": door}, map[string]map[string]string{"main": {"green": "green"}}, "main", "shop", ""},
		"second behind CloudFront": {config.Entrance{Domain: "shop", Kind: config.CloudFront, Primary: "main"}, map[string]config.VPC{"main": door, "second": door}, map[string]map[string]string{"second": {"green": "green"}}, "second", "", "CloudFront sends requests to VPC main"},
		"no header":                {config.Entrance{Domain: "shop"}, map[string]config.VPC{"main": door}, nil, "main", "shop", "the stack has no test header for green"},
	} {
		s := &Stack{wanted: &config.Environment{Entrance: &c.entrance, VPCs: c.vpcs}, read: &live.Stack{TestHeaders: c.headers}}
		got := s.smoking(c.vpc, "green")
		if c.impossible == "" {
			assert.Equal(t, c.address, got.address, name)
			assert.Empty(t, got.impossible, name)
		} else {
			assert.Contains(t, got.impossible, c.impossible, name)
		}
	}
}

func TestEventsBecomeChanges(t *testing.T) {
	w := listen()
	send := func(pre bool, urn string, op apitype.OpType, diff ...string) {
		m := apitype.StepEventMetadata{URN: urn, Op: op, Diffs: diff, New: &apitype.StepEventStateMetadata{Inputs: map[string]any{"a": 1.}}}
		e := apitype.EngineEvent{ResOutputsEvent: &apitype.ResOutputsEvent{Metadata: m}}
		if pre {
			e = apitype.EngineEvent{ResourcePreEvent: &apitype.ResourcePreEvent{Metadata: m}}
		}
		w.channel <- events.EngineEvent{EngineEvent: e}
	}
	send(true, "same", apitype.OpSame)
	send(true, "refreshed", apitype.OpRefresh)
	send(false, "refreshed", apitype.OpUpdate, "weight")
	send(true, "steady", apitype.OpRefresh)
	send(false, "steady", apitype.OpSame)
	send(true, "new", apitype.OpCreate)
	w.channel <- events.EngineEvent{EngineEvent: apitype.EngineEvent{SummaryEvent: &apitype.SummaryEvent{}}}
	close(w.channel)
	changes, err := w.changes(nil)
	require.NoError(t, err)
	require.Len(t, changes, 2)
	assert.Equal(t, shift.Change{URN: "new", Op: "create", New: map[string]any{"a": 1.}}, changes[0])
	assert.Equal(t, []string{"weight"}, changes[1].Paths)

	w = listen()
	w.channel <- events.EngineEvent{Error: errors.New("lost")}
	close(w.channel)
	_, err = w.changes(nil)
	require.ErrorContains(t, err, "lost", "events that are lost may have been of changes")
}

func TestComplaintsBecomeShort(t *testing.T) {
	err := said(errors.New("failed to run update: exit status 255\ncode: 255\nstdout: lots\n  error: update failed\n  error: AccessDenied: no\n  error: AccessDenied: no\nstderr: "))
	assert.EqualError(t, err, "error: AccessDenied: no")
	plain := errors.New("exec: no pulumi")
	assert.Equal(t, plain, said(plain))
	conflict := said(errors.New("stdout: Diagnostics:\n  pulumi:pulumi:Stack (retail-dev):\n    error: preview failed\n    error: an unhandled error occurred: program failed:\n    waiting for RPCs: rpc error: " +
		"resource monitor shut down while waiting on step's done channel\n\n  kubernetes:HTTPRoute (route):\n    error: Preview failed: 1 error occurred:\n    \t* an apply conflict with \"another\"\n\nResources:\n    1 errored"))
	assert.EqualError(t, conflict, `error: Preview failed: 1 error occurred: * an apply conflict with "another"`, "what went wrong, to its end, without the echo")
	assert.NoError(t, said(nil))
}

func TestALockTellsWhoHoldsIt(t *testing.T) {
	host, err := os.Hostname()
	require.NoError(t, err)
	ended := exec.Command("true")
	require.NoError(t, ended.Run())
	text := "the stack is currently locked by 1 lock(s). …\n  file:///x.json: created by %s@%s (pid %d) at 2026-11-26T22:00:00Z"
	for name, c := range map[string]struct {
		host string
		pid  int
		gone bool
	}{
		"one that lives": {host, os.Getpid(), false}, "one that is gone": {host, ended.Process.Pid, true}, "on another machine": {"ci", ended.Process.Pid, false},
	} {
		l := lockOf(fmt.Sprintf(text, "ann", c.host, c.pid) + "\n" + fmt.Sprintf(text, "ann", c.host, c.pid))
		assert.Equal(t, c.gone, l.Gone, name)
		assert.Equal(t, 1, strings.Count(l.Holders, "created by ann@"), name)
	}
	assert.Contains(t, lockOf("[409] Conflict: Another update is currently in progress.").Holders, "409")
	assert.False(t, lockOf("the stack is currently locked by somebody").Gone)
}

func TestCarriersAreFoundInTheState(t *testing.T) {
	const urn = "urn:pulumi:dev::retail::"
	state := []resource{
		{URN: urn + "retail:lattice:Route$kubernetes:gateway.networking.k8s.io/v1:HTTPRoute::main-blue-lattice-route", Type: "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"},
		{URN: urn + "retail:store:Entry$kubernetes:gateway.networking.k8s.io/v1:HTTPRoute::main-blue-ui-route", Type: "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"},
		{URN: urn + "retail:frontdoor:FrontDoor::main", Type: frontDoor, Outputs: map[string]any{"dnsName": "door.elb", "targetGroups": map[string]any{"blue": "arn:blue", "green": "arn:green"}}},
		{URN: urn + "retail:frontdoor:FrontDoor::second", Type: frontDoor, Outputs: map[string]any{"targetGroups": map[string]any{"blue": "arn:other"}}},
		{URN: urn + traffic + "::main-traffic", Type: "aws:lb/listenerRule:ListenerRule", ID: "arn:rule"},
		{URN: urn + traffic + "::second-traffic", Type: "aws:lb/listenerRule:ListenerRule", ID: "arn:rule2"},
		{URN: urn + "retail:frontdoor:FrontDoor$aws:lb/listenerRule:ListenerRule::main-test-green", Type: "aws:lb/listenerRule:ListenerRule"},
	}
	s := &Stack{Settings: Settings{Stack: "dev"}, state: state}
	w := &world{groups: map[string]string{}, smoke: &smoking{}, network: &network{}}
	carriers, err := s.carriers("main", w)
	require.NoError(t, err)
	require.Len(t, carriers, 2)
	assert.Equal(t, "listener rule main-traffic", carriers[0].Name, "that of AWS goes first")
	assert.Equal(t, "route main-blue-lattice-route", carriers[1].Name)
	assert.Equal(t, map[string]string{"arn:blue": "blue", "arn:green": "green"}, w.groups)
	assert.Equal(t, "door.elb", w.smoke.address)
	assert.Equal(t, `aws elbv2 modify-rule --rule-arn arn:rule --actions '[{"ForwardConfig":{"TargetGroups":[{"TargetGroupArn":"arn:blue","Weight":95},`+
		`{"TargetGroupArn":"arn:green","Weight":5}]},"Type":"forward"}]'`, carriers[0].ByHand(shift.Weights{"blue": 95, "green": 5}))
	_, err = s.carriers("third", &world{groups: map[string]string{}})
	require.ErrorContains(t, err, "stack dev: must hold the rule that divides VPC third's customers")
}

func TestTheFileIsKeptAsCommits(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "Pulumi.dev.yaml")
	require.NoError(t, os.WriteFile(path, []byte("config:\n  retail:environment:\n    vpcs: {main: {traffic: {blue: 100, green: 0}}}\n"), 0o600))
	d := &desired{path: path, vpc: "main", project: folder, commit: true}
	for _, args := range [][]string{{"init", "-q"}, {"config", "user.name", "t"}, {"config", "user.email", "t@example.com"}, {"add", "."}, {"commit", "-qm", "first"}} {
		_, err := d.git(t.Context(), args...)
		require.NoError(t, err)
	}
	trial, diff, remove, err := d.Trial(shift.Weights{"blue": 95, "green": 5})
	require.NoError(t, err)
	assert.Contains(t, diff, "+    vpcs: {main: {traffic: {blue: 95, green: 5}}}")
	assert.Equal(t, "Pulumi.dev.yaml", filepath.Base(trial))
	remove()
	assert.NoFileExists(t, trial)
	same, err := d.Weights()
	require.NoError(t, err)
	assert.Equal(t, shift.Weights{"blue": 100, "green": 0}, same)

	_, err = d.Write(t.Context(), shift.Weights{"blue": 95, "green": 5}, "Send 5")
	require.NoError(t, err)
	diff, err = d.Write(t.Context(), shift.Weights{"blue": 95, "green": 5}, "Send 5 again")
	require.NoError(t, err)
	assert.Empty(t, diff, "what stands there already is no commit")
	log, err := d.git(t.Context(), "log", "--format=%s")
	require.NoError(t, err)
	assert.Equal(t, "Send 5\nfirst", log)
	s := &Stack{Settings: Settings{Project: folder, Stack: "dev"}}
	require.NoError(t, s.Committed(t.Context()))
	file, err := stackfile.Read(path)
	require.NoError(t, err)
	file, err = file.WithTraffic("main", shift.Weights{"blue": 90, "green": 10})
	require.NoError(t, err)
	require.NoError(t, file.Write())
	require.ErrorContains(t, s.Committed(t.Context()), "--commit: Pulumi.dev.yaml must have no changes that are in no commit")
}
