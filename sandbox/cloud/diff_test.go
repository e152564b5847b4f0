package cloud_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
)

const thing = "aws:test/thing:Thing"

// differ is a world whose one type has rules of every kind about its changes.
func differ(t *testing.T) *cloudtest.Client {
	t.Helper()
	return cloudtest.NewWith(t, cloud.Options{Registry: cloud.NewRegistry(func(r *cloud.Registry) {
		r.Add(&cloud.Spec{
			Token: thing, API: cloud.API{Create: "test:Create", Read: "test:Read", Update: "test:Update", Delete: "test:Delete"},
			AutoName: &cloud.AutoName{Property: "name", Max: 20}, Defaults: cloud.Props{"tenancy": "default"},
			ReplaceOn: []string{"place", "switch"},
			Replace: func(d cloud.Difference, _, now cloud.Props) (bool, bool) {
				return now["switch"] != true, d.Path == "switch" // on in place, off never
			},
			Check: []func(*cloud.Call) error{
				func(c *cloud.Call) error {
					if c.Str("place") == "nowhere" {
						return c.Invalid("place", "%q is no place", c.Str("place"))
					}
					return nil
				},
				func(c *cloud.Call) error {
					if c.Num("size") > 9 {
						return c.Invalid("size", "must be at most 9, got %v", c.Any("size"))
					}
					return nil
				},
			},
			Create: func(c *cloud.Call) error { c.ID = c.NewID("thing"); return nil },
		})
	})}).As("222222222222", "eu-west-1")
}

func TestDiffTellsPathKindAndReplacement(t *testing.T) {
	dev := differ(t)
	made := dev.Create(thing, cloud.Props{
		"place": "here", "size": 1.0, "switch": false, "zones": []any{"a", "b"},
		"rules": []any{cloud.Props{"port": 80.0}}, "tags": cloud.Props{"k8s.io/role": "x"},
	})
	base := func(changed cloud.Props) cloud.Props {
		p := cloud.Clone(made.Inputs)
		delete(p, "__defaults")
		delete(p, "name")
		for k, v := range changed {
			if p[k] = v; v == nil {
				delete(p, k)
			}
		}
		return p
	}
	for name, test := range map[string]struct {
		changed cloud.Props
		want    []cloud.Difference
	}{
		"nothing":                     {cloud.Props{}, nil},
		"order of a set":              {cloud.Props{"zones": []any{"b", "a"}}, nil},
		"empty is absent":             {cloud.Props{"more": []any{}}, nil},
		"member of a set":             {cloud.Props{"zones": []any{"a", "c"}}, []cloud.Difference{{Path: "zones[1]", Kind: cloud.Change}}},
		"nested":                      {cloud.Props{"rules": []any{cloud.Props{"port": 443.0}}}, []cloud.Difference{{Path: "rules[0].port", Kind: cloud.Change}}},
		"one more":                    {cloud.Props{"rules": []any{cloud.Props{"port": 80.0}, cloud.Props{"port": 81.0}}}, []cloud.Difference{{Path: "rules[1]", Kind: cloud.Add}}},
		"key that is no name":         {cloud.Props{"tags": cloud.Props{"k8s.io/role": "y"}}, []cloud.Difference{{Path: `tags["k8s.io/role"]`, Kind: cloud.Change}}},
		"removed":                     {cloud.Props{"size": nil}, []cloud.Difference{{Path: "size", Kind: cloud.Drop}}},
		"replaces":                    {cloud.Props{"place": "there"}, []cloud.Difference{{Path: "place", Kind: cloud.Change, Replace: true}}},
		"unknown counts as a change":  {cloud.Props{"place": cloud.Unknown{}}, []cloud.Difference{{Path: "place", Kind: cloud.Change, Replace: true}}},
		"the values decide: in place": {cloud.Props{"switch": true}, []cloud.Difference{{Path: "switch", Kind: cloud.Change}}},
		"the values decide: replaced": {cloud.Props{"switch": nil}, []cloud.Difference{{Path: "switch", Kind: cloud.Drop, Replace: true}}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.want, dev.Diff(made, base(test.changed)).Differences)
		})
	}
}

func TestReplacementIsDeletedFirstOnlyUnderAnExplicitName(t *testing.T) {
	dev := differ(t)
	automatic := dev.Create(thing, cloud.Props{"place": "here"})
	assert.False(t, dev.Diff(automatic, cloud.Props{"place": "there"}).DeleteFirst)
	named := dev.Create(thing, cloud.Props{"place": "here", "name": "mine"})
	assert.True(t, dev.Diff(named, cloud.Props{"place": "there", "name": "mine"}).DeleteFirst)
	assert.False(t, dev.Diff(named, cloud.Props{"place": "there", "name": "other"}).DeleteFirst)
}

func TestCheckFillsNameAndDefaultsAndKeepsTheName(t *testing.T) {
	dev := differ(t)
	made := dev.Create(thing, cloud.Props{"place": "here"})
	name, _ := made.State["name"].(string)
	assert.Regexp(t, `^r\d+-[0-9a-f]{7}$`, name)
	assert.Equal(t, "default", made.State["tenancy"])
	dev.Update(made, cloud.Props{"place": "here", "size": 2.0})
	assert.Equal(t, name, made.State["name"])

	checked, _, err := dev.World().Check(dev.Session, cloud.CheckRequest{
		URN: "urn:pulumi:dev::retail::x::a-name-that-is-much-too-long", Token: thing, Inputs: cloud.Props{}})
	require.NoError(t, err)
	assert.Len(t, checked["name"], 20, "cut to what AWS takes")
}

func TestCheckTellsEveryBrokenRule(t *testing.T) {
	_, broken := differ(t).Check(thing, cloud.Props{"place": "nowhere", "size": 10.0})
	assert.Equal(t, []string{`place: "nowhere" is no place`, "size: must be at most 9, got 10"}, broken)
}

func TestRegistryRefusesATokenDeclaredTwice(t *testing.T) {
	_, err := cloud.NewWorld(cloud.Options{Registry: cloud.NewRegistry(register, register)})
	require.ErrorContains(t, err, "aws:test/box:Box is declared twice")
}

// WAF's actions are blocks without members: which one is there is all they say.
func TestDiffSeesABlockWithoutMembers(t *testing.T) {
	dev := differ(t)
	made := dev.Create(thing, cloud.Props{"action": cloud.Props{"allow": cloud.Props{}}, "tags": cloud.Props{}})
	diff := dev.Diff(made, cloud.Props{"action": cloud.Props{"block": cloud.Props{}}})
	assert.Equal(t, []cloud.Difference{
		{Path: "action.allow", Kind: cloud.Drop}, {Path: "action.block", Kind: cloud.Add},
	}, diff.Differences, "but empty tags are none")
}
