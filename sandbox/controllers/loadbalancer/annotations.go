package loadbalancer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"retail/sandbox/cloud"
)

// annotations are an object's with the controller's prefix, read by name.
type annotations struct {
	prefix string
	values map[string]string
	bad    []string
}

// read takes an object's annotations. One with the prefix that is not known is
// refused: the controller passes over it in silence, and its author believes that
// it works.
func read(prefix string, of map[string]string, known []string) (*annotations, error) {
	a := &annotations{prefix: prefix, values: map[string]string{}}
	for k, v := range of {
		name, ok := strings.CutPrefix(k, prefix)
		if !ok {
			continue
		}
		if !slices.Contains(known, name) {
			a.bad = append(a.bad, k)
			continue
		}
		a.values[name] = v
	}
	slices.Sort(a.bad)
	if len(a.bad) > 0 {
		return nil, fmt.Errorf("annotations %s are unknown or not simulated: extend sandbox/controllers/loadbalancer/annotations.go", strings.Join(a.bad, ", "))
	}
	return a, nil
}

func (a *annotations) text(name, byDefault string) string {
	if v, ok := a.values[name]; ok && v != "" {
		return v
	}
	return byDefault
}

func (a *annotations) list(name string) []string {
	var out []string
	for v := range strings.SplitSeq(a.values[name], ",") {
		if v = strings.TrimSpace(v); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// number is a whole number; absent is 0.
func (a *annotations) number(name string) (int, error) {
	v, ok := a.values[name]
	if !ok {
		return 0, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil {
		return 0, fmt.Errorf("failed to parse integer annotation, %s%s: %s", a.prefix, name, v)
	}
	return n, nil
}

func (a *annotations) flag(name string) (bool, error) {
	v, ok := a.values[name]
	if !ok {
		return false, nil
	}
	b, err := strconv.ParseBool(v)
	if err != nil {
		return false, fmt.Errorf("failed to parse bool annotation, %s%s: %s", a.prefix, name, v)
	}
	return b, nil
}

// pairs are "key=value,key=value".
func (a *annotations) pairs(name string) (map[string]string, error) {
	out := map[string]string{}
	for _, pair := range a.list(name) {
		k, v, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, fmt.Errorf("failed to parse stringMap annotation, %s%s: %s", a.prefix, name, a.values[name])
		}
		out[strings.TrimSpace(k)] = strings.TrimSpace(v)
	}
	return out, nil
}

// attribute is how pulumi-aws names an attribute of Elastic Load Balancing, and
// what kind of value it takes.
type attribute struct {
	path string
	kind byte // 's' text, 'b' boolean, 'n' number
}

// balancerAttributes and groupAttributes are the attributes of the ELBv2 API
// reference (LoadBalancerAttribute, TargetGroupAttribute) that are simulated.
var (
	balancerAttributes = map[string]attribute{
		"deletion_protection.enabled": {"enableDeletionProtection", 'b'}, "load_balancing.cross_zone.enabled": {"enableCrossZoneLoadBalancing", 'b'},
		"zonal_shift.config.enabled": {"enableZonalShift", 'b'}, "idle_timeout.timeout_seconds": {"idleTimeout", 'n'},
		"client_keep_alive.seconds": {"clientKeepAlive", 'n'}, "routing.http2.enabled": {"enableHttp2", 'b'},
		"routing.http.drop_invalid_header_fields.enabled": {"dropInvalidHeaderFields", 'b'},
		"routing.http.preserve_host_header.enabled":       {"preserveHostHeader", 'b'},
		"routing.http.xff_header_processing.mode":         {"xffHeaderProcessingMode", 's'},
		"routing.http.xff_client_port.enabled":            {"enableXffClientPort", 'b'},
		"routing.http.desync_mitigation_mode":             {"desyncMitigationMode", 's'},
		"waf.fail_open.enabled":                           {"enableWafFailOpen", 'b'},
		"dns_record.client_routing_policy":                {"dnsRecordClientRoutingPolicy", 's'},
		"access_logs.s3.enabled":                          {"accessLogs.enabled", 'b'}, "access_logs.s3.bucket": {"accessLogs.bucket", 's'},
		"access_logs.s3.prefix": {"accessLogs.prefix", 's'},
	}
	groupAttributes = map[string]attribute{
		"deregistration_delay.timeout_seconds": {"deregistrationDelay", 'n'}, "slow_start.duration_seconds": {"slowStart", 'n'},
		"deregistration_delay.connection_termination.enabled": {"connectionTermination", 'b'},
		"load_balancing.algorithm.type":                       {"loadBalancingAlgorithmType", 's'},
		"load_balancing.cross_zone.enabled":                   {"loadBalancingCrossZoneEnabled", 's'},
		"preserve_client_ip.enabled":                          {"preserveClientIp", 's'}, "proxy_protocol_v2.enabled": {"proxyProtocolV2", 'b'},
		"stickiness.enabled": {"stickiness.enabled", 'b'}, "stickiness.type": {"stickiness.type", 's'},
		"stickiness.lb_cookie.duration_seconds":                        {"stickiness.cookieDuration", 'n'},
		"target_health_state.unhealthy.connection_termination.enabled": {"targetHealthStates[].enableUnhealthyConnectionTermination", 'b'},
	}
)

// apply writes attributes into inputs.
func apply(inputs cloud.Props, attributes map[string]string, known map[string]attribute) error {
	for _, key := range sortedKeys(attributes) {
		a, ok := known[key]
		if !ok {
			return fmt.Errorf("api error ValidationError: attribute key '%s' is unknown or not simulated: extend sandbox/controllers/loadbalancer/annotations.go", key)
		}
		value, err := a.value(attributes[key])
		if err != nil {
			return fmt.Errorf("api error ValidationError: attribute '%s': %w", key, err)
		}
		at := inputs
		if outer, inner, nested := strings.Cut(a.path, "[]."); nested {
			inputs[outer] = []any{cloud.Props{inner: value}}
			continue
		}
		if outer, inner, nested := strings.Cut(a.path, "."); nested {
			o, ok := inputs[outer].(map[string]any)
			if !ok {
				o = cloud.Props{}
				inputs[outer] = o
			}
			o[inner] = value
			continue
		}
		at[a.path] = value
	}
	if s, ok := inputs["stickiness"].(map[string]any); ok && s["type"] == nil {
		s["type"] = "lb_cookie"
	}
	return nil
}

func (a attribute) value(text string) (any, error) {
	switch a.kind {
	case 'b':
		return strconv.ParseBool(text)
	case 'n':
		n, err := strconv.Atoi(text)
		return float64(n), err
	}
	return text, nil
}
