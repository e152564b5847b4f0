package platform

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/vpclattice"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/cmd/retail/internal/shift"
)

// answers are VPC Lattice's, by method and path: one service, whose rule sends to both
// colours.
func answers() map[string]string {
	const rules = "GET /services/svc-1/listeners/listener-1/rules"
	return map[string]string{
		"GET /services":                       `{"items":[{"id":"svc-0","name":"other"},{"id":"svc-1","name":"shop-main-store"}]}`,
		"GET /services/svc-1/listeners":       `{"items":[{"id":"listener-1"}]}`,
		rules:                                 `{"items":[{"id":"rule-0","isDefault":true},{"id":"rule-1","isDefault":false}]}`,
		rules + "/rule-1":                     `{"action":{"forward":{"targetGroups":[{"targetGroupIdentifier":"tg-b","weight":90},{"targetGroupIdentifier":"tg-g","weight":10}]}}}`,
		"GET /targetgroups/tg-b":              `{"arn":"arn:b","name":"k8s-blue"}`,
		"GET /targetgroups/tg-g":              `{"arn":"arn:g","name":"k8s-green"}`,
		"GET /targetgroups/tg-o":              `{"arn":"arn:o","name":"machines"}`,
		"GET /tags/arn:b":                     `{"tags":{"application-networking.k8s.aws/ClusterName":"retail-dev-main-blue"}}`,
		"GET /tags/arn:g":                     `{"tags":{"application-networking.k8s.aws/ClusterName":"retail-dev-main-green"}}`,
		"GET /tags/arn:o":                     `{"tags":{}}`,
		"POST /targetgroups/tg-b/listtargets": `{"items":[{"id":"10.0.0.1","status":"HEALTHY"},{"id":"10.0.0.2","status":"HEALTHY"}]}`,
		"POST /targetgroups/tg-g/listtargets": `{"items":[{"id":"10.0.0.3","status":"HEALTHY"},{"id":"10.0.0.4","status":"UNHEALTHY"}]}`,
	}
}

// watched looks at a service network that answers so.
func watched(t *testing.T, answers map[string]string) (*world, shift.Facts, error) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, known := answers[r.Method+" "+r.URL.Path]
		if !known {
			t.Errorf("nobody asks for %s %s", r.Method, r.URL.Path)
			w.WriteHeader(http.StatusNotFound)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(text))
	}))
	t.Cleanup(server.Close)
	client := vpclattice.New(vpclattice.Options{BaseEndpoint: &server.URL, Region: "eu-west-1", Credentials: aws.AnonymousCredentials{}})
	w := &world{network: &network{client: client, service: "shop-main-store", carrier: "route main-blue-lattice-route"}}
	f := shift.Facts{Live: map[string]shift.Weights{}, To: shift.Colour{Name: "green", Cluster: "retail-dev-main-green"}, From: shift.Colour{Name: "blue", Cluster: "retail-dev-main-blue"}}
	err := w.watchNetwork(t.Context(), &f)
	return w, f, err
}

func TestWeightsAndTargetsOfTheServiceNetwork(t *testing.T) {
	w, f, err := watched(t, answers())
	require.NoError(t, err)
	assert.Equal(t, map[string]shift.Weights{"route main-blue-lattice-route": {"blue": 90, "green": 10}}, f.Live)
	assert.Equal(t, []shift.Group{{Kind: shift.ServiceNetwork, Name: "k8s-green", Healthy: 1, Total: 2}}, f.To.Groups)
	assert.Equal(t, []shift.Group{{Kind: shift.ServiceNetwork, Name: "k8s-blue", Healthy: 2, Total: 2}}, f.From.Groups)
	assert.Equal(t, `aws vpc-lattice update-rule --service-identifier svc-1 --listener-identifier listener-1 --rule-identifier rule-1 `+
		`--action '{"forward":{"targetGroups":[{"targetGroupIdentifier":"tg-b","weight":100},{"targetGroupIdentifier":"tg-g","weight":0}]}}'`,
		w.network.byHand(shift.Weights{"blue": 100, "green": 0}))
	assert.Empty(t, (&network{}).byHand(shift.Weights{"blue": 100, "green": 0}), "nothing was seen: no command that would be wrong")
}

// A target group outside the clusters keeps its share, and the colours' are not compared.
func TestATargetGroupOutsideKeepsItsShare(t *testing.T) {
	all := answers()
	all["GET /services/svc-1/listeners/listener-1/rules/rule-1"] = `{"action":{"forward":{"targetGroups":[
		{"targetGroupIdentifier":"tg-b","weight":60},{"targetGroupIdentifier":"tg-o","weight":40}]}}}`
	w, f, err := watched(t, all)
	require.NoError(t, err)
	assert.Empty(t, f.Live)
	assert.Contains(t, w.network.byHand(shift.Weights{"blue": 60}), `{"targetGroupIdentifier":"tg-o","weight":40}`)
}

func TestAServiceThatIsNotThereIsNamed(t *testing.T) {
	for path, answer := range map[string]string{
		"GET /services": `{"items":[]}`,
		"GET /services/svc-1/listeners/listener-1/rules": `{"items":[{"id":"rule-0","isDefault":true}]}`,
	} {
		all := answers()
		all[path] = answer
		_, _, err := watched(t, all)
		assert.ErrorContains(t, err, "shop-main-store", path)
		assert.ErrorContains(t, err, "docs/east-west.md", path)
	}
}
