package ec2

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"retail/sandbox/cloud"
)

// prefixListSpec declares customer-managed prefix lists.
func prefixListSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: PrefixList,
		API: cloud.API{Create: "ec2:CreateManagedPrefixList", Read: "ec2:DescribeManagedPrefixLists",
			Update: "ec2:ModifyManagedPrefixList", Delete: "ec2:DeleteManagedPrefixList"},
		Latency:  cloud.Latency{Create: time.Second, Update: time.Second, Delete: time.Second},
		AutoName: &cloud.AutoName{Property: "name", Max: 255},
		Check:    []func(*cloud.Call) error{checkEntries},
		Create: func(c *cloud.Call) error {
			c.ID = c.NewID("pl")
			merge(c.State, cloud.Props{"arn": c.ARN("ec2", "prefix-list/"+c.ID), "ownerId": c.Account, "version": 1})
			Fill(c.State, cloud.Props{"entries": list()})
			return nil
		},
		Update: func(c *cloud.Call) error {
			c.State["version"] = Number(c.State, "version") + 1
			return nil
		},
		Delete: deletePrefixList,
	}
}

func checkEntries(c *cloud.Call) error {
	entries, _ := c.Any("entries").([]any)
	if name := c.Str("name"); strings.HasPrefix(name, "com.amazonaws") {
		return c.Invalid("name", "%q must not begin with com.amazonaws", name)
	}
	if limit := c.Num("maxEntries"); c.Known("maxEntries") && float64(len(entries)) > limit {
		return c.Invalid("entries", "%d entries are more than maxEntries %v", len(entries), limit)
	}
	seen := map[string]bool{}
	for n := range entries {
		cidr := c.Str(fmt.Sprintf("entries[%d].cidr", n))
		if cidr != "" && seen[cidr] {
			return c.Invalid(fmt.Sprintf("entries[%d].cidr", n), "%s is listed twice", cidr)
		}
		seen[cidr] = true
	}
	return nil
}

// deletePrefixList refuses while a route, a rule or a transit gateway uses it.
func deletePrefixList(c *cloud.Call) error {
	uses := map[string]string{Route: "destinationPrefixListId", IngressRule: "prefixListId", EgressRule: "prefixListId",
		"aws:ec2transitgateway/prefixListReference:PrefixListReference": "prefixListId"}
	for token, path := range uses {
		if c.GetBy(token, path, c.ID) != nil {
			return c.Fail("DependencyViolation", "The prefix list %s is in use and cannot be deleted.", c.ID)
		}
	}
	return nil
}

// awsList is a prefix list that AWS manages in every region.
type awsList struct {
	service, family string
	weight          int      // "AWS-managed prefix list weight", Amazon VPC User Guide
	cidrs           []string // documentation ranges stand for what changes with time
}

var awsLists = []awsList{
	{"s3", "IPv4", 1, []string{"198.51.100.0/25"}},
	{"dynamodb", "IPv4", 1, []string{"198.51.100.128/25"}},
	{"vpc-lattice", "IPv4", 10, []string{"169.254.171.0/24"}},
	{"ipv6.vpc-lattice", "IPv6", 10, []string{"fd00:ec2:80::/64"}},
	{"ec2-instance-connect", "IPv4", 2, []string{"192.0.2.0/29"}},
	{globalList + "cloudfront.origin-facing", "IPv4", 55, []string{"192.0.2.128/25"}},
}

// globalList marks a list whose name holds no Region, though each Region has one
// of its own.
const globalList = "global."

// knownIDs are the real identifiers of the lists whose IDs are published.
var knownIDs = map[string]string{
	"com.amazonaws.eu-west-1.s3": "pl-6da54004", "com.amazonaws.eu-west-1.dynamodb": "pl-6fa54006",
	"com.amazonaws.us-east-1.s3": "pl-63a5400a", "com.amazonaws.us-east-1.dynamodb": "pl-02cd2c6b",
	"com.amazonaws.eu-west-1.global.cloudfront.origin-facing": "pl-4fa04526", "com.amazonaws.us-east-1.global.cloudfront.origin-facing": "pl-3b927c52",
	"com.amazonaws.eu-central-1.global.cloudfront.origin-facing": "pl-a3a144ca",
	"com.amazonaws.eu-central-1.s3":                              "pl-6ea54007", "com.amazonaws.eu-central-1.dynamodb": "pl-66a5400f",
}

