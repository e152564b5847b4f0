package cloud

// Act runs a function under the world's lock and keeps what it changes, unless
// it fails: for a Spec's Wait, which runs without the lock while AWS goes on
// working (it launches instances for a node group that exists already).
func (c *Call) Act(f func() error) error {
	c.world.mu.Lock()
	defer c.world.mu.Unlock()
	c.world.begin()
	if err := f(); err != nil {
		c.world.rollback()
		return err
	}
	return c.world.commit()
}
