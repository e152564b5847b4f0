package main

// area groups the cases as people meet them.
type area struct {
	title string
	cases []known
}

// known is a fault that people who run such environments have reported.
type known struct {
	id string
	// must is what has to hold, in one line.
	must string
	// open is what no test shows. It is required of a case without a test.
	open string
}

var areas = []area{
	{"Networks", []known{
		{"N1", "A VPC's route to the Transit Gateway waits until the attachment is accepted and routed.", ""},
		{"N2", "Ranges on one gateway never overlap; pod ranges, which repeat, are not announced.", ""},
		{"N3", "Zones are named by id, and a zone without an EKS control plane is refused.", ""},
		{"N6", "A share is accepted outside an organization only, and its principals are accounts or ARNs.", ""},
		{"N8", "Pod subnets hold the prefixes of all nodes of both colours, and whole /28 blocks are set aside.", ""},
	}},
	{"EKS clusters", []known{
		{"E1", "The flag for self-managed add-ons is fixed at creation and never replaces a cluster.",
			"An update over a state made without the flag is not run on the real engine: the option and the simulator's Diff are asserted apart."},
		{"E2", "Auto Mode's three capabilities agree and are written out; node role and pools go together.", ""},
		{"E4", "A cluster moves one minor version at a time and never back, and says so before AWS does.", ""},
		{"E5", "Add-ons follow the control plane's version, from one table.",
			"The order of calls while cluster and add-ons move together is asserted from the graph, not from a call log."},
		{"E6", "CNI, proxy and agent come before nodes, CoreDNS after; Auto Mode declares none of them.", ""},
		{"E7", "Add-ons overwrite on creation and preserve on update.", ""},
		{"E9", "Access entries are plain resources: pulumi-eks v2's own make a Go program panic on the second update.", ""},
		{"E10", "The deploy role has one administrative path, and nothing locks it out.", ""},
		{"E11", "The API is reachable for those who deploy, and never open to the internet.",
			"That a server which does not answer ends a run in bounded time is not shown: the program sends nothing to a cluster yet. " +
				"A change of endpoint and subnets in one update is not refused."},
		{"E14", "Permissions outlive what uses them, so that nothing is leaked on the way down.", ""},
		{"E15", "A kubeconfig assumes the deploy role by itself and holds no credential.", ""},
		{"E18", "pulumi-eks makes no nodes by default, and versions are pinned.",
			"No test compares the versions in go.mod with a list."},
		{"E19", "Rules that mean nodes name the group that EKS makes.", ""},
	}},
	{"The Kubernetes provider", []known{
		{"K1", "A changed kubeconfig replaces neither the provider nor the objects of a cluster.",
			"The provider's identity is asserted. No test changes a kubeconfig under objects that stand."},
		{"K2", "A first preview works with no cluster and reads nobody's own kubeconfig.", ""},
		{"K3", "A custom resource waits for its definition.", ""},
		{"K4", "A cluster that is gone or unreachable blocks neither refresh nor destroy for ever.", ""},
		{"K5", "Deleting with the cluster is for objects that own nothing in AWS.", ""},
		{"K6", "Conflicts over fields are told, and what an autoscaler owns is not declared.", ""},
		{"K8", "An interrupted Helm release does not block the next run.", ""},
		{"K9", "No resource and no lookup falls back on a default provider.", ""},
		{"K10", "Rendering to files leaks no secret.", "The program does not render to files."},
		{"K11", "Definitions of custom resources are kept, never replaced.",
			"The program declares none: the load balancer controller's come with its chart, and Helm neither changes nor deletes those."},
		{"K13", "A renamed resource keeps what it stands for.",
			"There is no earlier release whose state could be upgraded: no name has changed yet."},
	}},
	{"Load balancers and their controllers", []known{
		{"L1", "Nothing that a load balancer controller acts on is made before the controller answers.", ""},
		{"L2", "Certificates of webhooks are made once: a second preview is empty.", ""},
		{"L3", "Objects that own AWS resources are deleted while their controller still runs, and a destroy leaves nothing.", ""},
		{"L4", "The controller is told cluster, Region and VPC, and has its role before it starts.", ""},
		{"L7", "Pods leave later than the load balancer lets go of them, and gates hold new ones back.", ""},
		{"L9", "Each object has one controller, by class.", ""},
		{"L11", "The controller survives a zone.", ""},
	}},
	{"Zones that are shifted away from", []known{
		{"Z3", "Every load balancer, a controller's too, takes part in zonal shift.", ""},
		{"Z5", "Pods, DNS and nodes suffice when a zone is lost.", ""},
	}},
	{"Istio's ambient mesh", []known{
		{"I1", "Load balancers reach the store gateway, never a workload that demands the mesh's encryption.", ""},
		{"I2", "Pods with security groups of their own keep their probes: enforcing mode standard.", ""},
		{"I3", "Network policies and nodes' security groups let in probes, HBONE and istiod's webhooks.", ""},
		{"I4", "Traffic from the gateway goes through the waypoint, which stands before the labels.", ""},
		{"I6", "What istiod writes into its webhooks is neither a conflict nor drift.", ""},
		{"I8", "Ports of protocols in which the server speaks first are named so.", ""},
		{"I12", "Istio's objects wait for istiod, and go before it.", ""},
	}},
	{"Blue and green", []known{
		{"B1", "A weight of 0 is written out, and nothing ignores a change of weights.", ""},
		{"B2", "Weights moved by hand are seen by a refresh, never reset in silence.", ""},
		{"B3", "Weights are whole numbers that sum to 100, for colours that are there.", ""},
		{"B4", "Each colour has a target group of its own.", ""},
		{"B5", "What an autoscaler counts is not overwritten.", ""},
		{"B6", "Traffic goes only to a colour that is ready for it.", ""},
		{"B7", "A colour with traffic cannot be removed.", ""},
		{"B8", "A target group is replaced without an outage: the new one first.", ""},
		{"B10", "A colour without traffic has its target group, and can be tried.", ""},
		{"B11", "A shift is an update of weights and nothing else.", ""},
		{"B12", "Colours are symmetric, and own nothing that outlives them.", ""},
	}},
	{"VPC Lattice", []known{
		{"V1", "One colour owns the route; it moves by a takeover in a step of its own, and names are not cut.", ""},
		{"V2", "A VPC is in the shared service network, by its ARN, before a Gateway that has the network's name.", ""},
		{"V3", "Each colour lets in both of VPC Lattice's prefix lists.", ""},
		{"V5", "A VPC has one association, which belongs to no colour.", ""},
		{"V7", "Routes and exports go before their controller, associations before the hub's network.",
			"A colour removed while its API server is dead leaves a target group (docs/runbooks/lose-an-api-server.md)."},
		{"V8", "Each target group has a health check that its service answers.", ""},
		{"V9", "Kinds of the Gateway API come from one pinned bundle and outlive who uses them.", ""},
	}},
	{"Stack references and accounts", []known{
		{"S1", "A hub, or an output of it, that is missing is an error with key, stack and remedy.", ""},
		{"S2", "The hub's stack name has three parts, also with a self-managed backend.", ""},
		{"S3", "In another account than the stack's own nothing is written.", ""},
		{"S4", "Secrets appear in no output, state, preview or log.", ""},
		{"S5", "A pull request from a fork gets tests and an offline preview, and no credentials.",
			"The workflows are read, not run."},
		{"S7", "After a hub update that failed half way, environments plan no deletion.", ""},
	}},
	{"Pulumi with Go", []known{
		{"G1", "The program builds in little memory and time.", "The linters refuse the heavy packages (.golangci.yml); no test measures the build."},
		{"G2", "Unit tests cannot pass without having asserted, and mocks know what they do not know.",
			"Deliberate breakages are run by hand: make mutations."},
		{"G7", "A killed run is picked up without making anything twice.", ""},
	}},
}
