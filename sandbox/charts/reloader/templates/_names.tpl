{{/* The names and labels that the published chart gives; no more than 63 characters. */}}
{{- define "reloader.fullname" -}}
{{- $own := default .Chart.Name .Values.nameOverride -}}
{{ default (printf "%s-%s" .Release.Name $own) .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "reloader.home" -}}{{ default .Release.Namespace .Values.namespace }}{{- end }}

{{- define "reloader.serviceAccount" -}}
{{- $account := .Values.reloader.serviceAccount -}}
{{ default (ternary (include "reloader.fullname" .) "default" $account.create) $account.name }}
{{- end }}

{{- define "reloader.selector" -}}
app: {{ include "reloader.fullname" . }}
release: {{ .Release.Name | quote }}
{{- end }}

{{- define "reloader.labels" -}}
{{ include "reloader.selector" . }}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
heritage: {{ .Release.Service }}
{{- end }}

{{/* The namespaces that it watches, as JSON: those that are named, else its own. */}}
{{- define "reloader.watched" -}}
{{- $named := .Values.reloader.namespaces | default list -}}
{{- if kindIs "string" $named }}{{ $named = splitList "," $named }}{{ end -}}
{{- $out := list -}}
{{- range $named }}{{ with trim . }}{{ $out = append $out . }}{{ end }}{{ end -}}
{{ default (list (include "reloader.home" .)) $out | uniq | sortAlpha | toJson }}
{{- end }}
