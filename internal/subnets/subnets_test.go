package subnets_test

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"retail/internal/subnets"
)

func TestPlanOfASlash16(t *testing.T) {
	plan, err := subnets.New(netip.MustParsePrefix("10.20.0.0/16"), netip.MustParsePrefix("100.64.0.0/16"), []string{"euw1-az1", "euw1-az3"})
	require.NoError(t, err)
	assert.Equal(t, subnets.Plan{
		"euw1-az1": {
			Private: netip.MustParsePrefix("10.20.0.0/20"), Public: netip.MustParsePrefix("10.20.16.0/22"),
			Data: netip.MustParsePrefix("10.20.20.0/22"), Attachment: netip.MustParsePrefix("10.20.31.240/28"),
			Pods: netip.MustParsePrefix("100.64.0.0/19"),
		},
		"euw1-az3": {
			Private: netip.MustParsePrefix("10.20.64.0/20"), Public: netip.MustParsePrefix("10.20.80.0/22"),
			Data: netip.MustParsePrefix("10.20.84.0/22"), Attachment: netip.MustParsePrefix("10.20.95.240/28"),
			Pods: netip.MustParsePrefix("100.64.64.0/19"),
		},
	}, plan)
	assert.Equal(t, "100.64.16.0/20", plan["euw1-az1"].PrefixReservation().String())
	assert.Equal(t, 255, plan["euw1-az1"].Prefixes())
}

func TestPodsShareTheNodesSubnetsWithoutAPodRange(t *testing.T) {
	plan, err := subnets.New(netip.MustParsePrefix("10.20.0.0/16"), netip.Prefix{}, []string{"euw1-az1"})
	require.NoError(t, err)
	assert.Equal(t, "10.20.8.0/21", plan["euw1-az1"].PrefixReservation().String())
	assert.Equal(t, 127, plan["euw1-az1"].Prefixes())
}

func TestPlanRefusesWhatItCannotCut(t *testing.T) {
	vpc := netip.MustParsePrefix("10.20.0.0/16")
	for name, refused := range map[string]func() error{
		"zone name":   func() error { _, err := subnets.New(vpc, netip.Prefix{}, []string{"eu-west-1a"}); return err },
		"zone number": func() error { _, err := subnets.New(vpc, netip.Prefix{}, []string{"euw1-az9"}); return err },
		"range too small": func() error {
			_, err := subnets.New(netip.MustParsePrefix("10.20.0.0/21"), netip.Prefix{}, nil)
			return err
		},
		"range too large": func() error { _, err := subnets.New(vpc, netip.MustParsePrefix("100.64.0.0/10"), nil); return err },
	} {
		assert.ErrorContains(t, refused(), "subnet plan: ", name)
	}
}

// drawn is a random VPC range, pod range and set of zones.
func drawn(t *rapid.T) (vpc, pods netip.Prefix, zones []string) {
	octet := rapid.Uint8()
	vpc, _ = netip.AddrFrom4([4]byte{10, octet.Draw(t, "second"), octet.Draw(t, "third"), 0}).
		Prefix(rapid.IntRange(subnets.LargestRange, subnets.SmallestRange).Draw(t, "bits"))
	pods, _ = netip.AddrFrom4([4]byte{100, 64 + octet.Draw(t, "pod")%64, 0, 0}).
		Prefix(rapid.IntRange(subnets.LargestRange, subnets.SmallestRange).Draw(t, "podBits"))
	numbers := rapid.SliceOfNDistinct(rapid.IntRange(1, subnets.Slots), 1, subnets.Slots, rapid.ID).Draw(t, "zones")
	for _, number := range numbers {
		zones = append(zones, fmt.Sprintf("euw1-az%d", number))
	}
	return vpc, pods, zones
}

func all(zone subnets.Zone) []netip.Prefix {
	return []netip.Prefix{zone.Private, zone.Public, zone.Data, zone.Attachment, zone.Pods}
}

func TestSubnetsNeverOverlapAndStayInside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		vpc, pods, zones := drawn(t)
		plan, err := subnets.New(vpc, pods, zones)
		require.NoError(t, err)
		require.Len(t, plan, len(zones))

		var seen []netip.Prefix
		for id, zone := range plan {
			for i, subnet := range all(zone) {
				within := vpc
				if i == 4 {
					within = pods
				}
				require.True(t, within.Bits() <= subnet.Bits() && within.Contains(subnet.Addr()), "%s %s is outside %s", id, subnet, within)
				require.Equal(t, subnet.Masked(), subnet)
				require.LessOrEqual(t, subnet.Bits(), 28, "AWS allows no subnet smaller than /28")
				for _, other := range seen {
					require.False(t, other.Overlaps(subnet), "%s overlaps %s", subnet, other)
				}
				seen = append(seen, subnet)
			}
			require.LessOrEqual(t, zone.Private.Bits(), 24, "case N8: node subnets hold at least a /24")
			reservation := zone.PrefixReservation()
			require.True(t, zone.PodSubnet().Contains(reservation.Addr()) && reservation.Bits() > zone.PodSubnet().Bits())
		}
	})
}

func TestAddingOrRemovingAZoneMovesNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		vpc, pods, zones := drawn(t)
		before, err := subnets.New(vpc, pods, zones)
		require.NoError(t, err)
		removed := rapid.IntRange(0, len(zones)-1).Draw(t, "removed")
		after, err := subnets.New(vpc, pods, append(append([]string{}, zones[:removed]...), zones[removed+1:]...))
		require.NoError(t, err)

		require.Len(t, after, len(before)-1)
		for id, zone := range after {
			require.Equal(t, before[id], zone)
		}
	})
}
