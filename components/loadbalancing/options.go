package loadbalancing

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/objects"
	"retail/components/internal/tags"
	"retail/internal/problem"
)

// Options are what load balancers made by a controller have in common. All are internal.
// Their physical names are the controller's own, at most 32 characters and unique.
type Options struct {
	// TargetType is "ip" (pods) or "instance" (nodes). Default ip.
	TargetType string
	// Health says how targets are checked.
	Health HealthCheck
	// NoCrossZone keeps requests in the zone in which they arrive. Default false.
	NoCrossZone bool
	// NoZonalShift leaves the load balancer out of ARC zonal shift. Default false.
	NoZonalShift bool
	// DeletionProtection makes the controller, and AWS, refuse to delete the load
	// balancer: destroying takes an update without it first. Default false.
	DeletionProtection bool
	// DrainSeconds is how long a target that leaves may finish, 0 to 3600. Pods must live
	// longer (L7). Default 30.
	DrainSeconds *int
	// CleanUpSeconds is how long a deletion waits for the controller. Default 300.
	CleanUpSeconds int
	// SourceCIDRs are who may reach the load balancer. Required.
	SourceCIDRs []string
	// TLS ends TLS at the load balancer; nil for none.
	TLS *TLS
}

// HealthCheck is how a target group checks its targets.
type HealthCheck struct {
	// Path is asked for by HTTP; empty for a check that connects only, which an
	// Application Load Balancer does not have. Required for an Ingress.
	Path string
	// Port is the port; 0 for the one that traffic takes.
	Port int
	// IntervalSeconds is 5 to 300, TimeoutSeconds 2 to 120 and less. Default 10 and 5.
	IntervalSeconds, TimeoutSeconds int
	// Threshold is after how many checks a target is healthy, or is not: 2 to 10. Default 2.
	Threshold int
}

// TLS ends TLS at a load balancer.
type TLS struct {
	// CertificateArns are ACM certificates, the first the default one. Required. The
	// controller has no permission to look for others by host name.
	CertificateArns []pulumi.StringInput
	// Policy is ELB's security policy. Default: TLS 1.3 and 1.2 with forward secrecy.
	Policy string
}

const defaultDrainSeconds = 30

func (o Options) withDefaults() Options {
	if o.TargetType == "" {
		o.TargetType = objects.TargetIP
	}
	if o.DrainSeconds == nil {
		drain := defaultDrainSeconds
		o.DrainSeconds = &drain
	}
	for field, value := range map[*int]int{&o.Health.IntervalSeconds: 10, &o.Health.TimeoutSeconds: 5, &o.Health.Threshold: 2} {
		if *field == 0 {
			*field = value
		}
	}
	if o.TLS != nil && o.TLS.Policy == "" {
		o.TLS = &TLS{CertificateArns: o.TLS.CertificateArns, Policy: tlsPolicy}
	}
	return o
}

// check refuses what Elastic Load Balancing refuses (API Reference, CreateTargetGroup and
// TargetGroupAttribute).
func (o Options) check(problems *problem.List) {
	if !slices.Contains([]string{objects.TargetIP, objects.TargetInstance}, o.TargetType) {
		problems.Add("targetType", "must be ip or instance", fmt.Sprintf("%q", o.TargetType), "ip reaches pods directly")
	}
	h := o.Health
	between(problems, "health.intervalSeconds", h.IntervalSeconds, 5, 300)
	between(problems, "health.timeoutSeconds", h.TimeoutSeconds, 2, 120)
	between(problems, "health.threshold", h.Threshold, 2, 10)
	between(problems, "drainSeconds", *o.DrainSeconds, 0, 3600)
	if h.TimeoutSeconds >= h.IntervalSeconds {
		problems.Add("health.timeoutSeconds", "must be less than the interval",
			fmt.Sprintf("%d with an interval of %d", h.TimeoutSeconds, h.IntervalSeconds), "shorten it")
	}
	if h.Path != "" && !strings.HasPrefix(h.Path, "/") {
		problems.Add("health.path", "must begin with /", fmt.Sprintf("%q", h.Path), "correct it")
	}
	if h.Port != 0 {
		checkPort(problems, "health.port", h.Port)
	}
	if len(o.SourceCIDRs) == 0 {
		problems.Add("sourceCidrs", "is required: a controller would let everybody in", nil, "list who may reach the load balancer")
	}
	for _, text := range o.SourceCIDRs {
		if prefix, err := netip.ParsePrefix(text); err != nil || prefix != prefix.Masked() {
			problems.Add("sourceCidrs", "must be ranges such as 10.20.0.0/16", fmt.Sprintf("%q", text), "correct it")
		}
	}
	if o.TLS != nil && len(o.TLS.CertificateArns) == 0 {
		problems.Add("tls.certificateArns", "is required with tls", nil, "give a certificate of ACM")
	}
}

func between(problems *problem.List, path string, value, low, high int) {
	if value < low || value > high {
		problems.Add(path, fmt.Sprintf("must be %d to %d", low, high), value, "correct it, or leave it out")
	}
}

// balancerAttributes are attributes that both kinds of load balancer have.
func (o Options) balancerAttributes() map[string]string {
	return map[string]string{
		"deletion_protection.enabled": strconv.FormatBool(o.DeletionProtection),
		"zonal_shift.config.enabled":  strconv.FormatBool(!o.NoZonalShift),
	}
}

func (o Options) drain() map[string]string {
	return map[string]string{"deregistration_delay.timeout_seconds": strconv.Itoa(*o.DrainSeconds)}
}

func (h HealthCheck) port() string {
	if h.Port == 0 {
		return "traffic-port"
	}
	return strconv.Itoa(h.Port)
}

// list writes attributes as annotations take them, the same text for the same attributes.
func list(attributes map[string]string) pulumi.String {
	var pairs []string
	for _, key := range tags.Sorted(attributes) {
		pairs = append(pairs, key+"="+attributes[key])
	}
	return pulumi.String(strings.Join(pairs, ","))
}

// certificates writes ARNs as annotations take them.
func (t *TLS) certificates() pulumi.StringOutput {
	return pulumi.StringArray(t.CertificateArns).ToStringArrayOutput().ApplyT(func(arns []string) string {
		return strings.Join(arns, ",")
	}).(pulumi.StringOutput)
}

func orEmpty(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
