// Package secretsmanager simulates AWS Secrets Manager: secrets with their versions,
// resource policies and the time in which a deleted secret can be had back, and the
// secrets that other services make and own (of the master user of a database).
//
// Codes and texts are those of the AWS Secrets Manager API Reference and of its own
// answers as users report them. Replicas in other Regions, rotation by a function and
// staging labels of one's own are not simulated and are refused by name.
package secretsmanager

import (
	"fmt"
	"slices"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// Tokens of the resource types.
const (
	Secret  = "aws:secretsmanager/secret:Secret"
	Version = "aws:secretsmanager/secretVersion:SecretVersion"
	Policy  = "aws:secretsmanager/secretPolicy:SecretPolicy"
	// Scheduled is the type of secrets that wait for their deletion.
	Scheduled = "aws:secretsmanager/scheduledDeletion:ScheduledDeletion"
	// owned is the value of a secret that a service made. It is in no program's state.
	owned = "aws:secretsmanager/ownedValue:OwnedValue"
)

const fast = time.Second

// Staging labels (Secrets Manager User Guide, "What's in a Secrets Manager secret?").
const (
	current  = "AWSCURRENT"
	previous = "AWSPREVIOUS"
)

// secretsLimit is how many secrets an account has in a Region (User Guide, "AWS Secrets
// Manager quotas").
const secretsLimit = 500000

// Register declares the service's resource types.
func Register(r *cloud.Registry) { r.Add(secretSpec(), versionSpec(), policySpec()) }

// missing is the answer for a secret that is not there, or only waits for its deletion.
func missing(c *cloud.Call, arn string) error {
	if c.Get(Scheduled, arn) != nil {
		return c.Fail("InvalidRequestException",
			"You can't perform this operation on the secret because it was marked for deletion.")
	}
	return c.Fail("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
}

// Own makes a secret that belongs to a resource of another service and goes with it, as
// RDS does for a database's master user: NAME is "rds!cluster-UUID". The value is known
// to Value alone. It returns the secret's ARN.
func Own(c *cloud.Call, owner, name, description, key, value string) string {
	arn := c.ARN("secretsmanager", "secret:"+name+"-"+c.Hex(6))
	c.Put(&cloud.Record{Token: Secret, ID: arn, Owner: owner, State: cloud.Props{
		"arn": arn, "name": name, "description": description, "kmsKeyId": key, "policy": "", "tags": cloud.Props{},
	}})
	c.Put(&cloud.Record{Token: owned, ID: arn, Owner: owner, State: cloud.Props{"secretString": value}})
	return arn
}

// Disown takes away what Own made for an owner.
func Disown(c *cloud.Call, owner string) {
	for _, token := range []string{Secret, owned} {
		for _, r := range c.List(token) {
			if r.Owner == owner {
				c.Remove(r)
			}
		}
	}
}

// versions are the versions of a secret that a program put.
func versions(c *cloud.Call, arn string) []*cloud.Record {
	return slices.DeleteFunc(c.List(Version), func(r *cloud.Record) bool { return ec2.Text(r.State, "secretId") != arn })
}

// uuid is a fresh identifier in the form of a UUID.
func uuid(c *cloud.Call) string {
	h := c.Hex(32)
	return fmt.Sprintf("%s-%s-%s-%s-%s", h[:8], h[8:12], h[12:16], h[16:20], h[20:])
}
