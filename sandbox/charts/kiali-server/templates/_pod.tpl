{{- define "kiali.probe" -}}
httpGet: {path: {{ trimSuffix "/" (include "kiali.root" .) }}/healthz, port: api-port, scheme: HTTP}
{{- end }}

{{- define "kiali.pod" -}}
{{- $d := .Values.deployment -}}
{{- $key := splitList ":" .Values.login_token.signing_key -}}
serviceAccountName: {{ include "kiali.name" . }}
{{- with $d.priority_class_name }}
priorityClassName: {{ . }}
{{- end }}
{{- with $d.node_selector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $d.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $d.topology_spread_constraints }}
topologySpreadConstraints: {{- toYaml . | nindent 2 }}
{{- end }}
containers:
  - name: {{ include "kiali.name" . }}
    image: {{ $d.image_name }}{{ with $d.image_digest }}@{{ . }}{{ end }}:{{ $d.image_version }}
    imagePullPolicy: {{ $d.image_pull_policy }}
    command: [/opt/kiali/kiali, -config, /kiali-configuration/config.yaml]
    terminationMessagePolicy: FallbackToLogsOnError
    securityContext:
      allowPrivilegeEscalation: false
      privileged: false
      readOnlyRootFilesystem: true
      runAsNonRoot: true
      seccompProfile: {type: RuntimeDefault}
      capabilities: {drop: [ALL]}
    ports:
      - {name: api-port, containerPort: {{ .Values.server.port }}}
      {{- if .Values.server.observability.metrics.enabled }}
      - {name: http-metrics, containerPort: {{ .Values.server.observability.metrics.port }}}
      {{- end }}
    readinessProbe: {{- printf "%s\n%s" (include "kiali.probe" .) "initialDelaySeconds: 5\nperiodSeconds: 30" | nindent 6 }}
    livenessProbe: {{- printf "%s\n%s" (include "kiali.probe" .) "initialDelaySeconds: 5\nperiodSeconds: 30" | nindent 6 }}
    startupProbe: {{- printf "%s\n%s" (include "kiali.probe" .) "failureThreshold: 6\ninitialDelaySeconds: 30\nperiodSeconds: 10" | nindent 6 }}
    env:
      - {name: ACTIVE_NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
      - {name: LOG_LEVEL, value: {{ $d.logger.log_level | quote }}}
      - {name: LOG_FORMAT, value: {{ $d.logger.log_format | quote }}}
      - {name: LOG_TIME_FIELD_FORMAT, value: {{ $d.logger.time_field_format | quote }}}
      - {name: LOG_SAMPLER_RATE, value: {{ $d.logger.sampler_rate | quote }}}
    {{- with $d.resources }}
    resources: {{- toYaml . | nindent 6 }}
    {{- end }}
    volumeMounts:
      - {name: kiali-configuration, mountPath: /kiali-configuration}
      - {name: kiali-secret, mountPath: /kiali-secret}
      - {name: login-token-signing-key, mountPath: /kiali-override-secrets/login-token-signing-key, readOnly: true}
volumes:
  - {name: kiali-configuration, configMap: {name: {{ include "kiali.name" . }}}}
  - {name: kiali-secret, secret: {secretName: {{ $d.secret_name }}, optional: true}}
  - name: login-token-signing-key
    secret: {secretName: {{ index $key 1 }}, items: [{key: {{ index $key 2 }}, path: value.txt}]}
{{- end }}
