{{- define "grafana.pod" -}}
serviceAccountName: {{ include "grafana.account" . }}
automountServiceAccountToken: {{ .Values.automountServiceAccountToken }}
enableServiceLinks: {{ .Values.enableServiceLinks }}
{{- range $key := list "securityContext" "nodeSelector" "tolerations" "affinity" "topologySpreadConstraints" }}
{{- with index $.Values $key }}
{{ $key }}: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
containers:
  - name: grafana
    {{- with .Values.image }}
    image: {{ .registry }}/{{ .repository }}:{{ default $.Chart.AppVersion .tag }}{{ with .sha }}@sha256:{{ . }}{{ end }}
    imagePullPolicy: {{ .pullPolicy }}
    {{- end }}
    {{- with .Values.containerSecurityContext }}
    securityContext: {{- toYaml . | nindent 6 }}
    {{- end }}
    ports: [{name: {{ .Values.podPortName }}, containerPort: 3000, protocol: TCP}]
    env:
      - {name: GF_SECURITY_ADMIN_USER, valueFrom: {secretKeyRef: {name: {{ .Values.admin.existingSecret }}, key: {{ .Values.admin.userKey }}}}}
      - {name: GF_SECURITY_ADMIN_PASSWORD, valueFrom: {secretKeyRef: {name: {{ .Values.admin.existingSecret }}, key: {{ .Values.admin.passwordKey }}}}}
    readinessProbe: {{- toYaml .Values.readinessProbe | nindent 6 }}
    livenessProbe: {{- toYaml .Values.livenessProbe | nindent 6 }}
    {{- with .Values.resources }}
    resources: {{- toYaml . | nindent 6 }}
    {{- end }}
    volumeMounts:
      - {name: config, mountPath: /etc/grafana/grafana.ini, subPath: grafana.ini}
      {{- range $file, $_ := .Values.datasources }}
      - {name: config, mountPath: /etc/grafana/provisioning/datasources/{{ $file }}, subPath: {{ $file }}}
      {{- end }}
      {{- range $file, $_ := .Values.dashboardProviders }}
      - {name: config, mountPath: /etc/grafana/provisioning/dashboards/{{ $file }}, subPath: {{ $file }}}
      {{- end }}
      {{- range $provider, $_ := .Values.dashboardsConfigMaps }}
      - {name: dashboards-{{ $provider }}, mountPath: /var/lib/grafana/dashboards/{{ $provider }}}
      {{- end }}
      - {name: storage, mountPath: /var/lib/grafana}
      {{- range .Values.extraEmptyDirMounts }}
      - {name: {{ .name }}, mountPath: {{ .mountPath }}}
      {{- end }}
volumes:
  - {name: config, configMap: {name: {{ include "grafana.fullname" . }}}}
  {{- range $provider, $map := .Values.dashboardsConfigMaps }}
  - {name: dashboards-{{ $provider }}, configMap: {name: {{ $map }}}}
  {{- end }}
  - {name: storage, emptyDir: {}}
  {{- range .Values.extraEmptyDirMounts }}
  - {name: {{ .name }}, emptyDir: {}}
  {{- end }}
{{- end }}
