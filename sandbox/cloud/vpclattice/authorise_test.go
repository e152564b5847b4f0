package vpclattice_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/vpclattice"
)

const (
	networkARN = "arn:aws:vpc-lattice:eu-west-1:111111111111:servicenetwork/sn-00000000000000001"
	serviceARN = "arn:aws:vpc-lattice:eu-west-1:222222222222:service/svc-00000000000000001"
)

func statement(effect, principal, more string) string {
	return `{"Effect":"` + effect + `","Principal":` + principal + `,"Action":"vpc-lattice-svcs:Invoke","Resource":"*"` + more + `}`
}

func policyOf(statements string) string {
	return `{"Version":"2012-10-17","Statement":[` + statements + `]}`
}

func allowAccount(account string) string {
	return policyOf(statement("Allow", `{"AWS":"`+account+`"}`, ""))
}

func guarded(policy string) vpclattice.Guard {
	return vpclattice.Guard{AuthType: vpclattice.AuthIAM, Policy: policy}
}

var open = vpclattice.Guard{AuthType: vpclattice.AuthNone}

func caller(account string) vpclattice.Caller {
	return vpclattice.Caller{Principal: "arn:aws:sts::" + account + ":assumed-role/checkout/pod", Org: "o-retail0000001",
		Tags: map[string]string{"kubernetes-namespace": "store"}}
}

