package config_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/stacks/config"
)

const (
	entering    = watching + ".access"
	workspaced  = watching + ".managedGrafana"
	certificate = "arn:aws:acm:eu-west-1:222222222222:certificate/observe"
	admins      = "11111111-2222-3333-4444-555555555555"
)

// entered is a way in of which every setting is the default, changed.
func entered(more ...func(map[string]any)) edits {
	provider := map[string]any{"clientId": "retail", "clientSecret": "hush", "issuer": "https://id.example.com"}
	for key, path := range map[string]string{"authorizationEndpoint": "authorize", "tokenEndpoint": "token", "userInfoEndpoint": "me"} {
		provider[key] = "https://id.example.com/" + path
	}
	way := map[string]any{"oidc": provider, "domain": "observe.example.internal", "certificateArn": certificate, "sourceCidrs": []any{"10.0.0.0/8"}}
	return append(seen(set(entering, way)), more...)
}

// managed is a workspace of Amazon Managed Grafana, changed.
func managed(more ...func(map[string]any)) edits {
	return append(seen(set(watching+".grafana", "managed"), set(workspaced, map[string]any{
		"sourceCidrs": []any{"10.0.0.0/8"}, "identityCenter": map[string]any{"adminGroups": []any{admins}},
	})), more...)
}

func TestTheWaysToLookDefault(t *testing.T) {
	loaded, err := load(t, "dev", entered()...)
	require.NoError(t, err)
	a := loaded.Environment.VPCs["main"].Observability.Access
	assert.Equal(t, []string{"openid"}, a.OIDC.Scopes)
	assert.Equal(t, 28800, a.OIDC.SessionSeconds)
	loaded, err = load(t, "dev", managed()...)
	require.NoError(t, err)
	assert.Equal(t, &config.ManagedGrafana{
		SourceCIDRs: []string{"10.0.0.0/8"}, Version: "12.4", IdentityCenter: &config.GrafanaIdentityCenter{AdminGroups: []string{admins}},
	}, loaded.Environment.VPCs["main"].Observability.ManagedGrafana)
}

func TestTheWaysToLookAreRuled(t *testing.T) {
	for _, r := range []refusal{
		{"a plain provider", entered(set(entering+".oidc.tokenEndpoint", "http://id.example.com/token"), set(entering+".oidc.userInfoEndpoint", "https://id.example.com"),
			set(entering+".oidc.issuer", nil)), []string{
			entering + `.oidc.tokenEndpoint: must be an address with https:// and a host, and a path but for the issuer, got "http://id.example.com/token"`,
			entering + ".oidc.userInfoEndpoint: must be an address", entering + ".oidc.issuer: must be an address",
		}},
		{"no client", entered(set(entering+".oidc.clientId", nil), set(entering+".oidc.clientSecret", nil)), []string{
			entering + ".oidc.clientId: is required", entering + ".oidc.clientSecret: is required",
		}},
		{"scopes and session", entered(set(entering+".oidc.scopes", []any{"email profile"}), set(entering+".oidc.sessionSeconds", 604801)), []string{
			entering + `.oidc.scopes: must be scopes, one an entry, got "email profile"`, entering + ".oidc.scopes: must hold openid",
			entering + ".oidc.sessionSeconds: must be 1 to 604800, got 604801",
		}},
		{"from the internet", entered(set(entering+".sourceCidrs", []any{"0.0.0.0/0"})), []string{entering + ".sourceCidrs: must be private addresses (RFC 1918), got 0.0.0.0/0"}},
		{"from nowhere, under no name", entered(set(entering+".sourceCidrs", nil), set(entering+".domain", "observe"), set(entering+".certificateArn", nil)), []string{
			entering + ".sourceCidrs: is required", entering + `.domain: must be a host name, got "observe"`, entering + ".certificateArn: is required",
		}},
		{"a certificate elsewhere", entered(set(entering+".certificateArn", "arn:aws:acm:us-east-1:222222222222:certificate/observe")), []string{
			entering + ".certificateArn: must be in the VPC's Region, eu-west-1",
		}},
		{"nothing to look at", entered(set(watching+".grafana", "none")), []string{entering + ": leads to Grafana and Kiali, and no cluster has one"}},
		{"a workspace that nobody asked for", seen(set(workspaced, map[string]any{"sourceCidrs": []any{"10.0.0.0/8"}, "saml": map[string]any{}})), []string{
			workspaced + ": is for grafana managed", workspaced + ".saml.metadataUrl: must be an address", workspaced + ".saml.roleAttribute: is required",
			workspaced + ".saml.adminRoles: is required", workspaced + ".saml.editorRoles: is required",
		}},
		{"a workspace for nobody", seen(set(watching+".grafana", "managed")), []string{workspaced + ": is required with grafana managed"}},
		{"two who know people", managed(set(workspaced+".saml", map[string]any{
			"metadataUrl": "https://idp.example.com", "roleAttribute": "role", "adminRoles": []any{"a"}, "editorRoles": []any{"b"},
		})), []string{workspaced + ": exactly one of identityCenter and saml is required"}},
		{"groups", managed(set(workspaced+".identityCenter.viewerGroups", []any{admins, "people"}), set(workspaced+".version", "11.0")), []string{
			workspaced + ".identityCenter: each group has one role", workspaced + `.identityCenter.viewerGroups: must be ids of groups, got "people"`,
			workspaced + `.version: must be one of 10.4, 12.4, got "11.0"`,
		}},
		{"nothing for it to ask", managed(set(watching+".prometheus", "inCluster"), set(watching+".alertTopics", nil),
			set(watching+".relax.silentAlerts", "Somebody looks at them all day.")), []string{
			watching + ".grafana: managed asks a managed Prometheus",
		}},
	} {
		r.check(t, "dev")
	}
}
