package clusters

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	rbacv1 "k8s.io/api/rbac/v1"
)

// allows reads rules as RBAC does, without wildcards in resource names.
func allows(rules []rbacv1.PolicyRule, verb, group, resource string) bool {
	has := func(list []string, value string) bool {
		return slices.Contains(list, value) || slices.Contains(list, "*")
	}
	return slices.ContainsFunc(rules, func(r rbacv1.PolicyRule) bool {
		return has(r.Verbs, verb) && has(r.APIGroups, group) && has(r.Resources, resource)
	})
}

func TestAccessPoliciesGrantWhatEKSDocuments(t *testing.T) {
	policies, err := accessPolicies()
	require.NoError(t, err)
	const view, edit, admin, adminView, cluster = "AmazonEKSViewPolicy", "AmazonEKSEditPolicy", "AmazonEKSAdminPolicy", "AmazonEKSAdminViewPolicy", "AmazonEKSClusterAdminPolicy"
	for _, test := range []struct {
		verb, group, resource string
		granted               []string
	}{
		{"list", "", "pods", []string{view, edit, admin, adminView, cluster}},
		{"get", "", "secrets", []string{edit, admin, adminView, cluster}},
		{"get", "gateway.networking.k8s.io", "httproutes", []string{adminView, cluster}},
		{"create", "apps", "deployments", []string{edit, admin, cluster}},
		{"create", "rbac.authorization.k8s.io", "rolebindings", []string{admin, cluster}},
		{"create", "rbac.authorization.k8s.io", "clusterrolebindings", []string{cluster}},
		{"delete", "", "nodes", []string{cluster}},
		{"get", "", "nodes", []string{adminView, cluster}},
		{"impersonate", "", "serviceaccounts", []string{edit, admin, cluster}},
	} {
		for policy, rules := range policies {
			assert.Equal(t, slices.Contains(test.granted, policy), allows(rules, test.verb, test.group, test.resource),
				"%s: %s %s %s", policy, test.verb, test.group, test.resource)
		}
	}
	names, err := AccessPolicies()
	require.NoError(t, err)
	assert.Equal(t, []string{admin, adminView, cluster, edit, view}, names)
}

func TestParseAccessGroup(t *testing.T) {
	for group, want := range map[string]struct {
		policy, namespace string
		scoped            bool
	}{
		"eks-access:AmazonEKSViewPolicy:shop-*": {"AmazonEKSViewPolicy", "shop-*", true},
		"eks-access:AmazonEKSViewPolicy":        {"AmazonEKSViewPolicy", "", false},
		"team-a":                                {"", "", false},
	} {
		policy, namespace, scoped := parseAccessGroup(group)
		assert.Equal(t, want.policy, policy, group)
		assert.Equal(t, want.namespace, namespace, group)
		assert.Equal(t, want.scoped, scoped, group)
	}
}
