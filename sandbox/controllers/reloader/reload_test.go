package reloader

import (
	"errors"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
)

func TestAChangeIsNotLostWhenTheAPIServerIsSlow(t *testing.T) {
	client := fake.NewClientset(&appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "orders", Namespace: "store", Annotations: map[string]string{reload: "orders-credentials"}},
		Spec:       appsv1.DeploymentSpec{Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "a"}}}}}})
	for _, verb := range []string{"list", "patch"} {
		tries := 0
		client.PrependReactor(verb, "deployments", func(clienttesting.Action) (bool, runtime.Object, error) {
			tries++
			return tries == 1, nil, errors.New("the API server is slow")
		})
	}
	secret := func(value string) *corev1.Secret {
		return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "orders-credentials", Namespace: "store"}, Data: map[string][]byte{"password": []byte(value)}}
	}
	w := &watch{client: client, namespace: "store", log: slog.New(slog.DiscardHandler)}
	w.updated(t.Context(), secret("old"), secret("new"))
	d, err := client.AppsV1().Deployments("store").Get(t.Context(), "orders", metav1.GetOptions{})
	require.NoError(t, err)
	assert.Contains(t, d.Spec.Template.Annotations[reloadedFrom], hash(secret("new")))
}
