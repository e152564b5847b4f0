package recorder

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// ZoneID is the id of every public zone that is looked up.
const ZoneID = "Z0SHOP"

// customers are the types of what lets customers in.
func customers() map[string]Answer {
	known := map[string]Answer{
		"aws:lb/loadBalancer:LoadBalancer": func(name string, _ resource.PropertyMap) (string, State) {
			suffix := "app/" + name + "/1"
			id := arn("elasticloadbalancing", "loadbalancer/"+suffix)
			return id, State{"arn": id, "arnSuffix": suffix, "dnsName": name + ".elb.example", "zoneId": "Z0BALANCERS"}
		},
		"aws:lb/targetGroup:TargetGroup": func(name string, _ resource.PropertyMap) (string, State) {
			suffix := "targetgroup/" + name + "/1"
			id := arn("elasticloadbalancing", suffix)
			return id, State{"arn": id, "arnSuffix": suffix, "name": name}
		},
		"aws:acm/certificate:Certificate": certificate,
		"aws:acm/certificateValidation:CertificateValidation": func(name string, inputs resource.PropertyMap) (string, State) {
			return name, State{"certificateArn": inputs["certificateArn"].StringValue()}
		},
		"aws:route53/record:Record": func(name string, inputs resource.PropertyMap) (string, State) {
			return name, State{"fqdn": inputs["name"].StringValue()}
		},
		"aws:s3/bucketV2:BucketV2": func(name string, _ resource.PropertyMap) (string, State) {
			return name, State{"arn": "arn:aws:s3:::" + name, "bucket": name}
		},
		"aws:globalaccelerator/accelerator:Accelerator": func(name string, _ resource.PropertyMap) (string, State) {
			id := arn("globalaccelerator", "accelerator/"+name)
			return id, State{
				"arn": id, "dnsName": name + ".accelerator.example", "hostedZoneId": "Z0ACCELERATORS",
				"ipSets": []any{State{"ipAddresses": []any{"192.0.2.1", "192.0.2.2"}, "ipFamily": "IPv4"}},
			}
		},
		"aws:cloudfront/distribution:Distribution": func(name string, _ resource.PropertyMap) (string, State) {
			return "E0" + name, State{"arn": arn("cloudfront", "distribution/E0"+name), "domainName": name + ".cloudfront.example", "hostedZoneId": "Z0CLOUDFRONT"}
		},
	}
	for _, token := range []string{
		"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
		"aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
		"aws:s3/bucketVersioningV2:BucketVersioningV2", "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2",
		"aws:s3/bucketPolicy:BucketPolicy", "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
		"aws:wafv2/webAclAssociation:WebAclAssociation", "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
	} {
		known[token] = identified("", nil)
	}
	for token, form := range map[string][2]string{
		"aws:lb/listener:Listener":                          {"elasticloadbalancing", "listener/"},
		"aws:lb/listenerRule:ListenerRule":                  {"elasticloadbalancing", "listener-rule/"},
		"aws:cloudwatch/metricAlarm:MetricAlarm":            {"cloudwatch", "alarm:"},
		"aws:wafv2/webAcl:WebAcl":                           {"wafv2", "regional/webacl/"},
		"aws:globalaccelerator/listener:Listener":           {"globalaccelerator", "listener/"},
		"aws:globalaccelerator/endpointGroup:EndpointGroup": {"globalaccelerator", "endpoint-group/"},
	} {
		known[token] = withARN("", form[0], form[1])
	}
	return known
}

// certificate asks for one record for each of its names.
func certificate(name string, inputs resource.PropertyMap) (string, State) {
	hosts := []string{inputs["domainName"].StringValue()}
	if further := inputs["subjectAlternativeNames"]; further.IsArray() {
		for _, host := range further.ArrayValue() {
			hosts = append(hosts, host.StringValue())
		}
	}
	var asked []any
	for _, host := range hosts {
		asked = append(asked, State{
			"domainName": host, "resourceRecordName": "_proof." + host, "resourceRecordType": "CNAME", "resourceRecordValue": "_of." + host + ".acm.example",
		})
	}
	id := arn("acm", "certificate/"+name)
	return id, State{"arn": id, "domainValidationOptions": asked}
}

// zone finds public zones, and prefixList the lists that AWS keeps for everybody.
func zone(inputs resource.PropertyMap) (State, error) {
	if inputs["privateZone"].IsBool() && inputs["privateZone"].BoolValue() {
		return nil, fmt.Errorf("recorder: no private zone is known")
	}
	return State{"zoneId": ZoneID, "name": inputs["name"].StringValue()}, nil
}

func prefixList(inputs resource.PropertyMap) (State, error) {
	return State{"id": "pl-" + inputs["name"].StringValue(), "name": inputs["name"].StringValue()}, nil
}
