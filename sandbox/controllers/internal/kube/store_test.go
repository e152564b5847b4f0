package kube

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic/fake"
)

// A kind that nobody has written an object of is known as soon as it is listed: whoever waits for
// it would wait for ever.
func TestAnEmptyListWakes(t *testing.T) {
	r := schema.GroupVersionResource{Group: "example.com", Version: "v1", Resource: "things"}
	woken := make(chan struct{}, 10)
	s := &Store{custom: map[schema.GroupVersionResource]*custom{}, changed: func() { woken <- struct{}{} },
		Dynamic: fake.NewSimpleDynamicClientWithCustomListKinds(runtime.NewScheme(), map[schema.GroupVersionResource]string{r: "ThingList"})}
	ctx, stop := context.WithCancel(t.Context())
	var watches sync.WaitGroup
	defer watches.Wait()
	defer stop()
	s.serve(ctx, &watches, r, true)
	select {
	case <-woken:
	case <-time.After(30 * time.Second):
		require.Fail(t, "nobody is woken")
	}
	objects, known := s.Objects(r)
	assert.True(t, known)
	assert.Empty(t, objects)
}
