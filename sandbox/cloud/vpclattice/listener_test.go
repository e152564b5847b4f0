package vpclattice_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/vpclattice"
)

func TestServiceNamesAndItsDomain(t *testing.T) {
	f := start(t)
	s := f.service("shop-store")
	assert.Equal(t, "ACTIVE", s.State["status"])
	assert.Regexp(t, `^shop-store-[0-9a-f]{17}\.7d67968\.vpc-lattice-svcs\.eu-west-1\.on\.aws$`, cloud.Lookup(s.State, "dnsEntries[0].domainName"))
	assert.NotEmpty(t, cloud.Lookup(s.State, "dnsEntries[0].hostedZoneId"))
	f.FailsCreate(vpclattice.Service, cloud.Props{"name": "shop-store"}, "ConflictException")
	for _, name := range []string{"ab", "svc-shop", "shop--store", "Shop", "a-name-that-is-longer-than-the-forty-that-are-allowed"} {
		_, broken := f.Check(vpclattice.Service, cloud.Props{"name": name})
		assert.NotEmpty(t, broken, name)
	}
	domain := cloud.Props{"name": "own-domain", "customDomainName": "shop.internal.example.com",
		"certificateArn": "arn:aws:acm:eu-west-1:222222222222:certificate/0"}
	f.FailsCreate(vpclattice.Service, domain, "ValidationException")
	delete(domain, "certificateArn")
	named := f.Create(vpclattice.Service, domain)
	require.NoError(t, f.view(dev, func(c *cloud.Call) error {
		assert.Nil(t, vpclattice.ServiceOfDomain(c, c.Shared(vpclattice.Network, "arn", f.arn(f.network)), "shop.internal.example.com"))
		return nil
	}))
	join := func(s *cloudtest.Resource) cloud.Props {
		return cloud.Props{"serviceNetworkIdentifier": f.arn(f.network), "serviceIdentifier": s.ID}
	}
	f.Create(vpclattice.ServiceAssociation, join(named))
	f.FailsCreate(vpclattice.ServiceAssociation, join(named), "ConflictException")
	domain["name"] = "same-domain"
	f.FailsCreate(vpclattice.ServiceAssociation, join(f.Create(vpclattice.Service, domain)), "ConflictException")
	require.NoError(t, f.view(dev, func(c *cloud.Call) error {
		network := c.Shared(vpclattice.Network, "arn", f.arn(f.network))
		assert.Equal(t, named.ID, vpclattice.ServiceOfDomain(c, network, "shop.internal.example.com").ID)
		return nil
	}))
}

func TestListenersOfAService(t *testing.T) {
	f := start(t)
	s := f.service("shop-store")
	l := f.listener(s, 80)
	assert.Equal(t, fmt.Sprint(s.ID, "/", l.State["listenerId"]), l.ID)
	assert.Equal(t, fmt.Sprint(f.arn(s), "/listener/", l.State["listenerId"]), l.State["arn"])
	again := f.answers404(s, 80)
	f.FailsCreate(vpclattice.Listener, again, "ConflictException") // its name
	again["name"] = "other"
	assert.ErrorContains(t, f.FailsCreate(vpclattice.Listener, again, "ConflictException"), "port 80")
	f.listener(s, 443)
	f.FailsCreate(vpclattice.Listener, f.answers404(s, 8080), "ServiceQuotaExceededException")
	usual := f.answers404(f.service("usual-port"), 443)
	delete(usual, "port")
	usual["protocol"] = "HTTPS"
	assert.Equal(t, 443.0, f.Create(vpclattice.Listener, usual).State["port"])
	f.FailsCreate(vpclattice.Listener, f.answers404(&cloudtest.Resource{ID: "svc-00000000000000000"}, 80), "ResourceNotFoundException")
	for name, action := range map[string]cloud.Props{
		"both kinds": {"fixedResponse": cloud.Props{"statusCode": 404}, "forwards": list{}}, "no kind": {},
		"no group":         {"forwards": list{cloud.Props{"targetGroups": list{}}}},
		"a weight of 1000": {"forwards": list{cloud.Props{"targetGroups": list{cloud.Props{"targetGroupIdentifier": "tg-00000000000000000", "weight": 1000}}}}},
	} {
		input := f.answers404(s, 8080)
		input["defaultAction"] = action
		_, broken := f.Check(vpclattice.Listener, input)
		assert.NotEmpty(t, broken, name)
	}
}

