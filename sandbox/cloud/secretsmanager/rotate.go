package secretsmanager

import (
	"encoding/json"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
)

// Rotate is RotateSecret for a secret that belongs to another service, as RDS's of a
// master user: it has a new password from now on, with the same user. Errors:
// ResourceNotFoundException, InvalidRequestException for a secret whose values a program
// puts, since rotation by a function is not simulated.
func Rotate(c *cloud.Call, arn string) error {
	if c.Get(Secret, arn) == nil {
		return missing(c, arn)
	}
	own := c.Get(owned, arn)
	if own == nil {
		return c.Fail("InvalidRequestException", "No Lambda rotation function ARN is associated with this secret.")
	}
	value := map[string]any{}
	if err := json.Unmarshal([]byte(ec2.Text(own.State, "secretString")), &value); err != nil {
		return err
	}
	value["password"] = c.Hex(28)
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	own.State["secretString"] = string(text)
	c.Save(own)
	return nil
}
