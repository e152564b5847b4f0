package world_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/world/control"
)

func TestZonesFailAndAreShiftedByHand(t *testing.T) {
	folder, err := os.MkdirTemp("", "w-") // short: it holds sockets
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	client, stop := serve(t, folder)
	one := control.ZoneChange{Zone: "euw1-az1"}
	require.NoError(t, client.Break(one))
	require.NoError(t, client.Autoshift(one))
	require.NoError(t, stop())

	client, stop = serve(t, folder)
	shifts, err := client.Shifts()
	require.NoError(t, err)
	assert.Equal(t, []string{"euw1-az1"}, shifts.Broken, "it outlasts the daemon")
	require.Len(t, shifts.Autoshifts, 1)
	assert.Equal(t, "ACTIVE", shifts.Autoshifts[0].Status)
	one.End = true
	require.NoError(t, client.Break(one))
	require.NoError(t, client.Autoshift(one))
	require.ErrorContains(t, client.Autoshift(one), "no autoshift away from")
	require.ErrorContains(t, client.Break(control.ZoneChange{Zone: "eu-west-1a"}), "no Availability Zone ID")
	require.ErrorContains(t, client.SetAlarm(control.AlarmState{Alarm: "absent", State: "OK"}), `0 alarms are called "absent"`)
	_, err = client.Practice(control.Practice{Resource: "absent", Zone: "euw1-az1"})
	require.ErrorContains(t, err, `0 managed resources are called "absent"`)
	require.ErrorContains(t, client.Confirm("nobody@example.com"), "no subscription")
	told, err := client.Notifications()
	require.NoError(t, err)
	assert.Empty(t, told)
	require.NoError(t, stop())
}
