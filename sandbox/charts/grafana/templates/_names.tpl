{{/* The names and labels that the published chart gives. */}}
{{- define "grafana.fullname" -}}
{{ default (ternary .Release.Name (printf "%s-%s" .Release.Name .Chart.Name) (contains .Chart.Name .Release.Name)) .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "grafana.account" -}}
{{ default (ternary (include "grafana.fullname" .) "default" .Values.serviceAccount.create) .Values.serviceAccount.name }}
{{- end }}

{{- define "grafana.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "grafana.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{ include "grafana.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* A section of grafana.ini, as Grafana reads it. */}}
{{- define "grafana.ini" -}}
{{- range $section, $values := index .Values "grafana.ini" }}
[{{ $section }}]
{{- range $key, $value := $values }}
{{ $key }} = {{ $value }}
{{- end }}
{{- end }}
{{- end }}
