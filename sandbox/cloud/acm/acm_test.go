package acm_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/acm"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/elbv2"
	"retail/sandbox/cloud/route53"
)

const (
	dev    = "222222222222"
	domain = "dev.shop.example.com"
)

func client(t *testing.T) (*cloudtest.Harness, *cloudtest.Client) {
	t.Helper()
	h := cloudtest.New(t, acm.Register, ec2.Register, elbv2.Register, route53.Register)
	return h, h.As(dev, "eu-west-1")
}

func request(names ...any) cloud.Props {
	p := cloud.Props{"domainName": domain, "validationMethod": "DNS"}
	if len(names) > 0 {
		p["subjectAlternativeNames"] = names
	}
	return p
}

// prove makes the record that the n-th validation option asks for.
func prove(c *cloudtest.Client, certificate *cloudtest.Resource, n int) *cloudtest.Resource {
	option := certificate.State["domainValidationOptions"].([]any)[n].(map[string]any)
	zone := c.Invoke("aws:route53/getZone:getZone", cloud.Props{"name": domain})
	return c.Create(route53.Record, cloud.Props{"zoneId": zone["zoneId"], "name": option["resourceRecordName"], "type": "CNAME",
		"ttl": 60.0, "records": []any{option["resourceRecordValue"]}})
}

func TestCertificateIsIssuedWhenItsRecordIsThere(t *testing.T) {
	h, c := client(t)
	certificate := c.Create(acm.Certificate, request())
	assert.Regexp(t, `^arn:aws:acm:eu-west-1:222222222222:certificate/[0-9a-f]{8}-`, certificate.ID)
	assert.Equal(t, acm.Pending, certificate.State["status"])
	assert.Equal(t, []any{domain}, certificate.State["subjectAlternativeNames"])
	_, err := c.TryCreate(acm.Validation, cloud.Props{"certificateArn": certificate.ID})
	assert.ErrorContains(t, err, "timeout while waiting for state to become 'ISSUED' (last state: 'PENDING_VALIDATION', timeout: 1h15m0s)")
	assert.ErrorContains(t, err, "the public DNS does not have _")

	record := prove(c, certificate, 0)
	_, err = c.TryCreate(acm.Validation, cloud.Props{"certificateArn": certificate.ID, "validationRecordFqdns": []any{"other." + domain}})
	assert.ErrorContains(t, err, "missing "+domain+" DNS validation record: _")
	valid := c.Create(acm.Validation, cloud.Props{"certificateArn": certificate.ID, "validationRecordFqdns": []any{record.State["fqdn"]}})
	assert.Equal(t, acm.Issued, h.Records(acm.Certificate)[0].State["status"])
	assert.Equal(t, acm.Issued, c.Read(certificate)["status"])
	c.FailsCreate(acm.Validation, cloud.Props{"certificateArn": certificate.ID + "0"}, "ResourceNotFoundException")
	c.Delete(valid)
	c.Delete(certificate)
}

func TestRefreshSeesWhatACMHasIssued(t *testing.T) {
	_, c := client(t)
	certificate := c.Create(acm.Certificate, request())
	assert.Equal(t, acm.Pending, c.Read(certificate)["status"])
	prove(c, certificate, 0)
	state := c.Read(certificate)
	assert.Equal(t, acm.Issued, state["status"])
	assert.NotEmpty(t, state["notAfter"])
}

func TestOneRecordForANameAndItsWildcardInAllCertificates(t *testing.T) {
	_, c := client(t)
	first := c.Create(acm.Certificate, request("*."+domain, "www."+domain))
	second := c.Create(acm.Certificate, request())
	option := func(r *cloudtest.Resource, n int) map[string]any {
		return r.State["domainValidationOptions"].([]any)[n].(map[string]any)
	}
	assert.Equal(t, option(first, 0)["resourceRecordName"], option(first, 1)["resourceRecordName"])
	assert.NotEqual(t, option(first, 0)["resourceRecordName"], option(first, 2)["resourceRecordName"])
	assert.Equal(t, option(first, 0), option(second, 0))
	prove(c, first, 0)
	_, err := c.TryCreate(acm.Validation, cloud.Props{"certificateArn": first.ID})
	assert.ErrorContains(t, err, "timeout", "one of two is not enough")
	prove(c, first, 2)
	c.Create(acm.Validation, cloud.Props{"certificateArn": first.ID})
	c.Create(acm.Validation, cloud.Props{"certificateArn": second.ID})
}

