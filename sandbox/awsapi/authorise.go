package awsapi

import (
	"slices"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/iam"
)

// administrators and readers are the roles of the organisation, which no program
// declares and which therefore have no policies in the world: AdministratorAccess
// for what deploys and operates, the reading part of it for other people.
var (
	administrators = []string{"ci", "retail-deploy", "platform-admin"}
	readers        = []string{"developer", "support", "auditor"}
	reading        = []string{"Describe", "Get", "List"}
)

// Authorise asks IAM about a call of a role session. Roles that a program made
// are judged by their policies.
func Authorise(c *cloud.Call, role, action, resource string, context map[string]string) error {
	if declared := declaredRole(c, role); declared != "" {
		return iam.Authorize(c, declared, action, resource, context)
	}
	name := iam.RoleName(role)
	_, verb, _ := strings.Cut(action, ":")
	if slices.Contains(administrators, name) ||
		slices.Contains(readers, name) && slices.ContainsFunc(reading, func(p string) bool { return strings.HasPrefix(verb, p) }) {
		return nil
	}
	return &cloud.Error{Code: "AccessDenied", Status: 403, Message: "User: " + c.Principal + " is not authorized to perform: " + action +
		" on resource: " + resource + " because no identity-based policy allows the " + action + " action"}
}

// declaredRole is the ARN, with its path, of a role that a program made, by the
// ARN without a path that sessions tell; "" when there is none.
func declaredRole(c *cloud.Call, role string) string {
	for _, r := range c.List(iam.Role) {
		if arn := str(r.State, "arn"); iam.RoleName(arn) == iam.RoleName(role) {
			return arn
		}
	}
	return ""
}
