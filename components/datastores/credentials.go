package datastores

import (
	"encoding/json"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/secretsmanager"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/once"
)

// secretRecoveryDays is how long a deleted secret can be had back, the longest that
// Secrets Manager offers.
const secretRecoveryDays = 30

// renewed is an option of what a new password replaces: a guard would refuse the renewal.
// What holds the values, secret and user, keeps its guard.
var renewed = pulumi.Protect(false)

// secret makes a secret of Secrets Manager with "username" and "password". The value is
// secret to the engine too: encrypted in the state, hidden in every output.
func (b *builder) secret(child, what, username string, password pulumi.StringOutput) (pulumi.StringOutput, error) {
	secret, err := secretsmanager.NewSecret(b.ctx, child, &secretsmanager.SecretArgs{
		Description: pulumi.String(what), KmsKeyId: b.key.Arn,
		RecoveryWindowInDays: pulumi.Int(secretRecoveryDays), Tags: b.tags(child),
	}, b.opts...)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	value := password.ApplyT(func(known string) (string, error) {
		text, err := json.Marshal(map[string]string{"username": username, "password": known})
		return string(text), err
	}).(pulumi.StringOutput)
	version, err := secretsmanager.NewSecretVersion(b.ctx, child, &secretsmanager.SecretVersionArgs{
		SecretId: secret.ID(), SecretString: pulumi.ToSecret(value).(pulumi.StringOutput),
	}, b.with(renewed)...)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	return version.Arn, nil // of the secret, known once it has a value
}

// passwordLength is the number of letters and digits of a password, 190 bits, which both
// ElastiCache (16 to 128) and Amazon MQ (12 to 250) take.
const passwordLength = 32

// password is made once and kept; a later generation is another password.
func (b *builder) password(child string, generation int) (pulumi.StringOutput, error) {
	return once.NewPassword(b.ctx, names.Child(child, "password"), generation, passwordLength, once.Letters, b.with(renewed)...)
}
