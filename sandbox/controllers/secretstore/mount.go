package secretstore

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/eks"
	"retail/sandbox/cloud/secretsmanager"
)

// mountAll mounts a pod's volumes and makes the Secrets that go with them.
func (c *controller) mountAll(ctx context.Context, pod *corev1.Pod) error {
	for _, v := range volumes(pod) {
		name := v.CSI.VolumeAttributes["secretProviderClass"]
		if c.onNode(pod, driverLabel) == nil {
			return failedMount(v.Name, "kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: driver name %s not found in the list of registered CSI drivers", driver)
		}
		k, err := c.class(ctx, pod.Namespace, name)
		if err != nil {
			return failedMount(v.Name, "rpc error: code = Unknown desc = failed to get secretproviderclass %s/%s, error: %v", pod.Namespace, name, err)
		}
		files, err := c.fetch(ctx, pod, k, c.logged)
		if err != nil {
			return failedMount(v.Name, "rpc error: code = Unknown desc = failed to mount secrets store objects for pod %s/%s, err: %v",
				pod.Namespace, pod.Name, err)
		}
		if err := c.sync(ctx, pod, k, files); err != nil {
			return err
		}
	}
	return nil
}

// onNode is a ready pod of the add-on on a pod's node; nil when there is none.
func (c *controller) onNode(pod *corev1.Pod, label string) *corev1.Pod {
	for _, object := range c.pods.GetStore().List() {
		p, ok := object.(*corev1.Pod)
		if ok && p.Namespace == namespace && p.Labels["app"] == label && p.Spec.NodeName == pod.Spec.NodeName &&
			slices.ContainsFunc(p.Status.Conditions, func(c corev1.PodCondition) bool {
				return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
			}) {
			return p
		}
	}
	return nil
}

func (c *controller) class(ctx context.Context, namespace, name string) (class, error) {
	var out class
	u, err := c.dynamic.Resource(classes).Namespace(namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return out, err
	}
	text, err := u.MarshalJSON()
	if err != nil {
		return out, err
	}
	return out, json.Unmarshal(text, &out)
}

// read is GetSecretValue by an actor.
type read func(ctx context.Context, a *cloud.Actor, arn string) (string, error)

// logged reads with an entry in the call log, where faults can strike.
func (c *controller) logged(ctx context.Context, a *cloud.Actor, arn string) (value string, err error) {
	err = a.Do(ctx, "secretsmanager:GetSecretValue", arn, func(call *cloud.Call) error {
		value, err = secretsmanager.Value(call, arn, a.Role)
		return err
	})
	return value, err
}

// quiet reads without a trace: to look whether something is new.
func (c *controller) quiet(_ context.Context, a *cloud.Actor, arn string) (value string, err error) {
	err = a.View(func(call *cloud.Call) error {
		value, err = secretsmanager.Value(call, arn, a.Role)
		return err
	})
	return value, err
}

// fetch gives the files of a volume with their content.
func (c *controller) fetch(ctx context.Context, pod *corev1.Pod, k class, get read) (map[string]string, error) {
	if c.onNode(pod, providerLabel) == nil {
		return nil, fmt.Errorf("provider not found: provider %q", provider)
	}
	objects, err := k.objects()
	if err != nil {
		return nil, err
	}
	actor, err := c.actor(pod)
	if err != nil {
		return nil, err
	}
	if region := k.Spec.Parameters["region"]; region != "" {
		actor.Region = region
	}
	files := map[string]string{}
	for _, o := range objects {
		value, err := get(ctx, actor, arnOf(actor, o.ObjectName))
		if err != nil {
			return nil, fmt.Errorf("rpc error: code = Unknown desc = Failed fetching secret %s: %w", o.ObjectName, err)
		}
		more, err := o.files(value)
		if err != nil {
			return nil, err
		}
		maps.Copy(files, more)
	}
	return files, nil
}

// arnOf is the ARN of a secret that is named by its name or by its ARN.
func arnOf(a *cloud.Actor, name string) string {
	if strings.HasPrefix(name, "arn:") {
		return name
	}
	for _, r := range a.List(secretsmanager.Secret, nil) {
		if r.State["name"] == name {
			return r.ID
		}
	}
	return name // which is not found
}

// actor acts with the role of a pod's service account.
func (c *controller) actor(pod *corev1.Pod) (*cloud.Actor, error) {
	spec, sa := c.plane.Spec, pod.Spec.ServiceAccountName
	a := &cloud.Actor{World: c.world, Account: spec.Account, Region: spec.Region, Owner: spec.Name + "/" + account,
		Session: fmt.Sprintf("%.64s", "eks-"+spec.Name+"-"+pod.Name)}
	err := a.View(func(call *cloud.Call) error {
		if a.Role = eks.PodRole(call, spec.Name, pod.Namespace, sa); a.Role == "" {
			return fmt.Errorf("failed to retrieve credentials from EKS Pod Identity: no association gives the service account %s/%s a role, "+
				"or the eks-pod-identity-agent is not there", pod.Namespace, sa)
		}
		return nil
	})
	return a, err
}
