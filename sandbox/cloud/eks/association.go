package eks

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"retail/sandbox/cloud"
)

// namespaceForm is what EKS takes for a scope's namespace: a name of
// Kubernetes that may end in a star.
var namespaceForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\*?$|^\*$`)

func associationSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Association,
		API: cloud.API{Create: "eks:AssociateAccessPolicy", Read: "eks:ListAssociatedAccessPolicies",
			Update: "eks:AssociateAccessPolicy", Delete: "eks:DisassociateAccessPolicy"},
		Latency: cloud.Latency{Create: time.Second, Update: time.Second, Delete: time.Second},
		// All of it is ForceNew in aws_eks_access_policy_association.
		ReplaceOn: []string{"accessScope", "clusterName", "policyArn", "principalArn"},
		Refs: []cloud.Ref{clusterRef(), {Path: "principalArn", To: []string{AccessEntry}, By: "principalArn",
			NotFound: "ResourceNotFoundException", Loose: func(string) bool { return true }}},
		Create: createAssociation,
	}
}

func createAssociation(c *cloud.Call) error {
	cluster, err := active(c)
	if err != nil {
		return err
	}
	if err := takesEntries(c, cluster); err != nil {
		return err
	}
	arn, principal := c.Str("policyArn"), c.Str("principalArn")
	name, ok := strings.CutPrefix(arn, policyPrefix)
	if !ok || !slices.Contains(accessPolicies, name) {
		return &cloud.Error{Code: "ResourceNotFoundException", Status: 404, Message: "The specified policyArn could not be found."}
	}
	entry := c.Get(AccessEntry, cluster.ID+":"+principal)
	if entry == nil {
		return &cloud.Error{Code: "ResourceNotFoundException", Status: 404, Message: "The specified principalArn could not be found. " +
			"You can view your available access entries with 'list-access-entries'."}
	}
	if kind := str(entry.State, "type"); kind != "STANDARD" && kind != "EC2" {
		return c.Fail("InvalidRequestException", "Policies cannot be associated with an access entry of type %s", kind)
	}
	if err := checkScope(c); err != nil {
		return err
	}
	c.ID = cluster.ID + "#" + principal + "#" + arn
	if c.Get(Association, c.ID) != nil {
		// AssociateAccessPolicy overwrites the scope without a word; two
		// declarations of one association would then fight for ever.
		return inUse("The policy %s is already associated with %s on this cluster", arn, principal)
	}
	c.State["associatedAt"], c.State["modifiedAt"] = stamp(c.Now()), stamp(c.Now())
	return nil
}

func checkScope(c *cloud.Call) error {
	namespaces := c.Strs("accessScope.namespaces")
	switch scope := c.Str("accessScope.type"); {
	case scope == "cluster" && len(namespaces) > 0:
		return invalid("The namespaces parameter is not valid for the cluster access scope")
	case scope == "namespace" && len(namespaces) == 0:
		return invalid("The namespaces parameter is required for the namespace access scope")
	}
	for _, namespace := range namespaces {
		if !namespaceForm.MatchString(namespace) {
			return invalid("The namespace %s is not a valid namespace", namespace)
		}
	}
	return nil
}

// associations are the policies of an access entry.
func associations(c *cloud.Call, cluster, principal string) []*cloud.Record {
	var out []*cloud.Record
	for _, a := range c.List(Association) {
		if str(a.State, "clusterName") == cluster && str(a.State, "principalArn") == principal {
			out = append(out, a)
		}
	}
	return out
}

// putAssociation makes the association that EKS makes by itself.
func putAssociation(c *cloud.Call, cluster, principal, policy string) {
	arn := policyPrefix + policy
	c.Put(&cloud.Record{Token: Association, ID: cluster + "#" + principal + "#" + arn, Owner: arnOf(c, cluster),
		State: cloud.Props{"clusterName": cluster, "principalArn": principal, "policyArn": arn,
			"accessScope": cloud.Props{"type": "cluster"}, "associatedAt": stamp(c.Now()), "modifiedAt": stamp(c.Now())}})
}
