package globalaccelerator

import (
	"time"

	"retail/sandbox/cloud"
)

// listenersLimit is the quota of listeners for an accelerator.
const listenersLimit = 10

func listenerSpec() *cloud.Spec {
	return &cloud.Spec{
		Token: Listener,
		API: cloud.API{Create: "globalaccelerator:CreateListener", Read: "globalaccelerator:DescribeListener",
			Update: "globalaccelerator:UpdateListener", Delete: "globalaccelerator:DeleteListener"},
		Latency: cloud.Latency{Create: time.Minute, Update: time.Minute, Delete: time.Minute},
		// pulumi-aws's own default (aws_globalaccelerator_listener).
		Defaults: cloud.Props{"clientAffinity": "NONE"},
		Refs: []cloud.Ref{{Path: "acceleratorArn", To: []string{Accelerator}, NotFound: "AcceleratorNotFoundException",
			Holds: "AssociatedListenerFoundException"}},
		Create: func(c *cloud.Call) error {
			if len(siblings(c)) >= listenersLimit {
				return c.Fail("LimitExceededException", "The number of listeners exceeds the limit of %d", listenersLimit)
			}
			c.ID = c.Str("acceleratorArn") + "/listener/" + c.Hex(8)
			c.State["arn"] = c.ID
			return checkPorts(c)
		},
		Update: checkPorts,
	}
}

// siblings are the other listeners of the call's accelerator.
func siblings(c *cloud.Call) []*cloud.Record {
	var out []*cloud.Record
	for _, l := range c.List(Listener) {
		if str(l.State, "acceleratorArn") == c.Str("acceleratorArn") && l.ID != c.ID {
			out = append(out, l)
		}
	}
	return out
}

// ports is a range of ports of one protocol.
type ports struct {
	protocol string
	from, to float64
}

func (p ports) overlap(o ports) bool {
	return p.protocol == o.protocol && p.from <= o.to && o.from <= p.to
}

func rangesOf(p cloud.Props) []ports {
	var out []ports
	list, _ := p["portRanges"].([]any)
	for _, r := range list {
		from, _ := cloud.Lookup(cloud.Props{"r": r}, "r.fromPort").(float64)
		to, _ := cloud.Lookup(cloud.Props{"r": r}, "r.toPort").(float64)
		out = append(out, ports{str(p, "protocol"), from, to})
	}
	return out
}

// checkPorts: a range ends where it begins or later, and no two of a protocol
// on one accelerator overlap.
func checkPorts(c *cloud.Call) error {
	refuse := func(text string, p ports) error {
		return c.Fail("InvalidPortRangeException", "%s: %s %v-%v", text, p.protocol, p.from, p.to)
	}
	own := rangesOf(c.Inputs)
	for i, p := range own {
		if p.from < 1 || p.to < p.from {
			return refuse("The port numbers that you specified are not valid numbers or are not unique for this accelerator", p)
		}
		for _, o := range own[:i] {
			if p.overlap(o) {
				return refuse("Port ranges overlap", p)
			}
		}
		for _, l := range siblings(c) {
			for _, o := range rangesOf(l.State) {
				if p.overlap(o) {
					return refuse("The ports are those of another listener of this accelerator", p)
				}
			}
		}
	}
	return nil
}
