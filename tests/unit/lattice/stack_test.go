package lattice_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"retail/internal/lattice"
	"retail/tests/internal/recorder"
	"retail/tests/internal/stackfile"
)

// V2, V5, V7: one association, by the network's ARN; then each colour's controller; its
// Gateway, of the network's name; its export, of every colour; then the route.
func TestOrderOfEverythingV2V5V7(t *testing.T) {
	r := dev(t)
	association := r.One(t, vpcAssociation, "main-lattice")
	require.Len(t, r.OfType(vpcAssociation), 1)
	assert.Equal(t, devNetwork, association.String("serviceNetworkIdentifier"))
	route := r.One(t, httpRoute, "main-blue-lattice-route")
	for _, colour := range []string{"blue", "green"} {
		release := r.One(t, releaseType, "main-"+colour+"-lattice-controller")
		class := r.One(t, gatewayClass, "main-"+colour+"-lattice-class")
		stands := r.One(t, gateway, "main-"+colour+"-lattice-gateway")
		export := r.One(t, serviceExport, "main-"+colour+"-lattice-export-store-gateway")
		health := r.One(t, groupPolicy, "main-"+colour+"-lattice-health-store-gateway")
		assert.True(t, release.WaitsFor(association))
		assert.True(t, class.WaitsFor(release))
		assert.True(t, stands.WaitsFor(class) && stands.WaitsFor(release))
		assert.True(t, export.WaitsFor(stands) && export.WaitsFor(health), "a policy that comes later replaces the target group")
		assert.True(t, route.WaitsFor(export) && route.WaitsFor(stands), colour)
		assert.Equal(t, []string{"retail-dev", "store", "amazon-vpc-lattice"}, []string{
			stands.String("metadata.name"), stands.String("metadata.namespace"), stands.String("spec.gatewayClassName"),
		})
		for _, owner := range []*recorder.Resource{stands, export} {
			assert.Empty(t, owner.DeletedWith, "%s owns something in AWS, and is deleted for real", owner.Name)
		}
		for _, one := range r.OfType(definition) {
			if strings.Contains(one.Name, "main-"+colour+"-gateway-api-serviceexports") {
				assert.True(t, release.WaitsFor(one), "definitions are not the chart's (V9)")
				assert.True(t, one.RetainOnDelete)
			}
		}
		pods := r.One(t, "kubernetes:apps/v1:Deployment", "main-"+colour+"-store-gateway-deployment")
		assert.True(t, pods.WaitsFor(export), "so that they get readiness gates")
		assert.True(t, route.WaitsFor(pods), colour)
	}
	assert.Empty(t, route.DeletedWith)
}

// V3: the pods' port, from AWS's lists of either family, in each colour's own group; the
// association lets in who is in the VPC.
func TestAddressesOfVPCLatticeAreLetInV3(t *testing.T) {
	r := dev(t)
	found := map[string]string{}
	for _, rule := range r.OfType(ingressRule) {
		if list := rule.String("prefixListId"); strings.Contains(list, "vpc-lattice") {
			assert.EqualValues(t, 8080, rule.Value("fromPort").NumberValue())
			assert.EqualValues(t, 8080, rule.Value("toPort").NumberValue())
			found[rule.Name] = list
		}
	}
	assert.Equal(t, map[string]string{
		"main-blue-pods-from-lattice-ipv4-8080": "pl-com.amazonaws.eu-west-1.vpc-lattice", "main-green-pods-from-lattice-ipv4-8080": "pl-com.amazonaws.eu-west-1.vpc-lattice",
		"main-blue-pods-from-lattice-ipv6-8080": "pl-com.amazonaws.eu-west-1.ipv6.vpc-lattice", "main-green-pods-from-lattice-ipv6-8080": "pl-com.amazonaws.eu-west-1.ipv6.vpc-lattice",
	}, found)
	for _, block := range []string{"10.20.0.0/16", "100.64.0.0/16"} {
		rule := r.One(t, ingressRule, "main-lattice-callers-"+block)
		assert.Equal(t, block, rule.String("cidrIpv4"))
		assert.EqualValues(t, 443, rule.Value("toPort").NumberValue())
	}
	for _, policy := range r.OfType("kubernetes:networking.k8s.io/v1:NetworkPolicy") {
		text := fmt.Sprint(policy.Value("spec.ingress").Mappable())
		assert.Equal(t, strings.HasSuffix(policy.Name, "store-gateway-network"), strings.Contains(text, "169.254.171.0/24"), "only the gateway's pods: %s", policy.Name)
	}
	admitted := 0
	for _, policy := range r.OfType("kubernetes:security.istio.io/v1:AuthorizationPolicy") {
		if strings.Contains(fmt.Sprint(policy.Value("spec.rules").Mappable()), "169.254.171.0/24") {
			assert.True(t, strings.HasSuffix(policy.Name, "-customers"), policy.Name)
			admitted++
		}
	}
	assert.Equal(t, 2, admitted)
	without := dev(t, stackfile.Set("vpcs.main.clusters.blue.mesh", "none"), stackfile.Set("vpcs.main.clusters.green.mesh", "none"))
	without.One(t, serviceExport, "main-blue-lattice-export-ui")
}

