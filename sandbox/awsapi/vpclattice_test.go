package awsapi_test

import (
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	lattice "github.com/aws/aws-sdk-go-v2/service/vpclattice"
	"github.com/aws/aws-sdk-go-v2/service/vpclattice/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/awsapi"
	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/ram"
	"retail/sandbox/cloud/vpclattice"
)

// mesh is a hub whose network dev's VPC and service are in.
type mesh struct {
	*place
	network, vpc, service, listener, rule, blue, green *cloudtest.Resource
	association                                        *cloudtest.Resource
}

const hubAccount = "111111111111"

func joined(t *testing.T) *mesh {
	h := cloudtest.New(t, ec2.Register, iam.Register, ram.Register, vpclattice.Register)
	server := httptest.NewServer(awsapi.Handler(h.World, noMetrics()))
	t.Cleanup(server.Close)
	m := &mesh{place: &place{Client: h.As(account, region), t: t, h: h, address: server.URL}}
	hub := h.As(hubAccount, region)
	m.network = hub.Create(vpclattice.Network, cloud.Props{"name": "retail-dev", "authType": "AWS_IAM", "tags": cloud.Props{"owner": "hub"}})
	arn := m.network.State["arn"]
	share := hub.Create(ram.Share, cloud.Props{"name": "retail-dev"})
	hub.Create(ram.Resource, cloud.Props{"resourceShareArn": share.ID, "resourceArn": arn})
	hub.Create(ram.Principal, cloud.Props{"resourceShareArn": share.ID, "principal": account})
	m.vpc = m.Create(ec2.Vpc, cloud.Props{"cidrBlock": "10.0.0.0/16"})
	m.association = m.Create(vpclattice.VpcAssociation, cloud.Props{"serviceNetworkIdentifier": arn, "vpcIdentifier": m.vpc.ID})
	m.service = m.Create(vpclattice.Service, cloud.Props{"name": "shop-store", "tags": cloud.Props{"owner": "blue"}})
	m.Create(vpclattice.ServiceAssociation, cloud.Props{"serviceNetworkIdentifier": arn, "serviceIdentifier": m.service.ID})
	groups := cloud.Props{"type": "IP", "config": cloud.Props{"port": 80., "protocol": "HTTP", "vpcIdentifier": m.vpc.ID}}
	m.blue = m.Create(vpclattice.TargetGroup, cloudtest.With(groups, cloud.Props{"name": "blue"}))
	m.green = m.Create(vpclattice.TargetGroup, cloudtest.With(groups, cloud.Props{"name": "green"}))
	m.listener = m.Create(vpclattice.Listener, cloud.Props{"name": "http", "protocol": "HTTP", "port": 80., "serviceIdentifier": m.service.ID,
		"defaultAction": cloud.Props{"fixedResponse": cloud.Props{"statusCode": 404.}}})
	m.rule = m.Create(vpclattice.ListenerRule, cloud.Props{"name": "shop", "priority": 1., "serviceIdentifier": m.service.ID,
		"listenerIdentifier": m.listener.State["listenerId"],
		"match":              cloud.Props{"httpMatch": cloud.Props{"pathMatch": cloud.Props{"match": cloud.Props{"prefix": "/"}}}},
		"action": cloud.Props{"forward": cloud.Props{"targetGroups": []any{
			cloud.Props{"targetGroupIdentifier": m.blue.ID, "weight": 95.}, cloud.Props{"targetGroupIdentifier": m.green.ID, "weight": 5.}}}}})
	m.Create(vpclattice.Attachment, cloud.Props{"targetGroupIdentifier": m.blue.ID, "target": cloud.Props{"id": "10.0.0.9", "port": 8080.}})
	return m
}

func (m *mesh) as(role string) *lattice.Client { return lattice.NewFromConfig(m.assume(role)) }

