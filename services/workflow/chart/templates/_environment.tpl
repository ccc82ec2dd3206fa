{{/* What the worker is told; its smoke test is told the same. */}}
{{- define "workflow.env" -}}
{{- include "microservice.env" (dict
  "root" .
  "secrets" (dict "REDIS_URL" .Values.redis.secretName)
  "plain" (dict
    "DELIVERY_URL" "http://delivery"
    "PACKAGE_URL" "http://package"
    "DRONESCHEDULER_URL" "http://dronescheduler")
) }}
{{- end }}
