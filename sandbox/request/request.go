// Package request follows a customer's request through the simulated AWS: DNS,
// CloudFront or Global Accelerator, the load balancer's listener and rules, the
// target group that the weights pick, a healthy target in it, and from there to a
// pod as the cluster's objects lead (package mesh). Nothing is sent: what is followed is the configuration that AWS would follow, as the world
// holds it.
//
// What decides is documented per step, with AWS's page. Not followed: WAF rules,
// caching, latency and geographic routing (refused by name), health checks of
// Route 53's own other than aliases' evaluated health.
package request

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/arczonalshift"
	"retail/sandbox/cloud/cloudcontrol"
	"retail/sandbox/cloud/ec2"
)

// Request is what a customer sends.
type Request struct {
	URL    *url.URL
	Method string // default GET
	// Headers by name, in any case.
	Headers map[string]string
	// Host is the one asked for, in TLS and in the header, where another's address is
	// asked: of one load balancer of several, for example. Default: the URL's. Redirects
	// are followed without.
	Host string
	// From is who asks inside AWS, east-west; nil: a customer on the internet.
	From *Caller

	source source
}

// source says where packets come from, for security groups: customers are on the
// internet, or CloudFront asks for them.
type source struct {
	viaCloudFront bool
	private       privateAddress // of who asks on a private network; not valid for others
}

// Hop is one step of a request's way.
type Hop struct {
	// What is the kind of thing: "dns", "cloudfront", "accelerator", "listener",
	// "rule", "target group", "target", and those of package mesh.
	What string `json:"what"`
	// Name names the thing, as AWS does.
	Name string `json:"name"`
	// Why says what led there.
	Why string `json:"why,omitempty"`
}

// Outcome is where a request ended.
type Outcome struct {
	// Status is the HTTP status; 0 when no answer came (no such name, TLS refused,
	// packets dropped).
	Status int   `json:"status"`
	Hops   []Hop `json:"hops"`
	// Reason explains every status that is not a target's own answer.
	Reason string `json:"reason,omitempty"`
	// TargetGroup (its name) and Target ("address:port") are empty where none was
	// reached.
	TargetGroup string `json:"targetGroup,omitempty"`
	Target      string `json:"target,omitempty"`
	Zone        string `json:"zone,omitempty"`
	// Entry is the zone, by ID, of the load balancer's node that took the request.
	Entry string `json:"entry,omitempty"`
	// VPC is where the target is: two VPCs may give pods the same addresses.
	VPC string `json:"vpc,omitempty"`
	// Account is that of VPC Lattice's service, of requests from inside AWS.
	Account string `json:"account,omitempty"`
	// Cluster is the target's; TargetPod is the pod that is the target, Pod the one that
	// answered: behind a gateway, another. Each is NAMESPACE/NAME, and empty where the
	// cluster's objects are not known or none was reached.
	Cluster   string `json:"cluster,omitempty"`
	TargetPod string `json:"targetPod,omitempty"`
	Pod       string `json:"pod,omitempty"`
}

// World is the state that requests are followed through.
type World struct {
	byToken map[string][]*cloud.Record
	byID    map[string]*cloud.Record
	draw    *rand.Rand
	// clusters are those whose objects are known.
	clusters []Cluster
	away     map[string]string // zone IDs that load balancers are shifted away from, by ARN
	broken   map[string]bool   // zone IDs
	zones    map[string]string // what has been found out, by VPC and address
	errors   map[string]Errors // by cluster
	observe  func(Sample)      // nil: nobody wants to know
	view     View              // nil: VPC Lattice is not followed
}

