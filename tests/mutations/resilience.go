package main

const (
	meshUnit   = "./tests/unit/mesh"
	shiftUnit  = "./tests/unit/zonalshift"
	watchUnit  = "./tests/unit/observability"
	zonalRules = "stacks/config/rules_zonalshift.go"
)

// resilience lists breakages of what survives a zone, of the mesh and of what watches.
var resilience = []mutation{
	{
		fault: "Z2: the same practice gives another text, so that every update changes it",
		file:  "components/zonalshift/autoshift.go", old: "slices.Compact(slices.Sorted(slices.Values(list)))", new: "slices.Compact(list)",
		pkg: shiftUnit, test: "TestConfigurationsGoThroughCloudControl_Z2",
	},
	{
		fault: "Z1: autoshift is on for what is to be shifted by hand",
		file:  "components/zonalshift/autoshift.go", old: "if r.Autoshift {", new: "if r.Arn != nil {",
		pkg: shiftUnit, test: "TestWhatIsOffHasNoStatus_Z1",
	},
	{
		fault: "Z1: a zone may be shifted away with no alarm that tells whether customers notice",
		file:  zonalRules, old: "if v.FrontDoor == nil {", new: "if v.FrontDoor == nil && len(v.Zones) == 0 {",
		pkg: rules, test: "TestZonalShiftRules",
	},
	{
		fault: "Z5: autoshift with two zones, of which the next failure leaves nothing",
		file:  zonalRules, old: "if len(v.Zones) < fewestZones {", new: "if len(v.Zones) < fewestZones-1 {",
		pkg: rules, test: "TestZonalShiftRules",
	},
	{
		fault: "Z5: the nodes that are left need not carry the peak",
		file:  zonalRules, old: "r.needed > r.room {", new: "r.needed > 100*r.room {",
		pkg: rules, test: "TestZonesCarryThePeak_Z5",
	},
	{
		fault: "I2: an override brings mode strict of the VPC CNI under a mesh",
		file:  "stacks/config/rules_mesh.go", old: "given && mode != want {", new: "given && mode == want {",
		pkg: rules, test: "TestMeshRules",
	},
	{
		fault: "a fault is declared where nothing reads requests",
		file:  "stacks/config/faults.go", old: "c.Mesh != MeshL7", new: "!c.Mesh.On()",
		pkg: rules, test: "TestFaultRules",
	},
	{
		fault: "I1: the entry of a colour with customers is replaced under them",
		file:  "stacks/transition_mesh.go", old: "if carried > 0 {", new: "if carried > 100 {",
		pkg: stacks, test: "TestRefusedStepsOfMeshes",
	},
	{
		fault: "I8: workloads may call whatever they like outside",
		file:  "components/mesh/values_istiod.go", old: `outbound{"REGISTRY_ONLY"}`, new: `outbound{"ALLOW_ANY"}`,
		pkg: meshUnit, test: "TestMeshConfig",
	},
	{
		fault: "the mesh's node agent takes the place of the VPC CNI",
		file:  "components/mesh/values.go", old: "Chained: true,", new: "Chained: false,",
		pkg: meshUnit, test: "TestTheNodeAgentIsChainedBehindTheVPCCNI",
	},
	{
		fault: "K11: the Gateway API's definitions go with the mesh, and every route with them",
		file:  "components/gatewayapi/gatewayapi.go", old: "pulumi.RetainOnDelete(true)", new: "pulumi.RetainOnDelete(false)",
		pkg: meshUnit, test: "TestDefinitionsAreLeftBehindAndTakenOverK4K11",
	},
	{
		fault: "whoever opens Kiali may change the mesh",
		file:  "components/observability/kiali.go", old: "ViewOnlyMode: true,", new: "ViewOnlyMode: false,",
		pkg: watchUnit, test: "TestPasswordsAreSecretAndOfTheProgram",
	},
	{
		fault: "plaintext is taken from whoever sends it",
		file:  "components/internal/objects/security.go", old: `Strict = "STRICT"`, new: `Strict = "PERMISSIVE"`,
		pkg: unit, test: "TestObjectsOfTheMeshWaitForItI12",
	},
	{
		fault: "all waypoints may stand in one zone",
		file:  "components/store/waypoint.go",
		old:   `constraint("topology.kubernetes.io/zone", "DoNotSchedule")`, new: `constraint("topology.kubernetes.io/zone", "ScheduleAnyway")`,
		pkg: unit, test: "TestWaypointIsSizedAndSpread",
	},
}
