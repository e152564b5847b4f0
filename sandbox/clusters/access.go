package clusters

import (
	"context"
	_ "embed"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// accessGroupPrefix starts the groups by which access policies reach RBAC.
const accessGroupPrefix = "eks-access:"

//go:embed manifests/access-policies.yaml
var accessPolicyData []byte

// accessPolicies are EKS's access policies with the rules that the EKS user
// guide documents ("Review access policy permissions").
func accessPolicies() (map[string][]rbacv1.PolicyRule, error) {
	written := map[string]struct {
		Extends string              `json:"extends"`
		Rules   []rbacv1.PolicyRule `json:"rules"`
	}{}
	if err := yaml.UnmarshalStrict(accessPolicyData, &written); err != nil {
		return nil, fmt.Errorf("access policies: %w", err)
	}
	policies := map[string][]rbacv1.PolicyRule{}
	for name := range written {
		for part := name; part != ""; part = written[part].Extends {
			policies[name] = append(policies[name], written[part].Rules...)
		}
	}
	return policies, nil
}

// AccessPolicies lists the names of the access policies that clusters honour.
func AccessPolicies() ([]string, error) {
	policies, err := accessPolicies()
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(policies))
	for name := range policies {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, nil
}

// parseAccessGroup reads "eks-access:POLICY:NAMESPACE"; scoped is false for
// any other group, also for a policy of the whole cluster.
func parseAccessGroup(group string) (policy, namespace string, scoped bool) {
	rest, ok := strings.CutPrefix(group, accessGroupPrefix)
	if !ok {
		return "", "", false
	}
	policy, namespace, scoped = strings.Cut(rest, ":")
	return policy, namespace, scoped && namespace != ""
}

func accessRoleName(policy string) string { return "eks:access-policy:" + policy }

// accessObjects are the roles of the access policies and what binds them to
// the groups of the whole cluster.
func accessObjects() ([]any, error) {
	policies, err := accessPolicies()
	if err != nil {
		return nil, err
	}
	objects := make([]any, 0, 2*len(policies))
	for policy, rules := range policies {
		meta := metav1.ObjectMeta{Name: accessRoleName(policy)}
		objects = append(objects,
			&rbacv1.ClusterRole{TypeMeta: rbacType("ClusterRole"), ObjectMeta: meta, Rules: rules},
			&rbacv1.ClusterRoleBinding{
				TypeMeta: rbacType("ClusterRoleBinding"), ObjectMeta: meta,
				RoleRef:  accessRoleRef(policy),
				Subjects: accessSubjects(accessGroupPrefix + policy),
			})
	}
	return objects, nil
}

// waitAccess waits until the API server lets in whom the access policies let in: it learns of
// roles a moment after they are there.
func (c *cluster) waitAccess(ctx context.Context) error {
	policies, err := accessPolicies()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.opts.StartTimeout)
	defer cancel()
	for policy, rules := range policies {
		rule := rules[0]
		asked := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{Groups: []string{accessGroupPrefix + policy},
			ResourceAttributes: &authorizationv1.ResourceAttributes{Verb: rule.Verbs[0], Group: rule.APIGroups[0], Resource: rule.Resources[0]}}}
		for {
			answer, err := c.typed.AuthorizationV1().SubjectAccessReviews().Create(ctx, asked, metav1.CreateOptions{})
			if err != nil {
				return fmt.Errorf("access policy %s: %w", policy, err)
			}
			if answer.Status.Allowed {
				break
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("access policy %s is not in force: %w", policy, ctx.Err())
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
	return nil
}

// EnsureNamespaceBinding grants an access policy in one namespace to the group
// "eks-access:POLICY:NAMESPACE". EKS allows * in a namespace's name: the policy
// is then granted in each namespace that matches. A namespace that does not
// exist yet is no error: the caller's next request tries again.
func (c *cluster) EnsureNamespaceBinding(ctx context.Context, policy, namespace string) error {
	policies, err := accessPolicies()
	if err != nil {
		return err
	}
	if _, ok := policies[policy]; !ok {
		return fmt.Errorf("unknown access policy %q", policy)
	}
	existing, err := c.typed.CoreV1().Namespaces().List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	var bindings []any
	for _, candidate := range existing.Items {
		if matches, err := path.Match(namespace, candidate.Name); err != nil {
			return fmt.Errorf("access policy %s: namespace %q: %w", policy, namespace, err)
		} else if !matches || candidate.DeletionTimestamp != nil {
			continue
		}
		bindings = append(bindings, &rbacv1.RoleBinding{
			TypeMeta:   rbacType("RoleBinding"),
			ObjectMeta: metav1.ObjectMeta{Namespace: candidate.Name, Name: accessRoleName(policy) + ":" + namespace},
			RoleRef:    accessRoleRef(policy),
			Subjects:   accessSubjects(accessGroupPrefix + policy + ":" + namespace),
		})
	}
	return c.apply(ctx, bindings...)
}

func rbacType(kind string) metav1.TypeMeta {
	return metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: kind}
}

func accessRoleRef(policy string) rbacv1.RoleRef {
	return rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: accessRoleName(policy)}
}

func accessSubjects(group string) []rbacv1.Subject {
	return []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.GroupKind, Name: group}}
}
