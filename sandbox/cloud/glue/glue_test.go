package glue_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/glue"
)

func setUp(t *testing.T) (*cloudtest.Harness, *cloudtest.Client) {
	h := cloudtest.New(t, glue.Register)
	return h, h.As("222222222222", "eu-west-1")
}

// table is one that Athena can read, with changes.
func table(parameters, reader cloud.Props, more cloud.Props) cloud.Props {
	return cloudtest.With(cloud.Props{
		"databaseName": "logs", "name": "access", "tableType": "EXTERNAL_TABLE",
		"partitionKeys": []any{cloud.Props{"name": "day", "type": "string"}},
		"parameters": cloudtest.With(cloud.Props{
			"projection.enabled": "true", "projection.day.type": "date", "projection.day.format": "yyyy/MM/dd",
			"projection.day.range": "NOW-30DAYS,NOW", "storage.location.template": "s3://logs/${day}",
		}, parameters),
		"storageDescriptor": cloud.Props{
			"location": "s3://logs/", "columns": []any{cloud.Props{"name": "a", "type": "string"}, cloud.Props{"name": "b", "type": "int"}},
			"serDeInfo": cloud.Props{
				"serializationLibrary": "org.apache.hadoop.hive.serde2.RegexSerDe",
				"parameters":           cloudtest.With(cloud.Props{"input.regex": "([^ ]*) ([0-9]*)"}, reader),
			},
		},
	}, more)
}

func TestADatabaseTakesItsTablesAlong(t *testing.T) {
	h, c := setUp(t)
	before := h.World.Identifiers()
	c.FailsCreate(glue.Table, table(nil, nil, nil), "EntityNotFoundException")
	database := c.Create(glue.Database, cloud.Props{"name": "logs"})
	assert.Equal(t, "222222222222:logs", database.ID)
	assert.Equal(t, "arn:aws:glue:eu-west-1:222222222222:database/logs", database.State["arn"])
	c.FailsCreate(glue.Database, cloud.Props{"name": "logs"}, "AlreadyExistsException")
	made := c.Create(glue.Table, table(nil, nil, nil))
	assert.Equal(t, "222222222222:logs:access", made.ID)
	c.FailsCreate(glue.Table, table(nil, nil, nil), "AlreadyExistsException")
	c.Update(made, table(cloud.Props{"projection.day.range": "NOW-90DAYS,NOW"}, nil, nil))
	c.Delete(database)
	assert.Equal(t, before, h.World.Identifiers())
}

func TestATableThatAthenaCouldNotReadIsRefused(t *testing.T) {
	_, c := setUp(t)
	c.Create(glue.Database, cloud.Props{"name": "logs"})
	for why, inputs := range map[string]cloud.Props{
		"no type of projection": table(cloud.Props{"projection.day.type": ""}, nil, nil),
		"no format":             table(cloud.Props{"projection.day.format": ""}, nil, nil),
		"no range":              table(cloud.Props{"projection.day.range": "yesterday,NOW"}, nil, nil),
		"no end of the range":   table(cloud.Props{"projection.day.range": "NOW-3DAYS"}, nil, nil),
		"no place in the path":  table(cloud.Props{"storage.location.template": "s3://logs/day"}, nil, nil),
		"no partitions":         table(nil, nil, cloud.Props{"partitionKeys": []any{}}),
		"no pattern":            table(nil, cloud.Props{"input.regex": "(a"}, nil),
		"too few groups":        table(nil, cloud.Props{"input.regex": "([^ ]*) [0-9]*"}, nil),
	} {
		t.Run(why, func(t *testing.T) { c.FailsCreate(glue.Table, inputs, "InvalidInputException") })
	}
	for why, inputs := range map[string]cloud.Props{
		"capitals":            table(nil, nil, cloud.Props{"name": "Access"}),
		"not simulated":       table(nil, nil, cloud.Props{"viewOriginalText": "SELECT 1"}),
		"another's catalog":   table(nil, nil, cloud.Props{"catalogId": "333333333333"}),
		"an unknown property": table(nil, nil, cloud.Props{"column": "a"}),
	} {
		_, failures := c.Check(glue.Table, inputs)
		assert.NotEmpty(t, failures, why)
	}
}
