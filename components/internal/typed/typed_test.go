package typed_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/components/internal/typed"
)

type inner struct {
	Port int `json:"port"`
}

type outer struct {
	Name    string             `json:"name"`
	Off     bool               `json:"off"`
	None    string             `json:"none,omitempty"`
	NoList  []string           `json:"noList,omitempty"`
	Inner   inner              `json:"inner"`
	Nil     *inner             `json:"nil"`
	List    []inner            `json:"list"`
	Labels  map[string]string  `json:"labels"`
	Arn     pulumi.StringInput `json:"arn"`
	NoInput pulumi.StringInput `json:"noInput"`
	Hidden  string             `json:"-"`
}

func TestEveryKindOfFieldArrives(t *testing.T) {
	secret := pulumi.ToSecret(pulumi.String("arn")).(pulumi.StringOutput)
	got, err := typed.Map(&outer{
		Name: "a", Inner: inner{1}, List: []inner{{2}}, Labels: map[string]string{"k": "v"}, Arn: secret, Hidden: "x",
	})
	require.NoError(t, err)
	assert.Equal(t, pulumi.Map{
		"name": pulumi.String("a"), "off": pulumi.Bool(false),
		"inner": pulumi.Map{"port": pulumi.Int(1)}, "list": pulumi.Array{pulumi.Map{"port": pulumi.Int(2)}},
		"labels": pulumi.Map{"k": pulumi.String("v")}, "arn": secret,
	}, got)
}

func TestWhatHasNoPlaceInJSONIsRefused(t *testing.T) {
	_, err := typed.Map("text")
	require.ErrorContains(t, err, "want a struct, got string")
	_, err = typed.Map(struct{ Name string }{"a"})
	require.ErrorContains(t, err, "Name has no json tag")
	_, err = typed.Map(struct {
		Outer []map[string]chan int `json:"outer"`
	}{[]map[string]chan int{{"a": nil}}})
	require.ErrorContains(t, err, "outer: 0: a: typed: a value of type chan int")
}
