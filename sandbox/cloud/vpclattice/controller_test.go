package vpclattice_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"retail/sandbox/cloud"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/vpclattice"
)

// role makes a role of dev with one policy, and a controller that acts as it.
func (f *fixture) role(name, policy string) *cloud.Actor {
	f.h.T.Helper()
	role := f.Create(iam.Role, cloud.Props{"name": name, "assumeRolePolicy": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` +
		`"Principal":{"Service":"pods.eks.amazonaws.com"},"Action":["sts:AssumeRole","sts:TagSession"]}]}`})
	f.Create("aws:iam/rolePolicy:RolePolicy", cloud.Props{"name": name, "role": name, "policy": policy})
	return &cloud.Actor{World: f.h.World, Account: dev, Region: region, Role: role.State["arn"].(string), Session: "eks-blue", Owner: "eks/blue/" + name,
		Authorise: iam.Authorize}
}

const managedBy = "application-networking.k8s.aws/ManagedBy"

// work does, as a controller, what an export and a route take, and undoes it.
func (f *fixture) work(t *testing.T, a *cloud.Actor) error {
	tags := cloud.Props{managedBy: dev + "/blue/" + f.VPC}
	group, err := a.Create(t.Context(), vpclattice.TargetGroup, "ui", cloudWith(f.targets("k8s-store-ui"), "tags", tags))
	if err != nil {
		return err
	}
	arn := func(r *cloud.Record) string { return r.State["arn"].(string) }
	pods := []vpclattice.Target{{ID: "10.1.0.10", Port: 8080}}
	if err := a.Do(t.Context(), "vpc-lattice:RegisterTargets", arn(group), func(c *cloud.Call) error {
		_, err := vpclattice.RegisterTargets(c, group.ID, pods)
		return err
	}); err != nil {
		return err
	}
	service, err := a.Create(t.Context(), vpclattice.Service, "shop", cloud.Props{"name": "shop-store", "tags": tags})
	if err != nil {
		return err
	}
	joined, err := a.Create(t.Context(), vpclattice.ServiceAssociation, "shop", cloud.Props{"serviceIdentifier": service.ID,
		"serviceNetworkIdentifier": f.arn(f.network), "tags": tags})
	if err != nil {
		return err
	}
	listener, err := a.Create(t.Context(), vpclattice.Listener, "shop", cloud.Props{"name": "shop-store-80-http", "protocol": "HTTP", "port": 80.,
		"serviceIdentifier": service.ID, "defaultAction": cloud.Props{"fixedResponse": cloud.Props{"statusCode": 404.}}, "tags": tags})
	if err != nil {
		return err
	}
	rule, err := a.Create(t.Context(), vpclattice.ListenerRule, "shop", cloud.Props{"name": "k8s-1-rule-1", "priority": 1., "serviceIdentifier": service.ID,
		"listenerIdentifier": listener.State["listenerId"], "tags": tags,
		"match":  cloud.Props{"httpMatch": cloud.Props{"method": "GET"}},
		"action": cloud.Props{"forward": cloud.Props{"targetGroups": list{cloud.Props{"targetGroupIdentifier": group.ID, "weight": 90.}}}}})
	if err != nil {
		return err
	}
	return f.undo(t, a, group, service, []*cloud.Record{rule, listener, joined, service}, pods)
}

// undo takes a service over and everything away.
func (f *fixture) undo(t *testing.T, a *cloud.Actor, group, service *cloud.Record, all []*cloud.Record, pods []vpclattice.Target) error {
	policy, err := a.Create(t.Context(), vpclattice.AuthPolicy, "shop", cloud.Props{"resourceIdentifier": service.ID, "policy": allowAccount(dev)})
	if err != nil {
		return err
	}
	taken := cloud.Clone(service.Inputs)
	taken["tags"] = cloud.Props{managedBy: dev + "/green/" + f.VPC}
	if err := a.Update(t.Context(), service, taken); err != nil {
		return err
	}
	for _, r := range append([]*cloud.Record{policy}, all...) {
		if err := a.Delete(t.Context(), r.Token, r.ID); err != nil {
			return err
		}
	}
	if err := a.Do(t.Context(), "vpc-lattice:DeregisterTargets", group.State["arn"].(string), func(c *cloud.Call) error {
		_, err := vpclattice.DeregisterTargets(c, group.ID, pods)
		return err
	}); err != nil {
		return err
	}
	return a.Delete(t.Context(), vpclattice.TargetGroup, group.ID)
}

func cloudWith(props cloud.Props, name string, value any) cloud.Props {
	props[name] = value
	return props
}

func TestThePublishedPolicyIsEnoughForTheController(t *testing.T) {
	published, err := os.ReadFile("testdata/controller-policy.json")
	require.NoError(t, err)
	f := start(t)
	require.NoError(t, f.work(t, f.role("lattice", string(published))))
	for _, token := range []string{vpclattice.Service, vpclattice.ServiceAssociation, vpclattice.Listener, vpclattice.ListenerRule,
		vpclattice.TargetGroup, vpclattice.Attachment, vpclattice.AuthPolicy} {
		assert.Empty(t, f.h.Records(token))
	}
	var asked []string
	for _, e := range f.h.World.Calls(1) {
		if e.URN != "" && e.Writes() && e.Result == "ok" && e.Account == dev && len(e.Operation) > 12 && e.Operation[:12] == "vpc-lattice:" {
			asked = append(asked, e.Operation[12:])
		}
	}
	assert.Subset(t, asked, []string{"CreateTargetGroup", "RegisterTargets", "CreateService", "CreateServiceNetworkServiceAssociation", "CreateListener",
		"CreateRule", "PutAuthPolicy", "TagResource", "DeleteAuthPolicy", "DeleteRule", "DeleteListener",
		"DeleteServiceNetworkServiceAssociation", "DeleteService", "DeregisterTargets", "DeleteTargetGroup"})
}

func TestAPolicyNarrowedToARNsNeedsTheHubsNetwork(t *testing.T) {
	f := start(t)
	narrow := func(more string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"vpc-lattice:*","Resource":["arn:aws:vpc-lattice:eu-west-1:` + dev + `:*"` +
			more + `]}]}`
	}
	err := f.work(t, f.role("own", narrow("")))
	assert.Equal(t, "AccessDeniedException", cloud.Code(err))
	assert.ErrorContains(t, err, "CreateServiceNetworkServiceAssociation on resource: "+f.arn(f.network))

	g := start(t)
	require.NoError(t, g.work(t, g.role("both", narrow(`,"`+g.arn(g.network)+`"`))))
}

func TestFaultsStrikeTheControllersCalls(t *testing.T) {
	f := start(t)
	_, err := f.h.World.AddFault(cloud.Fault{Operation: "vpc-lattice:CreateRule", Code: "InternalServerException"})
	require.NoError(t, err)
	assert.Equal(t, "InternalServerException", cloud.Code(f.work(t, f.actor())))
}
