package loadbalancing

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	rbacv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/rbac/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/internal/problem"
)

// OIDC makes a load balancer ask an OpenID Connect provider who somebody is before it passes
// a request on (Application Load Balancers, "Authenticate users using an Application Load
// Balancer"). It reaches the provider's endpoints itself, from the subnets that it is in.
type OIDC struct {
	// Issuer, AuthorizationEndpoint, TokenEndpoint and UserInfoEndpoint are the provider's,
	// by https. Required.
	Issuer, AuthorizationEndpoint, TokenEndpoint, UserInfoEndpoint string
	// ClientID and ClientSecret are what the provider knows the load balancer by. Required.
	ClientID     string
	ClientSecret pulumi.StringInput
	// Scopes are what is asked for. Default openid.
	Scopes []string
	// SessionSeconds is after how long somebody is asked again, 1 to 604800. Required.
	SessionSeconds int
	// ControlPlane is what the Secret and the right to read it go with. Required.
	ControlPlane pulumi.Resource
}

// longestSession is the longest session, in seconds (Elastic Load Balancing API Reference,
// AuthenticateOidcActionConfig).
const longestSession = 604800

// provider is the value of the annotation auth-idp-oidc.
type provider struct {
	Issuer                string `json:"issuer"`
	AuthorizationEndpoint string `json:"authorizationEndpoint"`
	TokenEndpoint         string `json:"tokenEndpoint"`
	UserInfoEndpoint      string `json:"userInfoEndpoint"`
	SecretName            string `json:"secretName"`
}

// readers are who reads the Secret, by mode: the installed controller's service account, or
// the group that EKS Auto Mode's controllers are in (Amazon EKS User Guide, "Grant the EKS
// Auto Mode load balancer controller access to a specific Secret"). Neither may read any
// Secret by itself.
var readers = map[Mode]rbacv1.SubjectArgs{
	Installed: {Kind: pulumi.String("ServiceAccount"), Name: pulumi.String(serviceAccount), Namespace: pulumi.String(namespace)},
	BuiltIn:   {Kind: pulumi.String("Group"), Name: pulumi.String("eks:managed"), ApiGroup: pulumi.String(rbacGroup)},
}

const rbacGroup = "rbac.authorization.k8s.io"

// annotations are those of an Ingress that asks (AWS Load Balancer Controller, "Ingress
// annotations", Authentication). Who is not known is sent to the provider; nobody gets
// through unasked.
func (o *OIDC) annotations(secretName string) (pulumi.StringMap, error) {
	text, err := json.Marshal(provider{o.Issuer, o.AuthorizationEndpoint, o.TokenEndpoint, o.UserInfoEndpoint, secretName})
	if err != nil {
		return nil, err
	}
	scopes := o.Scopes
	if len(scopes) == 0 {
		scopes = []string{"openid"}
	}
	return pulumi.StringMap{
		"auth-type":                       pulumi.String("oidc"),
		"auth-idp-oidc":                   pulumi.String(text),
		"auth-scope":                      pulumi.String(strings.Join(scopes, " ")),
		"auth-session-timeout":            pulumi.String(strconv.Itoa(o.SessionSeconds)),
		"auth-on-unauthenticated-request": pulumi.String("authenticate"),
	}, nil
}

// declare keeps the client's secret where the controller reads it, and lets it read this one
// and watch it: a new secret is in force without anybody's doing. It returns what the Ingress
// waits for.
func (o *OIDC) declare(ctx *pulumi.Context, name string, mode Mode, object, inNamespace string, child pulumi.ResourceOption) ([]pulumi.Resource, error) {
	opts := []pulumi.ResourceOption{child, pulumi.DeletedWith(o.ControlPlane)}
	meta := metav1.ObjectMetaArgs{Name: pulumi.String(object), Namespace: pulumi.String(inNamespace)}
	secret, err := corev1.NewSecret(ctx, names.Child(name, "oidc", string(mode)), &corev1.SecretArgs{
		Metadata:   meta,
		StringData: pulumi.StringMap{"clientID": pulumi.String(o.ClientID), "clientSecret": o.ClientSecret},
	}, opts...)
	if err != nil {
		return nil, err
	}
	role, err := rbacv1.NewRole(ctx, names.Child(name, "oidc", string(mode)), &rbacv1.RoleArgs{
		Metadata: meta,
		Rules: rbacv1.PolicyRuleArray{rbacv1.PolicyRuleArgs{
			ApiGroups: pulumi.ToStringArray([]string{""}), Resources: pulumi.ToStringArray([]string{"secrets"}),
			ResourceNames: pulumi.ToStringArray([]string{object}), Verbs: pulumi.ToStringArray([]string{"get", "list", "watch"}),
		}},
	}, opts...)
	if err != nil {
		return nil, err
	}
	binding, err := rbacv1.NewRoleBinding(ctx, names.Child(name, "oidc", string(mode)), &rbacv1.RoleBindingArgs{
		Metadata: meta, Subjects: rbacv1.SubjectArray{readers[mode]},
		RoleRef: rbacv1.RoleRefArgs{ApiGroup: pulumi.String(rbacGroup), Kind: pulumi.String("Role"), Name: pulumi.String(object)},
	}, append(opts, pulumi.DependsOn([]pulumi.Resource{role}))...)
	return []pulumi.Resource{secret, role, binding}, err
}

// check refuses what Elastic Load Balancing refuses: it asks by HTTPS alone, and knows
// endpoints by their full addresses.
func (o *OIDC) check(problems *problem.List, tls *TLS) {
	if tls == nil {
		problems.Add("oidc", "needs tls: a load balancer asks who somebody is on a listener of HTTPS alone", nil, "give options.tls")
	}
	for path, text := range map[string]string{
		"oidc.issuer": o.Issuer, "oidc.authorizationEndpoint": o.AuthorizationEndpoint,
		"oidc.tokenEndpoint": o.TokenEndpoint, "oidc.userInfoEndpoint": o.UserInfoEndpoint,
	} {
		if u, err := url.Parse(text); err != nil || u.Scheme != "https" || u.Host == "" {
			problems.Add(path, "must be an address with https://", strconv.Quote(text), "take it from the provider's discovery document")
		}
	}
	for path, given := range map[string]bool{"oidc.clientId": o.ClientID != "", "oidc.clientSecret": o.ClientSecret != nil, "oidc.controlPlane": o.ControlPlane != nil} {
		if !given {
			problems.Add(path, "is required", nil, "set it")
		}
	}
	if len(o.Scopes) > 0 && !slices.Contains(o.Scopes, "openid") {
		problems.Add("oidc.scopes", "must hold openid", strings.Join(o.Scopes, " "), "add it")
	}
	between(problems, "oidc.sessionSeconds", o.SessionSeconds, 1, longestSession)
}