func TestWhoMayCallAService(t *testing.T) {
	condition := func(key, value string) string {
		return policyOf(statement("Allow", `"*"`, `,"Condition":{"StringEquals":{"`+key+`":"`+value+`"}}`))
	}
	everybody := policyOf(statement("Allow", `"*"`, ""))
	for name, test := range map[string]struct {
		network, service vpclattice.Guard
		caller           vpclattice.Caller
		refusal          string
	}{
		"no auth type at all":                  {open, open, vpclattice.Caller{}, ""},
		"the account that the network names":   {guarded(allowAccount(dev)), open, caller(dev), ""},
		"the account by its root":              {guarded(allowAccount("arn:aws:iam::" + dev + ":root")), open, caller(dev), ""},
		"an account that it does not name":     {guarded(allowAccount(dev)), open, caller(prod), "because no network-based policy allows the vpc-lattice-svcs:Invoke action"},
		"AWS_IAM without a policy":             {guarded(""), open, caller(dev), "because no network-based policy"},
		"a service's policy on top":            {guarded(allowAccount(dev)), guarded(allowAccount(prod)), caller(dev), "because no service-based policy"},
		"the role":                             {open, guarded(allowAccount("arn:aws:iam::" + dev + ":role/checkout")), caller(dev), ""},
		"another role":                         {open, guarded(allowAccount("arn:aws:iam::" + dev + ":role/orders")), caller(dev), "because no service-based policy"},
		"the session":                          {open, guarded(allowAccount("arn:aws:sts::" + dev + ":assumed-role/checkout/pod")), caller(dev), ""},
		"the organisation":                     {guarded(condition("aws:PrincipalOrgID", "o-retail0000001")), open, caller(dev), ""},
		"the organisation, unsigned":           {guarded(condition("aws:PrincipalOrgID", "o-retail0000001")), open, vpclattice.Caller{}, "User: anonymous is not authorized"},
		"everybody, unsigned":                  {guarded(everybody), open, vpclattice.Caller{}, ""},
		"an account, unsigned":                 {guarded(allowAccount(dev)), open, vpclattice.Caller{}, "because no network-based policy"},
		"the method":                           {open, guarded(condition("vpc-lattice-svcs:RequestMethod", "GET")), caller(dev), ""},
		"another method":                       {open, guarded(condition("vpc-lattice-svcs:RequestMethod", "POST")), caller(dev), "because no service-based policy"},
		"the path":                             {open, guarded(condition("vpc-lattice-svcs:RequestPath", "/api/orders")), caller(dev), ""},
		"the port":                             {open, guarded(condition("vpc-lattice-svcs:Port", "443")), caller(dev), ""},
		"the VPC":                              {open, guarded(condition("vpc-lattice-svcs:SourceVpc", "vpc-1")), caller(dev), ""},
		"another VPC":                          {open, guarded(condition("vpc-lattice-svcs:SourceVpc", "vpc-2")), caller(dev), "because no service-based policy"},
		"the owner of the VPC":                 {open, guarded(condition("vpc-lattice-svcs:SourceVpcOwnerAccount", dev)), caller(dev), ""},
		"the network":                          {open, guarded(condition("vpc-lattice-svcs:ServiceNetworkArn", networkARN)), caller(dev), ""},
		"the service":                          {guarded(condition("vpc-lattice-svcs:ServiceArn", serviceARN)), open, caller(dev), ""},
		"a header":                             {open, guarded(condition("vpc-lattice-svcs:RequestHeader/x-colour", "green")), caller(dev), ""},
		"a query":                              {open, guarded(condition("vpc-lattice-svcs:RequestQueryString/q", "blue")), caller(dev), ""},
		"a principal's tag":                    {open, guarded(condition("aws:PrincipalTag/kubernetes-namespace", "store")), caller(dev), ""},
		"another principal's tag":              {open, guarded(condition("aws:PrincipalTag/kubernetes-namespace", "other")), caller(dev), "because no service-based policy"},
		"the service's tag":                    {open, guarded(condition("aws:ResourceTag/environment", "dev")), caller(dev), ""},
		"an explicit deny beside an allow":     {guarded(policyOf(statement("Allow", `"*"`, "") + "," + statement("Deny", `{"AWS":"`+dev+`"}`, ""))), open, caller(dev), "with an explicit deny in a network-based policy"},
		"a deny that is about others":          {guarded(policyOf(statement("Allow", `"*"`, "") + "," + statement("Deny", `{"AWS":"`+prod+`"}`, ""))), open, caller(dev), ""},
		"only signed requests, unsigned":       {guarded(policyOf(statement("Allow", `"*"`, `,"Condition":{"StringNotEquals":{"aws:PrincipalType":"Anonymous"}}`))), open, vpclattice.Caller{}, "anonymous"},
		"a policy of the network that is dead": {vpclattice.Guard{AuthType: vpclattice.AuthNone, Policy: allowAccount(prod)}, open, caller(dev), ""},
	} {
		t.Run(name, func(t *testing.T) {
			err := vpclattice.Authorise(test.network, test.service, vpclattice.Invocation{Caller: test.caller, Network: networkARN, Service: serviceARN,
				ServiceTags: map[string]string{"environment": "dev"}, SourceVpc: "vpc-1", SourceAccount: dev, Port: 443, Method: "GET", Path: "/api/orders",
				Headers: map[string][]string{"X-Colour": {"green"}}, Query: map[string][]string{"q": {"blue"}}})
			if test.refusal == "" {
				assert.NoError(t, err)
				return
			}
			assert.Equal(t, "AccessDeniedException", cloud.Code(err))
			assert.ErrorContains(t, err, test.refusal)
			assert.ErrorContains(t, err, "vpc-lattice-svcs:Invoke on resource: "+serviceARN+"/api/orders")
		})
	}
}

