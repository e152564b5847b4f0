package mesh

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"
)

const (
	loadBalancers = "load balancers"
	storeGateway  = "store-gateway"
	waypoint      = "waypoint"
)

// call is one line of the table in docs/authorization.md.
type call struct {
	caller, callee string
	methods, paths []string
}

// intended reads the table: who may ask whom for what.
func intended(t failer) []call {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "authorization.md"))
	require.NoError(t, err)
	var all []call
	for line := range strings.SplitSeq(string(text), "\n") {
		cells := strings.Split(strings.Trim(line, "| "), "|")
		if len(cells) != 5 || !strings.Contains(cells[3], "`") {
			continue
		}
		one := call{caller: strings.TrimSpace(cells[0]), callee: strings.TrimSpace(cells[1]), methods: strings.Split(strings.TrimSpace(cells[2]), ", ")}
		for _, path := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cells[3], -1) {
			one.paths = append(one.paths, path[1])
		}
		all = append(all, one)
	}
	require.Greater(t, len(all), 10, "the table is read")
	return all
}

// allows says whether a line of the table is for such a request.
func (c call) allows(method, path string) bool {
	return slices.Contains(c.methods, method) && slices.ContainsFunc(c.paths, func(pattern string) bool {
		expression := strings.NewReplacer(`/\*`, `/.*`, `\{\*\}`, `[^/]+`).Replace(regexp.QuoteMeta(pattern))
		return regexp.MustCompile("^" + expression + "$").MatchString(path)
	})
}

// methods are those that are tried.
var methods = []string{"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"}

// never are paths that nobody may ask for, or near ones that some may.
var never = []string{
	"/actuator/env", "/actuator/health", "/actuator/shutdown", "/metrics", "/health", "/chaos/status", "/chaos/latency", "/utility/panic",
	"/proxy/orders", "/catalog/products/a/b", "/carts", "/carts/a/items/b/c", "/checkout/a/b", "/orders/a", "/topology/a", "/cart/a", "//",
}

// paths are all that are tried: one for each pattern of the table, and those of nobody.
func paths(calls []call) []string {
	tried := slices.Clone(never)
	for _, one := range calls {
		for _, pattern := range one.paths {
			tried = append(tried, strings.NewReplacer("{*}", "a1", "/*", "/b2").Replace(pattern))
		}
	}
	slices.Sort(tried)
	return slices.Compact(tried)
}

// names are the services of the table and the gateway, each once.
func names(calls []call) []string {
	var all []string
	for _, one := range calls {
		all = append(all, one.callee)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
