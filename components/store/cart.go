package store

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/policy"
)

// carts is the cart service; its Service has always had this name.
const carts = "carts"

func (b *builder) carts() service {
	s := service{
		name: carts, image: "cart", runtime: spring,
		cpu: "250m", memory: "512Mi",
		env: []variable{plain("RETAIL_CART_PERSISTENCE_PROVIDER", "in-memory")},
	}
	if table := b.args.Data.Carts; table != nil {
		s.env = []variable{
			plain("RETAIL_CART_PERSISTENCE_PROVIDER", "dynamodb"),
			input("RETAIL_CART_PERSISTENCE_DYNAMODB_TABLE_NAME", table.Name),
			// The service would delete the table first.
			plain("RETAIL_CART_PERSISTENCE_DYNAMODB_CREATE_TABLE", "false"),
		}
		s.permissions = &permissions{
			values: map[string]pulumi.StringInput{"table": table.Arn, "tableKey": table.KeyArn},
			build: func(known map[string]string) policy.Document {
				return policy.Document{
					{
						Sid: "Table", Resources: []string{known["table"], known["table"] + "/index/*"},
						Actions: []string{
							"dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:DescribeTable",
							"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem",
						},
					},
					b.keyStatement("TableKey", "dynamodb", known["tableKey"], "kms:Decrypt", "kms:DescribeKey"),
				}
			},
		}
		s.callsAWS = true
	}
	return s
}
