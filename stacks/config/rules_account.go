package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"retail/internal/problem"
)

var (
	accountForm = regexp.MustCompile(`^\d{12}$`)
	regionForm  = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-\d$`)
	roleForm    = regexp.MustCompile(`^arn:aws[a-z-]*:iam::(\d{12}):role/.+$`)
	// sessionForm is what STS accepts as a role session name (AWS STS API
	// Reference, AssumeRole).
	sessionForm = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)
	nameRule    = regexp.MustCompile(`^[a-z][a-z0-9-]{0,14}[a-z0-9]$`)
)

// accountRules are the rules of a way into an account.
func accountRules(list *problem.List, path string, aws AWS) {
	accountID(list, path+".account", aws.Account)
	region(list, path+".region", aws.Region)
	roleInAccount(list, path+".deployRole", aws.DeployRole, aws.Account)
	if !sessionForm.MatchString(aws.SessionName) {
		list.Add(path+".sessionName", "must be 2 to 64 letters, digits or _+=,.@-", quoted(aws.SessionName), "shorten it or leave it out")
	}
}

func accountID(list *problem.List, path, account string) {
	if !accountForm.MatchString(account) {
		list.Add(path, "must be an AWS account id of 12 digits", quoted(account), "give the id in quotes, with its leading zeros")
	}
}

func region(list *problem.List, path, region string) {
	if !regionForm.MatchString(region) {
		list.Add(path, "must be an AWS Region", quoted(region), "give its code, such as eu-west-1")
	}
}

// roleInAccount is case S3: a role of another account would let the stack's
// resources appear there.
func roleInAccount(list *problem.List, path, role, account string) {
	match := roleForm.FindStringSubmatch(role)
	switch {
	case match == nil:
		list.Add(path, "must be the ARN of an IAM role", quoted(role), "give arn:aws:iam::"+account+":role/NAME")
	case accountForm.MatchString(account) && match[1] != account:
		list.Add(path, "must be a role of account "+account, role, "correct the account or the role: they must belong together")
	}
}

func tagRules(list *problem.List, path string, tags Tags) {
	if tags.Owner == "" {
		list.Add(path+".owner", "is required", nil, "name the team that answers for these resources")
	}
	if tags.CostCentre == "" {
		list.Add(path+".costCentre", "is required", nil, "name who pays for these resources")
	}
	for _, key := range sortedKeys(tags.Extra) {
		if strings.HasPrefix(strings.ToLower(key), "aws:") {
			list.Add(problem.Path(path, "extra", key), "tag keys that begin with aws: are reserved", nil, "choose another key")
		}
	}
}

// retentionPeriods are what CloudWatch Logs accepts, in days (Amazon CloudWatch
// Logs API Reference, PutRetentionPolicy).
var retentionPeriods = []int{
	1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
}

// shortestRetention is the fewest days that production keeps logs.
const shortestRetention = 90

func retention(list *problem.List, path string, days int, short Reason) {
	if !slices.Contains(retentionPeriods, days) {
		list.Add(path, "must be a period that CloudWatch Logs knows", days, fmt.Sprintf("choose one of %v", retentionPeriods))
	}
	if days < shortestRetention && !short.Given() {
		list.Add(path, fmt.Sprintf("must be at least %d", shortestRetention), days, "keep logs longer, or state a reason in relax.shortLogRetention")
	}
}

func environmentName(list *problem.List, e *Environment) { nameForm(list, "name", e.Name) }

// nameForm keeps names of environments and VPCs short enough for the physical
// names that are made of them.
func nameForm(list *problem.List, path, name string) {
	if !nameRule.MatchString(name) {
		list.Add(path, "names are 2 to 16 lower case letters, digits and hyphens, beginning with a letter", quoted(name), "choose another name")
	}
}

func criticalityKnown(list *problem.List, e *Environment) {
	oneOf(list, "criticality", e.Criticality, High, Low)
}

// hubStackName is case S2: other forms mean different stacks on different
// backends.
func hubStackName(list *problem.List, e *Environment) {
	parts := strings.Split(e.Hub.Stack, "/")
	if len(parts) != 3 || slices.Contains(parts, "") {
		list.Add("hub.stack", "must have the three parts organization/project/stack", quoted(e.Hub.Stack),
			`write "organization/retail/network" with a self-managed backend, or YOUR-ORGANIZATION/retail/network with Pulumi Cloud`)
	}
}

func hubAccount(list *problem.List, e *Environment) {
	accountID(list, "hub.account", e.Hub.Account)
	roleInAccount(list, "hub.deployRole", e.Hub.DeployRole, e.Hub.Account)
	if e.Hub.Account == e.AWS.Account && e.AWS.Account != "" {
		list.Add("hub.account", "the hub and the environment are different accounts", e.Hub.Account, "give the network account's id")
	}
}
