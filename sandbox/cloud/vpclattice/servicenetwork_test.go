package vpclattice_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/ram"
	"retail/sandbox/cloud/vpclattice"
)

func TestNetworkNamesAndAuthTypes(t *testing.T) {
	f := start(t)
	assert.Equal(t, "arn:aws:vpc-lattice:eu-west-1:111111111111:servicenetwork/"+f.network.ID, f.network.State["arn"])
	assert.Regexp(t, "^sn-[0-9a-z]{17}$", f.network.ID)
	open := f.hub.Create(vpclattice.Network, cloud.Props{"name": "open"})
	assert.Equal(t, "NONE", open.State["authType"], "AWS's default")
	f.hub.FailsCreate(vpclattice.Network, cloud.Props{"name": "open"}, "ConflictException")
	for _, name := range []string{"ab", "Upper", "two--hyphens", "-first", "last-", "a_b"} {
		_, broken := f.hub.Check(vpclattice.Network, cloud.Props{"name": name})
		assert.NotEmpty(t, broken, name)
	}
	_, broken := f.hub.Check(vpclattice.Network, cloud.Props{"name": "right", "authType": "IAM"})
	assert.Len(t, broken, 1)
	assert.True(t, f.hub.Diff(open, cloud.Props{"name": "other"}).Replaces())
	f.hub.Update(open, cloud.Props{"name": "open", "authType": "AWS_IAM"})
}

func TestANetworkIsFoundByARNAndOnlyWhenItIsShared_V2(t *testing.T) {
	f := start(t)
	find := func(account, identifier string) string {
		return cloud.Code(f.view(account, func(c *cloud.Call) error { _, err := vpclattice.NetworkOf(c, identifier); return err }))
	}
	assert.Equal(t, "", find(hub, f.network.ID), "its owner may use the ID")
	assert.Equal(t, "", find(dev, f.arn(f.network)))
	assert.Equal(t, "ResourceNotFoundException", find(dev, f.network.ID), "(V2) another account must use the ARN")
	assert.Equal(t, "AccessDeniedException", find(prod, f.arn(f.network)), "(V2) not shared with prod")
	assert.Equal(t, "ResourceNotFoundException", find(hub, f.arn(f.network)+"0"))

	names := func(account string) (out []string) {
		require.NoError(t, f.view(account, func(c *cloud.Call) error {
			for _, n := range vpclattice.Networks(c) {
				out = append(out, ec2.Text(n.State, "name"))
			}
			return nil
		}))
		return out
	}
	f.Create(vpclattice.Network, cloud.Props{"name": "own"})
	assert.Equal(t, []string{"own", "retail-dev"}, names(dev), "own first, then shared")
	assert.Empty(t, names(prod))
	f.hub.Create(ram.Principal, cloud.Props{"resourceShareArn": f.share.ID, "principal": "arn:aws:organizations::444444444444:organization/o-retail0000001"})
	assert.Equal(t, []string{"retail-dev"}, names(prod), "shared with the organisation")
}

func TestANetworkWithAssociationsStays_V7(t *testing.T) {
	f := start(t)
	vpc := f.associate()
	err := f.hub.FailsDelete(f.network, "ConflictException")
	assert.ErrorContains(t, err, fmt.Sprintf("ServiceNetwork %s has VPC(s) associated", f.network.ID), "(V7)")
	f.Delete(vpc)
	service := f.service("shop-store")
	joined := f.Create(vpclattice.ServiceAssociation, cloud.Props{"serviceNetworkIdentifier": f.arn(f.network), "serviceIdentifier": service.ID})
	assert.ErrorContains(t, f.hub.FailsDelete(f.network, "ConflictException"), "has service(s) associated", "(V7)")
	assert.ErrorContains(t, f.FailsDelete(service, "ConflictException"), "has service network(s) associated")
	f.Delete(joined)
	f.Delete(service)
	f.hub.Create(vpclattice.AuthPolicy, cloud.Props{"resourceIdentifier": f.arn(f.network), "policy": allowAccount(dev)})
	f.hub.Delete(f.network)
	assert.Empty(t, f.h.Records(vpclattice.AuthPolicy), "policies go with the network")
}

func TestAVpcHasOneAssociation_V5(t *testing.T) {
	f := start(t)
	a := f.associate()
	assert.Equal(t, "ACTIVE", a.State["status"])
	assert.Equal(t, dev, a.State["createdBy"])
	again := cloud.Props{"serviceNetworkIdentifier": f.arn(f.network), "vpcIdentifier": f.VPC}
	assert.ErrorContains(t, f.FailsCreate(vpclattice.VpcAssociation, again, "ConflictException"), "already associated", "(V5)")
	own := f.Create(vpclattice.Network, cloud.Props{"name": "own"})
	again["serviceNetworkIdentifier"] = own.ID
	f.FailsCreate(vpclattice.VpcAssociation, again, "ConflictException")

	other := f.Client.Network(2)
	f.FailsUpdate(a, cloud.Props{"serviceNetworkIdentifier": f.arn(f.network), "vpcIdentifier": f.VPC, "securityGroupIds": list{other.Group}},
		"ValidationException")
	f.FailsUpdate(a, cloud.Props{"serviceNetworkIdentifier": f.arn(f.network), "vpcIdentifier": f.VPC}, "ValidationException")
	require.NoError(t, f.view(dev, func(c *cloud.Call) error {
		assert.Equal(t, f.network.ID, vpclattice.NetworkOfVpc(c, f.VPC).ID)
		assert.Nil(t, vpclattice.NetworkOfVpc(c, other.VPC))
		return nil
	}))
	f.Delete(a)
	f.Create(vpclattice.VpcAssociation, again)
}

func TestAnAssociationHoldsItsVpcAndGroups(t *testing.T) {
	f := start(t)
	f.associate()
	world := f.h.World
	for _, id := range []string{f.VPC, f.Group} {
		assert.Equal(t, "DependencyViolation", cloud.Code(world.RemoveByHand(id)), id)
	}
}

func TestAssociationsOfAnotherAccountNeedItsShare_V2(t *testing.T) {
	f := start(t)
	p := f.h.As(prod, region)
	vpc := p.Network(3)
	input := cloud.Props{"serviceNetworkIdentifier": f.arn(f.network), "vpcIdentifier": vpc.VPC}
	p.FailsCreate(vpclattice.VpcAssociation, input, "AccessDeniedException")
	input["serviceNetworkIdentifier"] = f.network.ID
	p.FailsCreate(vpclattice.VpcAssociation, input, "ResourceNotFoundException")
	input["serviceNetworkIdentifier"] = f.arn(f.network)
	f.hub.Create(vpclattice.ResourcePolicy, cloud.Props{"resourceArn": f.arn(f.network), "policy": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` +
		`"Principal":{"AWS":"` + prod + `"},"Action":["vpc-lattice:CreateServiceNetworkVpcAssociation","vpc-lattice:GetServiceNetwork"],"Resource":"*"}]}`})
	p.Create(vpclattice.VpcAssociation, input)
	out := p.Invoke("aws:vpclattice/getServiceNetwork:getServiceNetwork", cloud.Props{"serviceNetworkIdentifier": f.arn(f.network)})
	assert.Equal(t, 1.0, out["numberOfAssociatedVpcs"])
}
