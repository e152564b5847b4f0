package loadbalancer

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// anyName is a name that Kubernetes takes for a Service in a namespace, of any
// length up to 63.
func anyName(r *rand.Rand) string {
	const inner = "abcdefghijklmnopqrstuvwxyz0123456789-"
	n := r.IntN(63) + 1
	var b strings.Builder
	for i := range n {
		if i == 0 || i == n-1 {
			b.WriteByte(inner[r.IntN(26)])
		} else {
			b.WriteByte(inner[r.IntN(len(inner))])
		}
	}
	return b.String()
}

func TestNamesAreSafeAndUniqueForAnyObject(t *testing.T) {
	valid := regexp.MustCompile(`^k8s-[a-zA-Z0-9-]{1,28}$`)
	r := rand.New(rand.NewPCG(4, 32))
	for range 20000 {
		ns, a, b := anyName(r), anyName(r), anyName(r)
		for _, name := range []string{nameOf(ns, a, ns, a), groupName(a, a)} {
			if !valid.MatchString(name) || strings.HasSuffix(name, "-") {
				t.Fatalf("%s/%s gives %q", ns, a, name)
			}
		}
		if name := backendName(a + b + ns); len(name) > 255 {
			t.Fatalf("%q has %d characters", name, len(name))
		}
		// One that differs only behind what the name shows.
		long := a + strings.Repeat("x", 10)
		if nameOf(ns, long+"y", ns, long+"y") == nameOf(ns, long+"z", ns, long+"z") || groupName(long+"y", long+"y") == groupName(long+"z", long+"z") {
			t.Fatalf("%s is not told apart", long)
		}
	}
	assert.NotEqual(t, hashOf([]string{"ab", "c"}), hashOf([]string{"a", "bc"}), "parts do not run together")
}