// ManagedPrefixLists are the lists of the call's region: AWS's, then the
// account's own. A list of AWS has no maxEntries in AWS's answers; here it is
// the weight that the list has in security groups.
func ManagedPrefixLists(c *cloud.Call) []*cloud.Record {
	var out []*cloud.Record
	for _, l := range awsLists {
		name := fmt.Sprintf("com.amazonaws.%s.%s", c.Region, l.service)
		id := awsListID(name)
		if strings.HasPrefix(l.service, globalList) {
			name = "com.amazonaws." + l.service
		}
		entries := []any{}
		for _, cidr := range l.cidrs {
			entries = append(entries, cloud.Props{"cidr": cidr, "description": ""})
		}
		out = append(out, &cloud.Record{Token: PrefixList, ID: id, Region: c.Region, State: cloud.Clone(cloud.Props{
			"name": name, "addressFamily": l.family, "ownerId": "AWS", "version": 0, "maxEntries": l.weight, "entries": entries,
			"arn": fmt.Sprintf("arn:%s:ec2:%s:aws:prefix-list/%s", c.Partition, c.Region, id), "tags": cloud.Props{},
		})})
	}
	return append(out, c.List(PrefixList)...)
}

// awsListID is the identifier of a list of AWS in one Region.
func awsListID(name string) string {
	if id := knownIDs[name]; id != "" {
		return id
	}
	sum := sha256.Sum256([]byte(name))
	return "pl-" + hex.EncodeToString(sum[:])[:17]
}

// EdgePrefixList is the identifier in a Region of the list of the addresses from
// which CloudFront asks origins.
func EdgePrefixList(region string) string {
	return awsListID("com.amazonaws." + region + "." + globalList + "cloudfront.origin-facing")
}

// PrefixListByID is a list's state; nil when there is none.
func PrefixListByID(c *cloud.Call, id string) cloud.Props {
	for _, l := range ManagedPrefixLists(c) {
		if l.ID == id {
			return l.State
		}
	}
	return nil
}

var prefixListFilters = recordFilters(map[string]string{
	"owner-id": "ownerId", "prefix-list-id": "id", "prefix-list-name": "name",
})

func prefixListInvokes() []*cloud.Invoke {
	return []*cloud.Invoke{
		{Token: "aws:ec2/getManagedPrefixList:getManagedPrefixList", API: "ec2:DescribeManagedPrefixLists", Do: getManagedPrefixList},
		{Token: "aws:ec2/getPrefixList:getPrefixList", API: "ec2:DescribePrefixLists", Do: getPrefixList},
	}
}

func getManagedPrefixList(c *cloud.Call) (cloud.Props, error) {
	found, err := prefixListFilters.apply(c, ManagedPrefixLists(c))
	if err != nil {
		return nil, err
	}
	found = narrow(found, c, map[string]string{"id": "id", "name": "name"})
	if err := one(c, "EC2 Managed Prefix List", len(found)); err != nil {
		return nil, err
	}
	out := echo(c, "filters")
	merge(out, found[0].State)
	out["id"] = found[0].ID
	if out["ownerId"] == "AWS" {
		out["maxEntries"] = 0
	}
	return out, nil
}

// getPrefixList is the older operation: only lists of gateway endpoints.
func getPrefixList(c *cloud.Call) (cloud.Props, error) {
	lists := slices.DeleteFunc(ManagedPrefixLists(c), func(r *cloud.Record) bool {
		return !slices.Contains(gatewayServices, strings.TrimPrefix(Text(r.State, "name"), "com.amazonaws."+c.Region+"."))
	})
	found, err := prefixListFilters.apply(c, lists)
	if err != nil {
		return nil, err
	}
	found = narrow(found, c, map[string]string{"prefixListId": "id", "name": "name"})
	if err := one(c, "EC2 Prefix List", len(found)); err != nil {
		return nil, err
	}
	out := echo(c, "filters")
	merge(out, cloud.Props{"id": found[0].ID, "prefixListId": found[0].ID, "name": found[0].State["name"],
		"cidrBlocks": Texts(found[0].State, "entries[*].cidr")})
	return out, nil
}
