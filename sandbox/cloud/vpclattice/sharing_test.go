package vpclattice_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/ram"
	"retail/sandbox/cloud/vpclattice"
)

const stranger = "999999999999" // in no organisation that the world knows

func TestAStrangerAcceptsTheShareFirst_V2(t *testing.T) {
	f := start(t)
	share := f.hub.Create(ram.Share, cloud.Props{"name": "partners", "allowExternalPrincipals": true})
	f.hub.Create(ram.Resource, cloud.Props{"resourceShareArn": share.ID, "resourceArn": f.arn(f.network)})
	f.hub.Create(ram.Principal, cloud.Props{"resourceShareArn": share.ID, "principal": stranger})
	s := f.h.As(stranger, region)
	vpc := s.Network(9)
	input := cloud.Props{"serviceNetworkIdentifier": f.arn(f.network), "vpcIdentifier": vpc.VPC}
	s.FailsCreate(vpclattice.VpcAssociation, input, "AccessDeniedException")
	accepted := s.Create(ram.Accepter, cloud.Props{"shareArn": share.ID})
	assert.Equal(t, list{f.arn(f.network)}, accepted.State["resources"])
	s.Create(vpclattice.VpcAssociation, input)
}

func TestWhatIsAssociatedStaysWhenTheShareEnds(t *testing.T) {
	f := start(t)
	f.associate()
	service := f.service("shop-store")
	f.Create(vpclattice.ServiceAssociation, cloud.Props{"serviceNetworkIdentifier": f.arn(f.network), "serviceIdentifier": service.ID})
	f.hub.Delete(f.share)
	require.NoError(t, f.view(dev, func(c *cloud.Call) error {
		assert.Empty(t, vpclattice.Networks(c), "no longer seen")
		n := vpclattice.NetworkOfVpc(c, f.VPC)
		require.NotNil(t, n, "what is associated stays so (\"Stop sharing an entity\", User Guide)")
		assert.Len(t, vpclattice.ServicesOf(c, n), 1)
		return nil
	}))
	other := f.service("later")
	f.FailsCreate(vpclattice.ServiceAssociation, cloud.Props{"serviceNetworkIdentifier": f.arn(f.network), "serviceIdentifier": other.ID},
		"AccessDeniedException")
}

func TestAServiceIsSharedWithTheNetworksOwner(t *testing.T) {
	f := start(t)
	service := f.service("payments")
	input := cloud.Props{"serviceNetworkIdentifier": f.network.ID, "serviceIdentifier": f.arn(service)}
	f.hub.FailsCreate(vpclattice.ServiceAssociation, input, "AccessDeniedException")
	share := f.Create(ram.Share, cloud.Props{"name": "payments"})
	f.Create(ram.Resource, cloud.Props{"resourceShareArn": share.ID, "resourceArn": f.arn(service)})
	f.Create(ram.Principal, cloud.Props{"resourceShareArn": share.ID, "principal": hub})
	f.hub.Create(vpclattice.ServiceAssociation, input)
	assert.ErrorContains(t, f.FailsDelete(service, "ConflictException"), "service network(s) associated", "in whichever account the association is")
	f.hub.FailsCreate(vpclattice.Listener, cloud.Props{"name": "foreign", "protocol": "HTTP", "serviceIdentifier": f.arn(service),
		"defaultAction": cloud.Props{"fixedResponse": cloud.Props{"statusCode": 404}}}, "AccessDeniedException")
}

func TestTheManagedPrefixListsOfLattice_V3(t *testing.T) {
	f := start(t)
	for name, family := range map[string]string{"com.amazonaws.eu-west-1.vpc-lattice": "IPv4", "com.amazonaws.eu-west-1.ipv6.vpc-lattice": "IPv6"} {
		out := f.Invoke("aws:ec2/getManagedPrefixList:getManagedPrefixList", cloud.Props{"name": name})
		assert.Equal(t, family, out["addressFamily"], "(V3) %s", name)
		f.Create(ec2.IngressRule, cloud.Props{"securityGroupId": f.Group, "prefixListId": out["id"], "ipProtocol": "tcp", "fromPort": 8080, "toPort": 8080})
	}
	_, err := f.TryInvoke("aws:ec2/getManagedPrefixList:getManagedPrefixList", cloud.Props{"name": "com.amazonaws.eu-central-1.vpc-lattice"})
	assert.Error(t, err, "(V3) of another Region")
}
