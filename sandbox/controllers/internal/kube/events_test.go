package kube

import (
	"errors"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
)

func TestAnEventThatWasNotTakenIsToldAgain(t *testing.T) {
	client, tries := fake.NewClientset(), 0
	client.PrependReactor("create", "events", func(clienttesting.Action) (bool, runtime.Object, error) {
		tries++
		return tries == 1, nil, errors.New("the API server is slow")
	})
	lost := 0
	told := NewEvents("controller", client, slog.New(slog.DiscardHandler), func() { lost++ })
	o := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: "ui", Namespace: "store", UID: "1"}}
	for range 3 {
		told.Tell(o, "v1", "Service", corev1.EventTypeWarning, "Failed", "no")
	}
	events, err := client.CoreV1().Events("store").List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	assert.Len(t, events.Items, 1, "and only once")
	assert.Equal(t, 2, tries)
	assert.Equal(t, 1, lost, "the controller is told to look again")
}
