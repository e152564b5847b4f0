// Command retail is the Pulumi program of the retail platform: it loads the
// stack's typed configuration and deploys the kind of stack it describes.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/stacks"
	"retail/stacks/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		loaded, err := config.Load(ctx)
		if err != nil {
			return err
		}
		return stacks.Deploy(ctx, loaded)
	})
}
