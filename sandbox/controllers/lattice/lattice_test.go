package lattice_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/vpclattice"
)

func owner(w *world, cluster string) string { return account + "/" + cluster + "/" + w.vpc }

// TestOneCluster goes from nothing to a service that answers, and back to nothing.
func TestOneCluster(t *testing.T) {
	w := newWorld(t)
	blue := w.raise("blue", "10.0.9.0/28")
	blue.install(w, "")
	blue.app("ui", "")
	blue.gateway()
	blue.eventually(func(t *assert.CollectT) {
		programmed := blue.condition(resource("gateways"), "store", network, "Programmed")
		assert.Equal(t, "Pending", programmed["reason"])
		assert.Equal(t, "VPC Lattice Service Network not found", programmed["message"], "a shared network is found through the VPC's association only (V2)")
	})
	w.associate()
	blue.merge(resource("gateways"), network, `{"spec":{"listeners":[{"name":"https","port":443,"protocol":"HTTPS","tls":{"mode":"Terminate","options":{"application-networking.k8s.aws/default":"2"}},"allowedRoutes":{"namespaces":{"from":"Same"}}}]}}`)
	blue.eventually(func(t *assert.CollectT) {
		programmed := blue.condition(resource("gateways"), "store", network, "Programmed")
		assert.Equal(t, "aws-service-network-arn: "+ec2.Text(w.network.State, "arn"), programmed["message"])
	}, "the Gateway is bound when it is looked at again")

	blue.route("shop", "", "Service/ui=1")
	blue.eventually(func(t *assert.CollectT) {
		s := w.service()
		if !assert.NotNil(t, s) {
			return
		}
		assert.Equal(t, "shop-store", s.State["name"])
		assert.Equal(t, owner(w, "blue"), vpclattice.TagsOf(s)[tag+"ManagedBy"])
		annotations, _ := blue.get(resource("httproutes"), "store", "shop")["metadata"].(map[string]any)["annotations"].(map[string]any)
		assert.Equal(t, vpclattice.DomainName(s), annotations[tag+"lattice-assigned-domain-name"])
		assert.Equal(t, "True", blue.condition(resource("httproutes"), "store", "shop", "Accepted")["status"])
		assert.Equal(t, map[string]int{"blue HTTPROUTE": 1}, w.weights())
		assert.Equal(t, map[string]int{"UNHEALTHY": 2}, w.health("blue", "HTTPROUTE"), "the nodes' group does not let VPC Lattice in (V3)")
	})
	w.open()
	blue.eventually(func(t *assert.CollectT) { assert.Equal(t, map[string]int{"HEALTHY": 2}, w.health("blue", "HTTPROUTE")) }, "(V3)")
	blue.merge(own("targetgrouppolicies"), "ui", `{"spec":{"healthCheck":{"path":"/"}}}`)
	blue.eventually(func(t *assert.CollectT) {
		assert.Equal(t, map[string]int{"UNHEALTHY": 2}, w.health("blue", "HTTPROUTE"), "a path that the pods do not have (V8)")
	})
	blue.merge(own("targetgrouppolicies"), "ui", `{"spec":{"healthCheck":{"path":"/health"}}}`)
	blue.eventually(func(t *assert.CollectT) { assert.Equal(t, map[string]int{"HEALTHY": 2}, w.health("blue", "HTTPROUTE")) })

	t.Run("a policy guards the service and goes", func(*testing.T) { blue.guarded(w) })
	t.Run("names meet after the cut", func(*testing.T) { blue.collision(w) })
	t.Run("a missing import freezes the rule", func(*testing.T) { blue.frozen(w) })
	t.Run("a controller that may not says so", func(*testing.T) { blue.denied(w) })
	t.Run("a Gateway waits for its routes", func(*testing.T) { blue.gatewayWaits(w) })
	assert.Zero(t, w.left())
}

