// Package sts simulates the data sources about the caller: who calls, in which
// partition and region. Who may assume which role is the organisation's matter
// (package cloud: Organisation, World.AssumeRole).
package sts

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"retail/sandbox/cloud"
)

// Register declares the data sources.
func Register(r *cloud.Registry) {
	r.AddInvoke(
		&cloud.Invoke{Token: "aws:index/getCallerIdentity:getCallerIdentity", API: "sts:GetCallerIdentity", Do: callerIdentity},
		// Neither asks AWS anything; the API names what the answer is about.
		&cloud.Invoke{Token: "aws:index/getPartition:getPartition", API: "provider:Partition", Do: partition},
		&cloud.Invoke{Token: "aws:index/getRegion:getRegion", API: "provider:Region", Do: region},
	)
}

// callerIdentity answers as GetCallerIdentity does for a role session: the
// user ID is the role's unique ID and the session's name.
func callerIdentity(c *cloud.Call) (cloud.Props, error) {
	session := c.Principal[strings.LastIndex(c.Principal, "/")+1:]
	sum := sha256.Sum256([]byte(cloud.RoleOf(c.Principal)))
	id := "AROA" + strings.ToUpper(hex.EncodeToString(sum[:]))[:17] + ":" + session
	return cloud.Props{"accountId": c.Account, "arn": c.Principal, "userId": id, "id": c.Account}, nil
}

func partition(c *cloud.Call) (cloud.Props, error) {
	return cloud.Props{"partition": c.Partition, "dnsSuffix": "amazonaws.com", "reverseDnsPrefix": "com.amazonaws", "id": c.Partition}, nil
}

// descriptions of regions as the SDK's partition table has them.
var descriptions = map[string]string{
	"eu-west-1": "Europe (Ireland)", "eu-central-1": "Europe (Frankfurt)", "us-east-1": "US East (N. Virginia)",
}

func region(c *cloud.Call) (cloud.Props, error) {
	name := c.Region
	if asked := c.Str("name"); asked != "" {
		name = asked
	}
	if _, known := c.Organisation().Regions[name]; !known {
		return nil, c.Fail("InvalidParameterValue", "%s is not a region of this world", name)
	}
	return cloud.Props{"name": name, "id": name, "endpoint": "ec2." + name + ".amazonaws.com", "description": descriptions[name]}, nil
}
