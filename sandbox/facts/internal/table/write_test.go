package table_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"retail/sandbox/facts/internal/table"
)

func sample() *table.File {
	limit := 64.0
	return &table.File{
		Resources: map[string]*table.Resource{"aws:iam/role:Role": {
			CFN:      "AWS::IAM::Role",
			API:      []string{"iam:CreateRole"},
			Autoname: &table.Autoname{Property: "name", Max: 64},
			Properties: table.Properties{
				"assumeRolePolicy": {Type: "json", Required: "sdk"},
				"name": {Type: "string", Replaces: "cfn", Rules: []table.Rule{
					{From: "iam:CreateRole", Pattern: `[\w+=,.@-]+`, Max: &limit},
					{From: "cfn", Enum: []string{"<a>", "b"}},
				}},
			},
			Outputs: map[string]string{"arn": "string"},
		}},
		Objects: map[string]table.Properties{"RoleInlinePolicy": {"policy": {Type: "string"}}},
	}
}

func TestEncodedFileReadsBackUnchanged(t *testing.T) {
	text, err := sample().Encode()
	require.NoError(t, err)
	read := &table.File{}
	require.NoError(t, json.Unmarshal(text, read))
	require.Equal(t, sample(), read)
	require.Contains(t, string(text), `<a>`, "no HTML escapes in a file for reading")
}

func TestKeepRemovesFactsOfOtherSources(t *testing.T) {
	file := sample()
	file.Keep(func(mark string) bool { return mark == "sdk" })

	role := file.Resources["aws:iam/role:Role"]
	require.Equal(t, "sdk", role.Properties["assumeRolePolicy"].Required)
	require.Empty(t, role.Properties["name"].Replaces)
	require.Empty(t, role.Properties["name"].Rules)
}