func TestARecordThatIsNotPublicProvesNothing(t *testing.T) {
	_, c := client(t)
	vpc := c.Create(ec2.Vpc, cloud.Props{"cidrBlock": "10.0.0.0/16"})
	zone := c.Create(route53.Zone, cloud.Props{"name": domain, "vpcs": []any{cloud.Props{"vpcId": vpc.ID}}})
	certificate := c.Create(acm.Certificate, request())
	option := certificate.State["domainValidationOptions"].([]any)[0].(map[string]any)
	put := func(zone string, value any) *cloudtest.Resource {
		return c.Create(route53.Record, cloud.Props{"zoneId": zone, "name": option["resourceRecordName"], "type": "CNAME", "ttl": 60.0,
			"records": []any{value}})
	}
	put(zone.ID, option["resourceRecordValue"])
	public := c.Invoke("aws:route53/getZone:getZone", cloud.Props{"name": domain})["zoneId"].(string)
	wrong := put(public, "_x.acm-validations.aws.")
	_, err := c.TryCreate(acm.Validation, cloud.Props{"certificateArn": certificate.ID})
	require.ErrorContains(t, err, "timeout")
	c.Delete(wrong)
	put(public, option["resourceRecordValue"])
	c.Create(acm.Validation, cloud.Props{"certificateArn": certificate.ID})
}

func TestCertificateInUseStays(t *testing.T) {
	h, c := client(t)
	certificate := c.Create(acm.Certificate, request())
	vpc := c.Create(ec2.Vpc, cloud.Props{"cidrBlock": "10.0.0.0/16"})
	subnets := []any{}
	for zone, cidr := range map[string]string{"euw1-az1": "10.0.0.0/24", "euw1-az2": "10.0.1.0/24"} {
		subnets = append(subnets, c.Create(ec2.Subnet, cloud.Props{"vpcId": vpc.ID, "cidrBlock": cidr, "availabilityZoneId": zone}).ID)
	}
	lb := c.Create(elbv2.LoadBalancer, cloud.Props{"internal": true, "subnets": subnets})
	inputs := cloud.Props{"loadBalancerArn": lb.ID, "port": 443.0, "protocol": "HTTPS", "certificateArn": certificate.ID,
		"defaultActions": []any{cloud.Props{"type": "fixed-response", "fixedResponse": cloud.Props{"contentType": "text/plain"}}}}
	c.FailsCreate(elbv2.Listener, inputs, "UnsupportedCertificate")
	prove(c, certificate, 0)
	c.Create(acm.Validation, cloud.Props{"certificateArn": certificate.ID})
	listener := c.Create(elbv2.Listener, inputs)
	c.FailsDelete(certificate, "ResourceInUseException")
	abroad := h.As(dev, "us-east-1").Create(acm.Certificate, request())
	inputs["port"], inputs["certificateArn"] = 444.0, abroad.ID
	c.FailsCreate(elbv2.Listener, inputs, "ValidationError")
	c.Delete(listener)
	c.Delete(certificate)
}

func TestWhatACMRefuses(t *testing.T) {
	_, c := client(t)
	for name, change := range map[string]cloud.Props{
		"no method":              {"domainName": domain},
		"e-mail":                 {"domainName": domain, "validationMethod": "EMAIL"},
		"a trailing dot":         {"domainName": domain + ".", "validationMethod": "DNS"},
		"no domain":              {"validationMethod": "DNS"},
		"an imported one":        {"privateKey": "x", "certificateBody": "y"},
		"an algorithm of no one": {"domainName": domain, "validationMethod": "DNS", "keyAlgorithm": "RSA_512"},
	} {
		_, broken := c.Check(acm.Certificate, change)
		assert.NotEmpty(t, broken, name)
	}
	many := []any{}
	for _, n := range "abcdefghij" {
		many = append(many, string(n)+"."+domain)
	}
	c.FailsCreate(acm.Certificate, request(many...), "LimitExceededException")
	made := c.Create(acm.Certificate, request("www."+domain))
	assert.True(t, c.Diff(made, request("api."+domain)).Replaces())
	assert.True(t, c.Diff(made, cloud.Props{"domainName": "www." + domain, "validationMethod": "DNS"}).Replaces())
	tagged := request("www." + domain)
	tagged["tags"] = cloud.Props{"a": "b"}
	c.Update(made, tagged)
}
