package config_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/stacks/config"
)

const shop = "vpcs.main.shop"

// open are a shop and what it needs, every setting the default.
func open(more ...func(map[string]any)) edits {
	return append(edits{
		set("entrance", map[string]any{"domain": "dev.shop.example.com"}),
		set("vpcs.main.frontDoor", map[string]any{"alarmTopics": []any{"arn:aws:sns:eu-west-1:222222222222:alarms"}}),
		set(blue+".loadBalancing", map[string]any{}), set("vpcs.main.clusters.green.loadBalancing", map[string]any{}),
		set(shop, map[string]any{}),
	}, more...)
}

func TestShopDefaultsToAPodPerZone(t *testing.T) {
	loaded, err := load(t, "dev", open(set(shop+".services.ui", map[string]any{"max": 5}))...)
	require.NoError(t, err)
	made := loaded.Environment.VPCs["main"].Shop
	every := config.ShopService{Tag: "1.6.2", Peak: 1, Min: 2, Max: 8, CPUPercent: 70}
	ui := every
	ui.Max = 5
	assert.Equal(t, map[string]config.ShopService{"ui": ui, "catalog": every, "carts": every, "checkout": every, "orders": every}, made.Services)
	assert.Equal(t, 1, made.CredentialsGeneration)
}

func TestShopMayBeLeftOut(t *testing.T) {
	loaded, err := load(t, "dev", set(shop, nil), set("vpcs.main.observability", nil))
	require.NoError(t, err)
	assert.Nil(t, loaded.Environment.VPCs["main"].Shop)
}

func TestShopRules(t *testing.T) {
	const reason = "An exercise whose outage nobody notices."
	for _, r := range []refusal{
		{"nobody reaches it", edits{set("entrance", nil), set("vpcs.main.frontDoor", nil), set("vpcs.main.zonalShift", nil), set(blue+".loadBalancing", nil), set(shop, map[string]any{}), set("vpcs.main.clusters.green.loadBalancing", map[string]any{})}, []string{
			shop + ": needs the VPC's front door: declare frontDoor", blue + ".loadBalancing: is required with a shop",
		}},
		{"Z5 fewer pods than zones", open(set(shop+".services.ui.min", 1)), []string{shop + ".services.ui.min: must be at least the number of zones, 2, got 1"}},
		{"Z5 a reason for nothing", open(set(shop+".relax.fewPods", reason)), []string{shop + ".relax.fewPods: relaxes what holds anyway"}},
		{"HPA upside down", open(set(shop+".services.ui", map[string]any{"min": 3, "max": 2})), []string{shop + ".services.ui: 1 ≤ min ≤ max must hold, got min 3, max 2"}},
		{"L7 pods would outstay", open(set("vpcs.main.frontDoor.drainSeconds", 251)), []string{
			"frontDoor.drainSeconds: pods of blue have to leave within 300 seconds, so that this is at most 250, got 251", "pods of green",
		}},
		{"Z5 too many for the zones that are left", open(set(shop+".services.ui.max", 300)), []string{
			blue + ": must have room for the shop's pods with one zone lost, its mesh's and those that watch it: 279, got 942 at most", "clusters.green: must have room",
		}},
		{"a service that is none", open(set(shop+".services.cart", map[string]any{})), []string{shop + `.services.cart: must be one of carts, catalog, checkout, orders, ui, got "cart"`}},
		{"quantities and tags", open(set(shop+".services.ui", map[string]any{"tag": "a b", "cpu": "1.5", "memory": "512m", "cpuPercent": 101})), []string{
			shop + ".services.ui.tag: must be an image's tag", shop + `.services.ui.cpu: must be cores or thousandths of one, got "1.5"`, shop + `.services.ui.memory: must be in Mi or Gi, got "512m"`, shop + ".services.ui.cpuPercent: must be 1 to 100, got 101",
		}},
		{"themes", open(set(shop+".themes", map[string]any{"blue": "purple", "red": "teal"})), []string{
			shop + `.themes.blue: must be one of default, green, orange, teal, got "purple"`, shop + `.themes: must be one of blue, green, got "red"`,
		}},
		{"themes alike", open(set(shop+".themes", map[string]any{"blue": "teal", "green": "teal"})), []string{shop + ".themes: must tell the two clusters apart"}},
		{"a generation before the first", open(set(shop+".credentialsGeneration", -1)), []string{shop + ".credentialsGeneration: must be at least 1, got -1"}},
	} {
		r.check(t, "dev")
	}
}

func TestShopRelaxationIsShown(t *testing.T) {
	const reason = "An exercise whose outage nobody notices."
	loaded, err := load(t, "dev", open(set(shop+".services.ui.min", 1), set(shop+".relax.fewPods", reason))...)
	require.NoError(t, err)
	assert.Contains(t, loaded.Environment.Relaxations(), config.Relaxation{Path: shop + ".relax.fewPods", Reason: reason})
}
