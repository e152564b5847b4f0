package unit

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/components/store"
	"retail/tests/internal/recorder"
)

// ways are what a policy allows in one direction, as "PEER:PORT".
func ways(t *testing.T, policy *recorder.Resource, direction, peers string) []string {
	t.Helper()
	all := []string{}
	rules, _ := policy.Value("spec." + direction).Mappable().([]any)
	for i := range rules {
		rule := rules[i].(map[string]any)
		require.NotEmpty(t, rule[peers], "a rule without peers allows everybody")
		require.NotEmpty(t, rule["ports"], "a rule without ports allows every port")
		for _, peer := range rule[peers].([]any) {
			for _, port := range rule["ports"].([]any) {
				all = append(all, fmt.Sprintf("%s:%v", who(peer.(map[string]any)), port.(map[string]any)["port"]))
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func who(peer map[string]any) string {
	if block, ok := peer["ipBlock"].(map[string]any); ok {
		return block["cidr"].(string)
	}
	labels := peer["podSelector"].(map[string]any)["matchLabels"].(map[string]any)
	name := ""
	for _, key := range []string{"app.kubernetes.io/name", "gateway.networking.k8s.io/gateway-name", "k8s-app", "app"} {
		if value, ok := labels[key].(string); ok && name == "" {
			name = value
		}
	}
	if space, ok := peer["namespaceSelector"].(map[string]any); ok {
		return fmt.Sprintf("%v/%v", space["matchLabels"].(map[string]any)["kubernetes.io/metadata.name"], name)
	}
	return name
}

// graph is what every policy allows, in and out.
func graph(t *testing.T, r *recorder.Recorder) (in, out map[string][]string) {
	in, out = map[string][]string{}, map[string][]string{}
	for _, policy := range r.OfType(policyType) {
		name := policy.String("metadata.name")
		assert.Equal(t, []any{"Ingress", "Egress"}, list(t, policy, "spec.policyTypes"), "both ways are closed but for the rules")
		in[name], out[name] = ways(t, policy, "ingress", "from"), ways(t, policy, "egress", "to")
	}
	return in, out
}

// The call graph and no way more.
func TestWhoMayTalkToWhom(t *testing.T) {
	r := shopped(t, stocked())
	in, out := graph(t, r)
	assert.Equal(t, map[string][]string{
		"closed":   {},
		"ui":       {"10.0.0.0/24:8080", "10.0.1.0/24:8080", "10.0.2.0/24:8080"},
		"catalog":  {"ui:8080"},
		"carts":    {"ui:8080"},
		"checkout": {"ui:8080"},
		"orders":   {"checkout:8080", "ui:8080"},
	}, in)
	assert.Equal(t, map[string][]string{
		"closed":   {"kube-system/kube-dns:53"},
		"ui":       {"carts:8080", "catalog:8080", "checkout:8080", "orders:8080"},
		"catalog":  {"10.0.8.0/24:3306", "10.0.9.0/24:3306"},
		"carts":    {"0.0.0.0/0:443", "169.254.170.23/32:80"},
		"checkout": {"10.0.8.0/24:6379", "10.0.9.0/24:6379", "orders:8080"},
		"orders":   {"0.0.0.0/0:443", "10.0.8.0/24:5432", "10.0.9.0/24:5432", "169.254.170.23/32:80"},
	}, out)
	closed := r.One(t, policyType, "main-blue-closed")
	assert.Empty(t, closed.Value("spec.podSelector").Mappable(), "all pods of the namespace")
	assert.Len(t, list(t, closed, "spec.egress[0].ports"), 2, "DNS by UDP and TCP")
}

// Every way out has its way in: who calls may be heard.
func TestEveryCallIsHeard(t *testing.T) {
	in, out := graph(t, shopped(t, stocked()))
	for caller, ways := range out {
		for _, way := range ways {
			if called, isService := strings.CutSuffix(way, ":8080"); isService {
				assert.Contains(t, in[called], caller+":8080", "%s calls %s", caller, called)
			}
		}
	}
}

// In memory, no service needs AWS, a password or a way out of the cluster.
func TestInMemoryShopNeedsNothingOutside(t *testing.T) {
	r := shopped(t, shopOf{gates: true})
	_, out := graph(t, r)
	assert.Equal(t, []string{"orders:8080"}, out["checkout"])
	assert.Empty(t, out["catalog"])
	assert.Empty(t, out["carts"])
	assert.Empty(t, out["orders"])
	assert.Empty(t, r.OfType(identityType))
	assert.Empty(t, r.OfType(secretClassType))
	assert.Empty(t, r.OfType("aws:iam/role:Role"))
	for _, one := range r.OfType(deploymentType) {
		assert.Len(t, list(t, one, "spec.template.spec.volumes"), 1, "%s: room for temporary files only", one.Name)
		for _, variable := range environmentOf(one) {
			assert.NotContains(t, variable["name"], "PASSWORD")
		}
	}
}

// Under EKS Auto Mode, DNS is the node's, and policies count only when asked for.
func TestDNSOfAutoMode(t *testing.T) {
	shop := stocked()
	shop.args.DNSAddress = "172.20.0.10"
	r := shopped(t, shop)
	_, out := graph(t, r)
	assert.Equal(t, []string{"172.20.0.10/32:53"}, out["closed"])
	enforced := r.One(t, "kubernetes:core/v1:ConfigMap", "main-blue-enforce-policies")
	assert.Equal(t, "true", enforced.String(`data["enable-network-policy-controller"]`))
	assert.Empty(t, shopped(t, stocked()).OfType(enforced.Type), "with managed nodes the CNI's add-on is told")
}

// A broker is another store, and needs no way to AWS's services.
func TestBrokerInPlaceOfTheQueue(t *testing.T) {
	shop := stocked()
	shop.args.Data.Queue = nil
	shop.args.Data.Broker = &store.Broker{
		Endpoint: pulumi.String("broker.example:5671"), Port: 5671, SecretArn: pulumi.String("arn:broker"), KeyArn: pulumi.String("arn:key"),
	}
	r := shopped(t, shop)
	_, out := graph(t, r)
	assert.Equal(t, []string{"10.0.8.0/24:5432", "10.0.8.0/24:5671", "10.0.9.0/24:5432", "10.0.9.0/24:5671"}, out["orders"])
	assert.Equal(t, "amqps://broker.example:5671", valueOf(r, "orders", "RETAIL_ORDERS_MESSAGING_RABBITMQ_ADDRESSES"))
	assert.Equal(t, "rabbitmq", valueOf(r, "orders", "RETAIL_ORDERS_MESSAGING_PROVIDER"))
	assert.Len(t, list(t, r.One(t, secretClassType, "main-blue-orders-credentials"), "spec.secretObjects[0].data"), 4)
}

func valueOf(r *recorder.Recorder, service, variable string) string {
	for _, one := range r.OfType(deploymentType) {
		for _, v := range environmentOf(one) {
			if value, ok := v["value"].(string); ok && one.String("metadata.name") == service && v["name"] == variable {
				return value
			}
		}
	}
	return ""
}

// Each service is told where its data is, and that it is reached with TLS only.
func TestServicesKnowTheirStores(t *testing.T) {
	r := shopped(t, stocked())
	for _, want := range [][3]string{
		{"ui", "RETAIL_UI_ENDPOINTS_CARTS", "http://carts"}, {"ui", "RETAIL_UI_THEME", "teal"},
		{"catalog", "RETAIL_CATALOG_PERSISTENCE_PROVIDER", "mysql"}, {"catalog", "RETAIL_CATALOG_PERSISTENCE_ENDPOINT", "mysql.example:3306"},
		{"catalog", "RETAIL_CATALOG_PERSISTENCE_DB_NAME", "catalog?tls=skip-verify&connectionAttributes=program_name:catalog"},
		{"carts", "RETAIL_CART_PERSISTENCE_PROVIDER", "dynamodb"}, {"carts", "RETAIL_CART_PERSISTENCE_DYNAMODB_TABLE_NAME", "carts-1"},
		{"carts", "RETAIL_CART_PERSISTENCE_DYNAMODB_CREATE_TABLE", "false"}, {"carts", "AWS_REGION", "eu-west-1"},
		{"checkout", "RETAIL_CHECKOUT_PERSISTENCE_REDIS_URL", "rediss://$(CHECKOUT_CACHE_USERNAME):$(CHECKOUT_CACHE_PASSWORD)@cache.example:6379"},
		{"checkout", "RETAIL_CHECKOUT_ENDPOINTS_ORDERS", "http://orders"}, {"orders", "RETAIL_ORDERS_PERSISTENCE_ENDPOINT", "postgres.example:5432"},
		{"orders", "RETAIL_ORDERS_PERSISTENCE_NAME", "orders?sslmode=require"}, {"orders", "RETAIL_ORDERS_MESSAGING_SQS_TOPIC", "events-1"},
	} {
		assert.Equal(t, want[2], valueOf(r, want[0], want[1]), want[1])
	}
	var names []string
	for _, variable := range environmentOf(r.One(t, deploymentType, "main-blue-checkout-deployment")) {
		names = append(names, variable["name"].(string))
	}
	assert.Less(t, slices.Index(names, "CHECKOUT_CACHE_PASSWORD"), slices.Index(names, "RETAIL_CHECKOUT_PERSISTENCE_REDIS_URL"),
		"the kubelet fills in what stands before")
}

// Roles are there where a service needs AWS, for that service of this cluster, and allow
// that alone.
func TestIdentitiesOnlyWhereNeeded(t *testing.T) {
	r := shopped(t, stocked())
	var services []string
	for _, one := range r.OfType(identityType) {
		service := one.String("serviceAccount")
		services = append(services, service)
		assert.Equal(t, store.Namespace, one.String("namespace"))
		assert.True(t, r.One(t, deploymentType, "main-blue-"+service+"-deployment").WaitsFor(one), "credentials come when a pod is created")
		trust := r.One(t, "aws:iam/role:Role", "main-blue-"+service+"-role").String("assumeRolePolicy")
		assert.Contains(t, trust, `"aws:RequestTag/eks-cluster-arn":["arn:blue"]`)
		assert.Contains(t, trust, `"aws:RequestTag/kubernetes-service-account":["`+service+`"]`)
	}
	assert.ElementsMatch(t, []string{"carts", "catalog", "checkout", "orders"}, services, "not ui")
	for service, want := range map[string][]string{
		"catalog":  {"kms:Decrypt", "secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"},
		"checkout": {"kms:Decrypt", "secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"},
		"orders": {
			"kms:Decrypt", "kms:GenerateDataKey", "secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue",
			"sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage",
		},
		"carts": {
			"dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:DescribeTable", "dynamodb:GetItem",
			"dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem", "kms:Decrypt", "kms:DescribeKey",
		},
	} {
		assert.Equal(t, want, allowed(t, r.One(t, "aws:iam/rolePolicy:RolePolicy", "main-blue-"+service+"-role-inline")), service)
	}
}

// allowed are the actions of a policy, each of whose statements names resources, and keys
// only through the service that uses them.
func allowed(t *testing.T, policy *recorder.Resource) []string {
	t.Helper()
	var document struct {
		Statement []struct {
			Action, Resource []string
			Condition        map[string]map[string][]string
		}
	}
	require.NoError(t, json.Unmarshal([]byte(policy.String("policy")), &document))
	var actions []string
	for _, s := range document.Statement {
		actions = append(actions, s.Action...)
		assert.NotContains(t, s.Resource, "*")
		if s.Action[0][:4] == "kms:" {
			assert.NotEmpty(t, s.Condition["StringEquals"]["kms:ViaService"])
		}
	}
	slices.Sort(actions)
	return slices.Compact(actions)
}
