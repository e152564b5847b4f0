{{/* Where the API server finds the webhook: (list context ca path). */}}
{{- define "lbc.client" -}}
{{- $context := index . 0 -}}
caBundle: {{ index . 1 }}
service: {name: {{ include "lbc.webhookService" $context }}, namespace: {{ $context.Release.Namespace }}, path: {{ index . 2 }}}
{{- end }}

{{/* A label selector with further expressions: (list selector expression…). */}}
{{- define "lbc.objects" -}}
{{- $selector := default dict (first .) -}}
{{- $expressions := concat (default list $selector.matchExpressions) (rest .) -}}
{{- $out := dict -}}
{{- if $expressions }}{{ $_ := set $out "matchExpressions" $expressions }}{{ end -}}
{{- if $selector.matchLabels }}{{ $_ := set $out "matchLabels" $selector.matchLabels }}{{ end -}}
{{- toYaml $out -}}
{{- end }}
