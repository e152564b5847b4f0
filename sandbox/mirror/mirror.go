// Package mirror serves a world's mirror of what programs fetch from the
// internet: a Helm repository of the charts of package charts.
// It listens on the loopback interface at a port that a world keeps for ever,
// since its address stands in the state of what was installed from it.
package mirror

import (
	"net"

	"retail/sandbox/port"
)

// ports are those of mirrors.
var ports = port.Range{What: "the mirror", File: "mirror.port", First: 18000, Last: 19999}

// chartsPath is the path under which a mirror serves charts.
const chartsPath = "/charts"

// Variables point programs at a world's mirror, as "NAME=value".
func Variables(world string) ([]string, error) {
	base, err := ports.URL(world)
	if err != nil {
		return nil, err
	}
	return []string{"RETAIL_MIRROR_CHARTS=" + base + chartsPath}, nil
}

// Listen opens a world's mirror.
func Listen(world string) (net.Listener, error) { return ports.Listen(world) }
