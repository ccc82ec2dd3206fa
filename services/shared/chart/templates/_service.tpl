{{/*
The version's own Service; the stable one, of the service's name, is not the chart's to make.
Parameters: root; component.
*/}}
{{- define "microservice.service" -}}
apiVersion: v1
kind: Service
{{ include "microservice.metadata" . }}
spec:
  selector:
    {{- include "microservice.selectorLabels" . | nindent 4 }}
  ports:
    - name: http
      port: 80
      targetPort: http
{{- end }}

{{/*
The account of the release's pods. It has no rights, and its token is in none of them.
Parameters: root; component.
*/}}
{{- define "microservice.serviceAccount" -}}
apiVersion: v1
kind: ServiceAccount
{{ include "microservice.metadata" . }}
automountServiceAccountToken: false
{{- end }}
