package loadbalancer_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/elbv2"
)

// asksLife is an Ingress whose load balancer asks who somebody is: it waits for the right to
// read one Secret, and goes by the next one when that changes.
func (f *fixture) asksLife(t *testing.T) {
	f = f.on(t)
	const arn = "arn:aws:acm:eu-west-1:222222222222:certificate/observe"
	require.NoError(t, f.h.World.Change(account, region, "acm", func(c *cloud.Call) error {
		c.Put(&cloud.Record{Token: "aws:acm/certificate:Certificate", ID: arn, State: cloud.Props{"arn": arn, "status": "ISSUED"}})
		return nil
	}))
	f.shop("asks")
	f.ingressClass("asks", "ingress.k8s.aws/alb", bindings.Group, map[string]any{"scheme": "internal", "ipAddressType": "ipv4",
		"subnets": map[string]any{"tags": map[string]any{"kubernetes.io/role/internal-elb": []any{"1"}}}})
	secrets := f.kube.CoreV1().Secrets("asks")
	secret, err := secrets.Create(t.Context(), &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "client"},
		StringData: map[string]string{"clientID": "retail", "clientSecret": "first"}}, metav1.CreateOptions{})
	require.NoError(t, err)
	f.ingress("asks", "pages", "asks", prefixed("alb.ingress.kubernetes.io/", map[string]string{"target-type": "ip", "healthcheck-path": "/health",
		"inbound-cidrs": "10.0.0.0/8", "listen-ports": `[{"HTTP":80},{"HTTPS":443}]`, "certificate-arn": arn, "auth-type": "oidc", "auth-session-timeout": "600",
		"auth-idp-oidc": `{"issuer":"https://id.example.com","authorizationEndpoint":"https://id.example.com/authorize",
			"tokenEndpoint":"https://id.example.com/token","userInfoEndpoint":"https://id.example.com/me","secretName":"client"}`}), "/")
	f.eventually("it may not read the Secret", func() bool {
		return strings.Contains(f.messages("asks"), `secrets "client" is forbidden: User "system:serviceaccount:kube-system:aws-load-balancer-controller" cannot get`)
	})
	meta := metav1.ObjectMeta{Name: "client"}
	_, err = f.kube.RbacV1().Roles("asks").Create(t.Context(), &rbacv1.Role{ObjectMeta: meta, Rules: []rbacv1.PolicyRule{{APIGroups: []string{""},
		Resources: []string{"secrets"}, ResourceNames: []string{"client"}, Verbs: []string{"get", "list", "watch"}}}}, metav1.CreateOptions{})
	require.NoError(t, err)
	_, err = f.kube.RbacV1().RoleBindings("asks").Create(t.Context(), &rbacv1.RoleBinding{ObjectMeta: meta,
		RoleRef:  rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "client"},
		Subjects: []rbacv1.Subject{{Kind: "ServiceAccount", Name: "aws-load-balancer-controller", Namespace: "kube-system"}}}, metav1.CreateOptions{})
	require.NoError(t, err)
	clients := func() (all []any) {
		for _, r := range f.h.Records(elbv2.ListenerRule) {
			all = append(all, cloud.Lookup(r.State, "actions[0].authenticateOidc.clientSecret"))
		}
		return all
	}
	f.eventually("both ports serve", func() bool { return f.address("asks", "pages") != "" && len(clients()) == 2 })
	assert.ElementsMatch(t, []any{nil, "first"}, clients(), "by HTTP nobody is asked")
	secret.StringData = map[string]string{"clientSecret": "second"}
	_, err = secrets.Update(t.Context(), secret, metav1.UpdateOptions{})
	require.NoError(t, err)
	f.eventually("the next secret is in force", func() bool { return assert.ObjectsAreEqual(2, len(clients())) && contains(clients(), "second") })
	require.NoError(t, f.kube.NetworkingV1().Ingresses("asks").Delete(t.Context(), "pages", metav1.DeleteOptions{}))
	f.eventually("nothing is left", func() bool { return len(f.h.Records(elbv2.LoadBalancer)) == 0 })
}

func contains(all []any, one any) bool {
	for _, v := range all {
		if v == one {
			return true
		}
	}
	return false
}
