package once

import (
	"crypto/rand"
	"fmt"
	"math"
	"math/big"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/internal/problem"
)

// Letters is an alphabet that needs no quoting in a shell, a URL or YAML.
const Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// strength is the least strength of a password, in bits.
const strength = 128

// NewPassword keeps a password of length characters of an alphabet, secret. Less than 128
// bits of strength is an error; 22 characters of [Letters] have 130.
func NewPassword(
	ctx *pulumi.Context, name string, generation, length int, alphabet string, opts ...pulumi.ResourceOption,
) (pulumi.StringOutput, error) {
	values, err := New(ctx, name, generation, func() (map[string]string, error) {
		text, err := password(length, alphabet)
		return map[string]string{"password": text}, err
	}, opts...)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	return values.Get("password"), nil
}

// password draws every character by itself and evenly.
func password(length int, alphabet string) (string, error) {
	seen := map[byte]bool{}
	for i := range len(alphabet) {
		if alphabet[i] >= 0x80 || seen[alphabet[i]] {
			return "", &problem.Problem{Path: "alphabet", Rule: "must be ASCII characters, each once", Got: fmt.Sprintf("%q", alphabet)}
		}
		seen[alphabet[i]] = true
	}
	if bits := float64(length) * math.Log2(float64(max(len(alphabet), 1))); bits < strength {
		return "", &problem.Problem{
			Path: "length", Rule: fmt.Sprintf("a password must have at least %d bits", strength),
			Got: fmt.Sprintf("%d characters of %d, %.0f bits", length, len(alphabet), bits), Remedy: "make it longer",
		}
	}
	text := make([]byte, length)
	for i := range text {
		drawn, err := rand.Int(rand.Reader, big.NewInt(int64(len(alphabet))))
		if err != nil {
			return "", err
		}
		text[i] = alphabet[drawn.Int64()]
	}
	return string(text), nil
}
