{{/* The names and labels that the published chart gives. */}}
{{- define "prometheus.fullname" -}}
{{- $s := .Values.server -}}
{{ default (printf "%s-%s" .Release.Name $s.name) $s.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "prometheus.account" -}}
{{- $a := .Values.serviceAccounts.server -}}
{{ default (ternary (include "prometheus.fullname" .) "default" $a.create) $a.name }}
{{- end }}

{{- define "prometheus.selector" -}}
app.kubernetes.io/component: {{ .Values.server.name }}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "prometheus.labels" -}}
{{ include "prometheus.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
app.kubernetes.io/part-of: {{ .Chart.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "prometheus.image" -}}
{{ .image.repository }}{{ if .image.digest }}@{{ .image.digest }}{{ else }}:{{ default .fallback .image.tag }}{{ end }}
{{- end }}

{{- define "state.name" -}}
{{ default (printf "%s-kube-state-metrics" .Release.Name) (index .Values "kube-state-metrics").fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "state.selector" -}}
app.kubernetes.io/name: kube-state-metrics
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "state.labels" -}}
{{ include "state.selector" . }}
app.kubernetes.io/component: metrics
app.kubernetes.io/part-of: kube-state-metrics
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}
