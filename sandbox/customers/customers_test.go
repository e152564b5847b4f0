package customers_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/cloudwatch/metrics"
	"retail/sandbox/customers"
	"retail/sandbox/request"
)

const (
	account = "222222222222"
	region  = "eu-west-1"
	balance = "app/door/0123456789abcdef"
	group   = "targetgroup/green/0123456789abcdef"
)

// shop is a world with a load balancer that sends everything to one healthy target of the
// cluster green, and a second, unhealthy one.
type shop struct {
	*customers.Crowd
	world *cloud.World
	store *metrics.Store
}

func open(t *testing.T) *shop {
	t.Helper()
	s := &shop{world: cloudtest.New(t).World, store: metrics.New(metrics.Pace{Minute: time.Minute})}
	s.Crowd = customers.New(func() *cloud.World { return s.world }, func() *metrics.Store { return s.store })
	target := func(id, health string) *cloud.Record {
		return &cloud.Record{Token: "aws:lb/targetGroupAttachment:TargetGroupAttachment", ID: "green-" + id, Owner: "green/aws-load-balancer-controller",
			State: cloud.Props{"targetGroupArn": "arn:green", "targetId": id, "port": 8080., "health": cloud.Props{"state": health}}}
	}
	s.put(t,
		&cloud.Record{Token: "aws:route53/zone:Zone", ID: "Z1", State: cloud.Props{"name": "example.net"}},
		&cloud.Record{Token: "aws:route53/record:Record", ID: "Z1_shop", State: cloud.Props{"zoneId": "Z1", "name": "shop.example.net", "type": "A",
			"aliases": []any{cloud.Props{"name": "lb.amazonaws.com", "evaluateTargetHealth": true}}}},
		&cloud.Record{Token: "aws:ec2/securityGroup:SecurityGroup", ID: "sg-1", State: cloud.Props{"ingress": []any{
			cloud.Props{"protocol": "tcp", "fromPort": 80., "toPort": 443., "cidrBlocks": []any{"0.0.0.0/0"}}}}},
		&cloud.Record{Token: "aws:ec2/subnet:Subnet", ID: "subnet-1", State: cloud.Props{"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24",
			"availabilityZone": "eu-west-1a", "availabilityZoneId": "euw1-az1"}},
		&cloud.Record{Token: "aws:lb/loadBalancer:LoadBalancer", ID: "arn:lb", State: cloud.Props{"name": "door", "dnsName": "lb.amazonaws.com",
			"arnSuffix": balance, "loadBalancerType": "application", "securityGroups": []any{"sg-1"}, "subnets": []any{"subnet-1"}}},
		&cloud.Record{Token: "aws:acm/certificate:Certificate", ID: "arn:cert", State: cloud.Props{"arn": "arn:cert", "domainName": "*.example.net"}},
		&cloud.Record{Token: "aws:lb/listener:Listener", ID: "arn:443", State: cloud.Props{"loadBalancerArn": "arn:lb", "port": 443., "protocol": "HTTPS",
			"certificateArn": "arn:cert", "defaultActions": []any{cloud.Props{"type": "forward", "targetGroupArn": "arn:green"}}}},
		&cloud.Record{Token: "aws:lb/listener:Listener", ID: "arn:80", State: cloud.Props{"loadBalancerArn": "arn:lb", "port": 80., "protocol": "HTTP",
			"defaultActions": []any{cloud.Props{"type": "redirect", "redirect": cloud.Props{"protocol": "HTTPS", "port": "443", "host": "#{host}",
				"path": "/#{path}", "query": "#{query}", "statusCode": "HTTP_301"}}}}},
		&cloud.Record{Token: "aws:lb/targetGroup:TargetGroup", ID: "arn:green", State: cloud.Props{"name": "green", "port": 8080., "vpcId": "vpc-1", "arnSuffix": group}},
		&cloud.Record{Token: "aws:eks/cluster:Cluster", ID: "green", State: cloud.Props{"name": "green", "arn": "arn:aws:eks:eu-west-1:222222222222:cluster/green"}},
		target("10.0.0.9", "healthy"), target("10.0.0.10", "unhealthy"))
	return s
}

func (s *shop) put(t *testing.T, records ...*cloud.Record) {
	t.Helper()
	require.NoError(t, s.world.Change(account, region, "test", func(c *cloud.Call) error {
		for _, r := range records {
			c.Put(r)
		}
		return nil
	}))
}

// sum is what a metric has counted in the last two minutes; -1: nothing.
func (s *shop) sum(name string, dimensions map[string]string) float64 {
	pace, out := s.store.Pace(), -1.
	points := s.store.Periods(metrics.Metric{Account: account, Region: region, Namespace: "AWS/ApplicationELB", Name: name, Dimensions: metrics.Dimensions(dimensions)},
		pace.At(time.Now())/60*60+60, 60, 2)
	for _, p := range points {
		out = max(out, 0) + p.Sum
	}
	return out
}

