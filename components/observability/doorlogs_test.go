package observability

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A line of each kind, with the form that the Application Load Balancers' guide gives it
// ("Access log entries").
const (
	served = `https 2026-07-02T22:23:00.186641Z app/main/50dc6c495c0c9188 192.0.2.39:2817 10.20.0.1:8080 0.086 0.048 0.037 200 200 0 57 ` +
		`"GET https://shop.example.com:443/catalog?page=1 HTTP/2.0" "curl/8 (a \x22mark\x22)" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 ` +
		`arn:aws:elasticloadbalancing:eu-west-1:222222222222:targetgroup/main-blue-1a2b3c4/73e2d6bc24d8a067 ` +
		`"Root=1-58337281-1d84f3d73c47ec4e58577259" "shop.example.com" "arn:aws:acm:eu-west-1:222222222222:certificate/1" ` +
		`1 2026-07-02T22:22:48.364000Z "waf,forward" "-" "-" "10.20.0.1:8080" "200" "-" "-" TID_1234abcd5678ef90`
	refused = `h2 2026-07-02T22:23:00.186641Z app/main/50dc6c495c0c9188 [2001:db8::1]:2817 - -1 -1 -1 403 - 34 366 ` +
		`"- http://shop.example.com:80- -" "-" - - - "-" "-" "-" - 2026-07-02T22:22:48.364000Z "waf" "-" "WAFFail" "-" "-" "Ambiguous" "UndefinedTransferEncodingSemantics" -`
)

// fields reads a line as the table does.
func fields(t *testing.T, line string) map[string]string {
	t.Helper()
	found := regexp.MustCompile("^(?:" + linePattern() + ")$").FindStringSubmatch(line)
	require.NotNil(t, found, line)
	require.Greater(t, len(found)-1, len(columns), "each column has its group, and one takes the rest")
	of := map[string]string{}
	for i, c := range columns {
		of[c.name] = found[i+1]
	}
	return of
}

func TestTheTableReadsWhatLoadBalancersWrite(t *testing.T) {
	of := fields(t, served)
	for name, want := range map[string]string{
		"client_ip": "192.0.2.39", "client_port": "2817", "target_ip": "10.20.0.1", "target_port": "8080", "target_processing_time": "0.048",
		"elb_status_code": "200", "request_verb": "GET", "request_url": "https://shop.example.com:443/catalog?page=1", "request_proto": "HTTP/2.0",
		"ssl_protocol": "TLSv1.2", "domain_name": "shop.example.com", "actions_executed": "waf,forward", "target_status_code_list": "200",
		"conn_trace_id": "TID_1234abcd5678ef90",
	} {
		assert.Equal(t, want, of[name], name)
	}
	of = fields(t, refused)
	for name, want := range map[string]string{
		"client_ip": "[2001:db8::1]", "target_ip": "", "target_port": "", "target_processing_time": "-1", "target_status_code": "-", "elb_status_code": "403",
		"request_verb": "-", "request_url": "http://shop.example.com:80-", "error_reason": "WAFFail", "classification": "Ambiguous", "conn_trace_id": "-",
	} {
		assert.Equal(t, want, of[name], name)
	}
	assert.Equal(t, fields(t, served), fields(t, served+` "-" "-" "-" 10.20.0.9`), "what is added one day does no harm")
}

// Questions ask for columns that there are, and name days, so that they read no more.
func TestQuestionsFitTheTable(t *testing.T) {
	known := map[string]bool{"day": true}
	for _, c := range columns {
		assert.False(t, known[c.name], "two of %s", c.name)
		known[c.name] = true
	}
	asked := regexp.MustCompile(`\b[a-z]+(_[a-z]+)+\b`)
	functions := map[string]bool{
		"regexp_extract": true, "url_extract_path": true, "date_format": true, "current_timestamp": true, "approx_percentile": true, "target_group": true,
	}
	for name, one := range doorQueries {
		assert.Contains(t, one.sql, "WHERE day >= ", name)
		assert.LessOrEqual(t, len(one.about), 1024, name)
		for _, word := range asked.FindAllString(one.sql, -1) {
			assert.True(t, known[word] || functions[word], "%s asks for %s", name, word)
		}
	}
	colour := regexp.MustCompile(strings.Split(ofColour, "'")[1])
	assert.Equal(t, "blue", colour.FindStringSubmatch(fields(t, served)["target_group_arn"])[1])
}
