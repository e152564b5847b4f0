package vpclattice

import (
	"maps"
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/logs"
	"retail/sandbox/cloud/s3"
)

// delivery is the service that writes VPC Lattice's access logs.
const delivery = "delivery.logs.amazonaws.com"

func logSubscriptionSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: LogSubscription,
		API: cloud.API{Create: "vpc-lattice:CreateAccessLogSubscription", Read: "vpc-lattice:GetAccessLogSubscription",
			Delete: "vpc-lattice:DeleteAccessLogSubscription"},
		Latency: cloud.Latency{Create: 2 * fast, Delete: fast},
		Refs:    slices.Concat(named("resourceIdentifier", Network), named("resourceIdentifier", Service)),
		Check:   []func(*cloud.Call) error{checkDestination},
		Create:  subscribe,
	}
}

// checkDestination refuses, in preview already, what is not simulated.
func checkDestination(c *cloud.Call) error {
	arn := c.Str("destinationArn")
	if parts := strings.SplitN(arn, ":", 6); len(parts) == 6 && parts[2] == "firehose" {
		return c.Invalid("destinationArn", "Firehose is not simulated: extend %saccesslogs.go", folder)
	}
	return nil
}

// subscribe sends the logs of a network or service to a log group or a bucket, one
// of each kind at most ("Access logs for VPC Lattice", User Guide).
func subscribe(c *cloud.Call) error {
	r, err := ownNetworkOrService(c, c.Str("resourceIdentifier"), "CreateAccessLogSubscription")
	if err != nil {
		return err
	}
	parts := strings.SplitN(strings.TrimSuffix(c.Str("destinationArn"), ":*"), ":", 7)
	if len(parts) < 6 {
		return invalid("destinationArn", "%s is not the ARN of a log group, bucket or delivery stream", c.Str("destinationArn"))
	}
	kind := c.Str("serviceNetworkLogType")
	if kind != "" && r.Token != Network {
		return invalid("serviceNetworkLogType", "The log type can only be given for a service network")
	}
	if kind == "RESOURCE" {
		return invalid("serviceNetworkLogType", "logs of resource configurations are not simulated: extend %saccesslogs.go", folder)
	}
	for _, other := range c.List(LogSubscription) {
		if lastPart(text(other.State, "resourceIdentifier")) == r.ID && strings.Split(text(other.State, "destinationArn"), ":")[2] == parts[2] {
			return conflict(typeLogs, other.ID, "%s already has an access log subscription with a destination of this type", r.ID)
		}
	}
	if err := deliverTo(c, parts, text(r.State, "arn")); err != nil {
		return err
	}
	c.ID = c.NewID("als")
	maps.Copy(c.State, cloud.Props{"arn": c.ARN(serviceName, "accesslogsubscription/"+c.ID), "resourceArn": r.State["arn"]})
	if r.Token == Network {
		ec2.Fill(c.State, cloud.Props{"serviceNetworkLogType": "SERVICE"})
	}
	return nil
}

// deliverTo needs a log group of the account and Region, or a bucket whose policy
// lets the log delivery service write.
func deliverTo(c *cloud.Call, arn []string, source string) error {
	switch {
	case arn[2] == "logs" && len(arn) == 7 && arn[3] == c.Region && arn[4] == c.Account:
		if err := logs.Deliver(c, arn[6]); err != nil {
			return invalid("destinationArn", "log group %s: %s", arn[6], err)
		}
		return nil
	case arn[2] == "s3":
		key := "AWSLogs/" + c.Account + "/VpcLattice/AccessLogs/" + c.Region + "/" + lastPart(source) + "/first"
		bucket := s3.Find(c, arn[5])
		if bucket == nil || !s3.Allows(c, bucket.ID, delivery, "s3:PutObject", key, map[string]string{
			"aws:SourceAccount": c.Account, "aws:SourceArn": c.ARN("logs", "*"), "s3:x-amz-acl": "bucket-owner-full-control"}) {
			return &cloud.Error{Code: "AccessDeniedException", Status: 403, Message: "Access Denied for bucket: " + arn[5] +
				": " + delivery + " may not write " + key}
		}
		return s3.Put(c, bucket.ID, key)
	}
	return invalid("destinationArn", "%s is not a log group of account %s and region %s, nor a bucket", strings.Join(arn, ":"), c.Account, c.Region)
}