func TestAnOperatorReadsWhereRequestsGo(t *testing.T) {
	m := joined(t)
	c := m.as(deploy)
	services, err := c.ListServices(t.Context(), &lattice.ListServicesInput{})
	require.NoError(t, err)
	require.Len(t, services.Items, 1)
	assert.Equal(t, types.ServiceStatusActive, services.Items[0].Status)
	assert.Contains(t, *services.Items[0].DnsEntry.DomainName, "shop-store-")
	assert.False(t, services.Items[0].CreatedAt.IsZero())
	arn := m.service.State["arn"].(string)
	s, err := c.GetService(t.Context(), &lattice.GetServiceInput{ServiceIdentifier: &arn})
	require.NoError(t, err)
	assert.Equal(t, types.AuthTypeNone, s.AuthType)

	listeners, err := c.ListListeners(t.Context(), &lattice.ListListenersInput{ServiceIdentifier: s.Id})
	require.NoError(t, err)
	require.Len(t, listeners.Items, 1)
	l, err := c.GetListener(t.Context(), &lattice.GetListenerInput{ServiceIdentifier: s.Id, ListenerIdentifier: listeners.Items[0].Arn})
	require.NoError(t, err)
	assert.Equal(t, int32(404), *l.DefaultAction.(*types.RuleActionMemberFixedResponse).Value.StatusCode)

	rules, err := c.ListRules(t.Context(), &lattice.ListRulesInput{ServiceIdentifier: s.Id, ListenerIdentifier: l.Id})
	require.NoError(t, err)
	require.Len(t, rules.Items, 2, "the default action is a rule too")
	assert.True(t, *rules.Items[1].IsDefault)
	_, err = c.GetRule(t.Context(), &lattice.GetRuleInput{ServiceIdentifier: s.Id, ListenerIdentifier: l.Id, RuleIdentifier: rules.Items[1].Id})
	require.NoError(t, err)
	r, err := c.GetRule(t.Context(), &lattice.GetRuleInput{ServiceIdentifier: s.Id, ListenerIdentifier: l.Id, RuleIdentifier: rules.Items[0].Id})
	require.NoError(t, err)
	forward := r.Action.(*types.RuleActionMemberForward).Value.TargetGroups
	assert.Equal(t, []types.WeightedTargetGroup{{TargetGroupIdentifier: &m.blue.ID, Weight: aws.Int32(95)},
		{TargetGroupIdentifier: &m.green.ID, Weight: aws.Int32(5)}}, forward)
	path := r.Match.(*types.RuleMatchMemberHttpMatch).Value.PathMatch.Match.(*types.PathMatchTypeMemberPrefix)
	assert.Equal(t, "/", path.Value)

	targets, err := c.ListTargets(t.Context(), &lattice.ListTargetsInput{TargetGroupIdentifier: &m.blue.ID})
	require.NoError(t, err)
	require.Len(t, targets.Items, 1)
	assert.Equal(t, types.TargetStatusInitial, targets.Items[0].Status)
	none, err := c.ListTargets(t.Context(), &lattice.ListTargetsInput{TargetGroupIdentifier: &m.blue.ID, Targets: []types.Target{{Id: aws.String("10.0.0.8")}}})
	require.NoError(t, err)
	assert.Empty(t, none.Items)
	groups, err := c.ListTargetGroups(t.Context(), &lattice.ListTargetGroupsInput{VpcIdentifier: &m.vpc.ID, MaxResults: aws.Int32(1)})
	require.NoError(t, err)
	require.Len(t, groups.Items, 1)
	assert.NotEmpty(t, *groups.NextToken)
	g, err := c.GetTargetGroup(t.Context(), &lattice.GetTargetGroupInput{TargetGroupIdentifier: &m.blue.ID})
	require.NoError(t, err)
	assert.Equal(t, []string{arn}, g.ServiceArns)
	assert.Equal(t, "200", g.Config.HealthCheck.Matcher.(*types.MatcherMemberHttpCode).Value)
}

