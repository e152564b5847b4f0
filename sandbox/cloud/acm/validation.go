package acm

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"retail/sandbox/cloud"
)

// timeout is how long pulumi-aws waits for ACM.
const timeout = "1h15m0s"

// validationSpec is pulumi-aws's waiting for a certificate; AWS has no such thing.
func validationSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Validation,
		API: cloud.API{Create: "acm:DescribeCertificate", Read: "acm:DescribeCertificate",
			Delete: "acm:DescribeCertificate"}, // nothing is deleted
		Latency: cloud.Latency{Create: issuing},
		Refs:    []cloud.Ref{{Path: "certificateArn", To: []string{Certificate}, NotFound: "ResourceNotFoundException"}},
		Create:  validate,
	}
}

// validate waits for the certificate. pulumi-aws refuses at once when it was told
// other records than ACM asks for, and else waits until its time is up.
func validate(c *cloud.Call) error {
	certificate := c.Get(Certificate, c.Str("certificateArn"))
	if err := checkNames(c, certificate.State); err != nil {
		return err
	}
	if err := issue(c, certificate); err != nil {
		return err
	}
	if text(certificate.State, "status") != Issued {
		var missing []string
		for _, o := range unproved(c, certificate.State) {
			missing = append(missing, fmt.Sprintf("%s CNAME %s", text(o, "resourceRecordName"), text(o, "resourceRecordValue")))
		}
		return fmt.Errorf("waiting for ACM Certificate (%s) to be issued: timeout while waiting for state to become '%s' "+
			"(last state: '%s', timeout: %s); the public DNS does not have %s",
			certificate.ID, Issued, Pending, timeout, strings.Join(missing, ", "))
	}
	// pulumi-aws's ID is the time of issue alone, which two certificates may share.
	c.ID = c.Now().Add(issuing).Format(time.RFC3339) + "/" + c.Hex(8)
	return nil
}

// checkNames compares the records that the program says it made with ACM's.
func checkNames(c *cloud.Call, certificate cloud.Props) error {
	given := c.Strs("validationRecordFqdns")
	if len(given) == 0 {
		return nil
	}
	for n := range given {
		given[n] = strings.TrimSuffix(given[n], ".")
	}
	var missing []string
	list, _ := certificate["domainValidationOptions"].([]any)
	for _, v := range list {
		option, _ := v.(map[string]any)
		if name := strings.TrimSuffix(text(option, "resourceRecordName"), "."); !slices.Contains(given, name) {
			missing = append(missing, fmt.Sprintf("missing %s DNS validation record: %s", text(option, "domainName"), name))
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("%s", strings.Join(missing, "\n"))
	}
	return nil
}
