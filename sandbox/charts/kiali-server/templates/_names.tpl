{{/* The names and labels that the published chart gives. */}}
{{- define "kiali.name" -}}{{ .Values.deployment.instance_name | trunc 63 }}{{- end }}

{{- define "kiali.selector" -}}
app.kubernetes.io/name: kiali
app.kubernetes.io/instance: {{ include "kiali.name" . }}
{{- end }}

{{- define "kiali.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
app: kiali
{{ include "kiali.selector" . }}
version: {{ .Values.deployment.version_label | quote }}
app.kubernetes.io/version: {{ .Values.deployment.version_label | quote }}
app.kubernetes.io/part-of: kiali
{{- with .Values.deployment.extra_labels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "kiali.root" -}}{{ default "/kiali" .Values.server.web_root }}{{- end }}

{{/* Kiali's own configuration: the values, with what the chart fills in. */}}
{{- define "kiali.config" -}}
{{- $values := omit (deepCopy .Values) "global" "skipResources" "kiali_route_url" -}}
{{- $_ := set $values.auth "strategy" (default "token" .Values.auth.strategy) -}}
{{- $_ := set $values.external_services.istio "root_namespace" (default .Release.Namespace .Values.external_services.istio.root_namespace) -}}
{{- $_ := set $values.server "web_root" (include "kiali.root" .) -}}
{{ toYaml $values }}
{{- end }}
