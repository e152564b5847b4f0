package ram

import (
	"strings"
	"time"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// principalSpec says to whom a share goes: an account by its number, or the
// organisation by its ARN.
func principalSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Principal,
		API: cloud.API{Create: "ram:AssociateResourceShare", Read: "ram:GetResourceShareAssociations",
			Delete: "ram:DisassociateResourceShare"},
		Latency: cloud.Latency{Create: 5 * time.Second, Delete: 5 * time.Second},
		Refs:    []cloud.Ref{toShare()},
		Create:  createPrincipal,
	}
}

func createPrincipal(c *cloud.Call) error {
	principal, share := c.Str("principal"), c.Str("resourceShareArn")
	organisation := c.Organisation()
	if strings.Contains(principal, ":organizations:") && principal != organisation.ARN() {
		name := principal[strings.LastIndex(principal, "/")+1:]
		kind := "Organization"
		if strings.Contains(principal, ":ou/") {
			kind = "OrganizationalUnit"
		}
		return c.Fail("UnknownResourceException", "%s %s could not be found.", kind, name)
	}
	if external(c, principal) && !ec2.Flag(c.Get(Share, share).State, "allowExternalPrincipals") {
		return outside(c)
	}
	c.ID = share + "," + principal
	if c.Get(Principal, c.ID) != nil {
		return c.Fail("InvalidStateTransitionException", "The principal %s is associated with the share already.", principal)
	}
	return nil
}

// external tells whether a principal is, or is in, an account outside the
// organisation.
func external(c *cloud.Call, principal string) bool {
	if strings.HasPrefix(principal, "arn:") {
		if strings.Contains(principal, ":organizations:") {
			return false
		}
		principal = strings.Split(principal, ":")[4]
	}
	return !c.Organisation().Has(principal)
}

func outside(c *cloud.Call) error {
	return c.Fail("OperationNotPermittedException", "The resource you are attempting to share can only be shared within your "+
		"AWS Organization. This error may also occur if you have not enabled sharing with your AWS organization, or that "+
		"onboarding process is still in progress.")
}

// accepterSpec takes an invitation. There is one only for an account outside
// the sharer's organisation that the share names.
func accepterSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Accepter,
		API: cloud.API{Create: "ram:AcceptResourceShareInvitation", Read: "ram:GetResourceShares",
			Delete: "ram:DisassociateResourceShare"},
		Latency: cloud.Latency{Create: 5 * time.Second, Delete: 5 * time.Second},
		Create: func(c *cloud.Call) error {
			arn := c.Str("shareArn")
			var share, invitation *cloud.Record
			for _, s := range c.Everywhere(Share) {
				if s.ID == arn {
					share = s
				}
			}
			for _, p := range c.Everywhere(Principal) {
				if ec2.Text(p.State, "resourceShareArn") == arn && ec2.Text(p.State, "principal") == c.Account {
					invitation = p
				}
			}
			if share == nil || invitation == nil || c.Organisation().Has(c.Account) || c.Get(Accepter, arn) != nil {
				// No AWS error: pulumi-aws looks for a pending invitation itself.
				return c.Invalid("shareArn", "no pending RAM Resource Share (%s) invitation found. If both AWS accounts are in the same "+
					"AWS Organization and RAM Sharing with AWS Organizations is enabled, this resource is not necessary", arn)
			}
			c.ID = arn
			c.State["receiverAccountId"], c.State["senderAccountId"] = c.Account, share.Account
			c.State["shareName"], c.State["status"] = share.State["name"], "ACTIVE"
			c.State["shareId"] = "rs-" + arn[strings.LastIndex(arn, "/")+1:]
			c.State["invitationArn"] = strings.Replace(arn, "resource-share/", "resource-share-invitation/", 1)
			c.State["resources"] = sharedResources(c, arn)
			return nil
		},
		Read: func(c *cloud.Call) error { c.State["resources"] = sharedResources(c, c.ID); return nil },
	}
}

func sharedResources(c *cloud.Call, share string) []any {
	out := []any{}
	for _, r := range c.Everywhere(Resource) {
		if ec2.Text(r.State, "resourceShareArn") == share {
			out = append(out, r.State["resourceArn"])
		}
	}
	return out
}

// getShare finds a share by its name: the account's own, or one that others
// have given to it.
func getShare(c *cloud.Call) (cloud.Props, error) {
	mine := c.Str("resourceOwner") == "SELF"
	var found []*cloud.Record
	for _, s := range c.Everywhere(Share) {
		if s.Region == c.Region && (s.Account == c.Account) == mine && ec2.Text(s.State, "name") == c.Str("name") && (mine || given(c, s)) {
			s.State["status"] = "ACTIVE"
			found = append(found, s)
		}
	}
	found, err := ec2.Filter(c, found, map[string]string{"status": "status"})
	if err != nil {
		return nil, err
	}
	if len(found) != 1 {
		return nil, c.Invalid("name", "%d RAM resource shares are named %q, must be one", len(found), c.Str("name"))
	}
	s := found[0]
	tags := s.State["tagsAll"]
	if tags == nil {
		tags = cloud.Props{}
	}
	return cloud.Props{"id": s.ID, "arn": s.ID, "name": s.State["name"], "owningAccountId": s.Account, "status": "ACTIVE",
		"resourceOwner": c.Str("resourceOwner"), "resourceArns": sharedResources(c, s.ID), "tags": tags}, nil
}

// given tells whether a share goes to the call's account.
func given(c *cloud.Call, share *cloud.Record) bool {
	organisation := c.Organisation()
	for _, p := range c.Everywhere(Principal) {
		to := ec2.Text(p.State, "principal")
		if ec2.Text(p.State, "resourceShareArn") != share.ID {
			continue
		}
		if organisation.Has(c.Account) && (to == c.Account || to == organisation.ARN()) || to == c.Account && c.Get(Accepter, share.ID) != nil {
			return true
		}
	}
	return false
}