func (c *cluster) guarded(w *world) {
	c.yaml(`{apiVersion: application-networking.k8s.aws/v1alpha1, kind: IAMAuthPolicy, metadata: {name: shop, namespace: store}, spec: {targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: shop},
  policy: '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"` + account + `"},"Action":"vpc-lattice-svcs:Invoke","Resource":"*"}}'}}`)
	c.eventually(func(t *assert.CollectT) {
		assert.Equal(t, "AWS_IAM", w.service().State["authType"])
		assert.Len(t, w.h.Records(vpclattice.AuthPolicy), 1)
		assert.Equal(t, "True", c.condition(own("iamauthpolicies"), "store", "shop", "Accepted")["status"])
	})
	c.yaml(`{apiVersion: application-networking.k8s.aws/v1alpha1, kind: IAMAuthPolicy, metadata: {name: shop-too, namespace: store}, spec: {targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: shop}, policy: '{}'}}`)
	c.eventually(func(t *assert.CollectT) {
		assert.Equal(t, "Conflicted", c.condition(own("iamauthpolicies"), "store", "shop-too", "Accepted")["reason"])
	})
	c.remove(own("iamauthpolicies"), "shop-too")
	c.merge(own("iamauthpolicies"), "shop", `{"spec":{"policy":"{\"Version\":"}}`)
	c.eventually(func(t *assert.CollectT) { assert.Contains(t, c.events(), "IAMAuthPolicy shop FailedReconcile") }, "broken JSON is AWS's to refuse")
	c.remove(own("iamauthpolicies"), "shop")
	c.gone(own("iamauthpolicies"), "shop")
	assert.Equal(c.t, "NONE", w.service().State["authType"])
	assert.Empty(c.t, w.h.Records(vpclattice.AuthPolicy))
}

func (c *cluster) collision(w *world) {
	c.route("a-route-with-a-very-long-name", "", "Service/ui=1")
	c.route("a-route-with-a-very-short-name", "", "Service/ui=1")
	c.eventually(func(t *assert.CollectT) {
		reasons := []any{}
		for _, name := range []string{"a-route-with-a-very-long-name", "a-route-with-a-very-short-name"} {
			accepted := c.condition(resource("httproutes"), "store", name, "Accepted")
			reasons = append(reasons, accepted["reason"])
			if accepted["reason"] == "Conflicted" {
				assert.Contains(t, accepted["message"], "Found existing resource with conflicting service name")
			}
		}
		assert.ElementsMatch(t, []any{"Accepted", "Conflicted"}, reasons, "20 characters of a route's name count")
	})
	for _, name := range []string{"a-route-with-a-very-long-name", "a-route-with-a-very-short-name"} {
		c.remove(resource("httproutes"), name)
		c.gone(resource("httproutes"), name)
	}
	require.NotNil(c.t, w.service(), "the shop's own stays")
	c.route("short", `"application-networking.k8s.aws/service-name-override":"svc-x"`, "Service/ui=1")
	c.eventually(func(t *assert.CollectT) { assert.Contains(t, c.events(), `invalid service-name-override "svc-x"`) })
	c.remove(resource("httproutes"), "short")
	c.gone(resource("httproutes"), "short")
}

func (c *cluster) frozen(w *world) {
	before := w.weights()
	c.imports("ui-green", "ui", "green")
	c.route("shop", "", "Service/ui=90", "ServiceImport/ui-green=10")
	c.eventually(func(t *assert.CollectT) {
		assert.Contains(t, c.events(), "HTTPRoute shop FailedDeployModel Failed deploy model due to target group for service import could not be found")
	})
	assert.True(c.t, maps.Equal(before, w.weights()), "weights stay as they were")
	c.route("shop", "", "Service/ui=1")
	c.eventually(func(t *assert.CollectT) { assert.Equal(t, map[string]int{"blue HTTPROUTE": 1}, w.weights()) })
}

func (c *cluster) denied(w *world) {
	inputs := cloud.Given(w.policy.Inputs)
	delete(inputs, "tagsAll")
	inputs["policy"] = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["vpc-lattice:List*","vpc-lattice:Get*","tag:GetResources"],"Resource":"*"}}`
	w.dev.Update(w.policy, inputs)
	c.export("ui")
	c.eventually(func(t *assert.CollectT) {
		assert.Contains(t, c.events(), "is not authorized to perform: vpc-lattice:CreateTargetGroup")
	})
	inputs["policy"] = allowed
	w.dev.Update(w.policy, inputs)
	c.eventually(func(t *assert.CollectT) {
		assert.Equal(t, map[string]int{"UNUSED": 2}, w.health("blue", "SERVICE_EXPORT"), "no service uses an export yet")
	})
	c.remove(own("serviceexports"), "ui")
	c.gone(own("serviceexports"), "ui")
}

func (c *cluster) gatewayWaits(w *world) {
	c.remove(resource("gateways"), network)
	c.scale(0)
	c.remove(resource("httproutes"), "shop")
	assert.NotNil(c.t, c.get(resource("httproutes"), "store", "shop"), "without its controller a route cannot go (V7)")
	assert.NotZero(c.t, w.left(), "and its service stays behind")
	c.scale(2)
	c.gone(resource("httproutes"), "shop")
	c.gone(resource("gateways"), network)
}
