{{/*
The controller's flags as name=value lines. A value that is not set is left to
the controller's own default.
*/}}
{{- define "lbc.flags" -}}
{{- $v := .Values -}}
{{- range list
  (list "cluster-name" (required "clusterName is required: the name of the EKS cluster" $v.clusterName))
  (list "ingress-class" $v.ingressClass)
  (list "aws-region" $v.region)
  (list "aws-vpc-id" $v.vpcId)
  (list "aws-vpc-tags" (include "lbc.pairs" $v.vpcTags))
  (list "aws-api-endpoints" $v.awsApiEndpoints)
  (list "aws-api-throttle" (include "lbc.joined" $v.awsApiThrottle))
  (list "aws-max-retries" $v.awsMaxRetries)
  (list "default-target-type" $v.defaultTargetType)
  (list "default-load-balancer-scheme" $v.defaultLoadBalancerScheme)
  (list "enable-pod-readiness-gate-inject" $v.enablePodReadinessGateInject)
  (list "enable-shield" $v.enableShield)
  (list "enable-waf" $v.enableWaf)
  (list "enable-wafv2" $v.enableWafv2)
  (list "ingress-max-concurrent-reconciles" $v.ingressMaxConcurrentReconciles)
  (list "service-max-concurrent-reconciles" $v.serviceMaxConcurrentReconciles)
  (list "targetgroupbinding-max-concurrent-reconciles" $v.targetgroupbindingMaxConcurrentReconciles)
  (list "targetgroupbinding-max-exponential-backoff-delay" $v.targetgroupbindingMaxExponentialBackoffDelay)
  (list "targetgroupbinding-requeue-duration" $v.targetgroupbindingRequeueDuration)
  (list "alb-gateway-max-concurrent-reconciles" $v.albGatewayMaxConcurrentReconciles)
  (list "nlb-gateway-max-concurrent-reconciles" $v.nlbGatewayMaxConcurrentReconciles)
  (list "globalaccelerator-max-concurrent-reconciles" $v.globalAcceleratorMaxConcurrentReconciles)
  (list "globalaccelerator-max-exponential-backoff-delay" $v.globalAcceleratorMaxExponentialBackoffDelay)
  (list "lb-stabilization-monitor-interval" $v.lbStabilizationMonitorInterval)
  (list "log-level" $v.logLevel)
  (list "metrics-bind-addr" $v.metricsBindAddr)
  (list "webhook-bind-port" $v.webhookBindPort)
  (list "sync-period" $v.syncPeriod)
  (list "watch-namespace" $v.watchNamespace)
  (list "disable-ingress-class-annotation" $v.disableIngressClassAnnotation)
  (list "disable-ingress-group-name-annotation" $v.disableIngressGroupNameAnnotation)
  (list "tolerate-non-existent-backend-service" $v.tolerateNonExistentBackendService)
  (list "tolerate-non-existent-backend-action" $v.tolerateNonExistentBackendAction)
  (list "default-ssl-policy" $v.defaultSSLPolicy)
  (list "default-tags" (include "lbc.pairs" $v.defaultTags))
  (list "external-managed-tags" (include "lbc.joined" $v.externalManagedTags))
  (list "enable-endpoint-slices" $v.enableEndpointSlices)
  (list "enable-backend-security-group" $v.enableBackendSecurityGroup)
  (list "enable-manage-backend-security-group-rules" $v.enableManageBackendSecurityGroupRules)
  (list "backend-security-group" $v.backendSecurityGroup)
  (list "disable-restricted-sg-rules" $v.disableRestrictedSecurityGroupRules)
  (list "max-targets-per-target-group" $v.maxTargetsPerTargetGroup)
  (list "feature-gates" (include "lbc.pairs" $v.controllerConfig.featureGates))
  (list "default-pca-arn" $v.certManagement.defaultPCAARN)
  (list "allowed-certificate-authority-arns" $v.certDiscovery.allowedCertificateAuthorityARNs)
  (list "service-target-eni-security-group-tags" $v.serviceTargetENISGTags)
  (list "load-balancer-class" $v.loadBalancerClass)
}}
{{- if not (or (kindIs "invalid" (index . 1)) (eq (toString (index . 1)) "")) }}
- --{{ index . 0 }}={{ index . 1 }}
{{- end }}
{{- end }}
{{- end }}

{{/* A map as key=value pairs with commas, in the order of its keys. */}}
{{- define "lbc.pairs" -}}
{{- $map := default dict . -}}
{{- $pairs := list -}}
{{- range $key := keys $map | sortAlpha }}{{ $pairs = append $pairs (printf "%s=%v" $key (index $map $key)) }}{{ end -}}
{{- join "," $pairs -}}
{{- end }}

{{/* A list with commas; a string as it is. */}}
{{- define "lbc.joined" -}}
{{- if kindIs "slice" . }}{{ join "," . }}{{ else if not (kindIs "invalid" .) }}{{ . }}{{ end -}}
{{- end }}
