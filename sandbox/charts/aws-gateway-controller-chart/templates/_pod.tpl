{{- define "gac.pod" -}}
{{- $d := .Values.deployment -}}
serviceAccountName: {{ include "gac.serviceAccount" . }}
terminationGracePeriodSeconds: 10
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with $d.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- range $key := list "nodeSelector" "tolerations" "affinity" "topologySpreadConstraints" }}
{{- with index $d $key }}
{{ $key }}: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- with $d.podSecurityContext }}
securityContext: {{- toYaml . | nindent 2 }}
{{- end }}
containers:
  - name: manager
    image: {{ printf "%s:%s" .Values.image.repository .Values.image.tag }}
    imagePullPolicy: {{ .Values.image.pullPolicy }}
    command: [/manager]
    args: [--leader-elect]
    ports:
      - {name: http, containerPort: {{ $d.containerPort }}, protocol: TCP}
      {{- if .Values.webhookEnabled }}
      - {name: webhook-server, containerPort: 9443, protocol: TCP}
      {{- end }}
    env: {{- include "gac.environment" . | nindent 6 }}
    livenessProbe: {httpGet: {path: /healthz, port: 8081}, initialDelaySeconds: 15, periodSeconds: 20}
    readinessProbe: {httpGet: {path: /readyz, port: 8081}, initialDelaySeconds: 5, periodSeconds: 10}
    {{- with .Values.resources }}
    resources: {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- with $d.containerSecurityContext }}
    securityContext: {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- if .Values.webhookEnabled }}
    volumeMounts:
      - {name: webhook-cert, mountPath: /etc/webhook-cert, readOnly: true}
    {{- end }}
{{- if .Values.webhookEnabled }}
volumes:
  - name: webhook-cert
    secret: {defaultMode: 420, secretName: webhook-cert}
{{- end }}
{{- end }}

{{/*
What the controller reads of its environment (project documentation, "Controller
environment variables"). A value that is not set is left to the controller, which then
asks instance metadata.
*/}}
{{- define "gac.environment" -}}
{{- $v := .Values -}}
{{- range list
  (list "REGION" $v.awsRegion)
  (list "AWS_ACCOUNT_ID" $v.awsAccountId)
  (list "CLUSTER_VPC_ID" $v.clusterVpcId)
  (list "CLUSTER_NAME" $v.clusterName)
  (list "LOG_LEVEL" $v.log.level)
  (list "WEBHOOK_ENABLED" $v.webhookEnabled)
  (list "DISABLE_TAGGING_SERVICE_API" $v.disableTaggingServiceApi)
  (list "ROUTE_MAX_CONCURRENT_RECONCILES" $v.routeMaxConcurrentReconciles)
  (list "RECONCILE_DEFAULT_RESYNC_SECONDS" $v.reconcileDefaultResyncSeconds)
}}
{{- if not (or (kindIs "invalid" (index . 1)) (eq (toString (index . 1)) "")) }}
- {name: {{ index . 0 }}, value: {{ index . 1 | toString | quote }}}
{{- end }}
{{- end }}
{{- end }}
