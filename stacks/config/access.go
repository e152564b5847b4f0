package config

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"retail/internal/problem"
)

// ObservabilityAccess is an internal Application Load Balancer before Grafana and Kiali of
// each cluster, made by the cluster's usual controller. It serves HTTPS alone, under the
// name COLOUR.DOMAIN: Grafana at /, Kiali at /kiali. The load balancer asks who somebody is;
// what they may see there Grafana and Kiali ask themselves, as without it.
type ObservabilityAccess struct {
	// OIDC is the OpenID Connect provider that is asked. Required.
	OIDC OIDC `json:"oidc"`
	// Domain is what the colour's name is put before, such as observe.example.internal for
	// blue.observe.example.internal. The records that lead from there to the load balancers
	// are yours. Required.
	Domain string `json:"domain"`
	// CertificateArn is a certificate of ACM, in the VPC's Region, for the names of both
	// colours, such as *.observe.example.internal. The entrance's is for the shop's names
	// alone. Required.
	CertificateArn string `json:"certificateArn"`
	// SourceCIDRs are the private ranges that may reach the load balancers. Required.
	SourceCIDRs []string `json:"sourceCidrs"`
}

// OIDC is an OpenID Connect provider, with what it knows the load balancers as. The load
// balancers must reach its token and user info endpoints from the private subnets. Its
// client must allow the addresses https://COLOUR.DOMAIN/oauth2/idpresponse.
type OIDC struct {
	// Issuer is what the provider calls itself, as its discovery document
	// (/.well-known/openid-configuration) says: an address with https://. Required.
	Issuer string `json:"issuer"`
	// AuthorizationEndpoint is where people are sent, from the same document: https:// with
	// host and path. Required.
	AuthorizationEndpoint string `json:"authorizationEndpoint"`
	// TokenEndpoint is where the load balancer fetches tokens, likewise. Required.
	TokenEndpoint string `json:"tokenEndpoint"`
	// UserInfoEndpoint is where it asks who somebody is, likewise. Required.
	UserInfoEndpoint string `json:"userInfoEndpoint"`
	// ClientID is what the provider knows the load balancers as. Required.
	ClientID string `json:"clientId"`
	// ClientSecret is the client's secret. It must be set with `pulumi config set --secret
	// --path`, see docs/observability.md. Required.
	ClientSecret string `json:"clientSecret"`
	// Scopes are what is asked of the provider, openid among them. Default openid.
	Scopes []string `json:"scopes"`
	// SessionSeconds is after how long somebody is asked again, 1 to 604800. Default 28800.
	SessionSeconds int `json:"sessionSeconds"`
}

// longestSession is the longest that an Application Load Balancer takes, in seconds (Elastic
// Load Balancing API Reference, AuthenticateOidcActionConfig, SessionTimeout).
const longestSession = 604800

// scopeForm is one scope (RFC 6749, 3.3).
var scopeForm = regexp.MustCompile(`^[!#-\[\]-~]+$`)

func accessRules(list *problem.List, path, region string, v VPC) {
	a := v.Observability.Access
	if a == nil {
		return
	}
	oidcRules(list, path+".oidc", a.OIDC)
	if !hostForm.MatchString(a.Domain) {
		list.Add(path+".domain", "must be a host name", quoted(a.Domain), "write it as observe.example.internal")
	}
	internalRules(list, path, a.SourceCIDRs, a.CertificateArn)
	switch parts := strings.Split(a.CertificateArn, ":"); {
	case a.CertificateArn == "":
		list.Add(path+".certificateArn", "is required: a load balancer asks who somebody is by HTTPS alone", nil, "give a certificate of ACM for the names of both colours")
	case certificateForm.MatchString(a.CertificateArn) && parts[3] != region:
		list.Add(path+".certificateArn", "must be in the VPC's Region, "+region, quoted(a.CertificateArn), "request one there")
	}
	if !v.showsPages() {
		list.Add(path, "leads to Grafana and Kiali, and no cluster has one", nil, "choose grafana: inCluster or kiali: true with a mesh, or leave it out")
	}
	for _, colour := range sortedKeys(v.Clusters) {
		if v.Clusters[colour].LoadBalancing == nil {
			list.Add(path, "needs a controller of load balancers in each cluster", "none in "+string(colour), "declare loadBalancing: {}, or leave it out")
		}
	}
}

// showsPages says whether any cluster has something to reach.
func (v VPC) showsPages() bool {
	if v.Observability.Grafana == InCluster {
		return true
	}
	return slices.ContainsFunc(sortedKeys(v.Clusters), func(colour Colour) bool { return v.Observability.Kiali && v.Clusters[colour].Mesh.On() })
}

func oidcRules(list *problem.List, path string, o OIDC) {
	for _, field := range []struct {
		key, value string
		path       bool
	}{
		{"issuer", o.Issuer, false}, {"authorizationEndpoint", o.AuthorizationEndpoint, true},
		{"tokenEndpoint", o.TokenEndpoint, true}, {"userInfoEndpoint", o.UserInfoEndpoint, true},
	} {
		u, err := url.Parse(field.value)
		if err != nil || u.Scheme != "https" || u.Host == "" || u.Fragment != "" || u.User != nil || field.path && strings.Trim(u.Path, "/") == "" {
			list.Add(path+"."+field.key, "must be an address with https:// and a host, and a path but for the issuer", quoted(field.value),
				"take it from the provider's /.well-known/openid-configuration")
		}
	}
	if o.ClientID == "" {
		list.Add(path+".clientId", "is required", nil, "register a client with the provider")
	}
	if o.ClientSecret == "" {
		list.Add(path+".clientSecret", "is required", nil, "set it with `pulumi config set --secret --path`")
	}
	for _, scope := range o.Scopes {
		if !scopeForm.MatchString(scope) {
			list.Add(path+".scopes", "must be scopes, one an entry", quoted(scope), "correct it")
		}
	}
	if !slices.Contains(o.Scopes, "openid") {
		list.Add(path+".scopes", "must hold openid: without it the provider does not say who somebody is", nil, "add it, or leave scopes out")
	}
	between(list, path+".sessionSeconds", o.SessionSeconds, 1, longestSession)
}

// secretsPlain are what must not stand in the stack's file as anybody can read it.
func (e *Environment) secretsPlain(secret bool) error {
	var list problem.List
	for _, name := range sortedKeys(e.VPCs) {
		o := e.VPCs[name].Observability
		if o == nil || o.Access == nil || o.Access.OIDC.ClientSecret == "" || secret {
			continue
		}
		list.Add(problem.Path("vpcs", name, "observability.access.oidc.clientSecret"), "must be a secret, and stands in plain text", nil,
			"renew it at the provider, and `pulumi config set --secret --path 'retail:environment.vpcs."+name+".observability.access.oidc.clientSecret'`")
	}
	return problem.Under(project+":"+environmentKey, list.Err())
}