func TestRequestsAreCountedAsLoadBalancersDo(t *testing.T) {
	s := open(t)
	require.NoError(t, request.SetErrors(s.world, request.Errors{Cluster: "green", Percent: 30, Status: 503}))
	answers, err := s.Ask(t.Context(), customers.Question{URL: "https://shop.example.net/", Count: 1000, Seed: 1})
	require.NoError(t, err)
	require.Len(t, answers, 2)
	good, bad := float64(answers[0].Count), float64(answers[1].Count)
	assert.Equal(t, []int{200, 503}, []int{answers[0].Status, answers[1].Status})
	assert.InDelta(t, 300, bad, 50)
	for _, of := range []map[string]string{
		{"LoadBalancer": balance}, {"LoadBalancer": balance, "TargetGroup": group},
		{"LoadBalancer": balance, "AvailabilityZone": "eu-west-1a"}, {"LoadBalancer": balance, "TargetGroup": group, "AvailabilityZone": "eu-west-1a"},
	} {
		assert.Equal(t, 1000., s.sum("RequestCount", of), "%v", of)
		assert.Equal(t, good, s.sum("HTTPCode_Target_2XX_Count", of), "%v", of)
		assert.Equal(t, bad, s.sum("HTTPCode_Target_5XX_Count", of), "%v", of)
		assert.InDelta(t, 20, s.sum("TargetResponseTime", of), 1e-6, "%v", of)
		assert.Equal(t, -1., s.sum("HTTPCode_ELB_5XX_Count", of), "%v", of)
	}
}

func TestErrorsOfTheLoadBalancerAreItsOwn(t *testing.T) {
	s := open(t)
	for _, id := range []string{"10.0.0.9", "10.0.0.10"} {
		s.put(t, &cloud.Record{Token: "aws:lb/targetGroupAttachment:TargetGroupAttachment", ID: "green-" + id, Fading: true, State: cloud.Props{}})
	}
	_, err := s.Ask(t.Context(), customers.Question{URL: "https://shop.example.net/", Count: 10})
	require.NoError(t, err)
	assert.Equal(t, 10., s.sum("HTTPCode_ELB_5XX_Count", map[string]string{"LoadBalancer": balance}))
	assert.Equal(t, 10., s.sum("HTTPCode_ELB_503_Count", map[string]string{"LoadBalancer": balance, "AvailabilityZone": "eu-west-1a"}))
	assert.Equal(t, -1., s.sum("RequestCount", map[string]string{"LoadBalancer": balance}), "no target was chosen")
}

func TestVPCLatticeCountsByServiceAndTargetGroup(t *testing.T) {
	s := open(t)
	service, group := &cloud.Record{ID: "svc-1", Account: account, Region: region}, &cloud.Record{ID: "tg-1", Account: account, Region: region}
	s.Count(request.Sample{Service: service, Group: group, Status: 500, ByTarget: true, Took: 20 * time.Millisecond})
	s.Count(request.Sample{Service: service, Status: 403})
	sum := func(name, dimension, id string) (out float64) {
		pace := s.store.Pace()
		for _, p := range s.store.Periods(metrics.Metric{Account: account, Region: region, Namespace: "AWS/VpcLattice", Name: name,
			Dimensions: dimension + "=" + id}, pace.At(time.Now())/60*60+60, 60, 2) {
			out += p.Sum
		}
		return out
	}
	assert.InDelta(t, 2, sum("TotalRequestCount", "Service", "svc-1"), 0)
	assert.InDelta(t, 1, sum("HTTPCode_5XX_Count", "Service", "svc-1"), 0)
	assert.InDelta(t, 1, sum("HTTPCode_4XX_Count", "Service", "svc-1"), 0)
	assert.InDelta(t, 1, sum("TotalRequestCount", "TargetGroup", "tg-1"), 0, "what a policy refuses reaches no target group")
	assert.InDelta(t, 20, sum("RequestTime", "TargetGroup", "tg-1"), 0, "milliseconds")
}

func TestTargetsHealthIsReported(t *testing.T) {
	s := open(t)
	s.Health()
	for _, of := range []map[string]string{{"LoadBalancer": balance, "TargetGroup": group}, {"LoadBalancer": balance, "TargetGroup": group, "AvailabilityZone": "eu-west-1a"}} {
		assert.Equal(t, 1., s.sum("HealthyHostCount", of), "%v", of)
		assert.Equal(t, 1., s.sum("UnHealthyHostCount", of), "%v", of)
	}
}

