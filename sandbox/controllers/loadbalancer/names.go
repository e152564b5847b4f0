package loadbalancer

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
)

// invalidInName is what names of load balancers and target groups cannot hold.
var invalidInName = regexp.MustCompile(`[^a-zA-Z0-9]`)

// nameOf builds a name of at most 32 characters as the controller does
// (pkg/service and pkg/ingress, model_build_*.go): parts of at most 8 characters
// and 10 of a hash over everything that tells the thing from others.
func nameOf(namespace, name string, identity ...string) string {
	return fmt.Sprintf("k8s-%.8s-%.8s-%.10s", clean(namespace), clean(name), hashOf(identity))
}

// groupName is the name of an explicit group's load balancer: 17 characters of
// the group's name, and the hash.
func groupName(group string, identity ...string) string {
	return fmt.Sprintf("k8s-%.17s-%.10s", clean(group), hashOf(identity))
}

// backendName is the name of the security group that all load balancers of a
// cluster share towards their targets (pkg/networking, backend_sg_provider.go).
func backendName(cluster string) string {
	return fmt.Sprintf("k8s-traffic-%.232s-%.10s", clean(cluster), hashOf([]string{cluster}))
}

func clean(s string) string { return invalidInName.ReplaceAllString(s, "") }

func hashOf(parts []string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}
