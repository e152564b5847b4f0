package awsapi

import (
	"slices"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/vpclattice"
)

// listVpcAssociations are those of a network or of a VPC: the owner of the network
// sees all, another account those that it made.
func listVpcAssociations(c *call) (object, error) {
	vpc, identifier := c.text("vpcIdentifier"), c.text("serviceNetworkIdentifier")
	if vpc == "" && identifier == "" {
		return nil, vpclattice.Missing("serviceNetworkIdentifier", "vpcIdentifier")
	}
	found := c.Everywhere(vpclattice.VpcAssociation)
	if identifier != "" {
		n, err := vpclattice.NetworkOf(c.Call, identifier)
		if err != nil {
			return nil, err
		}
		found = vpclattice.VpcAssociations(c.Call, n)
	}
	var all []any
	for _, r := range found {
		if c.sees(r, str(r.State, "serviceNetworkIdentifier"), vpclattice.Network) && (vpc == "" || str(r.State, "vpcIdentifier") == vpc) {
			one := vpcAssociation(c, r)
			delete(one, "securityGroupIds")
			all = append(all, one)
		}
	}
	return c.items(all)
}

// sees tells whether an association is the account's own, or of what it owns.
func (c *call) sees(r *cloud.Record, of, token string) bool {
	owned := vpclattice.Named(c.Call, token, of)
	return r.Region == c.Region && (r.Account == c.Account || owned != nil && owned.Account == c.Account)
}

func getVpcAssociation(c *call) (object, error) {
	r, err := c.association(vpclattice.VpcAssociation, vpcAssociationID)
	if err != nil {
		return nil, err
	}
	return vpcAssociation(c, r), nil
}

// association is the one that a parameter names and the account sees.
func (c *call) association(token, parameter string) (*cloud.Record, error) {
	r := vpclattice.Named(c.Call, token, c.text(parameter))
	if r == nil || !c.sees(r, str(r.State, "serviceNetworkIdentifier"), vpclattice.Network) &&
		!c.sees(r, str(r.State, "serviceIdentifier"), vpclattice.Service) {
		return nil, vpclattice.NoResource(c.text(parameter))
	}
	return r, nil
}

func vpcAssociation(c *call, r *cloud.Record) object {
	return dated(r, inNetwork(c, r, object{"id": r.ID, "status": str(r.State, "status"), "createdBy": str(r.State, "createdBy"),
		"vpcId": str(r.State, "vpcIdentifier"), "securityGroupIds": list(strs(r.State, "securityGroupIds"))}))
}

// inNetwork adds the network of an association.
func inNetwork(c *call, r *cloud.Record, o object) object {
	if n := vpclattice.Named(c.Call, vpclattice.Network, str(r.State, "serviceNetworkIdentifier")); n != nil {
		o["serviceNetworkId"], o["serviceNetworkArn"], o["serviceNetworkName"] = n.ID, str(n.State, "arn"), str(n.State, "name")
	}
	return o
}

// listServiceAssociations are those of a network, of a service, or of both.
func listServiceAssociations(c *call) (object, error) {
	var n, s *cloud.Record
	var err error
	if id := c.text("serviceNetworkIdentifier"); id != "" {
		if n, err = vpclattice.NetworkOf(c.Call, id); err != nil {
			return nil, err
		}
	}
	if id := c.text("serviceIdentifier"); id != "" {
		if s, err = vpclattice.ServiceOf(c.Call, id); err != nil {
			return nil, err
		}
	}
	if n == nil && s == nil {
		return nil, vpclattice.Missing("serviceNetworkIdentifier", "serviceIdentifier")
	}
	var all []any
	for _, r := range vpclattice.ServiceAssociations(c.Call, n, s) {
		owners := []bool{c.sees(r, str(r.State, "serviceNetworkIdentifier"), vpclattice.Network), c.sees(r, str(r.State, "serviceIdentifier"), vpclattice.Service)}
		if slices.Contains(owners, true) {
			all = append(all, serviceAssociation(c, r))
		}
	}
	return c.items(all)
}

func getServiceAssociation(c *call) (object, error) {
	r, err := c.association(vpclattice.ServiceAssociation, serviceAssociationID)
	if err != nil {
		return nil, err
	}
	return serviceAssociation(c, r), nil
}

func serviceAssociation(c *call, r *cloud.Record) object {
	o := inNetwork(c, r, object{"id": r.ID, "status": str(r.State, "status"), "createdBy": str(r.State, "createdBy"), "dnsEntry": dnsEntry(r.State),
		"customDomainName": str(r.State, "customDomainName")})
	if s := vpclattice.Named(c.Call, vpclattice.Service, str(r.State, "serviceIdentifier")); s != nil {
		o["serviceId"], o["serviceArn"], o["serviceName"] = s.ID, str(s.State, "arn"), str(s.State, "name")
	}
	out := dated(r, o)
	delete(out, "lastUpdatedAt") // the model has none
	return out
}
