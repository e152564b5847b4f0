{{- define "lbc.pod" -}}
serviceAccountName: {{ include "lbc.serviceAccount" . }}
terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
{{- range $key := list "priorityClassName" "runtimeClassName" "dnsPolicy" }}
{{- with index $.Values $key }}
{{ $key }}: {{ . }}
{{- end }}
{{- end }}
{{- range $key := list "imagePullSecrets" "nodeSelector" "tolerations" "topologySpreadConstraints" }}
{{- with index $.Values $key }}
{{ $key }}: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- with .Values.podSecurityContext }}
securityContext: {{- toYaml . | nindent 2 }}
{{- end }}
{{- if .Values.affinity }}
affinity: {{- toYaml .Values.affinity | nindent 2 }}
{{- else if .Values.configureDefaultAffinity }}
affinity:
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: kubernetes.io/hostname
          labelSelector:
            matchExpressions:
              - {key: app.kubernetes.io/name, operator: In, values: [{{ include "lbc.name" . }}]}
{{- end }}
containers:
  - name: {{ .Chart.Name }}
    image: {{ printf "%s:%s" .Values.image.repository .Values.image.tag }}
    imagePullPolicy: {{ .Values.image.pullPolicy }}
    args: {{- include "lbc.flags" . | nindent 6 }}
    ports:
      - {name: webhook-server, containerPort: {{ .Values.webhookBindPort | default 9443 }}, protocol: TCP}
      - {name: metrics-server, containerPort: {{ (split ":" .Values.metricsBindAddr)._1 | default 8080 }}, protocol: TCP}
    {{- range $key := list "securityContext" "resources" "livenessProbe" "readinessProbe" "envFrom" }}
    {{- with index $.Values $key }}
    {{ $key }}: {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- end }}
    {{- if or .Values.env .Values.envSecretName }}
    env:
      {{- range $name, $value := .Values.env }}
      - {name: {{ $name }}, value: {{ $value | quote }}}
      {{- end }}
      {{- with .Values.envSecretName }}
      - {name: AWS_ACCESS_KEY_ID, valueFrom: {secretKeyRef: {name: {{ . }}, key: key_id, optional: true}}}
      - {name: AWS_SECRET_ACCESS_KEY, valueFrom: {secretKeyRef: {name: {{ . }}, key: access_key, optional: true}}}
      {{- end }}
    {{- end }}
    volumeMounts:
      - {name: cert, mountPath: /tmp/k8s-webhook-server/serving-certs, readOnly: true}
      {{- with .Values.extraVolumeMounts }}{{ toYaml . | nindent 6 }}{{ end }}
volumes:
  - name: cert
    secret: {defaultMode: 420, secretName: {{ include "lbc.webhookSecret" . }}}
  {{- with .Values.extraVolumes }}{{ toYaml . | nindent 2 }}{{ end }}
{{- end }}