func TestWeightsOfARule_B3(t *testing.T) {
	f := start(t)
	s := f.service("shop-store")
	l := f.listener(s, 80)
	blue, green := f.group("blue"), f.group("green")
	rule := f.Create(vpclattice.ListenerRule, f.rule(s, l, 1, map[*cloudtest.Resource]int{blue: 95, green: 5}))
	assert.Equal(t, fmt.Sprint(l.ID, "/", rule.State["ruleId"]), rule.ID)
	weights := func() map[string]int {
		out := map[string]int{}
		require.NoError(t, f.view(dev, func(c *cloud.Call) error {
			for _, w := range vpclattice.Forwards(f.get(c, rule)) {
				out[w.TargetGroup] = w.Weight
			}
			return nil
		}))
		return out
	}
	assert.Equal(t, map[string]int{blue.ID: 95, green.ID: 5}, weights())
	shifted := f.rule(s, l, 1, map[*cloudtest.Resource]int{blue: 0, green: 100})
	assert.False(t, f.Diff(rule, shifted).Replaces(), "weights change in place")
	f.Update(rule, shifted)
	assert.Equal(t, map[string]int{blue.ID: 0, green.ID: 100}, weights(), "a weight of 0 stays 0")
	for _, weight := range []int{-1, 1000} {
		_, broken := f.Check(vpclattice.ListenerRule, f.rule(s, l, 2, map[*cloudtest.Resource]int{blue: weight}))
		assert.Len(t, broken, 1, "(B3) %d", weight)
	}
	twice := f.rule(s, l, 2, map[*cloudtest.Resource]int{blue: 1})
	group := cloud.Lookup(twice, "action.forward.targetGroups[0]")
	twice["action"] = cloud.Props{"forward": cloud.Props{"targetGroups": list{group, group}}}
	_, broken := f.Check(vpclattice.ListenerRule, twice)
	assert.Len(t, broken, 1)
	bare := f.rule(s, l, 2, map[*cloudtest.Resource]int{green: 1})
	bare["action"] = cloud.Props{"forward": cloud.Props{"targetGroups": list{cloud.Props{"targetGroupIdentifier": green.ID}}}}
	assert.Equal(t, 100.0, cloud.Lookup(f.Create(vpclattice.ListenerRule, bare).State, "action.forward.targetGroups[0].weight"))
}

func TestAGroupInUseStays_B8(t *testing.T) {
	f := start(t)
	s := f.service("shop-store")
	l := f.listener(s, 80)
	blue, green := f.group("blue"), f.group("green")
	rule := f.Create(vpclattice.ListenerRule, f.rule(s, l, 1, map[*cloudtest.Resource]int{blue: 100, green: 0}))
	assert.ErrorContains(t, f.FailsDelete(green, "ConflictException"), "TargetGroup is referenced in routing configuration, listeners or rules of service.",
		"(B8) weight 0 is still a reference")
	f.Update(rule, f.rule(s, l, 1, map[*cloudtest.Resource]int{blue: 100}))
	f.Delete(green)
	missing := f.rule(s, l, 2, map[*cloudtest.Resource]int{green: 1})
	f.FailsCreate(vpclattice.ListenerRule, missing, "ResourceNotFoundException")
	f.Delete(l)
	assert.Empty(t, f.h.Records(vpclattice.ListenerRule), "rules go with the listener")
	f.Delete(blue)
}

