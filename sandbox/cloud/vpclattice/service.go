package vpclattice

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/acm"
	"retail/sandbox/cloud/ec2"
)

func serviceSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Service,
		API: cloud.API{Create: "vpc-lattice:CreateService", Read: "vpc-lattice:GetService", Update: "vpc-lattice:UpdateService",
			Delete: "vpc-lattice:DeleteService"},
		Latency:  cloud.Latency{Create: 5 * fast, Update: fast, Delete: 5 * fast},
		AutoName: &cloud.AutoName{Property: "name", Max: 40},
		Create:   createService,
		Update: func(c *cloud.Call) error {
			if err := checkDomain(c); err != nil {
				return err
			}
			if text(c.State, "authType") == AuthIAM && passesThrough(c, c.ID) {
				return invalid("authType", "Service %s with a TLS_PASSTHROUGH listener cannot have the auth type AWS_IAM", c.ID)
			}
			return settleAuth(c, c.ID)
		},
		Delete: deleteService,
		Wait:   waitActive,
	}
}

// waitActive is pulumi-aws's wait for ACTIVE.
func waitActive(_ context.Context, c *cloud.Call) (func() error, error) {
	return func() error {
		if c.Verb == "create" {
			c.State["status"] = Active
		}
		return nil
	}, nil
}

func createService(c *cloud.Call) error {
	all, name := c.List(Service), c.Str("name")
	if err := uniqueName(all, typeService, name); err != nil {
		return err
	}
	if err := withinQuota(c, quotaServices, servicesPerRegion, len(all), typeService, "services per region"); err != nil {
		return err
	}
	if err := checkDomain(c); err != nil {
		return err
	}
	c.ID = c.NewID("svc")
	maps.Copy(c.State, cloud.Props{"arn": c.ARN(serviceName, "service/"+c.ID), "status": Creating, "dnsEntries": entry(c, c.ID, name)})
	return settleAuth(c, c.ID)
}

// domainPart stands in the generated domain names of all services in all Regions,
// as users show them.
const domainPart = "7d67968.vpc-lattice-svcs"

// entry is the DNS entry of a service: its generated domain name, of which VPC
// Lattice has one hosted zone in each Region.
func entry(c *cloud.Call, id, name string) []any {
	sum := sha256.Sum256([]byte("vpc-lattice|" + c.Region))
	return []any{cloud.Props{"hostedZoneId": "Z" + strings.ToUpper(hex.EncodeToString(sum[:]))[:20],
		"domainName": fmt.Sprintf("%s-%s.%s.%s.on.aws", name, strings.TrimPrefix(id, "svc-"), domainPart, c.Region)}}
}

// DomainName is the generated domain name of a service.
func DomainName(service *cloud.Record) string { return text(service.State, "dnsEntries[0].domainName") }

// ServiceOfDomain is the service that answers to a domain name in a network: by its
// generated name, or by its custom one. Nil when there is none.
func ServiceOfDomain(c *cloud.Call, network *cloud.Record, domain string) *cloud.Record {
	for _, s := range ServicesOf(c, network) {
		if domain != "" && (DomainName(s) == domain || text(s.State, "customDomainName") == domain) {
			return s
		}
	}
	return nil
}

// checkDomain needs an issued certificate of the Region that covers the custom
// domain name ("Bring your own certificate (BYOC)", User Guide). HTTPS for the
// generated name needs none.
func checkDomain(c *cloud.Call) error {
	arn, domain := c.Str("certificateArn"), c.Str("customDomainName")
	if arn == "" {
		return nil
	}
	if domain == "" {
		return invalid("certificateArn", "A certificate can only be given with a custom domain name")
	}
	certificate := c.GetBy(acm.Certificate, "arn", arn)
	if certificate == nil || text(certificate.State, "status") != acm.Issued {
		return invalid("certificateArn", "Certificate %s does not exist in account %s, region %s, or is not issued", arn, c.Account, c.Region)
	}
	covered := append(ec2.Texts(certificate.State, "subjectAlternativeNames[*]"), text(certificate.State, "domainName"))
	for _, name := range covered {
		if covers(name, domain) {
			return nil
		}
	}
	return invalid("certificateArn", "Certificate %s does not cover the custom domain name %s", arn, domain)
}

// covers tells whether a name of a certificate, perhaps a wildcard, is a domain's.
func covers(name, domain string) bool {
	if parent, wildcard := strings.CutPrefix(name, "*."); wildcard {
		_, above, _ := strings.Cut(domain, ".")
		return above == parent
	}
	return name == domain
}

// deleteService refuses while the service is in a network ("A service can't be
// deleted if it's associated with a service network", DeleteService) and takes its
// listeners, rules, policies and log subscriptions with it.
func deleteService(c *cloud.Call) error {
	service := c.Get(Service, c.ID)
	if len(ServiceAssociations(c, nil, service)) > 0 {
		return conflict(typeService, c.ID, "Service %s has service network(s) associated", c.ID)
	}
	for _, l := range listenersOf(c, c.ID) {
		removeRules(c, l.ID)
		c.Remove(l)
	}
	removeAbout(c, service)
	return nil
}

func getService(c *cloud.Call) (cloud.Props, error) {
	id, name := c.Str("serviceIdentifier"), c.Str("name")
	if (id == "") == (name == "") {
		return nil, c.Invalid("", "exactly one of name, serviceIdentifier must be set")
	}
	r := c.GetBy(Service, "name", name)
	if id != "" {
		found, err := ServiceOf(c, id)
		if err != nil {
			return nil, err
		}
		r = found
	}
	if r == nil {
		return nil, notFound(typeService, name)
	}
	out := answer(c, r, cloud.Props{"serviceIdentifier": r.ID})
	for _, property := range []string{"arn", "authType", "certificateArn", "customDomainName", "dnsEntries", "name", "status"} {
		out[property] = r.State[property]
	}
	return out, nil
}
