package vpclattice

import (
	"maps"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

func networkSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Network,
		API: cloud.API{Create: "vpc-lattice:CreateServiceNetwork", Read: "vpc-lattice:GetServiceNetwork",
			Update: "vpc-lattice:UpdateServiceNetwork", Delete: "vpc-lattice:DeleteServiceNetwork"},
		Latency:  cloud.Latency{Create: fast, Update: fast, Delete: fast},
		AutoName: &cloud.AutoName{Property: "name", Max: 63},
		Create:   createNetwork,
		Update:   func(c *cloud.Call) error { return settleAuth(c, c.ID) },
		Delete:   deleteNetwork,
	}
}

func createNetwork(c *cloud.Call) error {
	all := c.List(Network)
	if err := uniqueName(all, typeNetwork, c.Str("name")); err != nil {
		return err
	}
	if err := withinQuota(c, quotaNetworks, networksPerRegion, len(all), typeNetwork, "service networks per region"); err != nil {
		return err
	}
	c.ID = c.NewID("sn")
	c.State["arn"] = c.ARN(serviceName, "servicenetwork/"+c.ID)
	return settleAuth(c, c.ID)
}

// uniqueName refuses a second resource of a name among some.
func uniqueName(among []*cloud.Record, kind, name string) error {
	for _, r := range among {
		if text(r.State, "name") == name {
			return conflict(kind, r.ID, "%s with name %s already exists", names[kind], name)
		}
	}
	return nil
}

// settleAuth gives a network or service AWS's auth type, and its auth policy the
// state that follows: a policy is in force only with AWS_IAM (GetAuthPolicy).
func settleAuth(c *cloud.Call, id string) error {
	ec2.Fill(c.State, cloud.Props{"authType": AuthNone})
	if p := policyOf(c, id); p != nil {
		p.State["state"] = policyState(text(c.State, "authType"))
		c.Save(p)
	}
	return nil
}

// deleteNetwork refuses while anything is associated ("You can only delete the
// service network if there is no service or VPC associated with it",
// DeleteServiceNetwork) and takes policies and log subscriptions away with it.
func deleteNetwork(c *cloud.Call) error {
	network := c.Get(Network, c.ID)
	if len(VpcAssociations(c, network)) > 0 {
		return conflict(typeNetwork, c.ID, "ServiceNetwork %s has VPC(s) associated", c.ID)
	}
	if len(ServiceAssociations(c, network, nil)) > 0 {
		return conflict(typeNetwork, c.ID, "ServiceNetwork %s has service(s) associated", c.ID)
	}
	removeAbout(c, network)
	return nil
}

// removeAbout takes away what is only about a network or service: its auth policy,
// resource policy and log subscriptions.
func removeAbout(c *cloud.Call, of *cloud.Record) {
	for token, path := range map[string]string{AuthPolicy: "resourceIdentifier", ResourcePolicy: "resourceArn", LogSubscription: "resourceIdentifier"} {
		for _, r := range c.List(token) {
			if lastPart(text(r.State, path)) == of.ID {
				c.Remove(r)
			}
		}
	}
}

// invokes are the data sources.
func invokes() []*cloud.Invoke {
	return []*cloud.Invoke{
		{Token: "aws:vpclattice/getServiceNetwork:getServiceNetwork", API: "vpc-lattice:GetServiceNetwork", Do: getNetwork},
		{Token: "aws:vpclattice/getService:getService", API: "vpc-lattice:GetService", Do: getService},
		{Token: "aws:vpclattice/getListener:getListener", API: "vpc-lattice:GetListener", Do: getListener},
		{Token: "aws:vpclattice/getAuthPolicy:getAuthPolicy", API: "vpc-lattice:GetAuthPolicy", Do: getAuthPolicy},
		{Token: "aws:vpclattice/getResourcePolicy:getResourcePolicy", API: "vpc-lattice:GetResourcePolicy", Do: getResourcePolicy},
	}
}

// getNetwork answers as GetServiceNetwork does: with the number of associations of
// all accounts. Tags of another account's network are not shown.
func getNetwork(c *cloud.Call) (cloud.Props, error) {
	r, err := NetworkOf(c, c.Str("serviceNetworkIdentifier"))
	if err != nil {
		return nil, err
	}
	created := r.Created.UTC().Format(timeForm)
	out := answer(c, r, cloud.Props{"serviceNetworkIdentifier": r.ID, "createdAt": created, "lastUpdatedAt": created,
		"numberOfAssociatedServices": len(ServiceAssociations(c, r, nil)), "numberOfAssociatedVpcs": len(VpcAssociations(c, r))})
	for _, name := range []string{"arn", "authType", "name"} {
		out[name] = r.State[name]
	}
	return out, nil
}

// timeForm is that of Go's time.Time, which terraform-provider-aws takes.
const timeForm = "2006-01-02 15:04:05 -0700 MST"

// answer is a data source's result: the ID, and the tags of what the account owns.
func answer(c *cloud.Call, r *cloud.Record, more cloud.Props) cloud.Props {
	out := cloud.Props{"id": r.ID, "tags": cloud.Props{}}
	if tags, tagged := r.State["tagsAll"].(map[string]any); tagged && r.Account == c.Account {
		out["tags"] = tags
	}
	maps.Copy(out, more)
	return out
}
