{{/*
The autoscaler, where `autoscaling.enabled`.
Parameters: root; component.
*/}}
{{- define "microservice.hpa" -}}
{{- with .root.Values.autoscaling }}{{ if .enabled -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
{{ include "microservice.metadata" $ }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "microservice.fullname" $ }}
  minReplicas: {{ .minReplicas }}
  maxReplicas: {{ .maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: {{ .targetCPUUtilizationPercentage }}
{{- end }}{{ end }}
{{- end }}

{{/*
One pod at a time is taken away by who drains a node, where there are at least two. A worker has no `autoscaling`.
Parameters: root; component.
*/}}
{{- define "microservice.pdb" -}}
{{- $replicas := .root.Values.replicaCount }}
{{- with .root.Values.autoscaling }}{{ if .enabled }}{{ $replicas = .minReplicas }}{{ end }}{{ end }}
{{- if gt (int $replicas) 1 -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
{{ include "microservice.metadata" . }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      {{- include "microservice.selectorLabels" . | nindent 6 }}
{{- end }}
{{- end }}
