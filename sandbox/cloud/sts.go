package cloud

import (
	"encoding/json"
	"slices"
	"strings"
)

// roleToken is the type of an IAM role that a program declares.
const roleToken = "aws:iam/role:Role"

// AssumeRole gives the session that the ambient caller gets for a role: one of
// the organisation's, or one that a program made and whose trust policy names
// the caller. Else STS's AccessDenied.
func (w *World) AssumeRole(role, session string) (principal, account string, err error) {
	principal, account, err = w.org.Assume(role, session)
	if err == nil {
		return principal, account, nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.list(roleToken, func(r *Record) bool { return r.value("arn") == role }) {
		if trusts(r.value("assumeRolePolicy"), w.org.Ambient) {
			return w.org.session(role, session)
		}
	}
	return "", "", err
}

// trusts tells whether a trust policy lets a role session of this world assume
// the role.
func trusts(policy, session string) bool {
	var doc struct{ Statement []statement }
	if json.Unmarshal([]byte(policy), &doc) != nil {
		return false
	}
	role := RoleOf(session)
	account := strings.Split(role, ":")[4]
	caller := []string{"*", role, session, account, "arn:aws:iam::" + account + ":root"}
	return slices.ContainsFunc(doc.Statement, func(s statement) bool {
		assume := slices.ContainsFunc(s.Action, func(a string) bool { return a == "sts:AssumeRole" || a == "sts:*" || a == "*" })
		named := slices.ContainsFunc(s.Principal.AWS, func(p string) bool { return slices.Contains(caller, p) })
		return s.Effect == "Allow" && assume && named
	})
}

type statement struct {
	Effect    string
	Action    oneOrMore
	Principal struct{ AWS oneOrMore }
}

// oneOrMore is a policy element that may be one string or a list of them.
type oneOrMore []string

// UnmarshalJSON takes both forms.
func (o *oneOrMore) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*o = []string{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(o))
}
