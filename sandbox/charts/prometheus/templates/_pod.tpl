{{- define "prometheus.probe" -}}
httpGet: {path: {{ .path }}, port: 9090, scheme: {{ .s.probeScheme }}}
initialDelaySeconds: {{ index .s (printf "%sInitialDelay" .kind) }}
periodSeconds: {{ index .s (printf "%sPeriodSeconds" .kind) }}
timeoutSeconds: {{ index .s (printf "%sTimeout" .kind) }}
failureThreshold: {{ index .s (printf "%sFailureThreshold" .kind) }}
successThreshold: {{ index .s (printf "%sSuccessThreshold" .kind) }}
{{- end }}

{{- define "prometheus.pod" -}}
{{- $s := .Values.server -}}
{{- $r := .Values.configmapReload.prometheus -}}
serviceAccountName: {{ include "prometheus.account" . }}
enableServiceLinks: {{ $s.enableServiceLinks }}
{{- if kindIs "bool" $s.automountServiceAccountToken }}
automountServiceAccountToken: {{ $s.automountServiceAccountToken }}
{{- end }}
{{- with $s.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- range $key := list "nodeSelector" "affinity" "tolerations" "topologySpreadConstraints" "securityContext" }}
{{- with index $s $key }}
{{ $key }}: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
dnsPolicy: {{ $s.dnsPolicy }}
terminationGracePeriodSeconds: {{ $s.terminationGracePeriodSeconds }}
containers:
  - name: prometheus-{{ $s.name }}-{{ $r.name }}
    image: {{ include "prometheus.image" (dict "image" $r.image "fallback" "") }}
    imagePullPolicy: {{ $r.image.pullPolicy }}
    args:
      - --watched-dir=/etc/config
      - --listen-address=0.0.0.0:{{ $r.containerPort }}
      - --reload-url={{ default "http://127.0.0.1:9090/-/reload" .Values.configmapReload.reloadUrl }}
    ports: [{containerPort: {{ $r.containerPort }}, name: {{ $r.containerPortName }}}]
    {{- with $r.containerSecurityContext }}
    securityContext: {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- with $r.resources }}
    resources: {{- toYaml . | nindent 6 }}
    {{- end }}
    volumeMounts: [{name: config-volume, mountPath: /etc/config, readOnly: true}]
  - name: prometheus-{{ $s.name }}
    image: {{ include "prometheus.image" (dict "image" $s.image "fallback" .Chart.AppVersion) }}
    imagePullPolicy: {{ $s.image.pullPolicy }}
    args:
      {{- with $s.retention }}
      - --storage.tsdb.retention.time={{ . }}
      {{- end }}
      {{- with $s.retentionSize }}
      - --storage.tsdb.retention.size={{ . }}
      {{- end }}
      - --config.file={{ $s.configPath }}
      - --storage.tsdb.path={{ $s.persistentVolume.mountPath }}
      {{- range $s.extraFlags }}
      - --{{ . }}
      {{- end }}
    ports: [{containerPort: 9090}]
    readinessProbe: {{- include "prometheus.probe" (dict "s" $s "kind" "readinessProbe" "path" "/-/ready") | nindent 6 }}
    livenessProbe: {{- include "prometheus.probe" (dict "s" $s "kind" "livenessProbe" "path" "/-/healthy") | nindent 6 }}
    {{- with $s.containerSecurityContext }}
    securityContext: {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- with $s.resources }}
    resources: {{- toYaml . | nindent 6 }}
    {{- end }}
    volumeMounts:
      - {name: config-volume, mountPath: /etc/config}
      - {name: storage-volume, mountPath: {{ $s.persistentVolume.mountPath }}}
volumes:
  - name: config-volume
    configMap: {name: {{ .Release.Name }}-{{ $s.configMapOverrideName }}}
  - name: storage-volume
    emptyDir: {{- if $s.emptyDir.sizeLimit }} {sizeLimit: {{ $s.emptyDir.sizeLimit }}}{{ else }} {}{{ end }}
{{- end }}
