package cloud

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Who may assume a role is said in the grammar of policies, in all its forms: one
// statement or a list, one principal or several (IAM User Guide, "Grammar of the
// IAM JSON policy language").
func TestTrustPolicies(t *testing.T) {
	const (
		session = "arn:aws:sts::222222222222:assumed-role/ci/run"
		role    = `{"AWS":"arn:aws:iam::222222222222:role/ci"}`
		other   = `{"AWS":"arn:aws:iam::222222222222:role/other"}`
		service = `{"Service":"pods.eks.amazonaws.com"}`
	)
	statement := func(effect, principal, action string) string {
		return `{"Effect":"` + effect + `","Principal":` + principal + `,"Action":` + action + `}`
	}
	allow := func(principal string) string { return statement("Allow", principal, `"sts:AssumeRole"`) }
	for name, c := range map[string]struct {
		statement string
		trusts    bool
	}{
		"one statement":              {allow(role), true},
		"a list":                     {"[" + allow(service) + "," + allow(role) + "]", true},
		"the session":                {allow(`{"AWS":"` + session + `"}`), true},
		"the account's number":       {allow(`{"AWS":["111111111111","222222222222"]}`), true},
		"the account's root":         {allow(`{"AWS":"arn:aws:iam::222222222222:root"}`), true},
		"everybody":                  {allow(`"*"`), true},
		"a pattern of actions":       {statement("Allow", role, `["sts:TagSession","sts:Assume*"]`), true},
		"another role":               {allow(other), false},
		"another account":            {allow(`{"AWS":"111111111111"}`), false},
		"a service":                  {allow(service), false},
		"another action":             {statement("Allow", role, `"sts:TagSession"`), false},
		"a role that is denied":      {"[" + allow(`{"AWS":"222222222222"}`) + "," + statement("Deny", role, `"sts:*"`) + "]", false},
		"another that is denied":     {"[" + allow(role) + "," + statement("Deny", other, `"sts:*"`) + "]", true},
		"no statement":               {"[]", false},
		"text that is no statement":  {`"sts:AssumeRole"`, false},
		"a statement with an object": {`{"Effect":"Allow","Principal":` + role + `,"Action":"sts:AssumeRole","Resource":"*"}`, false},
	} {
		assert.Equal(t, c.trusts, trusts(`{"Version":"2012-10-17","Statement":`+c.statement+`}`, session), name)
	}
	assert.False(t, trusts("", session))
}
