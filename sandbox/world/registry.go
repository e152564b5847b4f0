package world

import (
	"retail/sandbox/cloud"
	"retail/sandbox/cloud/ec2"
	"retail/sandbox/cloud/iam"
	"retail/sandbox/cloud/kms"
	"retail/sandbox/cloud/logs"
	"retail/sandbox/cloud/sts"
)

// services are the simulated services, each declared by its package.
var services = []func(*cloud.Registry){
	ec2.Register,
	iam.Register,
	kms.Register,
	logs.Register,
	sts.Register,
}

// Registry is everything that is simulated.
func Registry() *cloud.Registry { return cloud.NewRegistry(services...) }
