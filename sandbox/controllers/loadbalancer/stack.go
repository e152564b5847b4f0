package loadbalancer

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/elbv2"
)

// stack is what one Service or one group of Ingresses has in AWS. Its resources
// carry its name and their own in tags, by which they are found again.
type stack struct {
	*worker
	id     string // "shop/ui", or the name of an explicit group
	prefix string // of its tags
	more   map[string]string
	keep   map[string]bool // records that it still wants
}

// order in which what is no longer wanted goes.
var order = []string{elbv2.ListenerRule, elbv2.Listener, elbv2.LoadBalancer, elbv2.TargetGroup, ec2.SecurityGroup}

// stackOf begins a stack; more are tags of everything in it.
func (w *worker) stackOf(prefix, id string, more map[string]string) *stack {
	return &stack{worker: w, id: id, prefix: prefix, more: more, keep: map[string]bool{}}
}

func (s *stack) tags(resource string) cloud.Props {
	out := cloud.Props{}
	for k, v := range s.more {
		out[k] = v
	}
	out[s.flavour.clusterTag], out[s.prefix+"/stack"], out[s.prefix+"/resource"] = s.cluster, s.id, resource
	return out
}

// owned are the stack's records of a type, or those of one resource in it.
func (s *stack) owned(token, resource string) []*cloud.Record {
	return slices.DeleteFunc(s.actor.Own(token), func(r *cloud.Record) bool {
		tags, _ := r.State["tags"].(map[string]any)
		return tags[s.prefix+"/stack"] != s.id || resource != "" && tags[s.prefix+"/resource"] != resource
	})
}

// ensure makes a resource of the stack what the inputs say. One that cannot be
// changed in place is made anew; the old one goes at the end.
func (s *stack) ensure(ctx context.Context, token, resource string, inputs cloud.Props) (*cloud.Record, error) {
	inputs["tags"] = s.tags(resource)
	for _, r := range s.owned(token, resource) {
		err := s.actor.Update(ctx, r, inputs)
		if errors.Is(err, cloud.ErrReplaces) {
			continue
		}
		s.keep[r.ID] = true
		return s.actor.Get(token, r.ID), err
	}
	r, err := s.actor.Create(ctx, token, s.id+"/"+resource, inputs)
	if err != nil {
		return nil, err
	}
	s.keep[r.ID] = true
	return r, nil
}

// sweep deletes what the stack no longer wants. Bindings go first, while their
// target groups are there; it is not done while one of them holds on.
func (s *stack) sweep(ctx context.Context) (done bool, err error) {
	waiting, err := s.sweepBindings(ctx)
	if err != nil || waiting {
		return false, err
	}
	for _, token := range order {
		for _, r := range s.owned(token, "") {
			if s.keep[r.ID] {
				continue
			}
			if err := s.actor.Delete(ctx, token, r.ID); err != nil {
				return false, err
			}
		}
	}
	return true, nil
}

// certificates are those of a listener beside its first. They carry no tags, and go
// with the listener.
func (s *stack) certificates(ctx context.Context, listener string, arns []string) error {
	for _, r := range s.actor.Own(elbv2.ListenerCertificate) {
		arn := ec2.Text(r.State, "certificateArn")
		if ec2.Text(r.State, "listenerArn") != listener {
			continue
		}
		if i := slices.Index(arns, arn); i >= 0 {
			arns = slices.Delete(slices.Clone(arns), i, i+1)
		} else if err := s.actor.Delete(ctx, elbv2.ListenerCertificate, r.ID); err != nil {
			return err
		}
	}
	for _, arn := range arns {
		_, err := s.actor.Create(ctx, elbv2.ListenerCertificate, listener+"/"+arn, cloud.Props{"listenerArn": listener, "certificateArn": arn})
		if err != nil {
			return err
		}
	}
	return nil
}

// label marks the bindings that a stack has made.
func (s *stack) label() string { return s.prefix + "/stack" }

// labelValue is the stack's id as a label takes it.
func (s *stack) labelValue() string {
	return fmt.Sprintf("%.20s.%.10s", clean(s.id), hashOf([]string{s.id}))
}

// bind makes the binding of one of the stack's target groups.
func (s *stack) bind(ctx context.Context, namespace string, group *cloud.Record, spec bindingSpec) error {
	name := ec2.Text(group.State, "name")
	s.keep[namespace+"/"+name] = true
	spec.TargetGroupARN, spec.VpcID = group.ID, ""
	data, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&spec)
	if err != nil {
		return err
	}
	version := s.flavour.bindings.GroupVersion().String()
	u := &unstructured.Unstructured{Object: map[string]any{"apiVersion": version, "kind": "TargetGroupBinding",
		"metadata": map[string]any{"name": name, "namespace": namespace, "labels": map[string]any{s.label(): s.labelValue()}}, "spec": data}}
	_, err = s.store.Dynamic.Resource(s.flavour.bindings).Namespace(namespace).Apply(ctx, name, u,
		metav1.ApplyOptions{FieldManager: "controller", Force: true})
	return err
}

func (s *stack) sweepBindings(ctx context.Context) (waiting bool, err error) {
	list, ok := s.listBindings()
	if !ok {
		return false, fmt.Errorf("the cluster does not serve %s", s.flavour.bindings.GroupResource())
	}
	for _, b := range list {
		if b.Labels[s.label()] != s.labelValue() || s.keep[b.Namespace+"/"+b.Name] {
			continue
		}
		waiting = true
		if b.DeletionTimestamp != nil {
			continue
		}
		err := s.store.Dynamic.Resource(s.flavour.bindings).Namespace(b.Namespace).Delete(ctx, b.Name, metav1.DeleteOptions{})
		if err != nil && !apierrors.IsNotFound(err) {
			return true, err
		}
	}
	return waiting, nil
}

// sign is a text that changes with what it is given.
func sign(values ...any) string { return hashOf([]string{fmt.Sprintf("%+v", values)}) }

// merged are maps laid over one another.
func merged[V any](layers ...map[string]V) map[string]V {
	out := map[string]V{}
	for _, l := range layers {
		maps.Copy(out, l)
	}
	return out
}
