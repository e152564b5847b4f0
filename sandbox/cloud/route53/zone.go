package route53

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// zonesPerAccount is the quota of hosted zones.
const (
	quotaZones      = "L-4EA4796A"
	zonesPerAccount = 500
)

func zoneSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Zone,
		API: cloud.API{Create: "route53:CreateHostedZone", Read: "route53:GetHostedZone", Update: "route53:UpdateHostedZoneComment",
			Delete: "route53:DeleteHostedZone"},
		Latency:  cloud.Latency{Create: inSync, Update: inSync, Delete: fast},
		AutoName: &cloud.AutoName{Property: "name", Max: 255},
		Defaults: cloud.Props{"comment": "Managed by Pulumi", "forceDestroy": false},
		Check:    []func(*cloud.Call) error{ec2.Unsupported(folder+"zone.go", "delegationSetId")},
		Create:   createZone,
		Update:   associateZone,
		Delete:   deleteZone,
	}
}

func createZone(c *cloud.Call) error {
	if len(c.List(Zone)) >= ec2.Quota(c, quotaZones, zonesPerAccount) {
		return c.Fail("TooManyHostedZones", "Limits Exceeded: MAX_HOSTED_ZONES_BY_OWNER - Cannot create more hosted zones.")
	}
	for _, other := range c.List(Zone) { // the same request again: pulumi-aws's caller reference is the same
		if c.URN != "" && other.URN == c.URN && text(other.State, "name") == plain(c.Str("name")) {
			return c.Fail("HostedZoneAlreadyExists", "A hosted zone has already been created with the specified caller reference.")
		}
	}
	c.ID = "Z" + strings.ToUpper(c.Hex(20))
	maps.Copy(c.State, zoneState(c.Partition, c.ID, c.Str("name")))
	ec2.Fill(c.State, cloud.Props{"delegationSetId": "", "vpcs": []any{}})
	return associateZone(c)
}

// zoneState is what Route 53 makes of a name.
func zoneState(partition, id, name string) cloud.Props {
	servers := make([]any, 0, 4)
	for n, domain := range []string{"org", "co.uk", "com", "net"} {
		servers = append(servers, fmt.Sprintf("ns-%d.awsdns-%02d.%s", 512*n+int(id[1])*int(id[2])%512, int(id[3])%64, domain))
	}
	return cloud.Props{"zoneId": id, "arn": fmt.Sprintf("arn:%s:route53:::hostedzone/%s", partition, id), "name": plain(name),
		"nameServers": servers, "primaryNameServer": servers[0]}
}

// vpcsOf are the VPCs of a private zone, by ID; none for a public one.
func vpcsOf(state cloud.Props) []string { return ec2.Texts(state, "vpcs[*].vpcId") }

// associateZone checks the VPCs of a private zone: they exist in this account, and
// none resolves another zone of the same name. A zone stays public or private.
func associateZone(c *cloud.Call) error {
	vpcs, before := vpcsOf(c.Inputs), ec2.Texts(c.Old, "vpcs[*].vpcId")
	switch {
	case c.Verb == "update" && len(before) == 0 && len(vpcs) > 0:
		return c.Fail("PublicZoneVPCAssociation", "You're trying to associate a VPC with a public hosted zone.")
	case len(before) > 0 && len(vpcs) == 0:
		return c.Fail("LastVPCAssociation", "Cannot remove last VPC association for the private zone")
	}
	for _, vpc := range vpcs {
		if !slices.ContainsFunc(c.Everywhere(ec2.Vpc), func(v *cloud.Record) bool { return v.ID == vpc && v.Account == c.Account }) {
			return c.Fail("InvalidVPCId", "The VPC: %s that you provided is not authorized to make the association.", vpc)
		}
		for _, other := range c.List(Zone) {
			if other.ID != c.ID && plain(text(other.State, "name")) == plain(c.Str("name")) && slices.Contains(vpcsOf(other.State), vpc) {
				return c.Fail("ConflictingDomainExists", "The VPC %s in region %s has already been associated with the hosted zone %s "+
					"with the same domain name.", vpc, c.Region, other.ID)
			}
		}
	}
	return nil
}

