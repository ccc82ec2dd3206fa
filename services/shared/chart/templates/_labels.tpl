{{/*
Name of an object: the release's, and the part it is of.
Parameters: root; part (optional).
*/}}
{{- define "microservice.fullname" -}}
{{ .root.Release.Name }}{{ with .part }}-{{ . }}{{ end }}
{{- end }}

{{/*
The labels that select the pods of one part of this release, and no others; what Services point with.
Parameters: root; part (optional).
*/}}
{{- define "microservice.selectorLabels" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}{{ with .part }}-{{ . }}{{ end }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{/*
The labels of every object.
Parameters: root; component; part (optional).
*/}}
{{- define "microservice.labels" -}}
{{ include "microservice.selectorLabels" . }}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/part-of: dronedelivery
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/*
Name, labels and annotations of an object, as its `metadata`.
Parameters: root; component; part (optional); annotations (optional, a dict).
*/}}
{{- define "microservice.metadata" -}}
metadata:
  name: {{ include "microservice.fullname" . }}
  labels:
    {{- include "microservice.labels" . | nindent 4 }}
  {{- with .annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
