package control

import (
	"net/http"

	"retail/sandbox/cloud"
)

// Alarms are all alarms with their states.
func (c *Client) Alarms() ([]Alarm, error) { return ask[[]Alarm](c, http.MethodGet, "/alarms", nil) }

// SetAlarm puts a metric alarm into a state, as SetAlarmState does.
func (c *Client) SetAlarm(q AlarmState) error {
	_, err := ask[any](c, http.MethodPost, "/alarms", q)
	return err
}

// Notifications are the messages to topics so far, in order, as records of sns.Notification.
func (c *Client) Notifications() ([]*cloud.Record, error) {
	return ask[[]*cloud.Record](c, http.MethodGet, "/notifications", nil)
}

// Confirm confirms the subscriptions of an endpoint.
func (c *Client) Confirm(endpoint string) error {
	_, err := ask[any](c, http.MethodPost, "/confirm", endpoint)
	return err
}

// Shifts are all zonal shifts, autoshifts and broken zones.
func (c *Client) Shifts() (Shifts, error) { return ask[Shifts](c, http.MethodGet, "/shifts", nil) }

// Autoshift begins or ends an autoshift of AWS's.
func (c *Client) Autoshift(q ZoneChange) error {
	_, err := ask[any](c, http.MethodPost, "/autoshift", q)
	return err
}

// Practice begins a practice run.
func (c *Client) Practice(q Practice) (PlacedShift, error) {
	return ask[PlacedShift](c, http.MethodPost, "/practice", q)
}

// Break breaks a zone or mends it.
func (c *Client) Break(q ZoneChange) error {
	_, err := ask[any](c, http.MethodPost, "/zone", q)
	return err
}
