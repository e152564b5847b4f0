package cloud_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
)

// nested is a world whose one type has defaults within objects and lists, and
// whose AWS adds a member to each element of a list.
func nested(t *testing.T) *cloudtest.Client {
	t.Helper()
	return cloudtest.NewWith(t, cloud.Options{Registry: cloud.NewRegistry(func(r *cloud.Registry) {
		r.Add(&cloud.Spec{
			Token:    thing,
			API:      cloud.API{Create: "test:Create", Read: "test:Read", Update: "test:Update", Delete: "test:Delete"},
			Defaults: cloud.Props{"probe.port": 80, "groups[*].weight": 1},
			Create: func(c *cloud.Call) error {
				c.ID = c.NewID("thing")
				for _, g := range c.State["groups"].([]any) {
					g.(map[string]any)["order"] = 1
				}
				return nil
			},
		})
	})}).As("222222222222", "eu-west-1")
}

func TestDefaultsWithinObjectsAreFilledWhereTheObjectIs(t *testing.T) {
	c := nested(t)
	checked, broken := c.Check(thing, cloud.Props{"probe": cloud.Props{}, "groups": []any{cloud.Props{"weight": 0.0}, cloud.Props{}}})
	assert.Empty(t, broken)
	assert.Equal(t, cloud.Props{"probe": cloud.Props{"port": 80.}, "__defaults": []any{},
		"groups": []any{cloud.Props{"weight": 0.}, cloud.Props{"weight": 1.}}}, checked)
	checked, _ = c.Check(thing, cloud.Props{"groups": cloud.Unknown{}})
	assert.Equal(t, cloud.Props{"groups": cloud.Unknown{}, "__defaults": []any{}}, checked)
}

func TestWhatAWSAddsToAListElementIsNoDrift(t *testing.T) {
	c := nested(t)
	made := c.Create(thing, cloud.Props{"groups": []any{cloud.Props{"weight": 9.0}}})
	read := func() any {
		out, err := c.World().Read(context.Background(), c.Session,
			cloud.Request{URN: made.URN, Token: thing, ID: made.ID, Old: cloud.Given(made.Inputs), State: made.State})
		require.NoError(t, err)
		return out.Inputs["groups"]
	}
	assert.Equal(t, []any{cloud.Props{"weight": 9.}}, read())
	require.NoError(t, c.World().SetProperty(made.ID, "groups[0].weight", 5.0))
	assert.Equal(t, []any{cloud.Props{"weight": 5.}}, read())
	require.NoError(t, c.World().SetProperty(made.ID, "groups", []any{}))
	assert.Equal(t, []any{}, read())
}
