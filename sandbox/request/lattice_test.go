package request_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/acm"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/elbv2"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/kms"
	"retail/sandbox/cloud/logs"
	"retail/sandbox/cloud/ram"
	"retail/sandbox/cloud/route53"
	"retail/sandbox/cloud/s3"
	"retail/sandbox/cloud/vpclattice"
	"retail/sandbox/request"
)

const hubAccount, shopAccount, callerAccount, strangerAccount = "111111111111", "222222222222", "333333333333", "444444444444"

// east is a shop behind VPC Lattice: a hub's network that is shared with the shop's and
// the caller's account, whose VPCs are both in it.
type east struct {
	h           *cloudtest.Harness
	shop        *cloudtest.Client
	service     *cloudtest.Resource
	rule        *cloudtest.Resource
	association *cloudtest.Resource // the caller's
	open        string              // the caller's security group
	groups      map[string]*cloudtest.Resource
}

func newEast(t *testing.T) *east {
	h := cloudtest.New(t, ec2.Register, iam.Register, kms.Register, acm.Register, route53.Register, elbv2.Register, logs.Register, s3.Register,
		ram.Register, vpclattice.Register)
	e := &east{h: h, shop: h.As(shopAccount, "eu-west-1"), groups: map[string]*cloudtest.Resource{}}
	hub, caller := h.As(hubAccount, "eu-west-1"), h.As(callerAccount, "eu-west-1")
	network := hub.Create(vpclattice.Network, cloud.Props{"name": "retail-dev", "authType": "AWS_IAM"})
	share := hub.Create(ram.Share, cloud.Props{"name": "retail-dev"})
	hub.Create(ram.Resource, cloud.Props{"resourceShareArn": share.ID, "resourceArn": network.State["arn"]})
	for _, account := range []string{shopAccount, callerAccount} {
		hub.Create(ram.Principal, cloud.Props{"resourceShareArn": share.ID, "principal": account})
	}
	hub.Create(vpclattice.AuthPolicy, cloud.Props{"resourceIdentifier": network.State["arn"], "policy": `{"Version":"2012-10-17","Statement":{"Effect":"Allow",
		"Principal":{"AWS":["` + shopAccount + `","` + callerAccount + `"]},"Action":"vpc-lattice-svcs:Invoke","Resource":"*"}}`})
	at, from := e.shop.Network(1), caller.Network(2)
	e.shop.Create(vpclattice.VpcAssociation, cloud.Props{"serviceNetworkIdentifier": network.State["arn"], "vpcIdentifier": at.VPC})
	e.open = caller.Create(ec2.SecurityGroup, cloud.Props{"vpcId": from.VPC, "name": "lattice"}).ID
	caller.Create(ec2.IngressRule, cloud.Props{"securityGroupId": e.open, "cidrIpv4": "10.2.0.0/16", "ipProtocol": "tcp", "fromPort": 443, "toPort": 443})
	e.association = caller.Create(vpclattice.VpcAssociation, cloud.Props{"serviceNetworkIdentifier": network.State["arn"], "vpcIdentifier": from.VPC,
		"securityGroupIds": []any{e.open}})
	h.As(strangerAccount, "eu-west-1").Network(3)

	e.service = e.shop.Create(vpclattice.Service, cloud.Props{"name": "shop-store", "authType": "AWS_IAM"})
	e.shop.Create(vpclattice.AuthPolicy, cloud.Props{"resourceIdentifier": e.service.ID, "policy": `{"Version":"2012-10-17","Statement":{"Effect":"Allow",
		"Principal":{"AWS":"arn:aws:iam::` + callerAccount + `:role/orders"},"Action":"vpc-lattice-svcs:Invoke","Resource":"*"}}`})
	e.shop.Create(vpclattice.ServiceAssociation, cloud.Props{"serviceIdentifier": e.service.ID, "serviceNetworkIdentifier": network.State["arn"]})
	listener := e.shop.Create(vpclattice.Listener, cloud.Props{"serviceIdentifier": e.service.ID, "name": "https", "protocol": "HTTPS", "port": 443,
		"defaultAction": cloud.Props{"fixedResponse": cloud.Props{"statusCode": 404}}})
	var forward []any
	for i, colour := range []string{"blue", "green"} {
		g := e.shop.Create(vpclattice.TargetGroup, cloud.Props{"name": colour, "type": "IP", "config": cloud.Props{"port": 80, "protocol": "HTTP", "vpcIdentifier": at.VPC}})
		e.groups[colour] = g
		forward = append(forward, cloud.Props{"targetGroupIdentifier": g.ID, "weight": []float64{90, 10}[i]})
		e.health(t, colour, "10.1.0."+[]string{"10", "20"}[i], vpclattice.Healthy)
	}
	e.rule = e.shop.Create(vpclattice.ListenerRule, cloud.Props{"serviceIdentifier": e.service.ID, "listenerIdentifier": listener.State["listenerId"], "name": "all",
		"priority": 1, "match": cloud.Props{"httpMatch": cloud.Props{"pathMatch": cloud.Props{"match": cloud.Props{"prefix": "/catalog"}}}},
		"action": cloud.Props{"forward": cloud.Props{"targetGroups": forward}}})
	return e
}

