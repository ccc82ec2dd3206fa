{{- define "redis.selector" -}}
app.kubernetes.io/name: redis
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "redis.labels" -}}
{{ include "redis.selector" . }}
app.kubernetes.io/part-of: build-tasks-platform
{{- end }}

{{- /* The password is in a file of its own: an argument would show in the process list. */}}
{{- define "redis.settings" -}}
include /etc/redis/credentials/auth.conf
port 6379
bind 0.0.0.0 -::*
dir /data
appendonly yes
{{- /* What was answered with success is on the disk. */}}
appendfsync always
maxmemory 96mb
maxmemory-policy noeviction
{{- end }}

{{- define "redis.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
terminationGracePeriodSeconds: 10
securityContext:
  runAsNonRoot: true
  runAsUser: {{ .Values.user }}
  runAsGroup: {{ .Values.user }}
  fsGroup: {{ .Values.user }}
  seccompProfile: { type: RuntimeDefault }
containers:
  - name: redis
    image: {{ .Values.image }}
    command: [redis-server, /etc/redis/settings/redis.conf]
    ports: [{ name: redis, containerPort: 6379 }]
    env:
      - name: REDISCLI_AUTH
        valueFrom: { secretKeyRef: { name: {{ .Values.credentials }}, key: password } }
    securityContext:
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: true
      capabilities: { drop: [ALL] }
    resources:
      requests: { cpu: 10m, memory: 64Mi }
      limits: { cpu: 500m, memory: 160Mi }
    # While it reads its data it listens, and answers LOADING. Running a program in a container costs more than all that
    # redis does here: once it has started, its port is asked.
    startupProbe:
      exec: { command: [sh, -c, "redis-cli ping | grep -q PONG"] }
      periodSeconds: 3
      timeoutSeconds: 3
      failureThreshold: 600
    readinessProbe:
      tcpSocket: { port: redis }
      periodSeconds: 5
    livenessProbe:
      tcpSocket: { port: redis }
      periodSeconds: 10
    volumeMounts:
      - { name: data, mountPath: /data }
      - { name: settings, mountPath: /etc/redis/settings, readOnly: true }
      - { name: credentials, mountPath: /etc/redis/credentials, readOnly: true }
volumes:
  - name: settings
    configMap: { name: {{ .Release.Name }} }
  - name: credentials
    secret:
      secretName: {{ .Values.credentials }}
      items: [{ key: auth.conf, path: auth.conf }]
{{- end }}
