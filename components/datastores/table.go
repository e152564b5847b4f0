package datastores

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/dynamodb"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
)

// Table is a DynamoDB table. Who may use it is said in IAM: a role of the cart service
// needs the table, its indexes and the key.
type Table struct {
	// Name and Arn are the table's, KeyArn is its key's.
	Name, Arn, KeyArn pulumi.StringOutput
}

// customerIndex is the index that the cart service asks for by this very name
// (aws-containers/retail-store-sample-app, src/cart).
const customerIndex = "idx_global_customerId"

// table makes the carts' table with the keys the cart service expects: an item by its
// id, and every item of a customer.
func (b *builder) table() error {
	if b.args.Carts == nil {
		return nil
	}
	child := names.Child(b.name, carts)
	table, err := dynamodb.NewTable(b.ctx, child, &dynamodb.TableArgs{
		BillingMode: pulumi.String("PAY_PER_REQUEST"),
		HashKey:     pulumi.String("id"),
		Attributes: dynamodb.TableAttributeArray{
			dynamodb.TableAttributeArgs{Name: pulumi.String("id"), Type: pulumi.String("S")},
			dynamodb.TableAttributeArgs{Name: pulumi.String("customerId"), Type: pulumi.String("S")},
		},
		GlobalSecondaryIndexes: dynamodb.TableGlobalSecondaryIndexArray{dynamodb.TableGlobalSecondaryIndexArgs{
			Name: pulumi.String(customerIndex), HashKey: pulumi.String("customerId"), ProjectionType: pulumi.String("ALL"),
		}},
		PointInTimeRecovery:       dynamodb.TablePointInTimeRecoveryArgs{Enabled: pulumi.Bool(true)},
		ServerSideEncryption:      dynamodb.TableServerSideEncryptionArgs{Enabled: pulumi.Bool(true), KmsKeyArn: b.key.Arn},
		DeletionProtectionEnabled: pulumi.Bool(!b.args.Unprotected),
		Tags:                      b.tags(child),
	}, b.opts...)
	if err != nil {
		return err
	}
	b.made.Carts = &Table{Name: table.Name, Arn: table.Arn, KeyArn: b.key.Arn}
	return nil
}
