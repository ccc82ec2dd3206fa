{{/* The labels that select the pods of this release, and no others; what Services point with. */}}
{{- define "delivery.selectorLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* The labels every object has beside its name, instance and component. */}}
{{- define "delivery.commonLabels" -}}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: dronedelivery
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "delivery.labels" -}}
{{ include "delivery.selectorLabels" . }}
app.kubernetes.io/component: api
{{ include "delivery.commonLabels" . }}
{{- end }}

{{/* The smoke test has another name, or the Service would take its pod for one of the service. */}}
{{- define "delivery.smokeSelectorLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}-smoke
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "delivery.smokeLabels" -}}
{{ include "delivery.smokeSelectorLabels" . }}
app.kubernetes.io/component: smoke-test
{{ include "delivery.commonLabels" . }}
{{- end }}

{{/* registry/repository:tag@digest, each part required. */}}
{{- define "delivery.image" -}}
{{- $image := .Values.image -}}
{{- $registry := required "image.registry is required: the registry to pull from, such as localhost:5001" $image.registry -}}
{{- $repository := required "image.repository is required: the image's path in the registry" $image.repository -}}
{{- $tag := required "image.tag is required: the version's tag, such as v1.0.2" $image.tag -}}
{{- if eq $tag "latest" }}{{ fail "image.tag is latest, which names no version: give the version's tag, such as v1.0.2" }}{{ end -}}
{{- $digest := required "image.digest is required: sha256:... of the image that was tested" $image.digest -}}
{{- printf "%s/%s:%s@%s" $registry $repository $tag $digest -}}
{{- end }}

{{/* What the "restricted" Pod Security Standard asks of a pod and of a container. */}}
{{- define "delivery.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "delivery.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* The egress rule for name resolution. */}}
{{- define "delivery.dnsEgress" -}}
- to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: kube-system
  ports:
    - {port: 53, protocol: UDP}
    - {port: 53, protocol: TCP}
{{- end }}

{{- define "delivery.probe" -}}
httpGet:
  path: {{ .path }}
  port: http
periodSeconds: {{ .knobs.periodSeconds }}
timeoutSeconds: {{ .knobs.timeoutSeconds }}
failureThreshold: {{ .knobs.failureThreshold }}
{{- end }}
