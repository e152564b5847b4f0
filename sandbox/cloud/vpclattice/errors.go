package vpclattice

import (
	"fmt"
	"strings"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// Types of resources as the service's errors name them [inferred].
const (
	typeNetwork     = "SERVICE_NETWORK"
	typeService     = "SERVICE"
	typeListener    = "LISTENER"
	typeRule        = "RULE"
	typeGroup       = "TARGET_GROUP"
	typeVpcJoin     = "SERVICE_NETWORK_VPC_ASSOCIATION"
	typeServiceJoin = "SERVICE_NETWORK_SERVICE_ASSOCIATION"
	typeLogs        = "ACCESS_LOG_SUBSCRIPTION"
	typePolicy      = "AUTH_POLICY"
	typeTarget      = "TARGET"
)

// The members that the API model requires of each error beside its message.

func conflict(kind, id, format string, args ...any) error {
	return &cloud.Error{Code: "ConflictException", Status: 409, Message: fmt.Sprintf(format, args...),
		Details: map[string]any{"resourceId": id, "resourceType": kind}}
}

func notFound(kind, id string) error {
	return &cloud.Error{Code: "ResourceNotFoundException", Status: 404, Message: fmt.Sprintf("%s %s not found", names[kind], id),
		Details: map[string]any{"resourceId": id, "resourceType": kind}}
}

func invalid(field, format string, args ...any) error {
	message := fmt.Sprintf(format, args...)
	return &cloud.Error{Code: "ValidationException", Message: message, Reason: "fieldValidationFailed",
		Details: map[string]any{"fieldList": []any{map[string]any{"name": field, "message": message}}}}
}

// NoResource is the error for an identifier that names nothing the account sees.
func NoResource(identifier string) error {
	return &cloud.Error{Code: "ResourceNotFoundException", Status: 404, Message: "Resource " + identifier + " not found",
		Details: map[string]any{"resourceId": identifier, "resourceType": "RESOURCE"}}
}

// Missing is the error for a list that is asked for by none of its parameters.
func Missing(parameters ...string) error {
	return invalid(parameters[0], "One of %s must be given", strings.Join(parameters, ", "))
}

// denied is the refusal of another account's resource that nobody shared.
func denied(c *cloud.Call, action, arn string) error {
	return &cloud.Error{Code: "AccessDeniedException", Status: 403, Message: fmt.Sprintf(
		"User: %s is not authorized to perform: %s:%s on resource: %s because no resource-based policy allows the %s:%s action",
		c.Principal, serviceName, action, arn, serviceName, action)}
}

// names of the types in messages.
var names = map[string]string{
	typeNetwork: "ServiceNetwork", typeService: "Service", typeListener: "Listener", typeRule: "Rule", typeGroup: "TargetGroup",
	typeVpcJoin: "ServiceNetworkVpcAssociation", typeServiceJoin: "ServiceNetworkServiceAssociation",
	typeLogs: "AccessLogSubscription", typePolicy: "AuthPolicy", typeTarget: "Target",
}

// withinQuota refuses what would be one more than the account may have.
func withinQuota(c *cloud.Call, code string, byDefault, have int, kind, what string) error {
	if limit := ec2.Quota(c, code, byDefault); have >= limit {
		return &cloud.Error{Code: "ServiceQuotaExceededException", Status: 402, Message: fmt.Sprintf("Quota of %d %s exceeded", limit, what),
			Details: map[string]any{"resourceType": kind, "serviceCode": serviceName, "quotaCode": code}}
	}
	return nil
}
