package cloud

import (
	"fmt"
	"slices"
	"strings"
)

// Organisation is the world's AWS Organization: who exists and who may assume
// what. RAM sharing inside it is switched on, as the network account needs.
type Organisation struct {
	ID         string // "o-" and 10 to 32 lower-case letters or digits
	Management string // account ID of its management account
	Accounts   []Account
	// Ambient is the role session that calls when a provider assumes none.
	Ambient string
	// Roles that the ambient caller may assume, by ARN.
	Roles []string
	// Regions that the accounts have, with their zones in the order of their IDs.
	Regions map[string][]string
	// Zones are public hosted zones that were there before any program: whoever owns
	// the parent domain has delegated them. They are nobody's left-overs.
	Zones []HostedZone
}

// HostedZone is a public hosted zone of Route 53.
type HostedZone struct {
	Account, ID, Name, Comment string
}

// Account is one member account.
type Account struct {
	ID, Name string
	// Quotas are what AWS raised for the account, in every Region, by the code that
	// Service Quotas gives them. AWS's defaults hold for the others.
	Quotas map[string]int
}

// DefaultOrganisation is the retailer: a network hub, two environments, and the
// shared-services account whose role `ci` runs Pulumi.
func DefaultOrganisation() *Organisation {
	o := &Organisation{
		ID: "o-retail0000001", Management: "444444444444",
		Accounts: []Account{
			{ID: "111111111111", Name: "network"}, {ID: "222222222222", Name: "dev"},
			// Two VPCs with a NAT gateway in each of three zones outgrow the default.
			{ID: "333333333333", Name: "prod", Quotas: map[string]int{"L-0263D0A3": 10}}, // EC2-VPC Elastic IPs
			{ID: "444444444444", Name: "shared-services"},
		},
		Ambient: "arn:aws:sts::444444444444:assumed-role/ci/pipeline",
		Regions: map[string][]string{
			"eu-west-1":    {"euw1-az1", "euw1-az2", "euw1-az3"},
			"eu-central-1": {"euc1-az1", "euc1-az2", "euc1-az3"},
			"us-east-1":    {"use1-az1", "use1-az2", "use1-az3", "use1-az4", "use1-az5", "use1-az6"},
		},
		Zones: []HostedZone{
			{Account: "222222222222", ID: "Z04812D7AF35E91C2B6D8", Name: "dev.shop.example.com", Comment: "delegated by the owner of example.com"},
			{Account: "333333333333", ID: "Z09365E18C4D7A2F0B3C5", Name: "shop.example.com", Comment: "delegated by the owner of example.com"},
		},
	}
	for _, a := range o.Accounts {
		for _, name := range peopleAndPipelines {
			o.Roles = append(o.Roles, fmt.Sprintf("arn:aws:iam::%s:role/%s", a.ID, name))
		}
	}
	return o
}

// peopleAndPipelines are the roles of every account: the one that Pulumi
// assumes, those of the people whom the clusters let in, and one that no
// cluster knows.
var peopleAndPipelines = []string{"retail-deploy", "platform-admin", "developer", "support", "auditor"}

// Quota is what AWS raised a quota to for an account, and whether it did.
func (o *Organisation) Quota(account, code string) (int, bool) {
	for _, a := range o.Accounts {
		if a.ID == account {
			value, raised := a.Quotas[code]
			return value, raised
		}
	}
	return 0, false
}

// ARN names the organisation, as RAM takes it for a principal.
func (o *Organisation) ARN() string {
	return fmt.Sprintf("arn:aws:organizations::%s:organization/%s", o.Management, o.ID)
}

// Has tells whether an account is a member.
func (o *Organisation) Has(account string) bool {
	return slices.ContainsFunc(o.Accounts, func(a Account) bool { return a.ID == account })
}

// Assume gives the role session that the ambient caller gets for a role, or
// STS's AccessDenied: STS does not tell a role that is missing from one that
// does not trust the caller.
func (o *Organisation) Assume(roleARN, session string) (principal, account string, err error) {
	if !slices.Contains(o.Roles, roleARN) {
		return "", "", &Error{Code: "AccessDenied", Status: 403, Message: fmt.Sprintf(
			"User: %s is not authorized to perform: sts:AssumeRole on resource: %s", o.Ambient, roleARN)}
	}
	return o.session(roleARN, session)
}

func (o *Organisation) session(roleARN, session string) (principal, account string, err error) {
	account = strings.Split(roleARN, ":")[4]
	name := roleARN[strings.LastIndex(roleARN, "/")+1:]
	return fmt.Sprintf("arn:aws:sts::%s:assumed-role/%s/%s", account, name, session), account, nil
}

// Organisation is the world's accounts and regions.
func (c *Call) Organisation() *Organisation { return c.world.org }

// Zones are the zone IDs of the call's region, in order.
func (c *Call) Zones() []string { return c.world.org.Regions[c.Region] }

// ZoneName is the call's account's own name for a zone ID: AWS maps letters to
// zones differently in each account, so a name says nothing in another one.
func (c *Call) ZoneName(id string) string {
	zones := c.Zones()
	at := slices.Index(zones, id)
	if at < 0 {
		return ""
	}
	return c.Region + string(rune('a'+(at+c.turn())%len(zones)))
}

// ZoneID is the reverse of ZoneName; "" for a name the region does not have.
func (c *Call) ZoneID(name string) string {
	for _, id := range c.Zones() {
		if c.ZoneName(id) == name {
			return id
		}
	}
	return ""
}

// turn is how far an account's letters are turned against the zone IDs.
func (c *Call) turn() int {
	n := 0
	for _, d := range c.Account {
		n += int(d - '0')
	}
	return n / 12
}
