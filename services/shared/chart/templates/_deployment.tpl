{{/*
The Deployment of a version.

A worker's has no pods until its version is the live one (value `live`); its annotation says how many it has then,
because that is who moves the work from one version to another.

Parameters: root; component (api or worker); env (a rendered list); serving (rendered: ports and probes).
*/}}
{{- define "microservice.deployment" -}}
{{- $worker := eq .component "worker" }}
{{- $reason := required "reason is required: why this revision is deployed" .root.Values.reason }}
{{- $annotations := dict "kubernetes.io/change-cause" $reason }}
{{- if $worker }}{{ $_ := set $annotations "build-tasks/replicas" (toString .root.Values.replicaCount) }}{{ end -}}
apiVersion: apps/v1
kind: Deployment
{{ include "microservice.metadata" (merge (dict "annotations" $annotations) .) }}
spec:
  {{- if $worker }}
  replicas: {{ if .root.Values.live }}{{ .root.Values.replicaCount }}{{ else }}0{{ end }}
  {{- else if not .root.Values.autoscaling.enabled }}
  replicas: {{ .root.Values.replicaCount }}
  {{- end }}
  revisionHistoryLimit: 3
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxUnavailable: 0
      maxSurge: 1
  selector:
    matchLabels:
      {{- include "microservice.selectorLabels" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "microservice.labels" . | nindent 8 }}
    spec:
      serviceAccountName: {{ .root.Release.Name }}
      # The lame duck, at most 10 s for what is under way, and some to spare.
      terminationGracePeriodSeconds: {{ add .root.Values.lameDuckSeconds 25 }}
      {{- include "microservice.podSpec" (merge (dict "container" (printf "fabrikam-%s" .root.Chart.Name)) .) | nindent 6 }}
{{- end }}
