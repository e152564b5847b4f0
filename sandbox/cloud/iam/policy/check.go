package policy

import (
	"regexp"
	"slices"
	"strings"
)

var (
	sidForm       = regexp.MustCompile(`^[A-Za-z0-9]*$`)
	actionForm    = regexp.MustCompile(`^[a-zA-Z0-9-]+:[a-zA-Z0-9*?]+$`)
	accountForm   = regexp.MustCompile(`^\d{12}$`)
	principalForm = regexp.MustCompile(`^arn:aws[a-z-]*:(iam|sts)::\d{12}:(root|(role|user|assumed-role|federated-user)/[\w+=,.@/-]+)$`)
	serviceForm   = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws\.com|amazon\.com)$`)
)

// check applies the rules that depend on where the document is attached.
func (d *Document) check(kind Kind) error {
	seen := map[string]bool{}
	for i := range d.Statements {
		s := &d.Statements[i]
		if s.Sid != "" && seen[s.Sid] {
			return malformed("Statement IDs (SID) in a single policy must be unique.")
		}
		seen[s.Sid] = true
		for _, rule := range []func(Kind) error{s.checkPrincipals, s.checkActions, s.checkResources} {
			if err := rule(kind); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Statement) checkPrincipals(kind Kind) error {
	named := len(s.Principals)+len(s.NotPrincipals) > 0
	switch {
	case kind == Identity && named:
		return malformed("Policy document should not specify a principal.")
	case kind != Identity && !named:
		return malformed("Missing required field Principal")
	case len(s.Principals) > 0 && len(s.NotPrincipals) > 0:
		return errSyntax
	case kind == Identity && !sidForm.MatchString(s.Sid):
		return malformed("Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*")
	}
	for kind, values := range s.Principals {
		for _, value := range values {
			if !validPrincipal(kind, value) {
				return malformed("Invalid principal in policy: %q:%q", kind, value)
			}
		}
	}
	return nil
}

// validPrincipal checks a principal's form. Whether it exists is for the
// service that stores the document.
func validPrincipal(kind, value string) bool {
	switch kind {
	case "AWS":
		return value == "*" || accountForm.MatchString(value) || principalForm.MatchString(value)
	case "Service":
		return serviceForm.MatchString(value)
	}
	return value != ""
}

func (s *Statement) checkActions(kind Kind) error {
	if len(s.Actions) == 0 && len(s.NotActions) == 0 {
		return malformed("Policy statement must contain actions.")
	}
	if len(s.Actions) > 0 && len(s.NotActions) > 0 {
		return errSyntax
	}
	for _, action := range append(slices.Clone(s.Actions), s.NotActions...) {
		if action == "*" && kind != Trust {
			continue
		}
		if !actionForm.MatchString(action) {
			return malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
		}
		vendor, _, _ := strings.Cut(strings.ToLower(action), ":")
		if kind == Trust && vendor != "sts" {
			return malformed("AssumeRole policy may only specify STS AssumeRole actions.")
		}
		// IAM itself stores an unknown prefix, which can never match anything;
		// IAM Access Analyzer reports it as the error "Invalid service in
		// action". Refusing it here finds the slip before an account does.
		if !slices.Contains(vendors, vendor) {
			return malformed("Vendor %s is not valid", vendor)
		}
	}
	return nil
}

func (s *Statement) checkResources(kind Kind) error {
	named := append(slices.Clone(s.Resources), s.NotResources...)
	switch {
	case kind == Trust && len(named) > 0:
		return malformed("Has prohibited field Resource")
	case kind == Trust:
		return nil
	case len(named) == 0:
		return malformed("Policy statement must contain resources.")
	case len(s.Resources) > 0 && len(s.NotResources) > 0:
		return errSyntax
	}
	for _, r := range named {
		if r == "*" {
			continue
		}
		parts := strings.SplitN(r, ":", 6)
		if parts[0] != "arn" || len(parts) < 6 {
			return malformed("Resource %s must be in ARN format or \"*\".", r)
		}
		if !slices.Contains([]string{"aws", "aws-cn", "aws-us-gov", "*"}, parts[1]) {
			return malformed("Partition %q is not valid for resource %q.", parts[1], r)
		}
	}
	return nil
}
