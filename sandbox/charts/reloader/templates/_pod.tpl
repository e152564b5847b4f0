{{- define "reloader.flags" -}}
{{- $r := .Values.reloader -}}
- --namespaces={{ include "reloader.watched" . | mustFromJson | join "," }}
- --log-level={{ $r.logLevel }}
{{- with $r.logFormat }}
- --log-format={{ . }}
{{- end }}
- --resources-to-ignore=configMaps
- --ignored-workload-types=jobs,cronjobs
- --reload-strategy={{ $r.reloadStrategy }}
{{- if $r.enableHA }}
- --enable-ha=true
{{- end }}
{{- end }}

{{- define "reloader.pod" -}}
{{- $d := .Values.reloader.deployment -}}
serviceAccountName: {{ include "reloader.serviceAccount" . }}
{{- range $key := list "priorityClassName" "runtimeClassName" }}
{{- with index $d $key }}
{{ $key }}: {{ . }}
{{- end }}
{{- end }}
{{- range $key := list "imagePullSecrets" "nodeSelector" "tolerations" "topologySpreadConstraints" "securityContext" }}
{{- with index $d $key }}
{{ $key }}: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
affinity:
  {{- if $d.affinity }}
  {{- toYaml $d.affinity | nindent 2 }}
  {{- else }}
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: kubernetes.io/hostname
          labelSelector: {matchLabels: {app.kubernetes.io/instance: {{ .Release.Name | quote }}}}
  {{- end }}
containers:
  - name: {{ include "reloader.fullname" . }}
    image: {{ with .Values.image }}{{ ternary (printf "%s@%s" .repository (default "" .digest)) (printf "%s:%s" .repository .tag) (not (empty .digest)) }}{{ end }}
    imagePullPolicy: {{ .Values.image.pullPolicy }}
    args: {{- include "reloader.flags" . | nindent 6 }}
    ports:
      - {name: http, containerPort: 9090}
    env:
      - {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
      - {name: POD_NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
    livenessProbe:
      {{- toYaml (merge (dict "httpGet" (dict "path" "/live" "port" "http")) $d.livenessProbe) | nindent 6 }}
    readinessProbe:
      {{- toYaml (merge (dict "httpGet" (dict "path" "/metrics" "port" "http")) $d.readinessProbe) | nindent 6 }}
    {{- $security := deepCopy (default dict $d.containerSecurityContext) }}
    {{- if .Values.reloader.readOnlyRootFileSystem }}{{ $security = set $security "readOnlyRootFilesystem" true }}{{ end }}
    {{- with $security }}
    securityContext: {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- with $d.resources }}
    resources: {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- if .Values.reloader.readOnlyRootFileSystem }}
    volumeMounts: [{name: tmp-volume, mountPath: /tmp/}]
    {{- end }}
{{- if .Values.reloader.readOnlyRootFileSystem }}
volumes: [{name: tmp-volume, emptyDir: {}}]
{{- end }}
{{- end }}
