package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTableOfCasesIsFresh(t *testing.T) {
	require.NoError(t, run(filepath.Join("..", ".."), true))
}

func TestIdsOfTextAreNeitherServicesNorInstanceTypes(t *testing.T) {
	for text, want := range map[string][]string{
		"E6: nodes stay NotReady":              {"E6"},
		"E1, E2 and E10: what it makes":        {"E1", "E2", "E10"},
		"Cases S1 and S7: every output":        {"S1", "S7"},
		"no endpoint (E11)":                    {"E11"},
		"E4 two minors":                        {"E4"},
		"a bucket in S3 is no case":            nil,
		"c7g.large, E2E and vpc-N1":            nil,
		"B7 weight of a colour":                {"B7"},
		"which is case N8: a /24 at the least": {"N8"},
	} {
		assert.Equal(t, want, idsOfText(text), text)
	}
	assert.Equal(t, []string{"S1", "S7"}, idsOfName("TestOutputs_S1_S7"))
	assert.Equal(t, []string{"E1", "E10"}, idsOfName("TestFlagsE1E10"))
	assert.Nil(t, idsOfName("TestStory"))
}

func TestIdCountsForEveryTestThatRunsWhatCarriesIt(t *testing.T) {
	root := t.TempDir()
	source := "package x\n\n" +
		"func TestStory(t *T) { t.Run(\"part\", part) }\n\n" +
		"// E6: nodes wait.\nfunc part(t *T) { use(table) }\n\n" +
		"var table = []string{\"N3 no zone\"}\n\n" +
		"func TestOther(t *T) {}\n"
	require.NoError(t, os.WriteFile(filepath.Join(root, "x_test.go"), []byte(source), 0o600))
	shown, err := scan(root)
	require.NoError(t, err)
	story := []place{{"x_test.go", "TestStory"}}
	assert.Equal(t, map[string][]place{"E6": story, "N3": story}, shown)
}

func TestCaseThatNobodyShowsOrExplainsIsAnError(t *testing.T) {
	_, err := render(map[string][]place{"N99": {{"x_test.go", "TestX"}}})
	require.ErrorContains(t, err, "case N1: no test carries it")
	assert.ErrorContains(t, err, "case N99: TestX in x_test.go carries it")
	assert.NotContains(t, err.Error(), "case K10:", "its reason is in the table")
}