// I1: what is exported takes plain connections, since VPC Lattice is in no mesh.
func TestTheMeshsGatewayIsExportedI1(t *testing.T) {
	export := dev(t).One(t, serviceExport, "main-green-lattice-export-store-gateway")
	assert.Equal(t, []string{"store-gateway", "store"}, []string{export.String("metadata.name"), export.String("metadata.namespace")})
	assert.Equal(t, []any{map[string]any{"port": 80.0, "routeType": "HTTP"}}, export.Value("spec.exportedPorts").Mappable())
}

// B1, B3, B10, B11: every share is traffic's, written down when it is 0; a shift changes one
// object, and only its weights.
func TestSharesAreThoseOfTrafficB1B3B10B11(t *testing.T) {
	before := dev(t)
	for blue := range 5 {
		r := dev(t, traffic(25*blue, 100-25*blue))
		route := r.One(t, httpRoute, "main-blue-lattice-route")
		assert.Equal(t, map[string]int{"store-gateway-blue": 25 * blue, "store-gateway-green": 100 - 25*blue}, shares(t, route))
		assert.Empty(t, route.IgnoreChanges, "no path may keep a weight (B1)")
		for _, one := range before.OfType(serviceImport) {
			assert.Equal(t, one.Inputs, r.One(t, serviceImport, one.Name).Inputs, one.Name)
		}
	}
}

func shares(t *testing.T, route *recorder.Resource) map[string]int {
	t.Helper()
	all := map[string]int{}
	for _, backend := range route.Value("spec.rules[0].backendRefs").Mappable().([]any) {
		ref := backend.(map[string]any)
		weight, written := ref["weight"].(float64)
		require.True(t, written, "a weight that is left out is 1")
		assert.Equal(t, "ServiceImport", ref["kind"])
		all[ref["name"].(string)] = int(weight)
	}
	return all
}

// V1: one route, in the owner's cluster, over imports that each name their cluster.
func TestOneOwnerOfTheRouteV1(t *testing.T) {
	for owner, other := range map[string]string{"blue": "green", "green": "blue"} {
		r := devWith(t, map[string]any{"routes": owner})
		route := r.One(t, httpRoute, "main-"+owner+"-lattice-route")
		assert.Equal(t, "shop-main", route.String("metadata.name"))
		assert.True(t, route.Value(`metadata.annotations["`+lattice.TakeOverAnnotation+`"]`).IsNull())
		for _, colour := range []string{"blue", "green"} {
			imported := r.One(t, serviceImport, "main-"+owner+"-lattice-import-store-gateway-"+colour)
			assert.Equal(t, "retail-dev-main-"+colour, imported.String(`metadata.annotations["application-networking.k8s.aws/aws-eks-cluster-name"]`))
			assert.Equal(t, "store-gateway", imported.String(`metadata.annotations["application-networking.k8s.aws/export-name"]`))
		}
		for _, one := range r.All() {
			assert.NotEqual(t, "main-"+other+"-lattice-route", one.Name)
		}
	}
}

// V1: in a takeover both have the same route, and only the new owner may take from the other.
func TestATakeoverNamesWhomItTakesFromV1(t *testing.T) {
	r := devWith(t, map[string]any{"routes": "green", "takeOverFrom": "blue"}, traffic(0, 100))
	old, young := r.One(t, httpRoute, "main-blue-lattice-route"), r.One(t, httpRoute, "main-green-lattice-route")
	assert.Equal(t, "222222222222/retail-dev-main-blue/vpc-main", young.String(`metadata.annotations["`+lattice.TakeOverAnnotation+`"]`))
	assert.True(t, old.Value(`metadata.annotations["`+lattice.TakeOverAnnotation+`"]`).IsNull())
	assert.Equal(t, old.Value("spec").Mappable(), young.Value("spec").Mappable(), "nothing changes for callers")
	assert.Contains(t, young.String(`metadata.annotations["pulumi.com/waitFor"]`), "lattice-assigned-domain-name", "done when its controller has taken over")
	for _, policy := range r.OfType(iamAuthPolicy) {
		assert.True(t, policy.RetainOnDelete, "its deletion would open the service: %s", policy.Name)
	}
}