func TestQuestionsThatAreRefused(t *testing.T) {
	s := open(t)
	for reason, q := range map[string]customers.Question{
		"is no URL of a web page": {URL: "shop.example.net", Count: 1}, "--count 0": {URL: "https://shop.example.net/"},
		"--count 1000001": {URL: "https://shop.example.net/", Count: 1_000_001},
	} {
		_, err := s.Ask(t.Context(), q)
		require.ErrorContains(t, err, reason)
	}
}

// browser is a client that goes through the shop's proxy.
func (s *shop) browser(t *testing.T, folder string) *http.Client {
	t.Helper()
	handler, err := s.Proxy(folder, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	address, err := url.Parse(server.URL)
	require.NoError(t, err)
	bundle, err := os.ReadFile(filepath.Join(folder, "proxy-bundle.pem"))
	require.NoError(t, err)
	trusted := x509.NewCertPool()
	require.True(t, trusted.AppendCertsFromPEM(bundle))
	transport := &http.Transport{Proxy: http.ProxyURL(address), TLSClientConfig: &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func get(t *testing.T, client *http.Client, address string) (*http.Response, string) {
	t.Helper()
	response, err := client.Get(address)
	require.NoError(t, err)
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return response, string(body)
}

func TestTheShopAnswersOverHTTP(t *testing.T) {
	s, folder := open(t), t.TempDir()
	client := s.browser(t, folder)
	response, body := get(t, client, "https://shop.example.net/cart?a=b")
	assert.Equal(t, 200, response.StatusCode, body)
	assert.Equal(t, "green", response.Header.Get("x-sandbox-target-group"))
	assert.Equal(t, "10.0.0.9:8080", response.Header.Get("x-sandbox-target"))
	assert.Equal(t, "euw1-az1", response.Header.Get("x-sandbox-zone"))
	assert.Contains(t, body, "target group")
	assert.Equal(t, 1., s.sum("RequestCount", map[string]string{"LoadBalancer": balance}))

	response, _ = get(t, client, "http://shop.example.net/cart?a=b")
	assert.Equal(t, 301, response.StatusCode)
	assert.Equal(t, "https://shop.example.net:443/cart?a=b", response.Header.Get("Location"))

	asked, err := http.NewRequest(http.MethodGet, "https://lb.amazonaws.com/", http.NoBody)
	require.NoError(t, err)
	asked.Host = "shop.example.net"
	direct := client.Transport.(*http.Transport).Clone()
	direct.TLSClientConfig.ServerName = asked.Host
	t.Cleanup(direct.CloseIdleConnections)
	response, err = direct.RoundTrip(asked)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.Equal(t, 200, response.StatusCode, "one load balancer by its own name, for the shop's host")

	require.NoError(t, request.SetErrors(s.world, request.Errors{Cluster: "green", Percent: 100, Status: 500}))
	response, body = get(t, client, "https://shop.example.net/")
	assert.Equal(t, 500, response.StatusCode)
	assert.Contains(t, body, "100 % of requests at green fail")
	require.NoError(t, request.SetErrors(s.world, request.Errors{Cluster: "green"}))

	again := s.browser(t, folder)
	response, _ = get(t, again, "https://shop.example.net/")
	assert.Equal(t, 200, response.StatusCode, "the authority is the world's for ever")
}

func TestTheProxyDialsNothing(t *testing.T) {
	asked := false
	outside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	t.Cleanup(outside.Close)
	s := open(t)
	client := s.browser(t, t.TempDir())
	for _, address := range []string{"https://www.example.org/", "http://www.example.org/", outside.URL, strings.Replace(outside.URL, "http:", "https:", 1),
		"https://sts.eu-west-1.amazonaws.com/", "https://10.0.0.9:8080/"} {
		response, body := get(t, client, address)
		assert.Equal(t, http.StatusBadGateway, response.StatusCode, address)
		assert.Equal(t, "0", response.Header.Get("x-sandbox-status"), address)
		assert.NotEmpty(t, response.Header.Get("x-sandbox-reason"), address)
		assert.Contains(t, body, response.Header.Get("x-sandbox-reason"))
	}
	assert.False(t, asked)
}

func TestVariablesLeadToTheProxyAndPastItToLoopback(t *testing.T) {
	folder := t.TempDir()
	variables, err := customers.Variables(folder)
	require.NoError(t, err)
	for _, v := range variables {
		name, value, _ := strings.Cut(v, "=")
		switch name {
		case "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy":
			assert.Regexp(t, `^http://127\.0\.0\.1:1[45]\d{3}$`, value)
		case "NO_PROXY", "no_proxy":
			assert.Contains(t, strings.Split(value, ","), "127.0.0.0/8")
		case "SSL_CERT_FILE", "CURL_CA_BUNDLE":
			assert.Equal(t, filepath.Join(folder, "proxy-bundle.pem"), value)
		default:
			assert.Fail(t, "an unknown variable", name)
		}
	}
	assert.Len(t, variables, 8)
}
