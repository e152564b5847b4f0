package lattice

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"strings"
)

// truncate cuts a name as the controller does (pkg/utils/common.go): dashes at either
// end go too.
func truncate(name string, length int) string {
	return strings.Trim(fmt.Sprintf("%.*s", length, name), "-")
}

// serviceName is the name of a route's service: 20 and 18 characters of the route's name
// and namespace, so that two routes may meet in one name.
func serviceName(r *route) string {
	if override := r.Annotations[nameOverride]; override != "" {
		return override
	}
	return truncate(r.Name, 20) + "-" + truncate(r.Namespace, 18)
}

// overrides is what a service may be called by the annotation (project documentation,
// "HTTPRoute", Annotations).
var overrides = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// checkOverride refuses names that VPC Lattice would.
func checkOverride(r *route) error {
	name := r.Annotations[nameOverride]
	if name == "" || len(name) >= 3 && len(name) <= 40 && overrides.MatchString(name) && !strings.HasPrefix(name, "svc-") {
		return nil
	}
	return fmt.Errorf("invalid service-name-override %q: VPC Lattice service names are 3-40 characters of a-z, 0-9 and -, "+
		"begin and end with a letter or digit, have no -- and do not begin with svc-", name)
}

func listenerName(r *route, port int, protocol string) string {
	return fmt.Sprintf("%s-%s-%d-%s", truncate(r.Name, 20), truncate(r.Namespace, 18), port, strings.ToLower(protocol))
}

// groupName is k8s-NAMESPACE-SERVICE and ten letters. The controller draws these; here
// they follow from what the group is, so that worlds come out alike.
func groupName(namespace, service string, identity ...any) string {
	return fmt.Sprintf("k8s-%s-%s-%s", truncate(namespace, 55), truncate(service, 55), letters(identity...))
}

// letters are ten that follow from values.
func letters(values ...any) string {
	sum := sha256.Sum256([]byte(fmt.Sprint(values...)))
	out := make([]byte, 10)
	for i := range out {
		out[i] = 'a' + sum[i]%26
	}
	return string(out)
}
