package kms

import "retail/sandbox/cloud"

// Usable is the key that a service is to encrypt data with: symmetric and enabled. The
// error is KMS's own; services answer with one of theirs.
func Usable(c *cloud.Call, name string) (*cloud.Record, error) {
	key, err := Find(c, name)
	if err != nil {
		return nil, err
	}
	arn := str(key.State, "arn")
	if enabled, given := key.State["isEnabled"].(bool); given && !enabled {
		return nil, c.Fail("DisabledException", "%s is disabled.", arn)
	}
	if spec := str(key.State, "customerMasterKeySpec"); spec != "SYMMETRIC_DEFAULT" {
		return nil, c.Fail("InvalidKeyUsageException", "%s key usage is %s; a symmetric encryption key is needed.", arn, spec)
	}
	return key, nil
}
