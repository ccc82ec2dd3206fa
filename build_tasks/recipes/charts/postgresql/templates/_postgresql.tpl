{{- define "postgresql.selector" -}}
app.kubernetes.io/name: postgresql
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "postgresql.labels" -}}
{{ include "postgresql.selector" . }}
app.kubernetes.io/part-of: build-tasks-platform
{{- end }}

{{- define "postgresql.settings" -}}
{{ (.Files.Glob "files/*").AsConfig }}
create.sql: |
  CREATE ROLE {{ .Values.database }} LOGIN
  CREATE DATABASE {{ .Values.database }} OWNER {{ .Values.database }}
  REVOKE ALL ON DATABASE {{ .Values.database }} FROM PUBLIC
  REVOKE ALL ON DATABASE postgres FROM PUBLIC
{{- end }}

{{- define "postgresql.container" -}}
image: {{ .Values.image }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
resources:
  requests: { cpu: 10m, memory: 64Mi }
  limits: { cpu: 500m, memory: 320Mi }
volumeMounts:
  {{- /* Where the image declares its volume: elsewhere containerd would lay an empty one over what is there. */}}
  - { name: data, mountPath: /var/lib/postgresql/data }
  - { name: sockets, mountPath: /run/postgresql }
  - { name: settings, mountPath: /etc/postgresql/settings, readOnly: true }
{{- end }}

{{- define "postgresql.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
# The fast shutdown (the image's stop signal) writes a checkpoint.
terminationGracePeriodSeconds: 30
securityContext:
  runAsNonRoot: true
  runAsUser: {{ .Values.user }}
  runAsGroup: {{ .Values.user }}
  fsGroup: {{ .Values.user }}
  seccompProfile: { type: RuntimeDefault }
initContainers:
  - name: prepare
    command: [sh, /etc/postgresql/settings/prepare]
    {{- include "postgresql.container" . | nindent 4 }}
      - { name: credentials, mountPath: /etc/postgresql/credentials, readOnly: true }
containers:
  - name: postgresql
    command: [postgres, --config-file=/etc/postgresql/settings/postgresql.conf]
    ports: [{ name: postgresql, containerPort: 5432 }]
    # It listens from its start on, also while it recovers from a crash, which may take minutes. Running a program in a
    # container costs more than an idle server: once it has started, its port is asked.
    startupProbe:
      exec: { command: [pg_isready, --quiet, --host=127.0.0.1, "--dbname={{ .Values.database }}"] }
      periodSeconds: 3
      timeoutSeconds: 3
      failureThreshold: 600
    readinessProbe:
      tcpSocket: { port: postgresql }
      periodSeconds: 5
    livenessProbe:
      tcpSocket: { port: postgresql }
      periodSeconds: 10
      failureThreshold: 6
    {{- include "postgresql.container" . | nindent 4 }}
volumes:
  - name: sockets
    emptyDir: { medium: Memory, sizeLimit: 1Mi }
  - name: settings
    configMap: { name: {{ .Release.Name }} }
  - name: credentials
    secret:
      secretName: {{ .Values.credentials }}
      items: [{ key: role.sql, path: role.sql }]
{{- end }}
