// Package kms simulates AWS Key Management Service: customer managed keys with
// their policies, rotation and waiting period before deletion, and aliases.
//
// Rules, codes and texts are those of the AWS KMS API Reference and Developer
// Guide. A deleted key stays in the world as a fading record of type Pending
// until nobody can tell it from one that is gone: it is no left-over, but an
// alias or a service that names it is told that it is pending deletion.
package kms

import (
	"strings"
	"time"

	"retail/sandbox/cloud"
)

// Tokens of the resource types.
const (
	Key   = "aws:kms/key:Key"
	Alias = "aws:kms/alias:Alias"
	// Pending is the type of keys that wait for their deletion.
	Pending = "aws:kms/pendingDeletion:PendingDeletion"
)

const fast = time.Second

// Register declares the service's resource types.
func Register(r *cloud.Registry) { r.Add(keySpec(), aliasSpec()) }

// Find is the key that an ID, ARN, alias or alias ARN names, with KMS's own
// error when there is none or when it is pending deletion.
func Find(c *cloud.Call, name string) (*cloud.Record, error) {
	id := name
	if _, resource, ok := strings.Cut(name, ":"+c.Account+":"); ok && strings.HasPrefix(name, "arn:") {
		id = resource
	}
	if strings.HasPrefix(id, "alias/") {
		alias := c.Get(Alias, id)
		if alias == nil {
			return nil, c.Fail("NotFoundException", "Alias %s is not found.", c.ARN("kms", id))
		}
		id, _ = alias.State["targetKeyId"].(string)
	}
	id = strings.TrimPrefix(id, "key/")
	if key := c.Get(Key, id); key != nil {
		return key, nil
	}
	if c.Get(Pending, id) != nil {
		return nil, c.Fail("KMSInvalidStateException", "%s is pending deletion.", c.ARN("kms", "key/"+id))
	}
	return nil, c.Fail("NotFoundException", "Key '%s' does not exist", c.ARN("kms", "key/"+id))
}

// str reads a string property; "" when there is none.
func str(p cloud.Props, path string) string { s, _ := cloud.Lookup(p, path).(string); return s }
