package recorder_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/tests/internal/recorder"
)

// silent is a testing.TB that notes errors instead of failing.
type silent struct {
	testing.TB
	errors int
}

func (s *silent) Error(...any) { s.errors++ }

type thing struct{ pulumi.CustomResourceState }

func register(token string) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		return ctx.RegisterResource(token, "thing", pulumi.Map{"size": pulumi.Int(3)}, &thing{},
			pulumi.Protect(true), pulumi.IgnoreChanges([]string{"size"}))
	}
}

// Case G2: mocks must not echo what they do not know.
func TestUnlistedTypesFailTheTest_G2(t *testing.T) {
	tb := &silent{TB: t}
	err := recorder.New(tb).Run(register("aws:unheard/of:Thing"))
	require.ErrorContains(t, err, `"aws:unheard/of:Thing" (thing) is not listed`)
	assert.Equal(t, 1, tb.errors)
}

func TestUnlistedInvokesFailTheTest_G2(t *testing.T) {
	tb := &silent{TB: t}
	err := recorder.New(tb).Run(func(ctx *pulumi.Context) error {
		var result struct{}
		return ctx.Invoke("aws:unheard/of:get", &struct{}{}, &result)
	})
	require.ErrorContains(t, err, `"aws:unheard/of:get" is not listed`)
	assert.Equal(t, 1, tb.errors)
}

func TestRegistrationsAreKeptWithTheirOptions(t *testing.T) {
	r := recorder.New(t).Resource("aws:listed/thing:Thing", func(name string, _ resource.PropertyMap) (string, recorder.State) {
		return "id-" + name, recorder.State{"arn": "arn:x"}
	})
	require.NoError(t, r.Run(register("aws:listed/thing:Thing")))

	got := r.One(t, "aws:listed/thing:Thing", "thing")
	assert.True(t, got.Protect)
	assert.Equal(t, []string{"size"}, got.IgnoreChanges)
	assert.EqualValues(t, 3, got.Value("size").NumberValue())
	assert.Equal(t, map[string]int{"aws:listed/thing:Thing": 1}, r.Count())
}

func TestCounterCountsWhatRan_G2(t *testing.T) {
	ran := recorder.Expect(t, 1)
	r := recorder.New(t).Resource("aws:listed/thing:Thing", func(name string, _ resource.PropertyMap) (string, recorder.State) {
		return "id-" + name, nil
	})
	require.NoError(t, r.Run(func(ctx *pulumi.Context) error {
		res := &thing{}
		if err := ctx.RegisterResource("aws:listed/thing:Thing", "thing", pulumi.Map{}, res); err != nil {
			return err
		}
		res.ID().ApplyT(func(id pulumi.ID) string {
			assert.Equal(t, pulumi.ID("id-thing"), id)
			ran.Hit()
			return ""
		})
		return nil
	}))
}