func (e *east) health(t *testing.T, colour, address, status string) {
	require.NoError(t, e.h.World.Change(shopAccount, "eu-west-1", "test", func(c *cloud.Call) error {
		target := vpclattice.Target{ID: address, Port: 8080}
		if _, err := vpclattice.RegisterTargets(c, e.groups[colour].ID, []vpclattice.Target{target}); err != nil {
			return err
		}
		return vpclattice.SetHealth(c, e.groups[colour].ID, target, status, "")
	}))
}

func (e *east) ask(t *testing.T, from, path string, n int) (groups map[string]int, last request.Outcome) {
	caller, ok := request.ParseCaller(from)
	require.True(t, ok, from)
	w := request.New(e.h.World.Records(), 7)
	w.Lattice(e.h.World.View)
	groups = map[string]int{}
	for range n {
		last = w.Do(request.Request{URL: &url.URL{Scheme: "https", Host: vpclattice.DomainName(e.h.Records(vpclattice.Service)[0]), Path: path}, From: caller})
		groups[last.TargetGroup]++
	}
	return groups, last
}

func TestEastWestByPrincipalAndWeight(t *testing.T) {
	e := newEast(t)
	groups, last := e.ask(t, callerAccount+"/orders", "/catalog", 1000)
	assert.Equal(t, 200, last.Status, last.Reason)
	assert.Equal(t, shopAccount, last.Account)
	assert.InDelta(t, 900, groups["blue"], 40)
	assert.InDelta(t, 100, groups["green"], 40)
	_, last = e.ask(t, callerAccount+"/orders", "/", 1)
	assert.Equal(t, 404, last.Status, "the listener's own answer")

	for from, want := range map[string]struct {
		status int
		says   string
	}{
		callerAccount:              {403, "User: anonymous is not authorized to perform: vpc-lattice-svcs:Invoke"},
		callerAccount + "/catalog": {403, "because no service-based policy allows"},
		shopAccount + "/orders":    {403, "because no service-based policy allows"},
		strangerAccount + "/any":   {0, "is associated with no service network"},
		"555555555555/any":         {0, "has no VPC"},
		"on-premises":              {0, "which no Transit Gateway routes: from outside, ask an ingress in an associated VPC"},
	} {
		_, out := e.ask(t, from, "/catalog", 1)
		assert.Equal(t, want.status, out.Status, from)
		assert.Contains(t, out.Reason, want.says, from)
		assert.Empty(t, out.Target, from)
	}
}

func TestEastWestOnlyToHealthyTargetsThroughTheAssociation(t *testing.T) {
	e := newEast(t)
	e.health(t, "green", "10.1.0.20", vpclattice.Unhealthy)
	groups, _ := e.ask(t, callerAccount+"/orders", "/catalog", 200)
	assert.NotZero(t, groups["green"], "weights do not look at health (I6)")
	inputs := cloud.Given(e.rule.Inputs)
	delete(inputs, "tagsAll")
	inputs["action"] = cloud.Props{"forward": cloud.Props{"targetGroups": []any{cloud.Props{"targetGroupIdentifier": e.groups["green"].ID, "weight": 100.0}}}}
	e.shop.Update(e.rule, inputs)
	_, last := e.ask(t, callerAccount+"/orders", "/catalog", 1)
	assert.Equal(t, 503, last.Status)
	assert.Contains(t, last.Reason, "no healthy target")

	caller := e.h.As(callerAccount, "eu-west-1")
	closed := caller.Create(ec2.SecurityGroup, cloud.Props{"vpcId": e.association.State["vpcIdentifier"], "name": "closed"}).ID
	changed := cloud.Given(e.association.Inputs)
	delete(changed, "tagsAll")
	changed["securityGroupIds"] = []any{closed}
	caller.Update(e.association, changed)
	_, last = e.ask(t, callerAccount+"/orders", "/catalog", 1)
	assert.Contains(t, last.Reason, "admit no packet on port 443", "(V3)")
}

func TestCallersAreReadFromText(t *testing.T) {
	for text, want := range map[string]*request.Caller{
		"222222222222":                           {Account: "222222222222"},
		"222222222222/orders":                    {Account: "222222222222", Role: "orders"},
		"222222222222/a.b@c@vpc-0123456789abcde": {Account: "222222222222", Role: "a.b@c", VPC: "vpc-0123456789abcde"},
		"222222222222@vpc-0123":                  {Account: "222222222222", VPC: "vpc-0123"},
		"on-premises":                            {OnPremises: true},
	} {
		got, ok := request.ParseCaller(text)
		assert.True(t, ok, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"store/ui", "2222", "", "222222222222/"} {
		_, ok := request.ParseCaller(text)
		assert.False(t, ok, text)
	}
}
