package secretstore

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"

	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// sync makes or changes the Secrets of a class. A Secret lives as long as one of
// those who use it: it is owned by the pods' own owners.
func (c *controller) sync(ctx context.Context, pod *corev1.Pod, k class, files map[string]string) error {
	if len(k.Spec.SecretObjects) == 0 {
		return nil
	}
	if err := c.mayKeepSecrets(ctx); err != nil {
		return err
	}
	for _, o := range k.Spec.SecretObjects {
		data := map[string][]byte{}
		for _, d := range o.Data {
			content, ok := files[d.ObjectName]
			if !ok {
				return &trouble{"FailedToCreateSecret", fmt.Sprintf("failed to get data in spc %s/%s for secret %s, err: file matching objectName %s not found in the pod",
					pod.Namespace, k.Name, o.SecretName, d.ObjectName)}
			}
			data[d.Key] = []byte(content)
		}
		if err := c.put(ctx, pod, o, data); err != nil {
			return &trouble{"FailedToCreateSecret", fmt.Sprintf("failed to create Kubernetes secret %s/%s, err: %v", pod.Namespace, o.SecretName, err)}
		}
	}
	return nil
}

// put writes one Secret, if it is not there with this content.
func (c *controller) put(ctx context.Context, pod *corev1.Pod, o secretObject, data map[string][]byte) error {
	secrets := c.typed.CoreV1().Secrets(pod.Namespace)
	labels := map[string]string{managedLabel: "true"}
	maps.Copy(labels, o.Labels)
	owner := ownerOf(pod)
	have, err := secrets.Get(ctx, o.SecretName, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		_, err = secrets.Create(ctx, &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Name: o.SecretName, Labels: labels, Annotations: o.Annotations, OwnerReferences: []metav1.OwnerReference{owner}},
			Type:       corev1.SecretType(o.Type), Data: data,
		}, metav1.CreateOptions{})
		return err
	}
	if err != nil {
		return err
	}
	if have.Labels[managedLabel] != "true" {
		return fmt.Errorf("secrets %q already exists", o.SecretName)
	}
	owned := slices.ContainsFunc(have.OwnerReferences, func(r metav1.OwnerReference) bool { return r.UID == owner.UID })
	if owned && reflect.DeepEqual(have.Data, data) {
		return nil
	}
	if !owned {
		have.OwnerReferences = append(have.OwnerReferences, owner)
	}
	have.Data = data
	_, err = secrets.Update(ctx, have, metav1.UpdateOptions{})
	return err
}

// ownerOf is what a pod belongs to, or the pod.
func ownerOf(pod *corev1.Pod) metav1.OwnerReference {
	if owner := metav1.GetControllerOf(pod); owner != nil {
		return metav1.OwnerReference{APIVersion: owner.APIVersion, Kind: owner.Kind, Name: owner.Name, UID: owner.UID}
	}
	return metav1.OwnerReference{APIVersion: "v1", Kind: "Pod", Name: pod.Name, UID: pod.UID}
}

// mayKeepSecrets asks the API server for the driver's rights, which the add-on
// does not bring.
func (c *controller) mayKeepSecrets(ctx context.Context) error {
	user := "system:serviceaccount:" + namespace + ":" + account
	for _, verb := range []string{"get", "list", "watch", "create", "patch"} {
		review, err := c.typed.AuthorizationV1().SubjectAccessReviews().Create(ctx, &authorizationv1.SubjectAccessReview{
			Spec: authorizationv1.SubjectAccessReviewSpec{User: user, Groups: []string{"system:serviceaccounts", "system:serviceaccounts:" + namespace, "system:authenticated"},
				ResourceAttributes: &authorizationv1.ResourceAttributes{Verb: verb, Resource: "secrets"}},
		}, metav1.CreateOptions{})
		if err != nil {
			return err
		}
		if !review.Status.Allowed {
			return &trouble{"FailedToCreateSecret", fmt.Sprintf("secrets is forbidden: User %q cannot %s resource \"secrets\" in API group \"\" at the cluster scope", user, verb)}
		}
	}
	return nil
}

// environment looks for the Secrets that a pod's containers read at their start.
func (c *controller) environment(ctx context.Context, pod *corev1.Pod) error {
	for _, container := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
		for _, variable := range container.Env {
			if variable.ValueFrom == nil || variable.ValueFrom.SecretKeyRef == nil {
				continue
			}
			ref := variable.ValueFrom.SecretKeyRef
			if ref.Optional != nil && *ref.Optional {
				continue
			}
			secret, err := c.typed.CoreV1().Secrets(pod.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
			if apierrors.IsNotFound(err) {
				return &trouble{"Failed", fmt.Sprintf("Error: secret %q not found", ref.Name)}
			}
			if err != nil {
				return err
			}
			if _, ok := secret.Data[ref.Key]; !ok {
				return &trouble{"Failed", fmt.Sprintf("Error: couldn't find key %s in Secret %s/%s", ref.Key, pod.Namespace, ref.Name)}
			}
		}
	}
	return nil
}
