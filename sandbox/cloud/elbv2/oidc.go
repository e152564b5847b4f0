package elbv2

import (
	"net/url"
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// oidcDefaults are what Elastic Load Balancing fills in (API Reference,
// AuthenticateOidcActionConfig).
var oidcDefaults = cloud.Props{
	"onUnauthenticatedRequest": "authenticate", "scope": "openid", "sessionCookieName": "AWSELBAuthSessionCookie", "sessionTimeout": 604800.0,
}

// checkOIDC holds what an action must say of its provider: all of it, with endpoints by https.
func checkOIDC(c *cloud.Call, at string) error {
	for _, name := range []string{"issuer", "authorizationEndpoint", "tokenEndpoint", "userInfoEndpoint"} {
		value := c.Any(at + "." + name)
		if _, unknown := value.(cloud.Unknown); unknown {
			continue
		}
		text, _ := value.(string)
		if u, err := url.Parse(text); err != nil || u.Scheme != "https" || u.Host == "" {
			return c.Invalid(at+"."+name, "must be a full URL with https://, got %q", text)
		}
	}
	for _, name := range []string{"clientId", "clientSecret"} {
		if value := c.Any(at + "." + name); value == nil || value == "" {
			return c.Invalid(at+"."+name, "must be set")
		}
	}
	if value, given := c.Any(at + ".onUnauthenticatedRequest").(string); given && !slices.Contains([]string{"deny", "allow", "authenticate"}, value) {
		return c.Invalid(at+".onUnauthenticatedRequest", "must be deny, allow or authenticate, got %q", value)
	}
	if timeout, given := c.Any(at + ".sessionTimeout").(float64); given && (timeout < 1 || timeout > 604800) {
		return c.Invalid(at+".sessionTimeout", "must be 1 to 604800, got %v", timeout)
	}
	return nil
}

// authenticates refuses what only listeners of HTTPS can do ("Authenticate users using an
// Application Load Balancer"). The text is [inferred], the code the API Reference's.
func authenticates(c *cloud.Call, protocol, path string) error {
	for _, action := range items(c.Inputs, path) {
		if kind := text(action, "type"); strings.HasPrefix(kind, "authenticate-") && protocol != "HTTPS" {
			return c.Fail("InvalidLoadBalancerAction", "Actions of type '%s' are supported only on HTTPS listeners", kind)
		}
	}
	return nil
}

// filledOIDC adds to an action what Elastic Load Balancing fills in.
func filledOIDC(action cloud.Props) {
	if oidc, ok := action["authenticateOidc"].(map[string]any); ok {
		ec2.Fill(oidc, oidcDefaults)
	}
}
