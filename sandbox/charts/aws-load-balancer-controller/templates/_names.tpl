{{/* The names that the published chart documents; no more than 63 characters. */}}
{{- define "lbc.name" -}}
{{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "lbc.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{ .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains (include "lbc.name" .) .Release.Name -}}
{{ .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-%s" .Release.Name (include "lbc.name" .) | trunc 63 | trimSuffix "-" }}
{{- end -}}
{{- end }}

{{/* What the webhook's objects are called after: not the release. */}}
{{- define "lbc.prefix" -}}
{{ default "aws-load-balancer" .Values.fullnameOverride | trunc 42 | trimSuffix "-" }}
{{- end }}

{{- define "lbc.webhookService" -}}{{ include "lbc.prefix" . }}-webhook-service{{- end }}
{{- define "lbc.webhookSecret" -}}{{ include "lbc.prefix" . }}-tls{{- end }}

{{- define "lbc.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{ default (include "lbc.fullname" .) .Values.serviceAccount.name }}
{{- else -}}
{{ default "default" .Values.serviceAccount.name }}
{{- end -}}
{{- end }}

{{- define "lbc.selector" -}}
app.kubernetes.io/name: {{ include "lbc.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "lbc.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{ include "lbc.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ default .Release.Service .Values.creator }}
{{- with .Values.additionalLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/*
One key pair for Secret and webhooks alike: the one that is given; that of the
cluster, if it is to be kept; else a new one at every render.
*/}}
{{- define "lbc.certificates" -}}
{{- $service := include "lbc.webhookService" . -}}
{{- $given := .Values.webhookTLS -}}
{{- $kept := lookup "v1" "Secret" .Release.Namespace (include "lbc.webhookSecret" .) -}}
{{- if and $given.caCert $given.cert $given.key -}}
{{- dict "ca" (b64enc $given.caCert) "cert" (b64enc $given.cert) "key" (b64enc $given.key) | toJson -}}
{{- else if or $given.caCert $given.cert $given.key -}}
{{- fail "webhookTLS: give caCert, cert and key together, or none of them" -}}
{{- else if and .Values.keepTLSSecret $kept -}}
{{- dict "ca" (index $kept.data "ca.crt") "cert" (index $kept.data "tls.crt") "key" (index $kept.data "tls.key") | toJson -}}
{{- else -}}
{{- $host := printf "%s.%s" $service .Release.Namespace -}}
{{- $names := list $host (printf "%s.svc" $host) (printf "%s.svc.%s" $host .Values.cluster.dnsDomain) -}}
{{- $ca := genCA "aws-load-balancer-controller-ca" 3650 -}}
{{- $pair := genSignedCert (include "lbc.fullname" .) nil $names 3650 $ca -}}
{{- dict "ca" (b64enc $ca.Cert) "cert" (b64enc $pair.Cert) "key" (b64enc $pair.Key) | toJson -}}
{{- end -}}
{{- end }}
