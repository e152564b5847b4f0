package store

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// checkout takes a customer through a purchase and gives the order to orders.
const checkout = "checkout"

func (b *builder) checkout() service {
	s := service{
		name: checkout, image: "checkout", runtime: native,
		cpu: "250m", memory: "256Mi",
		env: []variable{
			plain("RETAIL_CHECKOUT_PERSISTENCE_PROVIDER", "in-memory"),
			// Read with every provider, other than by the sample's chart, which sets it with
			// redis only; without it orders are made up.
			plain("RETAIL_CHECKOUT_ENDPOINTS_ORDERS", address(orders)),
		},
	}
	if cache := b.args.Data.Checkout; cache != nil {
		const username, password = "CHECKOUT_CACHE_USERNAME", "CHECKOUT_CACHE_PASSWORD"
		s.env[0] = plain("RETAIL_CHECKOUT_PERSISTENCE_PROVIDER", "redis")
		s.credentials = []credential{{
			store: "cache", secret: cache.SecretArn, key: cache.KeyArn, username: username, password: password,
		}}
		// The kubelet fills in the two variables, which stand before this one.
		s.afterCredentials = []variable{input("RETAIL_CHECKOUT_PERSISTENCE_REDIS_URL",
			pulumi.Sprintf("rediss://$(%s):$(%s)@%s:%d", username, password, cache.Host, cache.Port))}
		s.ports = []int{cache.Port}
	}
	return s
}
