package observability

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/athena"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/glue"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"retail/components/internal/names"
	"retail/components/internal/tags"
)

// DoorLogs is where the front door's load balancer writes its access logs.
type DoorLogs struct {
	// Bucket is the bucket's name, Prefix what its keys begin with. Required.
	Bucket pulumi.StringInput
	Prefix string
}

// column is a field of a line in an access log, with the pattern that takes it.
type column struct{ name, kind, pattern string }

// Patterns of fields, which are parted by blanks (Application Load Balancers, "Access log
// entries"). A number that there is none of is "-" or -1.
const (
	word    = `([^ ]*)`
	number  = `([-.0-9]*)`
	inMarks = `"([^"]*)"`
)

// columns are the fields of an access log's line, in its order and under the names that
// Amazon Athena's documentation has for them ("Create the table for ALB access logs").
// Fields that are split in two are one pattern with two groups, of which the second column
// has none of its own.
var columns = []column{
	{"type", "string", word}, {"time", "string", word}, {"elb", "string", word},
	{"client_ip", "string", `([^ ]*):([0-9]*)`}, {"client_port", "int", ""},
	// A request that no target got has "-" for both.
	{"target_ip", "string", `([^ ]*)[:-]([0-9]*)`}, {"target_port", "int", ""},
	{"request_processing_time", "double", number}, {"target_processing_time", "double", number}, {"response_processing_time", "double", number},
	{"elb_status_code", "int", number}, {"target_status_code", "string", word}, {"received_bytes", "bigint", number}, {"sent_bytes", "bigint", number},
	{"request_verb", "string", `"([^ ]*) (.*) (- |[^ ]*)"`}, {"request_url", "string", ""}, {"request_proto", "string", ""},
	{"user_agent", "string", inMarks}, {"ssl_cipher", "string", word}, {"ssl_protocol", "string", word}, {"target_group_arn", "string", word},
	{"trace_id", "string", inMarks}, {"domain_name", "string", inMarks}, {"chosen_cert_arn", "string", inMarks},
	{"matched_rule_priority", "string", number}, {"request_creation_time", "string", word}, {"actions_executed", "string", inMarks},
	{"redirect_url", "string", inMarks}, {"error_reason", "string", inMarks}, {"target_port_list", "string", inMarks},
	{"target_status_code_list", "string", inMarks}, {"classification", "string", inMarks}, {"classification_reason", "string", inMarks},
	{"conn_trace_id", "string", word},
}

// linePattern takes a whole line. What AWS adds at its end one day is let be: a pattern that
// does not take all of a line would give nothing of it.
func linePattern() string {
	var fields []string
	for _, c := range columns {
		if c.pattern != "" {
			fields = append(fields, c.pattern)
		}
	}
	return strings.Join(fields, " ") + "( .*)?"
}

// accessTable is the table's name in the database.
const accessTable = "access"

// days is the table's only partition. Athena works out where each day's logs are, so that
// nobody has to tell it of a new day, and a query that names days reads no others
// (Amazon Athena User Guide, "Use partition projection").
func (a *DurableArgs) days(location string) map[string]string {
	return map[string]string{
		"EXTERNAL": "TRUE", "projection.enabled": "true",
		"projection.day.type": "date", "projection.day.format": "yyyy/MM/dd",
		"projection.day.interval": "1", "projection.day.interval.unit": "DAYS",
		// Older ones the bucket has let go of.
		"projection.day.range":      fmt.Sprintf("NOW-%dDAYS,NOW", a.LogRetentionDays),
		"storage.location.template": location + "${day}",
	}
}

// queryable makes the front door's access logs a table that can be asked in SQL.
func (a *DurableArgs) queryable(ctx *pulumi.Context, name string, child pulumi.ResourceOption) error {
	workgroup, err := a.workgroup(ctx, name, child)
	if err != nil {
		return err
	}
	database, err := glue.NewCatalogDatabase(ctx, names.Child(name, "logs"), &glue.CatalogDatabaseArgs{
		// A hyphen would need quotes in every query.
		Name:        pulumi.String(strings.ReplaceAll(a.PhysicalName, "-", "_") + "_logs"),
		Description: pulumi.String("Logs of " + a.PhysicalName), Tags: tags.Named(names.Child(name, "logs"), a.Tags),
	}, child)
	if err != nil {
		return err
	}
	fields := glue.CatalogTableStorageDescriptorColumnArray{}
	for _, c := range columns {
		fields = append(fields, glue.CatalogTableStorageDescriptorColumnArgs{Name: pulumi.String(c.name), Type: pulumi.String(c.kind)})
	}
	location := a.DoorLogs.Bucket.ToStringOutput().ApplyT(func(bucket string) string {
		return fmt.Sprintf("s3://%s/%s/AWSLogs/%s/elasticloadbalancing/%s/", bucket, a.DoorLogs.Prefix, a.Account, a.Region)
	}).(pulumi.StringOutput)
	table, err := glue.NewCatalogTable(ctx, names.Child(name, "logs", accessTable), &glue.CatalogTableArgs{
		DatabaseName: database.Name, Name: pulumi.String(accessTable), TableType: pulumi.String("EXTERNAL_TABLE"),
		Description:   pulumi.String("Requests to the front door, by day"),
		Parameters:    location.ApplyT(a.days).(pulumi.StringMapOutput),
		PartitionKeys: glue.CatalogTablePartitionKeyArray{glue.CatalogTablePartitionKeyArgs{Name: pulumi.String("day"), Type: pulumi.String("string")}},
		StorageDescriptor: glue.CatalogTableStorageDescriptorArgs{
			Location: location, Columns: fields,
			InputFormat:  pulumi.String("org.apache.hadoop.mapred.TextInputFormat"),
			OutputFormat: pulumi.String("org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"),
			SerDeInfo: glue.CatalogTableStorageDescriptorSerDeInfoArgs{
				SerializationLibrary: pulumi.String("org.apache.hadoop.hive.serde2.RegexSerDe"),
				Parameters:           pulumi.StringMap{"serialization.format": pulumi.String("1"), "input.regex": pulumi.String(linePattern())},
			},
		},
	}, child)
	if err != nil {
		return err
	}
	return a.questions(ctx, name, workgroup, table, child)
}

// questions are saved where Athena's console lists them.
func (a *DurableArgs) questions(ctx *pulumi.Context, name string, workgroup *athena.Workgroup, table *glue.CatalogTable, child pulumi.ResourceOption) error {
	for _, key := range tags.Sorted(doorQueries) {
		if _, err := athena.NewNamedQuery(ctx, names.Child(name, "door", key), &athena.NamedQueryArgs{
			Name: pulumi.String(a.PhysicalName + "-" + key), Description: pulumi.String(doorQueries[key].about),
			Database: table.DatabaseName, Workgroup: workgroup.ID(), Query: pulumi.String(doorQueries[key].sql),
		}, child); err != nil {
			return err
		}
	}
	return nil
}
