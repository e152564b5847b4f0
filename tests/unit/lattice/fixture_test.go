package lattice_test

import (
	"testing"

	"retail/tests/internal/fixture"
	"retail/tests/internal/recorder"
	"retail/tests/internal/stackfile"
)

const (
	serviceNetwork = "aws:vpclattice/serviceNetwork:ServiceNetwork"
	authPolicy     = "aws:vpclattice/authPolicy:AuthPolicy"
	vpcAssociation = "aws:vpclattice/serviceNetworkVpcAssociation:ServiceNetworkVpcAssociation"
	accessLogs     = "aws:vpclattice/accessLogSubscription:AccessLogSubscription"
	sharePrincipal = "aws:ram/principalAssociation:PrincipalAssociation"
	ingressRule    = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
	releaseType    = "kubernetes:helm.sh/v3:Release"
	gateway        = "kubernetes:gateway.networking.k8s.io/v1:Gateway"
	gatewayClass   = "kubernetes:gateway.networking.k8s.io/v1:GatewayClass"
	httpRoute      = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"
	serviceExport  = "kubernetes:application-networking.k8s.aws/v1alpha1:ServiceExport"
	serviceImport  = "kubernetes:application-networking.k8s.aws/v1alpha1:ServiceImport"
	groupPolicy    = "kubernetes:application-networking.k8s.aws/v1alpha1:TargetGroupPolicy"
	iamAuthPolicy  = "kubernetes:application-networking.k8s.aws/v1alpha1:IAMAuthPolicy"
	definition     = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"
)

var devNetwork = fixture.ServiceNetwork("dev")

// hubThatOffers is the committed hub, with other accounts that may call dev.
func hubThatOffers(callers ...any) recorder.State {
	outputs := fixture.HubOutputs()
	dev := outputs["environments"].(recorder.State)["dev"].(recorder.State)
	dev["serviceNetwork"] = fixture.Offer("dev", callers...)
	return outputs
}

// placed are the edits that give dev its place in VPC Lattice.
func placed(place map[string]any, edits ...func(map[string]any)) []func(map[string]any) {
	return append([]func(map[string]any){
		stackfile.Set("name", "dev"), stackfile.Set("vpcs.main.lattice", place),
		stackfile.Set("vpcs.main.clusters.blue.lattice", map[string]any{}), stackfile.Set("vpcs.main.clusters.green.lattice", map[string]any{}),
		stackfile.Set("vpcs.main.observability", nil), stackfile.Set("vpcs.main.datastores", nil),
	}, edits...)
}

// dev deploys it, blue owning the route.
func dev(t *testing.T, edits ...func(map[string]any)) *recorder.Recorder {
	t.Helper()
	return devWith(t, map[string]any{"routes": "blue"}, edits...)
}

func devWith(t *testing.T, place map[string]any, edits ...func(map[string]any)) *recorder.Recorder {
	t.Helper()
	return fixture.Up(t, recorder.New(t).Hub(hubThatOffers("444444444444")), "dev", placed(place, edits...)...)
}

func traffic(blue, green int) func(map[string]any) {
	return stackfile.Set("vpcs.main.traffic", map[string]any{"blue": blue, "green": green})
}
