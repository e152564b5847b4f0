package cloudwatch

// Made are the metrics whose data the sandbox makes, by namespace: of Application Load
// Balancers those of requests and of targets' health ("CloudWatch metrics for your
// Application Load Balancer"), of VPC Lattice those of requests to services and target
// groups ("CloudWatch metrics for Amazon VPC Lattice").
var Made = map[string][]string{
	"AWS/ApplicationELB": {
		"RequestCount", "TargetResponseTime", "HealthyHostCount", "UnHealthyHostCount",
		"HTTPCode_Target_2XX_Count", "HTTPCode_Target_3XX_Count", "HTTPCode_Target_4XX_Count", "HTTPCode_Target_5XX_Count",
		"HTTPCode_ELB_3XX_Count", "HTTPCode_ELB_4XX_Count", "HTTPCode_ELB_5XX_Count",
		"HTTPCode_ELB_500_Count", "HTTPCode_ELB_502_Count", "HTTPCode_ELB_503_Count", "HTTPCode_ELB_504_Count",
	},
	"AWS/VpcLattice": {"TotalRequestCount", "RequestTime", "HTTPCode_2XX_Count", "HTTPCode_3XX_Count", "HTTPCode_4XX_Count", "HTTPCode_5XX_Count"},
}
