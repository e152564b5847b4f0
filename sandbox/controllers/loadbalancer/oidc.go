package loadbalancer

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/elbv2"
)

// oidcAnnotations are those of authentication (docs/guide/ingress/annotations,
// Authentication), but for Amazon Cognito's.
var oidcAnnotations = []string{"auth-type", "auth-idp-oidc", "auth-scope", "auth-session-cookie", "auth-session-timeout", "auth-on-unauthenticated-request"}

// identityProvider is the value of auth-idp-oidc.
type identityProvider struct {
	Issuer                           string            `json:"issuer"`
	AuthorizationEndpoint            string            `json:"authorizationEndpoint"`
	TokenEndpoint                    string            `json:"tokenEndpoint"`
	UserInfoEndpoint                 string            `json:"userInfoEndpoint"`
	SecretName                       string            `json:"secretName"`
	AuthenticationRequestExtraParams map[string]string `json:"authenticationRequestExtraParams"`
}

// authentication is the action before an answer; nil where nobody is asked. A listener of
// HTTP has none: the controller leaves it out there, so that whoever comes by HTTP is not
// asked (pkg/ingress, model_build_actions.go).
func (w *worker) authentication(ctx context.Context, x member, l listen) (cloud.Props, error) {
	switch kind := x.a.text("auth-type", "none"); {
	case kind == "none" || kind == "oidc" && l.protocol != "HTTPS":
		return nil, nil
	case kind != "oidc":
		return nil, fmt.Errorf("%sauth-type %s is unknown or not simulated: extend sandbox/controllers/loadbalancer/oidc.go", ingressPrefix, kind)
	}
	var p identityProvider
	if err := json.Unmarshal([]byte(x.a.values["auth-idp-oidc"]), &p); err != nil {
		return nil, fmt.Errorf("failed to parse json annotation, %sauth-idp-oidc: %w", ingressPrefix, err)
	}
	timeout, err := x.a.number("auth-session-timeout")
	if err != nil {
		return nil, err
	}
	id, secret, err := w.client(ctx, x.ingress.Namespace, p.SecretName)
	if err != nil {
		return nil, fmt.Errorf("ingress: %s/%s: %w", x.ingress.Namespace, x.ingress.Name, err)
	}
	oidc := cloud.Props{"issuer": p.Issuer, "authorizationEndpoint": p.AuthorizationEndpoint, "tokenEndpoint": p.TokenEndpoint,
		"userInfoEndpoint": p.UserInfoEndpoint, "clientId": id, "clientSecret": secret, "scope": x.a.text("auth-scope", "openid"),
		"sessionCookieName":        x.a.text("auth-session-cookie", "AWSELBAuthSessionCookie"),
		"onUnauthenticatedRequest": x.a.text("auth-on-unauthenticated-request", "authenticate")}
	if timeout > 0 {
		oidc["sessionTimeout"] = float64(timeout)
	}
	if len(p.AuthenticationRequestExtraParams) > 0 {
		extra := cloud.Props{}
		for k, v := range p.AuthenticationRequestExtraParams {
			extra[k] = v
		}
		oidc["authenticationRequestExtraParams"] = extra
	}
	return cloud.Props{"type": elbv2.AuthenticateOIDC, "authenticateOidc": oidc}, nil
}

// client reads what the provider knows the load balancer by, with the controller's own
// rights: it gets the Secret, and watches it for the next one.
func (w *worker) client(ctx context.Context, namespace, name string) (id, secret string, err error) {
	user := w.user()
	for _, verb := range []string{"get", "list", "watch"} {
		user.ResourceAttributes = &authorizationv1.ResourceAttributes{Namespace: namespace, Verb: verb, Resource: "secrets", Name: name}
		review, err := w.store.Typed.AuthorizationV1().SubjectAccessReviews().Create(ctx, &authorizationv1.SubjectAccessReview{Spec: user}, metav1.CreateOptions{})
		if err != nil {
			return "", "", err
		}
		if !review.Status.Allowed {
			return "", "", fmt.Errorf("secrets %s is forbidden: User %s cannot %s resource \"secrets\" in API group \"\" in the namespace %s",
				strconv.Quote(name), strconv.Quote(user.User), verb, strconv.Quote(namespace))
		}
		if w.flavour.builtIn { // EKS documents that get is enough
			break
		}
	}
	found, err := w.store.Typed.CoreV1().Secrets(namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return "", "", err
	}
	for _, key := range []string{"clientID", "clientSecret"} {
		if len(found.Data[key]) == 0 {
			return "", "", fmt.Errorf("missing %s, secret: %s/%s", key, namespace, name)
		}
	}
	return string(found.Data["clientID"]), string(found.Data["clientSecret"]), nil
}

// asking is a member of a group at one of its ports.
type asking struct {
	ingress string
	listen  listen
}

func at(x member, l listen) asking { return asking{x.ingress.Namespace + "/" + x.ingress.Name, l} }

// authenticate notes before whose rules somebody is asked.
func (w *worker) authenticate(ctx context.Context, m *application) error {
	m.asks = map[asking]cloud.Props{}
	for _, x := range m.group.members {
		for _, l := range m.ports {
			action, err := w.authentication(ctx, x, l)
			if err != nil {
				return err
			}
			if action != nil {
				m.asks[at(x, l)] = action
			}
		}
	}
	return nil
}

// actions are what a member's rule does at a port.
func (m *application) actions(x member, l listen, answer cloud.Props) []any {
	if first := m.asks[at(x, l)]; first != nil {
		return []any{first, answer}
	}
	return []any{answer}
}

// user is who the controller is to the API server: its service account, or what EKS Auto
// Mode's controllers are (Amazon EKS User Guide, "Grant the EKS Auto Mode load balancer
// controller access to a specific Secret").
func (w *worker) user() authorizationv1.SubjectAccessReviewSpec {
	if w.flavour.builtIn {
		return authorizationv1.SubjectAccessReviewSpec{Groups: []string{"eks:managed", "system:authenticated"},
			User: "arn:aws:sts::" + w.plane.Spec.Account + ":assumed-role/AWSServiceRoleForAmazonEKS/aws-go-sdk"}
	}
	namespace := w.actor.Tags["kubernetes-namespace"]
	return authorizationv1.SubjectAccessReviewSpec{
		User:   "system:serviceaccount:" + namespace + ":" + w.actor.Tags["kubernetes-service-account"],
		Groups: []string{"system:serviceaccounts", "system:serviceaccounts:" + namespace, "system:authenticated"}}
}

// asked is what an Ingress's authentication rests on beside itself: a changed Secret is one
// more reason to look at it again.
func (w *worker) asked(ctx context.Context, x member) string {
	var p identityProvider
	if x.a.text("auth-type", "none") == "none" || json.Unmarshal([]byte(x.a.values["auth-idp-oidc"]), &p) != nil {
		return ""
	}
	id, secret, err := w.client(ctx, x.ingress.Namespace, p.SecretName)
	return sign(id, secret, err != nil)
}
