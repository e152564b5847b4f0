package vpclattice

import (
	"maps"
	"slices"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

func serviceAssociationSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: ServiceAssociation,
		API: cloud.API{Create: "vpc-lattice:CreateServiceNetworkServiceAssociation", Read: "vpc-lattice:GetServiceNetworkServiceAssociation",
			Delete: "vpc-lattice:DeleteServiceNetworkServiceAssociation"},
		Latency: cloud.Latency{Create: 10 * fast, Delete: 10 * fast},
		Refs:    slices.Concat(named("serviceIdentifier", Service), named("serviceNetworkIdentifier", Network)),
		Create:  associateService,
		Wait:    waitActive,
	}
}

func associateService(c *cloud.Call) error {
	const action = "CreateServiceNetworkServiceAssociation"
	network, err := resolve(c, Network, action, c.Str("serviceNetworkIdentifier"))
	if err != nil {
		return err
	}
	service, err := resolve(c, Service, action, c.Str("serviceIdentifier"))
	if err != nil {
		return err
	}
	there := ServiceAssociations(c, network, nil)
	for _, a := range there {
		other := byIdentifier(c, Service, text(a.State, "serviceIdentifier"))
		switch domain := text(service.State, "customDomainName"); {
		case other == nil:
		case other.ID == service.ID:
			return conflict(typeServiceJoin, a.ID, "Service %s is already associated with ServiceNetwork %s", service.ID, network.ID)
		case domain != "" && domain == text(other.State, "customDomainName"):
			return conflict(typeServiceJoin, a.ID, "Custom domain name %s is already used in ServiceNetwork %s", domain, network.ID)
		}
	}
	if err := withinQuota(c, quotaServicesOfNetwork, servicesOfNetwork, len(there), typeServiceJoin, "service associations per service network"); err != nil {
		return err
	}
	c.ID = c.NewID("snsa")
	maps.Copy(c.State, cloud.Props{"arn": c.ARN(serviceName, "servicenetworkserviceassociation/"+c.ID), "createdBy": c.Account, "status": Creating,
		"dnsEntries": service.State["dnsEntries"], "customDomainName": text(service.State, "customDomainName")})
	return nil
}

func vpcAssociationSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: VpcAssociation,
		API: cloud.API{Create: "vpc-lattice:CreateServiceNetworkVpcAssociation", Read: "vpc-lattice:GetServiceNetworkVpcAssociation",
			Update: "vpc-lattice:UpdateServiceNetworkVpcAssociation", Delete: "vpc-lattice:DeleteServiceNetworkVpcAssociation"},
		Latency: cloud.Latency{Create: 20 * fast, Update: 5 * fast, Delete: 30 * fast},
		Refs: append(named("serviceNetworkIdentifier", Network),
			cloud.Ref{Path: "vpcIdentifier", To: []string{ec2.Vpc}, NotFound: "ResourceNotFoundException", Holds: "DependencyViolation"},
			cloud.Ref{Path: "securityGroupIds[*]", To: []string{ec2.SecurityGroup}, NotFound: "ValidationException", Holds: "DependencyViolation"}),
		Create: associateVpc,
		Update: func(c *cloud.Call) error {
			if len(c.Strs("securityGroupIds")) == 0 {
				// "to remove all security groups, you must first delete the association and
				// then recreate it without security groups" (UpdateServiceNetworkVpcAssociation)
				return invalid("securityGroupIds", "Member must have length greater than or equal to 1")
			}
			return checkGroups(c)
		},
		Wait: waitActive,
	}
}

func associateVpc(c *cloud.Call) error {
	network, err := resolve(c, Network, "CreateServiceNetworkVpcAssociation", c.Str("serviceNetworkIdentifier"))
	if err != nil {
		return err
	}
	vpc := c.Str("vpcIdentifier")
	if a := AssociationOfVpc(c, vpc); a != nil {
		return conflict(typeVpcJoin, a.ID, "VPC %s is already associated with ServiceNetwork %s (%s)", vpc,
			lastPart(text(a.State, "serviceNetworkIdentifier")), a.ID)
	}
	if err := withinQuota(c, quotaVpcsOfNetwork, vpcsOfNetwork, len(VpcAssociations(c, network)), typeVpcJoin, "VPC associations per service network"); err != nil {
		return err
	}
	if err := checkGroups(c); err != nil {
		return err
	}
	c.ID = c.NewID("snva")
	ec2.Fill(c.State, cloud.Props{"securityGroupIds": []any{}})
	maps.Copy(c.State, cloud.Props{"arn": c.ARN(serviceName, "servicenetworkvpcassociation/"+c.ID), "createdBy": c.Account, "status": Creating})
	return nil
}

// checkGroups demands that the association's security groups are of its VPC.
func checkGroups(c *cloud.Call) error {
	for _, id := range c.Strs("securityGroupIds") {
		if g := c.Get(ec2.SecurityGroup, id); g == nil || text(g.State, "vpcId") != c.Str("vpcIdentifier") {
			return invalid("securityGroupIds", "Security group %s does not belong to VPC %s", id, c.Str("vpcIdentifier"))
		}
	}
	return nil
}
