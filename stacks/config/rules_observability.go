package config

import "retail/internal/problem"

// observabilityRules holds what a VPC's observability must be.
func observabilityRules(list *problem.List, path, region string, v VPC) {
	o := v.Observability
	if o == nil {
		return
	}
	path += ".observability"
	oneOf(list, path+".prometheus", o.Prometheus, ManagedByAWS, InCluster)
	oneOf(list, path+".grafana", o.Grafana, InCluster, ManagedByAWS, NoHome)
	oneOf(list, path+".accessLogs", o.AccessLogs, LogErrors, LogAll, LogNone)
	between(list, path+".retentionHours", o.RetentionHours, 1, mostRetention)
	between(list, path+".errorPercent", o.ErrorPercent, 1, 100)
	between(list, path+".latencyMillis", o.LatencyMillis, 1, 60000)
	if o.PasswordGeneration < 1 {
		list.Add(path+".passwordGeneration", "must be 1 or more", o.PasswordGeneration, "begin with 1 and add 1 to renew")
	}
	if t := o.Tracing; t != nil {
		oneOf(list, path+".tracing.backend", t.Backend, XRayTraces, JaegerTraces)
		between(list, path+".tracing.samplingPercent", t.SamplingPercent, 1, 100)
	}
	if v.Shop == nil {
		list.Add(path, "watches the shop, and the VPC has none", nil, "add a shop, or leave it out")
	}
	whoIsTold(list, path, region, o)
	accessRules(list, path+".access", region, v)
	managedGrafanaRules(list, path, o)
}

// whoIsTold sees that alerts reach somebody. A cluster's own Prometheus sends none: it goes
// with the cluster that it would report.
func whoIsTold(list *problem.List, path, region string, o *Observability) {
	for _, topic := range o.AlertTopics {
		if match := topicForm.FindStringSubmatch(topic); match == nil || match[1] != region {
			list.Add(path+".alertTopics", "must be ARNs of SNS topics in "+region, quoted(topic), "give arn:aws:sns:"+region+":ACCOUNT:NAME")
		}
	}
	switch {
	case o.Prometheus == InCluster && len(o.AlertTopics) > 0:
		list.Add(path+".alertTopics", "only a managed Prometheus sends alerts", nil, "choose prometheus: managed, or leave the topics out")
	case len(o.AlertTopics) == 0 && !o.Relax.SilentAlerts.Given():
		list.Add(path+".alertTopics", "alerts must reach somebody", nil,
			"with prometheus managed name an SNS topic, or state a reason in observability.relax.silentAlerts")
	}
}
