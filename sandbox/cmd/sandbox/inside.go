package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"retail/sandbox/mesh"
	"retail/sandbox/request"
)

// snapshots are the objects of all clusters that answer, as far as requests need them.
// Of one that does not, targets show by their address alone.
func (a *app) snapshots(ctx context.Context) ([]request.Cluster, error) {
	clusters, err := a.clusters()
	if err != nil {
		return nil, err
	}
	var out []request.Cluster
	for _, c := range clusters {
		vpcConfig, _ := c.State["vpcConfig"].(map[string]any)
		vpc, _ := vpcConfig["vpcId"].(string)
		snapshot := &mesh.Snapshot{}
		kinds := []string{"pods", "services", "endpointslices", "namespaces"}
		if a.fill(ctx, c.ID, snapshot, kinds) != nil {
			continue
		}
		if kinds, err = a.meshKinds(ctx, c.ID); err == nil && len(kinds) > 0 {
			err = a.fill(ctx, c.ID, snapshot, kinds)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, request.Cluster{Name: c.ID, VPC: vpc, Objects: snapshot})
	}
	return out, nil
}

// fill takes a cluster's objects of some kinds into a snapshot.
func (a *app) fill(ctx context.Context, cluster string, into *mesh.Snapshot, kinds []string) error {
	text, err := a.kubectlOutput(ctx, cluster, "get", strings.Join(kinds, ","), "--all-namespaces", "--output", "json", "--request-timeout", "5s")
	if err != nil {
		return err
	}
	var list struct{ Items []map[string]any }
	if err := json.Unmarshal(text, &list); err != nil {
		return err
	}
	for _, item := range list.Items {
		if err := into.Add(&unstructured.Unstructured{Object: item}); err != nil {
			return err
		}
	}
	return nil
}

// meshKinds are those of the mesh's resources that a cluster has.
func (a *app) meshKinds(ctx context.Context, cluster string) ([]string, error) {
	text, err := a.kubectlOutput(ctx, cluster, "get", "customresourcedefinitions", "--output", "jsonpath={.items[*].metadata.name}", "--request-timeout", "5s")
	if err != nil {
		return nil, err
	}
	have := strings.Fields(string(text))
	var out []string
	for _, r := range mesh.Resources() {
		if name := r.Resource + "." + r.Group; slices.Contains(have, name) {
			out = append(out, name)
		}
	}
	return out, nil
}

// called is where requests of a service of one cluster ended.
type called struct {
	Cluster string      `json:"cluster"`
	Count   int         `json:"count"`
	Status  int         `json:"status"`
	Pod     string      `json:"pod,omitempty"`
	Reason  string      `json:"reason,omitempty"`
	Steps   []mesh.Step `json:"steps"`
}

// callBetween follows requests between two services, in every cluster that has both.
func (a *app) callBetween(ctx context.Context, asked request.Request, r *asking) error {
	if strings.Count(r.from, "/") != 1 {
		return fmt.Errorf("--from %q: write NAMESPACE/SERVICE", r.from)
	}
	space, _, _ := strings.Cut(r.from, "/")
	parts := strings.Split(asked.URL.Hostname(), ".")
	to := space + "/" + parts[0]
	if len(parts) > 1 {
		to = parts[1] + "/" + parts[0]
	}
	clusters, err := a.snapshots(ctx)
	if err != nil {
		return err
	}
	draw := rand.New(rand.NewPCG(r.seed, 0)) //nolint:gosec // a draw, not a secret
	port, _ := strconv.Atoi(cmp.Or(asked.URL.Port(), map[string]string{"http": "80", "https": "443"}[asked.URL.Scheme]))
	ask := mesh.Request{Method: asked.Method, Host: asked.URL.Host, Path: cmp.Or(asked.URL.Path, "/"), Headers: asked.Headers}
	var all []*called
	for _, c := range clusters {
		c.Objects.Draw = draw.IntN
		for range r.count {
			out := c.Call(r.from, to, port, ask)
			x := &called{Cluster: c.Name, Status: out.Status, Reason: out.Reason, Steps: out.Steps}
			if out.Pod != nil {
				x.Pod = out.Pod.Namespace + "/" + out.Pod.Name
			}
			at := slices.IndexFunc(all, func(o *called) bool {
				return o.Cluster == x.Cluster && o.Status == x.Status && o.Pod == x.Pod && o.Reason == x.Reason
			})
			if at < 0 {
				at, all = len(all), append(all, x)
			}
			all[at].Count++
		}
	}
	if err := a.show(all, func() { a.calledBetween(all, r.hops) }); err != nil {
		return err
	}
	if len(all) == 0 || slices.ContainsFunc(all, func(x *called) bool { return x.Pod == "" || x.Status >= 400 }) {
		return errors.New("not every request was answered by a pod")
	}
	return nil
}

func (a *app) calledBetween(all []*called, hops bool) {
	for _, x := range all {
		a.printf("%6d  %3d  %-28s %s\n", x.Count, x.Status, x.Cluster, cmp.Or(x.Pod, x.Reason))
		for _, s := range x.Steps {
			if hops {
				a.printf("           %-13s %s  %s\n", s.What, s.Name, s.Why)
			}
		}
	}
}