func TestPoliciesNameServicesAndPaths(t *testing.T) {
	only := func(resource string) vpclattice.Guard {
		return guarded(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"vpc-lattice-svcs:Invoke","Resource":"` + resource + `"}]}`)
	}
	at := func(path string, g vpclattice.Guard) error {
		return vpclattice.Authorise(open, g, vpclattice.Invocation{Service: serviceARN, Path: path, Method: "GET"})
	}
	assert.NoError(t, at("/api/orders", only(serviceARN+"/api/*")))
	assert.Error(t, at("/admin", only(serviceARN+"/api/*")))
	assert.NoError(t, at("/", only(serviceARN+"/*")))
	assert.Error(t, at("/", only(serviceARN)), "a service's ARN alone is no request's")
}

func TestTheCallersOwnPoliciesMustAllowToo(t *testing.T) {
	who := caller(dev)
	var asked string
	who.Identity = func(action, resource string, context map[string]string) error {
		asked = action + " " + resource + " " + context["vpc-lattice-svcs:RequestMethod"]
		return &cloud.Error{Code: "AccessDeniedException", Message: "no identity-based policy"}
	}
	i := vpclattice.Invocation{Caller: who, Service: serviceARN, Path: "/", Method: "GET"}
	assert.ErrorContains(t, vpclattice.Authorise(guarded(allowAccount(dev)), open, i), "identity-based")
	assert.Equal(t, "vpc-lattice-svcs:Invoke "+serviceARN+"/ GET", asked)
	assert.NoError(t, vpclattice.Authorise(open, open, i), "nobody is asked without AWS_IAM")
}

func TestAPolicyThatUsesWhatIsNotSimulatedIsNamed(t *testing.T) {
	g := guarded(policyOf(statement("Allow", `"*"`, `,"Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}`)))
	err := vpclattice.Authorise(g, open, vpclattice.Invocation{Caller: caller(dev), Service: serviceARN, Path: "/"})
	assert.ErrorContains(t, err, "IpAddress is not simulated")
	assert.Empty(t, cloud.Code(err))
}

func TestAuthPoliciesAreValidated(t *testing.T) {
	f := start(t)
	put := func(policy string) []string {
		_, broken := f.hub.Check(vpclattice.AuthPolicy, cloud.Props{"resourceIdentifier": f.arn(f.network), "policy": policy})
		return broken
	}
	for name, policy := range map[string]string{
		"no JSON":           `{"Version":`,
		"no principal":      `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"vpc-lattice-svcs:Invoke","Resource":"*"}]}`,
		"another service":   `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}]}`,
		"the API's actions": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"vpc-lattice:Invoke","Resource":"*"}]}`,
		"a wrong operator":  policyOf(statement("Allow", `"*"`, `,"Condition":{"StringIs":{"aws:PrincipalOrgID":"o-1"}}`)),
		"another resource":  `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"vpc-lattice-svcs:Invoke","Resource":"arn:aws:s3:::x"}]}`,
	} {
		assert.Len(t, put(policy), 1, name)
	}
	assert.Empty(t, put(allowAccount(dev)))
	var many string
	for n := range 120 {
		many += fmt.Sprintf(`,{"Sid":"s%d","Effect":"Allow","Principal":{"AWS":"%s"},"Action":"vpc-lattice-svcs:Invoke","Resource":"*"}`, n, dev)
	}
	f.hub.FailsCreate(vpclattice.AuthPolicy, cloud.Props{"resourceIdentifier": f.arn(f.network), "policy": policyOf(many[1:])}, "ValidationException")
	f.FailsCreate(vpclattice.AuthPolicy, cloud.Props{"resourceIdentifier": f.arn(f.network), "policy": allowAccount(dev)}, "AccessDeniedException")
}

func TestTheWorldsPoliciesDecide(t *testing.T) {
	f := start(t)
	policy := f.hub.Create(vpclattice.AuthPolicy, cloud.Props{"resourceIdentifier": f.arn(f.network), "policy": allowAccount(dev)})
	assert.Equal(t, "Active", policy.State["state"])
	s := f.service("shop-store")
	admit := func(account string) error {
		return f.view(dev, func(c *cloud.Call) error {
			network, err := vpclattice.NetworkOf(c, f.arn(f.network))
			require.NoError(t, err)
			return vpclattice.Admit(c, network, f.get(c, s), vpclattice.Invocation{Path: "/", Method: "GET",
				Caller: vpclattice.CallerOf(c, "arn:aws:sts::"+account+":assumed-role/x/y", nil)})
		})
	}
	assert.NoError(t, admit(dev))
	assert.Equal(t, "AccessDeniedException", cloud.Code(admit(prod)), "in the organisation, not in the policy")
	f.hub.Update(f.network, cloud.Props{"name": "retail-dev", "authType": "NONE"})
	assert.NoError(t, admit(prod))
	out := f.hub.Invoke("aws:vpclattice/getAuthPolicy:getAuthPolicy", cloud.Props{"resourceIdentifier": f.arn(f.network)})
	assert.Equal(t, "Inactive", out["state"])
}