func TestPrioritiesAndQuotasOfRules(t *testing.T) {
	f := start(t)
	s := f.service("shop-store")
	l := f.listener(s, 80)
	blue := f.group("blue")
	one := f.Create(vpclattice.ListenerRule, f.rule(s, l, 1, map[*cloudtest.Resource]int{blue: 1}))
	same := f.rule(s, l, 1, map[*cloudtest.Resource]int{blue: 1})
	same["name"] = "another"
	assert.ErrorContains(t, f.FailsCreate(vpclattice.ListenerRule, same, "ConflictException"), "priority 1")
	for p := 2; p <= 10; p++ {
		f.Create(vpclattice.ListenerRule, f.rule(s, l, p, map[*cloudtest.Resource]int{blue: 1}))
	}
	f.FailsCreate(vpclattice.ListenerRule, f.rule(s, l, 11, map[*cloudtest.Resource]int{blue: 1}), "ServiceQuotaExceededException")
	_, broken := f.Check(vpclattice.ListenerRule, f.rule(s, l, 101, map[*cloudtest.Resource]int{blue: 1}))
	assert.NotEmpty(t, broken)
	swap := func(to int) error {
		return f.h.World.Change(dev, region, "controller", func(c *cloud.Call) error {
			two := vpclattice.RulesOf(c, f.get(c, l))[1]
			return vpclattice.SetPriorities(c, f.get(c, l), map[string]int{one.ID: to, two.ID: 1})
		})
	}
	assert.Equal(t, "ConflictException", cloud.Code(swap(3)))
	require.NoError(t, swap(2), "two rules change places")
	require.NoError(t, f.view(dev, func(c *cloud.Call) error {
		assert.Equal(t, one.ID, vpclattice.RulesOf(c, f.get(c, l))[1].ID)
		return nil
	}))
}

func TestTenGroupsOfAService(t *testing.T) {
	f := start(t)
	s := f.service("shop-store")
	l := f.listener(s, 80)
	weights := map[*cloudtest.Resource]int{}
	for n := range 10 {
		weights[f.group(fmt.Sprint("group-", n))] = 1
	}
	f.Create(vpclattice.ListenerRule, f.rule(s, l, 1, weights))
	more := f.group("one-more")
	f.FailsCreate(vpclattice.ListenerRule, f.rule(s, l, 2, map[*cloudtest.Resource]int{more: 1}), "ServiceQuotaExceededException")
	weights[more] = 1
	_, broken := f.Check(vpclattice.ListenerRule, f.rule(s, l, 2, weights))
	assert.NotEmpty(t, broken, "at most ten of a rule")
}

func TestWhereRequestsGo(t *testing.T) {
	f := start(t)
	s := f.service("shop-store")
	l := f.listener(s, 80)
	blue, green := f.group("blue"), f.group("green")
	all := f.rule(s, l, 5, map[*cloudtest.Resource]int{blue: 1})
	f.Create(vpclattice.ListenerRule, all)
	special := f.rule(s, l, 1, map[*cloudtest.Resource]int{green: 1})
	special["match"] = cloud.Props{"httpMatch": cloud.Props{"method": "POST",
		"pathMatch":     cloud.Props{"match": cloud.Props{"exact": "/Orders"}, "caseSensitive": true},
		"headerMatches": list{cloud.Props{"name": "X-Colour", "match": cloud.Props{"contains": "green"}}}}}
	f.Create(vpclattice.ListenerRule, special)
	headers := map[string]string{"x-colour": "dark GREEN"}
	require.NoError(t, f.view(dev, func(c *cloud.Call) error {
		to := func(q vpclattice.Request) string {
			r := vpclattice.Route(c, f.get(c, s), q)
			if r == nil || len(r.Groups) == 0 {
				return ""
			}
			return r.Groups[0].TargetGroup
		}
		assert.Equal(t, green.ID, to(vpclattice.Request{Port: 80, Method: "POST", Path: "/Orders", Headers: headers}))
		assert.Equal(t, blue.ID, to(vpclattice.Request{Port: 80, Method: "POST", Path: "/orders", Headers: headers}), "case of the path")
		assert.Equal(t, blue.ID, to(vpclattice.Request{Port: 80, Method: "GET", Path: "/Orders", Headers: headers}))
		assert.Equal(t, blue.ID, to(vpclattice.Request{Port: 80, Method: "POST", Path: "/Orders"}), "no header")
		assert.Nil(t, vpclattice.Route(c, f.get(c, s), vpclattice.Request{Port: 443, Path: "/"}), "nobody listens")
		return nil
	}))
	bare := f.service("bare")
	f.listener(bare, 80)
	require.NoError(t, f.view(dev, func(c *cloud.Call) error {
		assert.Equal(t, 404, vpclattice.Route(c, f.get(c, bare), vpclattice.Request{Port: 80, Path: "/"}).Status, "the default action")
		return nil
	}))
}
