package observability

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"retail/internal/versions"
)

// object is a part of a configuration file.
type object = map[string]any

// everywhere makes a program listen at all of the pod's addresses.
func everywhere(port int) string { return fmt.Sprintf("0.0.0.0:%d", port) }

// spansIn takes spans in by OTLP over gRPC.
var spansIn = object{"otlp": object{"protocols": object{"grpc": object{"endpoint": everywhere(TracePort)}}}}

// jaegerReceiver is Jaeger with its traces in its own memory: the last ones, for looking at
// while something is wrong (Jaeger, "Configuration").
func jaegerReceiver(image string) receiver {
	return receiver{
		image: image, memory: "512Mi", replicas: 1, healthPath: "/status", ports: map[string]int{"query": queryPort},
		config: object{
			"extensions": object{
				"healthcheckv2":  object{"use_v2": true, "http": object{"endpoint": everywhere(healthPort)}},
				"jaeger_query":   object{"storage": object{"traces": "memory"}, "http": object{"endpoint": everywhere(queryPort)}},
				"jaeger_storage": object{"backends": object{"memory": object{"memory": object{"max_traces": keptTraces}}}},
			},
			"receivers":  spansIn,
			"processors": object{"batch": object{}},
			"exporters":  object{"jaeger_storage_exporter": object{"trace_storage": "memory"}},
			"service": object{
				"extensions": []string{"jaeger_storage", "jaeger_query", "healthcheckv2"},
				"pipelines": object{"traces": object{
					"receivers": []string{"otlp"}, "processors": []string{"batch"}, "exporters": []string{"jaeger_storage_exporter"},
				}},
			},
		},
	}
}

// xrayReceiver is the collector that sends spans to X-Ray (AWS Distro for OpenTelemetry,
// "Getting Started with X-Ray"). Two pods: a trace whose spans have nowhere to go has gaps.
func (b *builder) xrayReceiver() receiver {
	return receiver{
		image: b.args.Mirror.Image(versions.TraceCollector), memory: "256Mi", replicas: 2, healthPath: "/",
		config: object{
			"extensions": object{"health_check": object{"endpoint": everywhere(healthPort)}},
			"receivers":  spansIn,
			"processors": object{
				"memory_limiter": object{"check_interval": "1s", "limit_percentage": 75, "spike_limit_percentage": 20},
				"batch":          object{"timeout": "1s"},
			},
			"exporters": object{"awsxray": object{
				"region": b.args.Region, "index_all_attributes": false, "indexed_attributes": []string{"otel.resource." + colourLabel},
			}},
			"service": object{
				"extensions": []string{"health_check"},
				"pipelines": object{"traces": object{
					"receivers": []string{"otlp"}, "processors": []string{"memory_limiter", "batch"}, "exporters": []string{"awsxray"},
				}},
			},
		},
	}
}

// digest is a short name of a text, other for any other text.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}
