// Package customers asks a running world's shop as its customers do: it follows requests
// (package request) over the world and its clusters as they are at that time, and tells
// CloudWatch's metrics what the load balancers saw. `sandbox request` and the HTTP proxy
// both ask here, so that an alarm knows of every request.
package customers

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudwatch/metrics"
	"retail/sandbox/cloud/route53"
	"retail/sandbox/request"
)

// Question is a number of equal requests.
type Question struct {
	// URL is absolute, of http or https.
	URL string `json:"url"`
	// Method is GET if empty.
	Method string `json:"method,omitempty"`
	// Headers by name, in any case.
	Headers map[string]string `json:"headers,omitempty"`
	// Count of requests, at least 1.
	Count int `json:"count"`
	// Seed makes the draws repeatable.
	Seed uint64 `json:"seed"`
	// From is who asks from inside AWS, by VPC Lattice, as request.ParseCaller reads it;
	// empty: customers on the internet.
	From string `json:"from,omitempty"`
}

// most is how many requests one question may hold.
const most = 1_000_000

// Answer is where requests ended, all those that ended in one place.
type Answer struct {
	Count  int `json:"count"`
	Status int `json:"status"`
	// Account is that of VPC Lattice's service, of requests from inside AWS.
	Account string `json:"account,omitempty"`
	Cluster string `json:"cluster,omitempty"`
	// Colour is the cluster's, where its name ends in one.
	Colour string `json:"colour,omitempty"`
	Pod    string `json:"pod,omitempty"`
	// Gateway is the pod through which the request came to Pod, where that is another.
	Gateway string `json:"gateway,omitempty"`
	// Reason says why no pod answered, or why one failed.
	Reason string `json:"reason,omitempty"`
	// Example is one of the requests.
	Example request.Outcome `json:"example"`
}

// Crowd asks one world.
type Crowd struct {
	world func() *cloud.World
	store func() *metrics.Store
	now   func() time.Time

	guard   sync.Mutex
	news    <-chan struct{} // of the world; nil before the first question
	records []*cloud.Record
	planes  map[string]*plane // clusters by ARN
}

// New is a crowd for a world and its metrics, which both are asked for when needed.
func New(world func() *cloud.World, store func() *metrics.Store) *Crowd {
	return &Crowd{world: world, store: store, now: time.Now, planes: map[string]*plane{}}
}

// recorded are the world's records, as they are now.
func (c *Crowd) recorded() []*cloud.Record {
	c.guard.Lock()
	defer c.guard.Unlock()
	if c.news == nil {
		c.news, _ = c.world().Watch() // as long as the daemon lives
	} else {
		select {
		case <-c.news:
		default:
			return c.records
		}
	}
	c.records = append(c.world().Records(), route53.Delegated("aws", cloud.DefaultOrganisation())...)
	return c.records
}

// look is the world for requests. Objects of clusters are at most so old.
func (c *Crowd) look(ctx context.Context, seed uint64, age time.Duration) *request.World {
	records := c.recorded()
	w := request.New(records, seed)
	w.Inside(c.inside(ctx, records, age)...)
	w.Observe(func(s request.Sample) { c.count(records, s) })
	w.Lattice(c.world().View)
	return w
}

// check reads a question.
func (q Question) check() (request.Request, error) {
	u, err := url.Parse(q.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return request.Request{}, fmt.Errorf("%q is no URL of a web page: write https://host/path", q.URL)
	}
	if q.Count < 1 || q.Count > most {
		return request.Request{}, fmt.Errorf("--count %d: must be from 1 to %d", q.Count, most)
	}
	out := request.Request{URL: u, Method: strings.ToUpper(q.Method), Headers: maps.Clone(q.Headers)}
	if q.From != "" {
		caller, ok := request.ParseCaller(q.From)
		if !ok {
			return request.Request{}, fmt.Errorf("--from %q: write ACCOUNT, ACCOUNT/ROLE, either with @VPC behind it, or %s", q.From, request.OnPremises)
		}
		out.From = caller
	}
	return out, nil
}

// Ask follows a question's requests, redirects included, and tells where they ended, by
// cluster, pod and status. Clusters' objects are read anew.
func (c *Crowd) Ask(ctx context.Context, q Question) ([]*Answer, error) {
	asked, err := q.check()
	if err != nil {
		return nil, err
	}
	world, answers := c.look(ctx, q.Seed, 0), map[string]*Answer{}
	for range q.Count {
		out := world.Do(asked)
		x := &Answer{Status: out.Status, Account: out.Account, Cluster: out.Cluster, Colour: colour(out.Cluster), Pod: out.Pod, Reason: out.Reason, Example: out}
		if out.TargetPod != out.Pod {
			x.Gateway = out.TargetPod
		}
		key := fmt.Sprintf("%d %s %s %s %s", x.Status, x.Cluster, x.Pod, x.Gateway, x.Reason)
		if answers[key] == nil {
			answers[key] = x
		}
		answers[key].Count++
	}
	return slices.SortedFunc(maps.Values(answers), func(x, y *Answer) int {
		return cmp.Or(cmp.Compare(x.Cluster, y.Cluster), cmp.Compare(x.Pod, y.Pod), cmp.Compare(x.Status, y.Status), cmp.Compare(x.Reason, y.Reason))
	}), nil
}

// colour is the last part of a cluster's name, if that is one.
func colour(cluster string) string {
	for _, c := range []string{"blue", "green"} {
		if strings.HasSuffix(cluster, "-"+c) {
			return c
		}
	}
	return ""
}
