package main

import (
	"compress/gzip"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/facts/internal/table"
)

const box = "aws:store/box:Box"

// CloudFormation and the API know the box of testdata under other names, and
// disagree with each other about its colours.
const (
	specification = `{"schema":{
		"resource":{"entities":[{"$id":"1","cloudFormationType":"AWS::Store::Box","properties":{
			"Name":{"type":{"type":"string"},"causesReplacement":"yes"},
			"Colour":{"type":{"type":"string","allowedValues":["red"]}},
			"Cover":{"type":{"type":"ref","reference":{"$ref":"2"}}}}}]},
		"typeDefinition":{"entities":[{"$id":"2","properties":{
			"Locked":{"type":{"type":"boolean"},"causesReplacement":"yes"},
			"Hinges":{"type":{"type":"array","element":{"type":"string"}},"required":true}}}]}}}`
	apiModel = `{"operations":{"MakeBox":{"input":{"shape":"Request"}}},"shapes":{
		"Request":{"type":"structure","members":{"Name":{"shape":"Name"},"Colour":{"shape":"Colour"},"Weight":{"shape":"Grams"},
			"Options":{"shape":"Options"},"Tags":{"shape":"Tags"}}},
		"Name":{"type":"string","min":3,"max":9,"pattern":"[a-z]+"},
		"Grams":{"type":"string","min":1,"max":2},
		"Colour":{"type":"string","enum":["green","red"]},
		"Options":{"type":"structure","members":{"Shelves":{"shape":"Shelves"}}},
		"Shelves":{"type":"list","max":4,"member":{"shape":"Name"}},
		"Tags":{"type":"list","min":1,"max":5,"member":{"shape":"Tag"}},
		"Tag":{"type":"structure","members":{"Key":{"shape":"Name"},"Value":{"shape":"Name"}}}}}`
)

func testSources(t *testing.T) sources {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"db.json.gz": specification, "store.json.gz": apiModel} {
		file, err := os.Create(filepath.Join(dir, name))
		require.NoError(t, err)
		packed := gzip.NewWriter(file)
		_, err = packed.Write([]byte(text))
		require.NoError(t, err)
		require.NoError(t, packed.Close())
		require.NoError(t, file.Close())
	}
	sdk, err := openSDK("testdata/sdk")
	require.NoError(t, err)
	cfn, err := openCFN(filepath.Join(dir, "db.json.gz"))
	require.NoError(t, err)
	return sources{sdk: sdk, cfn: cfn, models: &models{dir: dir, services: map[string]*model{}}}
}

func boxSource() source {
	return source{
		CFN: "AWS::Store::Box", API: []string{"store:MakeBox"}, Terraform: "store/box.go",
		Replaces: []string{"name", "colour if removed"},
		Differs:  map[string]string{"lid.locked": "it opens"},
		Within:   []string{"options"},
		Names:    map[string]string{"lid": "cover"},
	}
}

func generateBox(t *testing.T, from source) (*table.File, error) {
	t.Helper()
	return testSources(t).service(mapping{
		Resources: map[string]source{box: from},
		Functions: []string{"aws:store/getBox:getBox"},
		Required:  map[string][]string{"BoxLid": {"inner"}},
	})
}

func TestFactsOfAllSourcesMeetInOneProperty(t *testing.T) {
	file, err := generateBox(t, boxSource())
	require.NoError(t, err)
	limit := func(v float64) *float64 { return &v }
	properties := file.Resources[box].Properties

	assert.Equal(t, &table.Property{Type: "string", Replaces: "tf", Rules: []table.Rule{
		{From: "store:MakeBox", Pattern: "[a-z]+", Min: limit(3), Max: limit(9)}}}, properties["name"])
	assert.Equal(t, &table.Property{Type: "string", Replaces: "tf", When: table.Removed, Rules: []table.Rule{
		{From: "sdk", Enum: []string{"green", "red"}}}}, properties["colour"], "an equal list is said once, CloudFormation's not at all")
	assert.Equal(t, &table.Property{Type: "[]string", Required: "sdk", Rules: []table.Rule{
		{From: "store:MakeBox", Max: limit(4)},
		{From: "store:MakeBox", On: "items", Pattern: "[a-z]+", Min: limit(3), Max: limit(9)}}}, properties["shelves"])
	assert.Equal(t, &table.Property{Type: "integer", Required: "sdk", Rules: []table.Rule{
		{From: "sdk", Min: limit(2), Max: limit(40)}}}, properties["weight"], "the length of a text is no range of a number")
	assert.Empty(t, properties["description"].Required, "the constructor fills it")
	assert.Equal(t, "json", properties["policy"].Type)
	assert.Equal(t, "string", properties["owner"].Type)

	tags := properties["tags"].Rules
	require.Len(t, tags, 3)
	assert.Equal(t, table.Rule{From: "store:MakeBox", Max: limit(5)}, tags[0], "an empty map is left out of the call")
	assert.Equal(t, []string{"keys", "values"}, []string{tags[1].On, tags[2].On})

	assert.Equal(t, table.Properties{
		"hinges": {Type: "[]string", Required: "cfn"},
		"inner":  {Type: "[]BoxLid", Required: "tf"},
		"locked": {Type: "bool", Required: "sdk"},
	}, file.Objects["BoxLid"], "a type may contain itself")
	assert.Equal(t, table.Properties{"since": {Type: "string"}}, file.Objects["GetBoxFound"], "results require nothing")
	assert.Equal(t, &table.Autoname{Property: "name", Max: 255}, file.Resources[box].Autoname)
	assert.Equal(t, map[string]string{"found": "GetBoxFound"}, file.Functions["aws:store/getBox:getBox"].Results)
}

