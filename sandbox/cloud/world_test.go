package cloud_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
)

const (
	box  = "aws:test/box:Box"
	item = "aws:test/item:Item"
)

// register declares two made-up types: a box, and an item that lies in one.
func register(r *cloud.Registry) {
	r.Add(&cloud.Spec{
		Token:    box,
		API:      cloud.API{Create: "test:CreateBox", Read: "test:GetBox", Update: "test:UpdateBox", Delete: "test:DeleteBox"},
		AutoName: &cloud.AutoName{Property: "name", Max: 12},
		Create: func(c *cloud.Call) error {
			c.ID = c.NewID("box")
			c.State["arn"] = c.ARN("test", "box/"+c.ID)
			return nil
		},
	}, &cloud.Spec{
		Token: item,
		API:   cloud.API{Create: "test:CreateItem", Read: "test:GetItem", Delete: "test:DeleteItem"},
		Refs:  []cloud.Ref{{Path: "boxIds[*]", To: []string{box}, NotFound: "InvalidBox.NotFound", Holds: "DependencyViolation", Shared: true}},
		Create: func(c *cloud.Call) error {
			c.ID = c.NewID("item")
			return nil
		},
	})
}

func TestReferencesAreCheckedOnCreateAndHoldOnDelete(t *testing.T) {
	dev := cloudtest.NewWith(t, cloud.Options{Registry: cloud.NewRegistry(register)}).As("222222222222", "eu-west-1")
	err := dev.FailsCreate(item, cloud.Props{"boxIds": []any{"box-0"}}, "InvalidBox.NotFound")
	assert.ErrorContains(t, err, `boxIds[0]: "box-0" does not exist in account 222222222222`)

	b := dev.Create(box, cloud.Props{})
	i := dev.Create(item, cloud.Props{"boxIds": []any{b.ID}})
	assert.ErrorContains(t, dev.FailsDelete(b, "DependencyViolation"), i.ID)
	dev.Delete(i)
	dev.Delete(b)
	assert.Nil(t, dev.Read(b))
}