func TestWhoSeesANetworkAndItsAssociations(t *testing.T) {
	m := joined(t)
	arn := m.network.State["arn"].(string)
	dev, hub, prod := m.as(deploy), m.as("arn:aws:iam::"+hubAccount+":role/retail-deploy"), m.as("arn:aws:iam::333333333333:role/retail-deploy")
	n, err := dev.GetServiceNetwork(t.Context(), &lattice.GetServiceNetworkInput{ServiceNetworkIdentifier: &arn})
	require.NoError(t, err)
	assert.Equal(t, int64(1), *n.NumberOfAssociatedVPCs)
	_, err = dev.GetServiceNetwork(t.Context(), &lattice.GetServiceNetworkInput{ServiceNetworkIdentifier: &m.network.ID})
	refused(t, err, "ResourceNotFoundException", m.network.ID)
	var missing *types.ResourceNotFoundException
	require.ErrorAs(t, err, &missing)
	assert.Equal(t, m.network.ID, *missing.ResourceId, "the members that the model requires")
	_, err = prod.GetServiceNetwork(t.Context(), &lattice.GetServiceNetworkInput{ServiceNetworkIdentifier: &arn})
	refused(t, err, "AccessDeniedException", "no resource-based policy")
	for _, c := range []*lattice.Client{dev, hub} {
		all, err := c.ListServiceNetworks(t.Context(), &lattice.ListServiceNetworksInput{})
		require.NoError(t, err)
		require.Len(t, all.Items, 1)
		vpcs, err := c.ListServiceNetworkVpcAssociations(t.Context(), &lattice.ListServiceNetworkVpcAssociationsInput{ServiceNetworkIdentifier: &arn})
		require.NoError(t, err)
		require.Len(t, vpcs.Items, 1)
		assert.Equal(t, account, *vpcs.Items[0].CreatedBy)
		services, err := c.ListServiceNetworkServiceAssociations(t.Context(), &lattice.ListServiceNetworkServiceAssociationsInput{ServiceNetworkIdentifier: &arn})
		require.NoError(t, err)
		require.Len(t, services.Items, 1)
		assert.Equal(t, "shop-store", *services.Items[0].ServiceName)
		one, err := c.GetServiceNetworkVpcAssociation(t.Context(), &lattice.GetServiceNetworkVpcAssociationInput{ServiceNetworkVpcAssociationIdentifier: &m.association.ID})
		require.NoError(t, err)
		assert.Equal(t, types.ServiceNetworkVpcAssociationStatusActive, one.Status)
	}
	_, err = prod.GetServiceNetworkVpcAssociation(t.Context(), &lattice.GetServiceNetworkVpcAssociationInput{ServiceNetworkVpcAssociationIdentifier: &m.association.ID})
	refused(t, err, "ResourceNotFoundException", m.association.ID)
	_, err = dev.ListServiceNetworkVpcAssociations(t.Context(), &lattice.ListServiceNetworkVpcAssociationsInput{})
	refused(t, err, "ValidationException", "vpcIdentifier")

	tags, err := hub.ListTagsForResource(t.Context(), &lattice.ListTagsForResourceInput{ResourceArn: &arn})
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"owner": "hub"}, tags.Tags)
	tags, err = dev.ListTagsForResource(t.Context(), &lattice.ListTagsForResourceInput{ResourceArn: &arn})
	require.NoError(t, err)
	assert.Empty(t, tags.Tags)
}

func TestWhatIsNotServedOfVPCLatticeIsNamed(t *testing.T) {
	m := joined(t)
	c := m.as(deploy)
	_, err := c.DeleteService(t.Context(), &lattice.DeleteServiceInput{ServiceIdentifier: &m.service.ID})
	refused(t, err, "UnknownOperationException", "sandbox/awsapi/vpclattice.go")
	_, err = c.GetAuthPolicy(t.Context(), &lattice.GetAuthPolicyInput{ResourceIdentifier: &m.service.ID})
	refused(t, err, "ResourceNotFoundException", m.service.ID)
	_, err = m.as("arn:aws:iam::"+account+":role/auditor").ListServices(t.Context(), &lattice.ListServicesInput{})
	require.NoError(t, err, "auditors read")
}
