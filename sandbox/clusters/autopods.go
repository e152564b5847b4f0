package clusters

import "maps"

// autoPods is the block of pods' addresses of a node of Auto Mode, the same for
// ever; "" when the VPC has no room in the zone.
func (c *cluster) autoPods(zone, instance string) string {
	if c.opts.Pods == nil {
		return ""
	}
	m := c.owner
	m.mu.Lock()
	defer m.mu.Unlock()
	if block, ok := c.record.Pods[instance]; ok {
		return block
	}
	var taken []string
	for _, other := range m.clusters {
		for _, block := range other.record.Pods {
			taken = append(taken, block)
		}
	}
	block := c.opts.Pods(c.record.Spec.ARN, zone, taken)
	if block == "" {
		c.log.Info("auto mode provides no node", "zone", zone)
		return ""
	}
	// A copy: the record is saved by others too.
	pods := maps.Clone(c.record.Pods)
	if pods == nil {
		pods = map[string]string{}
	}
	pods[instance] = block
	c.record.Pods = pods
	if err := c.record.save(m.opts.Dir); err != nil {
		c.log.Error("the block of pods' addresses is not saved", "error", err)
	}
	return block
}
