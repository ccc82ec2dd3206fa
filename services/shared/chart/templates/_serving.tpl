{{/*
The environment variables every service has, and its own, as a list.
Parameters: root; secrets (optional): for each variable the Secret whose key `url` it gets; plain (optional):
for each variable its value, which comes before what every service has.
*/}}
{{- define "microservice.env" -}}
{{- $every := dict
  "APP_VERSION" .root.Chart.AppVersion
  "LOG_LEVEL" .root.Values.log.level
  "DRAIN_SECONDS" .root.Values.lameDuckSeconds
}}
{{- range $variable, $value := merge (dict) (.plain | default dict) $every }}
- name: {{ $variable }}
  value: {{ $value | quote }}
{{- end }}
{{- range $variable, $secret := .secrets }}
- name: {{ $variable }}
  valueFrom:
    secretKeyRef:
      name: {{ $secret }}
      key: url
{{- end }}
{{- end }}

{{/*
How often a probe asks, from the chart's values.
Parameter: periodSeconds, timeoutSeconds, failureThreshold.
*/}}
{{- define "microservice.knobs" -}}
periodSeconds: {{ .periodSeconds }}
timeoutSeconds: {{ .timeoutSeconds }}
failureThreshold: {{ .failureThreshold }}
{{- end }}

{{/*
Port and probes of a container that answers HTTP: /healthz while the process lives, /readyz while its store answers.
Parameter: root.
*/}}
{{- define "microservice.httpServing" -}}
ports:
  - name: http
    containerPort: 8080
startupProbe:
  httpGet:
    path: /healthz
    port: http
  {{- include "microservice.knobs" .root.Values.probes.startup | nindent 2 }}
livenessProbe:
  httpGet:
    path: /healthz
    port: http
  {{- include "microservice.knobs" .root.Values.probes.liveness | nindent 2 }}
readinessProbe:
  httpGet:
    path: /readyz
    port: http
  {{- include "microservice.knobs" .root.Values.probes.readiness | nindent 2 }}
{{- end }}

{{/*
Probes of a container that answers nobody: a command that fails when it is stuck.
Parameters: root; command (a list).
*/}}
{{- define "microservice.execProbes" -}}
startupProbe:
  exec:
    command: {{ toJson .command }}
  {{- include "microservice.knobs" .root.Values.probes.startup | nindent 2 }}
livenessProbe:
  exec:
    command: {{ toJson .command }}
  {{- include "microservice.knobs" .root.Values.probes.liveness | nindent 2 }}
readinessProbe:
  exec:
    command: {{ toJson .command }}
  {{- include "microservice.knobs" .root.Values.probes.readiness | nindent 2 }}
{{- end }}
