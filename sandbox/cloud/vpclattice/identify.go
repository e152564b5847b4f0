package vpclattice

import (
	"slices"
	"strings"

	"retail/sandbox/cloud"
)

// kinds of the types that an identifier may name.
var kinds = map[string]string{Network: typeNetwork, Service: typeService, Listener: typeListener, ListenerRule: typeRule,
	TargetGroup: typeGroup, VpcAssociation: typeVpcJoin, ServiceAssociation: typeServiceJoin, LogSubscription: typeLogs}

// lastPart is the ID in an identifier: the ARN's last part, or the ID itself.
func lastPart(identifier string) string { return identifier[strings.LastIndex(identifier, "/")+1:] }

func isARN(identifier string) bool { return strings.HasPrefix(identifier, "arn:") }

// NetworkOf finds a service network by its ARN, or by its ID in the call's own
// account: "You must use the ARN if the resources specified in the operation are
// in different accounts" (CreateServiceNetworkVpcAssociation). Errors:
// ResourceNotFoundException, and AccessDeniedException for another account's that
// RAM does not share with the call's (case V2).
func NetworkOf(c *cloud.Call, identifier string) (*cloud.Record, error) {
	return resolve(c, Network, "GetServiceNetwork", identifier)
}

// ServiceOf finds a service as NetworkOf a network.
func ServiceOf(c *cloud.Call, identifier string) (*cloud.Record, error) {
	return resolve(c, Service, "GetService", identifier)
}

// TargetGroupOf finds a target group of the call's account and Region: no other
// account's can be used. Error: ResourceNotFoundException.
func TargetGroupOf(c *cloud.Call, identifier string) (*cloud.Record, error) {
	if r := c.Get(TargetGroup, lastPart(identifier)); r != nil && (!isARN(identifier) || text(r.State, "arn") == identifier) {
		return r, nil
	}
	return nil, notFound(typeGroup, identifier)
}

// ListenerOf finds a listener of a service. Error: ResourceNotFoundException.
func ListenerOf(c *cloud.Call, service *cloud.Record, identifier string) (*cloud.Record, error) {
	if r := c.Get(Listener, service.ID+"/"+lastPart(identifier)); r != nil {
		return r, nil
	}
	return nil, notFound(typeListener, identifier)
}

// RuleOf finds a rule of a listener. Error: ResourceNotFoundException.
func RuleOf(c *cloud.Call, listener *cloud.Record, identifier string) (*cloud.Record, error) {
	if r := c.Get(ListenerRule, listener.ID+"/"+lastPart(identifier)); r != nil {
		return r, nil
	}
	return nil, notFound(typeRule, identifier)
}

// resolve finds what an identifier names, for an action of the service.
func resolve(c *cloud.Call, token, action, identifier string) (*cloud.Record, error) {
	if !isARN(identifier) {
		if r := c.Get(token, identifier); r != nil {
			return r, nil
		}
		return nil, notFound(kinds[token], identifier)
	}
	if r := c.Shared(token, "arn", identifier); r != nil {
		return r, nil
	}
	if r := byIdentifier(c, token, identifier); r != nil && text(r.State, "arn") == identifier && policyShares(c, r, action) {
		return r, nil
	}
	if parts := strings.SplitN(identifier, ":", 6); len(parts) == 6 && parts[4] != c.Account {
		return nil, denied(c, action, identifier)
	}
	return nil, notFound(kinds[token], identifier)
}

// byIdentifier finds a record of the call's Region whichever account it is in: what
// an association once named stays named when nobody shares it any longer. Nil when
// there is none.
func byIdentifier(c *cloud.Call, token, identifier string) *cloud.Record {
	for _, r := range c.Everywhere(token) {
		if r.Region == c.Region && r.ID == lastPart(identifier) {
			return r
		}
	}
	return nil
}

// Networks are the service networks that the call's account sees in its Region:
// its own first, then those that RAM shares with it (ListServiceNetworks).
func Networks(c *cloud.Call) []*cloud.Record { return visible(c, Network) }

// Services are the services that the call's account sees, as Networks.
func Services(c *cloud.Call) []*cloud.Record { return visible(c, Service) }

func visible(c *cloud.Call, token string) []*cloud.Record {
	out := c.List(token)
	for _, r := range c.Everywhere(token) {
		if r.Account != c.Account && r.Region == c.Region && c.Shared(token, "arn", text(r.State, "arn")) != nil {
			out = append(out, r)
		}
	}
	return out
}

// ServiceAssociations are the associations of a network with services (network not
// nil), of a service with networks (service not nil), or both, in whichever account
// they were made.
func ServiceAssociations(c *cloud.Call, network, service *cloud.Record) []*cloud.Record {
	return slices.DeleteFunc(c.Everywhere(ServiceAssociation), func(a *cloud.Record) bool {
		return network != nil && lastPart(text(a.State, "serviceNetworkIdentifier")) != network.ID ||
			service != nil && lastPart(text(a.State, "serviceIdentifier")) != service.ID
	})
}

// VpcAssociations are the associations of a network with VPCs, in whichever account
// they were made.
func VpcAssociations(c *cloud.Call, network *cloud.Record) []*cloud.Record {
	return slices.DeleteFunc(c.Everywhere(VpcAssociation), func(a *cloud.Record) bool {
		return lastPart(text(a.State, "serviceNetworkIdentifier")) != network.ID
	})
}

// AssociationOfVpc is the association of a VPC of the call's account; nil when it
// has none. A VPC has at most one.
func AssociationOfVpc(c *cloud.Call, vpc string) *cloud.Record {
	return c.GetBy(VpcAssociation, "vpcIdentifier", vpc)
}

// NetworkOfVpc is the network that a VPC of the call's account is associated with;
// nil when there is none, or when the association is not active.
func NetworkOfVpc(c *cloud.Call, vpc string) *cloud.Record {
	a := AssociationOfVpc(c, vpc)
	if a == nil || text(a.State, "status") != Active {
		return nil
	}
	return byIdentifier(c, Network, text(a.State, "serviceNetworkIdentifier"))
}

// ServicesOf are the services of a network, by ID, in whichever account they are:
// those whose association is active.
func ServicesOf(c *cloud.Call, network *cloud.Record) []*cloud.Record {
	var out []*cloud.Record
	for _, a := range ServiceAssociations(c, network, nil) {
		if s := byIdentifier(c, Service, text(a.State, "serviceIdentifier")); s != nil && text(a.State, "status") == Active {
			out = append(out, s)
		}
	}
	return out
}

// Named is what an identifier names in the call's Region, in whichever account it
// is; nil when there is none. Who asks must check what its account may see.
func Named(c *cloud.Call, token, identifier string) *cloud.Record {
	if r := byIdentifier(c, token, identifier); r != nil && (!isARN(identifier) || text(r.State, "arn") == identifier) {
		return r
	}
	return nil
}

// PolicyOf is the auth policy of a network or service of the call's account. Error:
// ResourceNotFoundException.
func PolicyOf(c *cloud.Call, identifier string) (*cloud.Record, error) {
	r, err := ownNetworkOrService(c, identifier, "GetAuthPolicy")
	if err != nil {
		return nil, err
	}
	if p := policyOf(c, r.ID); p != nil {
		return p, nil
	}
	return nil, notFound(typePolicy, r.ID)
}
