package cloud

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// Put adds an implied record, or replaces the one of the same ID. Account and
// region default to the call's, Created to now, Owner to the controller that calls.
func (c *Call) Put(r *Record) {
	if r.Owner == "" {
		r.Owner = c.actor.owner()
	}
	if r.Account == "" {
		r.Account = c.Account
	}
	if r.Region == "" {
		r.Region = c.Region
	}
	r.Region = c.world.region(r.Token, r.Region)
	if r.Created.IsZero() {
		r.Created = c.Now()
	}
	c.world.set(r.clone())
}

// Save writes back a record whose State was changed after a Get.
func (c *Call) Save(r *Record) { c.world.set(r.clone()) }

// Remove takes a record away.
func (c *Call) Remove(r *Record) { c.world.unset(r.key()) }

// NewID is a fresh identifier, "vpc-" + 17 hex digits. It follows from the
// world's seed and the resource's URN, so that a world built again by the same
// program carries the same identifiers whatever the order of its calls.
func (c *Call) NewID(prefix string) string {
	if prefix != "" && prefix[len(prefix)-1] != '-' {
		prefix += "-"
	}
	return prefix + c.Hex(17)
}

// Hex is n fresh hex digits (at most 64), reproducible as NewID is.
func (c *Call) Hex(n int) string {
	c.made++
	who := c.URN
	if who == "" {
		who = c.Principal
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s|%s|%s|%s|%s|%d|%d",
		c.world.seed, c.Account, c.Region, c.Verb, who, c.world.incarnation(c), c.made))
	return hex.EncodeToString(sum[:])[:n]
}

// Regional is n hex digits (at most 64) that are the same for all of a service's
// resources of an account in a region, as in the host names of RDS and ElastiCache
// [inferred from endpoints that users show].
func (c *Call) Regional(service string, n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s|%s|%s|%s", c.world.seed, service, c.Account, c.Region))
	return hex.EncodeToString(sum[:])[:n]
}

// incarnation counts the calls of this verb for this URN that had an effect, so
// that a replacement never gets the identifiers of what it replaces.
func (w *World) incarnation(c *Call) int { return w.lives[c.Verb+"|"+c.URN] }

// ARN is an ARN with the call's region and account.
func (c *Call) ARN(service, resource string) string {
	return fmt.Sprintf("arn:%s:%s:%s:%s:%s", c.Partition, service, c.Region, c.Account, resource)
}

// GlobalARN is an ARN without a region, as IAM's are.
func (c *Call) GlobalARN(service, resource string) string {
	return fmt.Sprintf("arn:%s:%s::%s:%s", c.Partition, service, c.Account, resource)
}

// Now is the virtual clock at the start of the call.
func (c *Call) Now() time.Time { return Epoch.Add(c.start) }

// Wall is the time on the wall, UTC, to the second. The virtual clock stands still
// while nobody calls; what has to end by itself goes by this one.
func (c *Call) Wall() time.Time { return c.world.wall().UTC().Truncate(time.Second) }