// New looks at a world's records. The seed makes weighted choices repeatable.
func New(records []*cloud.Record, seed uint64) *World {
	w := &World{byToken: map[string][]*cloud.Record{}, byID: map[string]*cloud.Record{},
		draw: rand.New(rand.NewPCG(seed, 0)), //nolint:gosec // a draw, not a secret
		away: arczonalshift.Away(records, time.Now()), broken: arczonalshift.Broken(records), zones: map[string]string{},
		errors: ErrorsOf(records)}
	for _, r := range records {
		if r.Fading || r.Unfinished {
			continue
		}
		w.byToken[r.Token] = append(w.byToken[r.Token], r)
		if r.Token != arczonalshift.Configuration && r.Token != cloudcontrol.Resource { // these have the IDs of what they are about
			w.byID[r.ID] = r
		}
	}
	return w
}

// trace is one request on its way.
type trace struct {
	*World
	request Request
	host    string
	port    int
	out     Outcome
	through *cloud.Record // the load balancer that has the request now; nil before the first
	at      string        // the zone of its node
	group   *cloud.Record // in which that load balancer has chosen a target; nil: none yet
	// byTarget: a target has answered, after the mesh delayed the request on purpose.
	byTarget bool
	delayed  time.Duration
}

// Do follows one request to its end, redirects included.
func (w *World) Do(request Request) Outcome {
	t := w.trace(request)
	for range maxRedirects {
		location := t.once()
		if location == "" {
			return t.out
		}
		next, err := url.Parse(location)
		if err != nil {
			return t.end(0, "a redirect to %q, which is no URL", location)
		}
		t.hop("redirect", location, "%d", t.out.Status)
		t.request.URL, t.request.Host = next, ""
	}
	return t.end(0, "more than %d redirects", maxRedirects)
}

// Once follows one request to its answer. Location is where a redirect sends the client.
func (w *World) Once(request Request) (out Outcome, location string) {
	t := w.trace(request)
	location = t.once()
	return t.out, location
}

func (w *World) trace(request Request) *trace {
	if request.Method == "" {
		request.Method = "GET"
	}
	return &trace{World: w, request: request}
}

// once asks for the URL that the trace is at.
func (t *trace) once() (location string) {
	name := t.request.URL.Hostname()
	t.host, t.port = cmp.Or(t.request.Host, name), portOf(t.request.URL)
	t.out.Status, t.out.Reason = 0, ""
	if t.request.From != nil {
		return t.eastWest()
	}
	return t.resolve(name)
}

// maxRedirects is where browsers give up.
const maxRedirects = 20

func portOf(u *url.URL) int {
	if p, err := strconv.Atoi(u.Port()); err == nil {
		return p
	}
	return map[string]int{"http": 80, "https": 443}[u.Scheme]
}

func (t *trace) hop(what, name, why string, args ...any) {
	t.out.Hops = append(t.out.Hops, Hop{What: what, Name: name, Why: fmt.Sprintf(why, args...)})
}

// end says how the request ended.
func (t *trace) end(status int, reason string, args ...any) Outcome {
	t.out.Status, t.out.Reason = status, fmt.Sprintf(reason, args...)
	return t.out
}

// all are the records of a type; text, number and items read a property.
func (w *World) all(token string) []*cloud.Record { return w.byToken[token] }

func text(p cloud.Props, path string) string { return ec2.Text(p, path) }

func number(p cloud.Props, path string) int { return ec2.Number(p, path) }

func items(p cloud.Props, path string) []cloud.Props { return ec2.Items(p, path) }

// weighted is one of several ways that a request may go.
type weighted[T any] struct {
	to     T
	weight int
}

// pick draws one way by weight; ok is false when there is none of weight above 0.
func pick[T any](draw *rand.Rand, ways []weighted[T]) (chosen T, share string, ok bool) {
	sum := 0
	for _, w := range ways {
		sum += w.weight
	}
	if sum <= 0 {
		return chosen, "", false
	}
	n := draw.IntN(sum)
	at := slices.IndexFunc(ways, func(w weighted[T]) bool { n -= w.weight; return n < 0 })
	return ways[at].to, fmt.Sprintf("weight %d of %d", ways[at].weight, sum), true
}

// domain compares names as DNS does: without case, without the last dot.
func domain(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }
