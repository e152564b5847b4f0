// Package zonalshift lets AWS move traffic out of an availability zone that fails, and
// tells people about it: ARC zonal autoshift for clusters and load balancers, its weekly
// practice runs, and what observers are sent.
//
// Shifts that a person starts need nothing of this, only that a resource is registered:
// clusters by zonalShiftConfig, load balancers by the attribute zonal_shift.config.enabled.
package zonalshift
