package secretstore

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
)

func TestNewValuesThatWereNotBroughtAreLookedForAgain(t *testing.T) {
	c := &controller{pods: informers.NewSharedInformerFactory(fake.NewClientset(), 0).Core().V1().Pods().Informer()}
	assert.True(t, c.pass(t.Context(), true), "nobody mounts secrets")
	c.rotated = c.rotated.Add(-rotation)
	require.NoError(t, c.pods.GetStore().Add(&corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "orders", Namespace: "store", Annotations: map[string]string{mountedAnnotation: mounted}},
		Spec: corev1.PodSpec{NodeName: "one", Volumes: []corev1.Volume{{Name: "credentials",
			VolumeSource: corev1.VolumeSource{CSI: &corev1.CSIVolumeSource{Driver: driver}}}}},
	}))
	assert.False(t, c.pass(t.Context(), true), "the driver is not on its node at the moment")
}
