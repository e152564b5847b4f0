package recorder

import "github.com/pulumi/pulumi/sdk/v3/go/common/resource"

// Canary is the password that every kept secret holds in tests. It must be found
// nowhere but inside secrets.
const Canary = "canary-of-the-cage"

// stores are the types of the data stores.
func stores() map[string]Answer {
	named := func(property, service, form string) Answer {
		return func(name string, inputs resource.PropertyMap) (string, State) {
			id := name
			if given := inputs[resource.PropertyKey(property)]; given.IsString() {
				id = given.StringValue()
			}
			return id, State{property: id, "arn": arn(service, form+id)}
		}
	}
	return map[string]Answer{
		"pulumi:index:Stash":                                  stash,
		"aws:rds/subnetGroup:SubnetGroup":                     named("name", "rds", "subgrp:"),
		"aws:rds/clusterParameterGroup:ClusterParameterGroup": named("name", "rds", "cluster-pg:"),
		"aws:rds/clusterInstance:ClusterInstance":             named("identifier", "rds", "db:"),
		"aws:rds/cluster:Cluster": func(name string, inputs resource.PropertyMap) (string, State) {
			id := inputs["clusterIdentifier"].StringValue()
			return id, State{
				"arn": arn("rds", "cluster:"+id), "endpoint": id + ".cluster-x.rds.example",
				"masterUserSecrets": []any{State{"secretArn": arn("secretsmanager", "secret:rds!"+id), "secretStatus": "active"}},
			}
		},
		"aws:dynamodb/table:Table":                named("name", "dynamodb", "table/"),
		"aws:elasticache/subnetGroup:SubnetGroup": named("name", "elasticache", "subnetgroup:"),
		"aws:elasticache/user:User":               named("userId", "elasticache", "user:"),
		"aws:elasticache/userGroup:UserGroup":     named("userGroupId", "elasticache", "usergroup:"),
		"aws:elasticache/replicationGroup:ReplicationGroup": func(name string, _ resource.PropertyMap) (string, State) {
			return name, State{"arn": arn("elasticache", "replicationgroup:"+name), "primaryEndpointAddress": "master." + name + ".cache.example"}
		},
		"aws:mq/broker:Broker": func(name string, _ resource.PropertyMap) (string, State) {
			return "b-" + name, State{
				"arn":       arn("mq", "broker:"+name),
				"instances": []any{State{"endpoints": []any{"amqps://b-" + name + ".mq.example:5671"}}},
			}
		},
		"aws:sqs/queue:Queue": func(name string, _ resource.PropertyMap) (string, State) {
			url := "https://sqs." + region + ".amazonaws.com/" + account + "/" + name
			return url, State{"arn": arn("sqs", name), "url": url, "name": name}
		},
		"aws:sqs/queuePolicy:QueuePolicy":               identified("", nil),
		"aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": identified("", nil),
		"aws:secretsmanager/secret:Secret": func(name string, _ resource.PropertyMap) (string, State) {
			made := arn("secretsmanager", "secret:"+name+"-a1b2c3")
			return made, State{"arn": made, "name": name}
		},
		"aws:secretsmanager/secretVersion:SecretVersion": func(name string, inputs resource.PropertyMap) (string, State) {
			return name, State{"arn": inputs["secretId"].StringValue(), "versionId": "v1"}
		},
	}
}

// stash keeps what it was given, but for passwords.
func stash(name string, inputs resource.PropertyMap) (string, State) {
	kept, _ := withoutSecrets(inputs["input"]).Mappable().(map[string]any)
	if _, isPassword := kept["password"]; isPassword {
		kept["password"] = Canary
	}
	return name, State{"output": kept}
}
