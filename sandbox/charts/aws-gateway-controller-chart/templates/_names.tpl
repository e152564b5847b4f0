{{/* The names that the published chart documents; no more than 63 characters. */}}
{{- define "gac.name" -}}
{{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "gac.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{ .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains (include "gac.name" .) .Release.Name -}}
{{ .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-%s" .Release.Name (include "gac.name" .) | trunc 63 | trimSuffix "-" }}
{{- end -}}
{{- end }}

{{- define "gac.serviceAccount" -}}
{{ default "default" .Values.serviceAccount.name }}
{{- end }}

{{- define "gac.selector" -}}
app.kubernetes.io/name: {{ include "gac.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "gac.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{ include "gac.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/*
One key pair for Secret and webhook alike, in base64: the one that is given, else a new
one at every render.
*/}}
{{- define "gac.certificates" -}}
{{- $given := .Values.webhookTLS -}}
{{- if and $given.caCert $given.cert $given.key -}}
{{- dict "ca" $given.caCert "cert" $given.cert "key" $given.key | toJson -}}
{{- else if or $given.caCert $given.cert $given.key -}}
{{- fail "webhookTLS: give caCert, cert and key together, or none of them" -}}
{{- else -}}
{{- $host := printf "webhook-service.%s.svc" .Release.Namespace -}}
{{- $ca := genCA "aws-gateway-controller-ca" 365 -}}
{{- $pair := genSignedCert $host nil (list $host (printf "%s.cluster.local" $host)) 365 $ca -}}
{{- dict "ca" (b64enc $ca.Cert) "cert" (b64enc $pair.Cert) "key" (b64enc $pair.Key) | toJson -}}
{{- end -}}
{{- end }}
