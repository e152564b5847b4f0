package cloud

// Look runs a reading function under the world's lock: for a Spec's Wait, which
// runs without it. What the function changes is taken back.
func (c *Call) Look(f func() error) error {
	c.world.mu.Lock()
	defer c.world.mu.Unlock()
	c.world.begin()
	defer c.world.rollback()
	return f()
}