func TestTheServicesPolicyNamesWhoMayCall(t *testing.T) {
	policy := dev(t).One(t, iamAuthPolicy, "main-blue-lattice-auth")
	assert.Equal(t, lattice.PolicyForAccounts([]string{"222222222222", "444444444444"}), policy.String("spec.policy"))
	own := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444444444444:role/caller"},"Action":"vpc-lattice-svcs:Invoke","Resource":"*"}]}`
	assert.Equal(t, own, devWith(t, map[string]any{"routes": "blue", "policy": own}).One(t, iamAuthPolicy, "main-blue-lattice-auth").String("spec.policy"))
}

func TestABackendOutsideTheClusters(t *testing.T) {
	const group = "arn:aws:vpc-lattice:eu-west-1:222222222222:targetgroup/tg-0123456789abcdef0"
	r := devWith(t, map[string]any{"routes": "blue", "backends": []any{map[string]any{"targetGroupArn": group, "weight": 90}}})
	assert.Equal(t, map[string]int{"store-gateway-blue": 10, "store-gateway-green": 0, "outside-tg-0123456789abcdef0": 90},
		shares(t, r.One(t, httpRoute, "main-blue-lattice-route")))
	imported := r.One(t, serviceImport, "main-blue-lattice-import-outside-tg-0123456789abcdef0")
	assert.Equal(t, group, imported.String(`metadata.annotations["application-networking.k8s.aws/target-group-arn"]`))
	assert.True(t, imported.Value(`metadata.annotations["application-networking.k8s.aws/export-name"]`).IsNull(), "the two ways exclude each other")
}

func TestADomainWithItsCertificate(t *testing.T) {
	const certificate = "arn:aws:acm:eu-west-1:222222222222:certificate/12345678-1234-1234-1234-123456789012"
	r := devWith(t, map[string]any{"routes": "green", "domain": "api.dev.shop.example.com", "certificateArn": certificate})
	for _, colour := range []string{"blue", "green"} {
		tls := r.One(t, gateway, "main-"+colour+"-lattice-gateway").Value("spec.listeners[0].tls").Mappable()
		assert.Equal(t, map[string]any{"mode": "Terminate", "options": map[string]any{"application-networking.k8s.aws/certificate-arn": certificate}}, tls)
	}
	route := r.One(t, httpRoute, "main-green-lattice-route")
	assert.Equal(t, []any{"api.dev.shop.example.com"}, route.Value("spec.hostnames").Mappable())
	assert.Equal(t, "https", route.String("spec.parentRefs[0].sectionName"), "by which the controller finds the certificate")
	record := r.One(t, "aws:route53/record:Record", "main-lattice-domain")
	assert.Equal(t, []string{"CNAME", "api.dev.shop.example.com"}, []string{record.String("type"), record.String("name")})
}

// Every value that is set is one the chart knows, and the four that the controller would ask
// instance metadata for are set.
func TestTheChartKnowsEveryValueOfTheController(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(stackfile.Root(t), "sandbox", "charts", "aws-gateway-controller-chart", "values.yaml"))
	require.NoError(t, err)
	var known map[string]any
	require.NoError(t, yaml.Unmarshal(text, &known))
	release := dev(t, stackfile.Set("vpcs.main.clusters.blue.lattice", map[string]any{"nodeSelector": map[string]any{"pool": "system"}})).
		One(t, releaseType, "main-blue-lattice-controller")
	values := release.Value("values").Mappable().(map[string]any)
	unknownKeys(t, "values", values, known)
	assert.Equal(t, []string{"222222222222", "eu-west-1", "vpc-main", "retail-dev-main-blue", ""}, []string{
		release.String("values.awsAccountId"), release.String("values.awsRegion"), release.String("values.clusterVpcId"), release.String("values.clusterName"),
		release.String("values.defaultServiceNetwork"),
	})
	assert.EqualValues(t, 60, release.Value("values.reconcileDefaultResyncSeconds").NumberValue())
	assert.True(t, release.Value("skipCrds").BoolValue(), "definitions have one owner (V9)")
	assert.NotContains(t, release.String("values.webhookTLS.cert"), "BEGIN", "as a Secret has it")
}

func unknownKeys(t *testing.T, path string, values, known map[string]any) {
	t.Helper()
	for key, value := range values {
		allowed, found := known[key]
		assert.True(t, found, "%s.%s is not a value of the chart", path, key)
		inner, isMap := value.(map[string]any)
		if below, hasKeys := allowed.(map[string]any); isMap && hasKeys && len(below) > 0 && key != "nodeSelector" {
			unknownKeys(t, path+"."+key, inner, below)
		}
	}
}
