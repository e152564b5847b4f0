package store

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// catalog holds the products.
const catalog = "catalog"

// catalogTLS follows the database's name in catalog's connection string and makes the
// driver use TLS. The sample has no setting for it, but puts the name unchanged before a
// "?" and parameters of its own (src/catalog/repository/repository.go); the last parameter
// here takes that "?" and what follows up to the next "&" as a harmless text
// (go-sql-driver/mysql 1.8, "DSN (Data Source Name)"). The server's certificate is not
// checked: the image does not know the authority of Amazon RDS.
const catalogTLS = "?tls=skip-verify&connectionAttributes=program_name:catalog"

func (b *builder) catalog() service {
	s := service{
		name: catalog, image: "catalog", runtime: native,
		cpu: "250m", memory: "256Mi",
		env: []variable{plain("RETAIL_CATALOG_PERSISTENCE_PROVIDER", "in-memory")},
	}
	if db := b.args.Data.Catalog; db != nil {
		s.env = []variable{
			plain("RETAIL_CATALOG_PERSISTENCE_PROVIDER", "mysql"),
			input("RETAIL_CATALOG_PERSISTENCE_ENDPOINT", pulumi.Sprintf("%s:%d", db.Host, db.Port)),
			plain("RETAIL_CATALOG_PERSISTENCE_DB_NAME", db.Name+catalogTLS),
		}
		s.credentials = []credential{{
			store: "database", secret: db.SecretArn, key: db.KeyArn,
			username: "RETAIL_CATALOG_PERSISTENCE_USER", password: "RETAIL_CATALOG_PERSISTENCE_PASSWORD",
		}}
		s.ports = []int{db.Port}
	}
	return s
}
