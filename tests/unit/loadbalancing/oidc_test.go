package loadbalancing_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/components/loadbalancing"
	"retail/tests/internal/recorder"
)

const asked = "alb.ingress.kubernetes.io/"

// asks declares an Ingress that asks who somebody is, changed.
func asks(mode loadbalancing.Mode, change func(*loadbalancing.IngressArgs)) declaration {
	return func(ctx *pulumi.Context, c *loadbalancing.Controller, after []pulumi.Resource, opts pulumi.ResourceOption) error {
		control := &cage{}
		if err := ctx.RegisterComponentResource("retail:cluster:Cluster", "control", control); err != nil {
			return err
		}
		options := inside()
		options.Health.Path = "/api/health"
		options.TLS = &loadbalancing.TLS{CertificateArns: []pulumi.StringInput{pulumi.String("arn:aws:acm:eu-west-1:222222222222:certificate/1")}}
		args := &loadbalancing.IngressArgs{
			Mode: mode, Namespace: "observability", Service: "grafana", Port: 3000, Admission: loadbalancing.TakesPlain, Host: "blue.example.internal",
			Paths: []loadbalancing.Path{{Prefix: "/kiali", Service: "kiali", Port: 20001}}, OnlyTLS: true, Options: options, After: after,
			OIDC: &loadbalancing.OIDC{
				Issuer: "https://id.example.com", AuthorizationEndpoint: "https://id.example.com/authorize", TokenEndpoint: "https://id.example.com/token",
				UserInfoEndpoint: "https://id.example.com/me", ClientID: "retail", ClientSecret: pulumi.ToSecret(pulumi.String("hush").ToStringOutput()).(pulumi.StringOutput),
				Scopes: []string{"openid", "email"}, SessionSeconds: 600, ControlPlane: control,
			},
		}
		if change != nil {
			change(args)
		}
		_, err := loadbalancing.NewIngress(ctx, "n", args, opts)
		return err
	}
}

func TestALoadBalancerAsksWhoSomebodyIs(t *testing.T) {
	for choice, reader := range map[loadbalancing.Choice]map[string]any{
		loadbalancing.Managed:  {"kind": "ServiceAccount", "name": "aws-load-balancer-controller", "namespace": "kube-system"},
		loadbalancing.AutoMode: {"kind": "Group", "name": "eks:managed", "apiGroup": "rbac.authorization.k8s.io"},
	} {
		mode := choice.Modes()[0]
		b := balancing(choice)
		b.more = asks(mode, nil)
		r := b.declare(t)
		ingress := r.One(t, ingressKind, "n-ingress-"+string(mode))
		notes := ingress.Value("metadata.annotations").ObjectValue().Mappable()
		assert.Equal(t, `[{"HTTPS":443}]`, notes[asked+"listen-ports"], "nobody is asked by HTTP")
		assert.NotContains(t, notes, asked+"ssl-redirect")
		assert.Equal(t, []any{"oidc", "openid email", "600", "authenticate"}, []any{
			notes[asked+"auth-type"], notes[asked+"auth-scope"], notes[asked+"auth-session-timeout"], notes[asked+"auth-on-unauthenticated-request"],
		})
		object := "grafana-" + string(mode)
		assert.JSONEq(t, `{"issuer":"https://id.example.com","authorizationEndpoint":"https://id.example.com/authorize","tokenEndpoint":"https://id.example.com/token",
			"userInfoEndpoint":"https://id.example.com/me","secretName":"`+object+`"}`, notes[asked+"auth-idp-oidc"].(string))
		assert.Equal(t, "kiali", ingress.String("spec.rules[0].http.paths[0].backend.service.name"))
		assert.Equal(t, "grafana", ingress.String("spec.rules[0].http.paths[1].backend.service.name"))
		secret := r.One(t, "kubernetes:core/v1:Secret", "n-oidc-"+string(mode))
		assert.True(t, secret.Inputs["stringData"].ContainsSecrets(), "it is nowhere in plain text")
		role := r.One(t, "kubernetes:rbac.authorization.k8s.io/v1:Role", "n-oidc-"+string(mode))
		assert.Equal(t, []any{map[string]any{"apiGroups": []any{""}, "resources": []any{"secrets"}, "resourceNames": []any{object}, "verbs": []any{"get", "list", "watch"}}},
			role.Value("rules").Mappable(), "this Secret and no other")
		binding := r.One(t, "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", "n-oidc-"+string(mode))
		assert.Equal(t, reader, binding.Value("subjects[0]").Mappable())
		for _, one := range []*recorder.Resource{secret, binding} {
			assert.True(t, r.Reaches(ingress, one), "it is there before the Ingress, and goes after it")
		}
	}
}

func TestHowALoadBalancerCannotAsk(t *testing.T) {
	for want, change := range map[string]func(*loadbalancing.IngressArgs){
		"oidc: needs tls":                          func(a *loadbalancing.IngressArgs) { a.Options.TLS = nil },
		"onlyTls: needs tls":                       func(a *loadbalancing.IngressArgs) { a.Options.TLS, a.OIDC = nil, nil },
		"oidc.tokenEndpoint: must be an address":   func(a *loadbalancing.IngressArgs) { a.OIDC.TokenEndpoint = "http://id.example.com/token" },
		"oidc.clientSecret: is required":           func(a *loadbalancing.IngressArgs) { a.OIDC.ClientSecret = nil },
		"oidc.scopes: must hold openid":            func(a *loadbalancing.IngressArgs) { a.OIDC.Scopes = []string{"email"} },
		"oidc.sessionSeconds: must be 1 to 604800": func(a *loadbalancing.IngressArgs) { a.OIDC.SessionSeconds = 0 },
		"paths: must begin with / and go on":       func(a *loadbalancing.IngressArgs) { a.Paths[0].Prefix = "/" },
	} {
		b := balancing(loadbalancing.Managed)
		b.more = asks(loadbalancing.Installed, change)
		_, err := b.try(t)
		require.ErrorContains(t, err, want)
	}
}