// deleteZone refuses while the zone holds more than its own NS and SOA records,
// unless pulumi-aws is to delete them first.
func deleteZone(c *cloud.Call) error {
	for _, r := range recordsOf(c, c.ID) {
		if !ec2.Flag(c.State, "forceDestroy") {
			return c.Fail("HostedZoneNotEmpty", "The specified hosted zone contains non-required resource record sets and so cannot be deleted.")
		}
		c.Remove(r)
	}
	return nil
}

// Find is a hosted zone of the call's account by its ID: one that a program made,
// or one that the organisation has from the start. Nil when there is none.
func Find(c *cloud.Call, id string) *cloud.Record {
	id = strings.TrimPrefix(id, "/hostedzone/")
	for _, z := range zones(c) {
		if z.ID == id && z.Account == c.Account {
			return z
		}
	}
	return nil
}

// zones are all zones of the world: those that programs made, then those that the
// organisation has from the start.
func zones(c *cloud.Call) []*cloud.Record {
	return append(c.Everywhere(Zone), Delegated(c.Partition, c.Organisation())...)
}

// Delegated are the zones that an organisation has from the start, as records of
// their own: they are in no world's store.
func Delegated(partition string, o *cloud.Organisation) []*cloud.Record {
	var all []*cloud.Record
	for _, z := range o.Zones {
		state := zoneState(partition, z.ID, z.Name)
		maps.Copy(state, cloud.Props{"comment": z.Comment, "tags": cloud.Props{}, "tagsAll": cloud.Props{}, "vpcs": []any{}})
		all = append(all, &cloud.Record{Token: Zone, Account: z.Account, ID: z.ID, State: state})
	}
	return all
}

// getZone finds a zone of the account by ID, or by name, kind, VPC and tags.
func getZone(c *cloud.Call) (cloud.Props, error) {
	if (c.Str("zoneId") == "") == (c.Str("name") == "") && c.Any("tags") == nil {
		return nil, c.Invalid("", "either name, zone_id or tags must be set")
	}
	var found []*cloud.Record
	for _, z := range zones(c) {
		if z.Account == c.Account && wanted(c, z) {
			found = append(found, z)
		}
	}
	switch {
	case len(found) == 0:
		return nil, c.Invalid("", "no matching Route 53 Hosted Zone found")
	case len(found) > 1:
		return nil, c.Invalid("", "multiple Route 53 Hosted Zones matched; use additional constraints to reduce matches to a single Route 53 Hosted Zone")
	}
	z := found[0]
	tags := z.State["tagsAll"]
	if tags == nil {
		tags = cloud.Props{}
	}
	return cloud.Props{"id": z.ID, "zoneId": z.ID, "arn": z.State["arn"], "name": z.State["name"], "comment": z.State["comment"],
		"callerReference": "", "linkedServiceDescription": "", "linkedServicePrincipal": "", "nameServers": z.State["nameServers"],
		"primaryNameServer": z.State["primaryNameServer"], "privateZone": len(vpcsOf(z.State)) > 0, "vpcId": c.Str("vpcId"),
		"resourceRecordSetCount": 2 + len(recordsOf(c, z.ID)), "tags": tags}, nil
}

// wanted tells whether a zone is what the arguments ask for.
func wanted(c *cloud.Call, z *cloud.Record) bool {
	if id := strings.TrimPrefix(c.Str("zoneId"), "/hostedzone/"); id != "" {
		return z.ID == id
	}
	vpcs := vpcsOf(z.State)
	private := c.Bool("privateZone") || c.Str("vpcId") != ""
	if c.Str("name") != "" && plain(c.Str("name")) != text(z.State, "name") || private != (len(vpcs) > 0) ||
		c.Str("vpcId") != "" && !slices.Contains(vpcs, c.Str("vpcId")) {
		return false
	}
	tags, _ := c.Any("tags").(map[string]any)
	for k, v := range tags {
		all, _ := z.State["tagsAll"].(map[string]any)
		if all[k] != v {
			return false
		}
	}
	return true
}
