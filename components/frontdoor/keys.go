package frontdoor

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/once"
)

// Keys in request headers are of what is the same in capitals and small letters: load balancers
// compare them without regard to case.
const (
	keyAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789"
	keyLength   = 32
)

// newKey keeps a key. It is not guarded: one that is superseded goes by itself, and a new one
// is as good.
func newKey(ctx *pulumi.Context, name string, generation int, opts ...pulumi.ResourceOption) (pulumi.StringOutput, error) {
	return once.NewPassword(ctx, name, generation, keyLength, keyAlphabet, append(opts, pulumi.Protect(false))...)
}

// keys keeps the origin keys of this generation and of the one before.
func (d *Domain) keys(ctx *pulumi.Context, name string, generation int, opts ...pulumi.ResourceOption) error {
	for g := generation; g > generation-2 && (g > 0 || g == generation); g-- {
		key, err := newKey(ctx, name, g, opts...)
		if err != nil {
			return err
		}
		d.OriginKeys = append(d.OriginKeys, key)
	}
	return nil
}
