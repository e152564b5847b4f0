// Package route53 simulates Amazon Route 53: public and private hosted zones,
// records with their routing policies, and health checks.
//
// Rules and codes are those of the Amazon Route 53 API Reference and Developer
// Guide; the texts of a refused change batch are AWS's own as users reported them.
// Not simulated, and refused by name: geolocation, geoproximity and CIDR routing,
// reusable delegation sets, and health checks of ARC's routing controls.
package route53

import (
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// Tokens of the resource types.
const (
	Zone        = "aws:route53/zone:Zone"
	Record      = "aws:route53/record:Record"
	HealthCheck = "aws:route53/healthCheck:HealthCheck"
)

const (
	fast = time.Second
	// inSync is how long a change takes to reach all name servers.
	inSync = 35 * time.Second
	folder = "sandbox/cloud/route53/"
)

// Register declares the service's resource types and data sources.
func Register(r *cloud.Registry) {
	r.Add(zoneSpec(), recordSpec(), healthCheckSpec())
	r.AddInvoke(&cloud.Invoke{Token: "aws:route53/getZone:getZone", API: "route53:ListHostedZones", Do: getZone})
}

func text(p cloud.Props, path string) string { return ec2.Text(p, path) }

// plain is a domain name without its root and in lower case, as names are compared.
func plain(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }
