package reloader

import (
	"context"
	"crypto/sha1" // Reloader's own; it guards nothing
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/util/retry"
)

// watch is Reloader in one namespace.
type watch struct {
	client    kubernetes.Interface
	namespace string
	log       *slog.Logger
}

// source is what the annotation tells of a change.
type source struct {
	Type       string   `json:"type"`
	Name       string   `json:"name"`
	Namespace  string   `json:"namespace"`
	Hash       string   `json:"hash"`
	Containers []string `json:"containerRefs"`
	ObservedAt int64    `json:"observedAt"`
}

// tries are those of one change, which nobody repeats: Reloader's queue has five too.
var tries = wait.Backoff{Steps: 5, Duration: 100 * time.Millisecond, Factor: 3, Jitter: 0.1}

// updated acts on a Secret whose data has changed; labels and owners do not count.
func (w *watch) updated(ctx context.Context, before, after any) {
	was, _ := before.(*corev1.Secret)
	is, _ := after.(*corev1.Secret)
	if was == nil || is == nil || hash(was) == hash(is) {
		return
	}
	var deployments *appsv1.DeploymentList
	err := w.try(ctx, func() (err error) {
		deployments, err = w.client.AppsV1().Deployments(w.namespace).List(ctx, metav1.ListOptions{})
		return err
	})
	if err != nil {
		w.log.Error("Reloader lists no Deployments", "namespace", w.namespace, "error", err)
		return
	}
	for _, d := range deployments.Items {
		if !names(d.Annotations[reload], is.Name) {
			continue
		}
		if err := w.reload(ctx, &d, is); err != nil {
			w.log.Error("Reloader reloads nothing", "deployment", d.Name, "secret", is.Name, "error", err)
		}
	}
}

// try does something until it works, or has failed too often.
func (w *watch) try(ctx context.Context, do func() error) error {
	return retry.OnError(tries, func(error) bool { return ctx.Err() == nil }, do)
}

// names tells whether an annotation's list has a Secret's name.
func names(list, secret string) bool {
	for name := range strings.SplitSeq(list, ",") {
		if strings.TrimSpace(name) == secret {
			return true
		}
	}
	return false
}

// reload writes the annotation, which makes the Deployment replace its pods.
func (w *watch) reload(ctx context.Context, d *appsv1.Deployment, s *corev1.Secret) error {
	text, err := json.Marshal(source{"SECRET", s.Name, s.Namespace, hash(s), []string{container(d, s.Name)}, time.Now().Unix()})
	if err != nil {
		return err
	}
	patch, err := json.Marshal(map[string]any{"spec": map[string]any{"template": map[string]any{
		"metadata": map[string]any{"annotations": map[string]string{reloadedFrom: string(text)}}}}})
	if err != nil {
		return err
	}
	err = w.try(ctx, func() error {
		_, err := w.client.AppsV1().Deployments(d.Namespace).Patch(ctx, d.Name, types.StrategicMergePatchType, patch, metav1.PatchOptions{FieldManager: fieldManager})
		return err
	})
	if err != nil {
		return err
	}
	now := metav1.Now()
	_, err = w.client.CoreV1().Events(d.Namespace).Create(ctx, &corev1.Event{
		ObjectMeta:     metav1.ObjectMeta{GenerateName: fmt.Sprintf("%.200s.", d.Name), Namespace: d.Namespace},
		InvolvedObject: corev1.ObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: d.Name, Namespace: d.Namespace, UID: d.UID},
		Type:           corev1.EventTypeNormal, Reason: "Reloaded", Count: 1, FirstTimestamp: now, LastTimestamp: now,
		Message: fmt.Sprintf("Changes detected in '%s' of type 'SECRET' in namespace '%s'", s.Name, s.Namespace),
		Source:  corev1.EventSource{Component: "reloader"},
	}, metav1.CreateOptions{})
	return err
}

// container is the first that uses a Secret, in its environment or as files; of a
// Deployment that names the Secret and does not use it the first of all.
func container(d *appsv1.Deployment, secret string) string {
	pod := d.Spec.Template.Spec
	for _, c := range pod.Containers {
		for _, v := range c.Env {
			if v.ValueFrom != nil && v.ValueFrom.SecretKeyRef != nil && v.ValueFrom.SecretKeyRef.Name == secret {
				return c.Name
			}
		}
		for _, from := range c.EnvFrom {
			if from.SecretRef != nil && from.SecretRef.Name == secret {
				return c.Name
			}
		}
		for _, m := range c.VolumeMounts {
			if slices.ContainsFunc(pod.Volumes, func(v corev1.Volume) bool {
				return v.Name == m.Name && v.Secret != nil && v.Secret.SecretName == secret
			}) {
				return c.Name
			}
		}
	}
	return pod.Containers[0].Name
}

// hash is a Secret's content in short.
func hash(s *corev1.Secret) string {
	sum := sha1.New()
	for _, key := range slices.Sorted(maps.Keys(s.Data)) {
		fmt.Fprintf(sum, "%s=%x;", key, s.Data[key])
	}
	return hex.EncodeToString(sum.Sum(nil))
}