func TestCloudFormationDecidesWhatNoSchemaIsNamedFor(t *testing.T) {
	file, err := generateBox(t, source{CFN: "AWS::Store::Box", Names: map[string]string{"lid": "cover"}})
	require.NoError(t, err)
	assert.Equal(t, "cfn", file.Resources[box].Properties["name"].Replaces)
	assert.Equal(t, "cfn", file.Objects["BoxLid"]["locked"].Replaces)
	assert.Empty(t, file.Resources[box].Properties["colour"].Replaces)
}

func TestMistakesInAMappingAreRefused(t *testing.T) {
	for says, change := range map[string]func(*source){
		"lid.locked: CloudFormation replaces: true":  func(s *source) { s.Differs = nil },
		"differs: name: no such property":            func(s *source) { s.Differs["name"] = "they agree" },
		"replaces: size: no such property":           func(s *source) { s.Replaces = append(s.Replaces, "size") },
		"names: size: no such property":              func(s *source) { s.Names["size"] = "volume" },
		"rules: size: no such property":              func(s *source) { s.Rules = map[string]limit{"size": {}} },
		"readOnly: size: no such property":           func(s *source) { s.ReadOnly = []string{"size"} },
		"drop: size: no such property":               func(s *source) { s.Drop = map[string]string{"size": "why"} },
		"CloudFormation has no resource type AWS::X": func(s *source) { s.CFN = "AWS::X" },
		"store has no operation Break":               func(s *source) { s.API = []string{"store:Break"} },
		`"MakeBox" is no operation`:                  func(s *source) { s.API = []string{"MakeBox"} },
	} {
		from := boxSource()
		change(&from)
		_, err := generateBox(t, from)
		assert.ErrorContains(t, err, says)
	}
}

func TestTokensThatTheSDKDoesNotHaveAreRefused(t *testing.T) {
	for token, says := range map[string]string{
		"aws:store/box:Crate":  "check the token",
		"aws:nowhere/box:Box":  `no package for module "nowhere"`,
		"kubernetes:core:Pod":  "is not a token of pulumi-aws",
		"aws:store/getBox:Box": "check the token",
	} {
		_, err := testSources(t).service(mapping{Resources: map[string]source{token: {}}})
		assert.ErrorContains(t, err, says)
	}
}

func TestExceptionsNeedReasonsAndTokensTheirFile(t *testing.T) {
	m := mapping{Resources: map[string]source{box: {Differs: map[string]string{"name": ""}}}}
	assert.ErrorContains(t, m.validate("store"), "needs its reason")
	assert.ErrorContains(t, m.validate("ec2"), "does not belong in mapping/ec2.yaml")
}

func TestCheckFindsAChangedTableAndOneTooMany(t *testing.T) {
	file, err := generateBox(t, boxSource())
	require.NoError(t, err)
	dir := t.TempDir()
	name := filepath.Join(dir, "store.json")
	require.NoError(t, settings{}.store(name, file, true))
	check := settings{check: true, out: dir}
	require.NoError(t, check.store(name, file, true))
	require.NoError(t, check.leftovers(map[string]mapping{"store": {}}))
	assert.ErrorContains(t, check.leftovers(map[string]mapping{}), "has no mapping")

	rules := file.Resources[box].Properties["name"]
	rules.Rules = nil
	assert.ErrorContains(t, check.store(name, file, true), "is not what its sources give")
	assert.NoError(t, check.store(name, file, false), "the API model is not at hand: its facts are left out")
	rules.Replaces = ""
	assert.ErrorContains(t, check.store(name, file, false), "is not what its sources give")
}
