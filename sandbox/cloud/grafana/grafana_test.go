package grafana_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/cloudtest"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/grafana"
	"retail/sandbox/cloud/iam"
)

type fixture struct {
	*cloudtest.Client
	h              *cloudtest.Harness
	role, endpoint *cloudtest.Resource
}

func setUp(t *testing.T) *fixture {
	h := cloudtest.New(t, iam.Register, ec2.Register, grafana.Register)
	f := &fixture{Client: h.As("222222222222", "eu-west-1"), h: h}
	f.role = f.Create(iam.Role, cloud.Props{"name": "grafana", "assumeRolePolicy": `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"grafana.amazonaws.com"},"Action":"sts:AssumeRole"}}`})
	vpc := f.Create(ec2.Vpc, cloud.Props{"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": true})
	f.endpoint = f.endpointOf(vpc, "grafana-workspace")
	return f
}

func (f *fixture) endpointOf(vpc *cloudtest.Resource, service string) *cloudtest.Resource {
	return f.Create(ec2.Endpoint, cloud.Props{"vpcId": vpc.ID, "serviceName": "com.amazonaws.eu-west-1." + service, "vpcEndpointType": "Interface"})
}

// inputs are a workspace's, changed.
func (f *fixture) inputs(provider string, changed cloud.Props) cloud.Props {
	all := cloud.Props{
		"name": "retail", "accountAccessType": "CURRENT_ACCOUNT", "permissionType": "CUSTOMER_MANAGED", "authenticationProviders": []any{provider},
		"roleArn": f.role.State["arn"], "grafanaVersion": "10.4",
		"networkAccessControl": cloud.Props{"prefixListIds": []any{}, "vpceIds": []any{f.endpoint.ID}},
	}
	maps.Copy(all, changed)
	return all
}

func TestAWorkspaceTakesItsRolesAlong(t *testing.T) {
	f := setUp(t)
	before := f.h.World.Identifiers()
	w := f.Create(grafana.Workspace, f.inputs("AWS_SSO", nil))
	assert.Equal(t, w.ID+".grafana-workspace.eu-west-1.amazonaws.com", w.State["endpoint"])
	assert.Equal(t, "arn:aws:grafana:eu-west-1:222222222222:/workspaces/"+w.ID, w.State["arn"])
	admins := cloud.Props{"workspaceId": w.ID, "role": "ADMIN", "groupIds": []any{"11111111-1111-1111-1111-111111111111"}}
	f.Create(grafana.Role, admins)
	f.FailsCreate(grafana.Role, admins, "ConflictException")
	f.FailsCreate(grafana.SAML, cloud.Props{"workspaceId": w.ID, "editorRoleValues": []any{"dev"}, "idpMetadataUrl": "https://idp.example/metadata"}, "ValidationException")
	f.Update(w, f.inputs("AWS_SSO", cloud.Props{"grafanaVersion": "12.4"}))
	f.FailsUpdate(w, f.inputs("AWS_SSO", cloud.Props{"grafanaVersion": "10.4"}), "ValidationException")
	f.Delete(w)
	assert.Equal(t, before, f.h.World.Identifiers())
}

func TestAnIdentityProviderOfSAML(t *testing.T) {
	f := setUp(t)
	w := f.Create(grafana.Workspace, f.inputs("SAML", nil))
	assert.Equal(t, "NOT_CONFIGURED", w.State["samlConfigurationStatus"])
	inputs := cloud.Props{"workspaceId": w.ID, "editorRoleValues": []any{"dev"}, "roleAssertion": "role"}
	f.FailsCreate(grafana.SAML, inputs, "ValidationException")
	inputs["idpMetadataUrl"] = "https://idp.example/metadata"
	assert.Equal(t, "CONFIGURED", f.Create(grafana.SAML, inputs).State["status"])
	f.FailsCreate(grafana.Role, cloud.Props{"workspaceId": w.ID, "role": "ADMIN", "groupIds": []any{"x"}}, "ValidationException")
}

func TestWhatTheServiceRefuses(t *testing.T) {
	f := setUp(t)
	other := f.Create(iam.Role, cloud.Props{"name": "other", "assumeRolePolicy": `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}`})
	elsewhere := f.endpointOf(f.Create(ec2.Vpc, cloud.Props{"cidrBlock": "10.1.0.0/16"}), "sts")
	for why, changed := range map[string]cloud.Props{
		"an unknown version": {"grafanaVersion": "11.0"}, "a role of another service": {"roleArn": other.State["arn"]},
		"no role": {"roleArn": nil}, "no JSON": {"configuration": "{"},
		"an endpoint of another service": {"networkAccessControl": cloud.Props{"prefixListIds": []any{}, "vpceIds": []any{elsewhere.ID}}},
	} {
		t.Run(why, func(t *testing.T) {
			f.FailsCreate(grafana.Workspace, f.inputs("AWS_SSO", changed), "ValidationException")
		})
	}
	f.FailsCreate(grafana.Workspace, f.inputs("OKTA", nil), "ValidationException")
	_, broken := f.Check(grafana.Workspace, f.inputs("SAML", cloud.Props{"vpcConfiguration": cloud.Props{"subnetIds": []any{"subnet-1", "subnet-2"}, "securityGroupIds": []any{"sg-1"}}}))
	assert.Len(t, broken, 1)
}
