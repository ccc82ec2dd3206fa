{{/*
Who may ask one part of the release, and whom that may ask: its namespace allows nothing by itself.

Others are named by what they are and never by a version: any version of a caller may call. An api is asked by its
own smoke test, by end-to-end tests and by the traffic probe too; everybody asks the name server. Nodes (the API
server's proxy) always get in.

Parameters:
  root, component, part (optional), annotations (optional)
  callers     names of services of this namespace that may ask it, as may their smoke tests: a worker's has nothing
              else to try than whether those answer that the worker asks
  stores      data stores it asks, each a dict: name (label app.kubernetes.io/name), namespace, port
  asks        names of services of this namespace that it asks
  ownVersion  true: it asks the service of its own release, and of no other version
*/}}
{{- define "microservice.networkPolicy" -}}
{{- if .root.Values.networkPolicy.enabled -}}
{{- $callers := list }}
{{- range .callers }}
{{- $smoke := dict "name" (printf "%s-smoke" .) "component" "smoke-test" }}
{{- $callers = concat $callers (list (dict "name" .) $smoke) }}
{{- end }}
{{- if eq .component "api" }}
{{- $smoke := dict "name" (printf "%s-smoke" .root.Chart.Name) "component" "smoke-test" }}
{{- $probe := dict "name" "traffic-probe" "component" "probe" }}
{{- $callers = concat $callers (list $smoke (dict "component" "end-to-end-test") $probe) }}
{{- end -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
{{ include "microservice.metadata" . }}
spec:
  podSelector:
    matchLabels:
      {{- include "microservice.selectorLabels" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  {{- with $callers }}
  ingress:
    - from:
        {{- range . }}
        - podSelector:
            matchLabels:
              {{- range $label, $value := . }}
              app.kubernetes.io/{{ $label }}: {{ $value }}
              {{- end }}
        {{- end }}
      ports:
        - {port: 8080, protocol: TCP}
  {{- end }}
  egress:
    {{- include "microservice.egress" . | nindent 4 }}
{{- end }}
{{- end }}

{{/* The rules of the way out, for microservice.networkPolicy. */}}
{{- define "microservice.egress" -}}
- to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: kube-system
      podSelector:
        matchLabels:
          k8s-app: kube-dns
  ports:
    - {port: 53, protocol: UDP}
    - {port: 53, protocol: TCP}
{{- range .stores }}
- to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: {{ .namespace }}
      podSelector:
        matchLabels:
          app.kubernetes.io/name: {{ .name }}
  ports:
    - {port: {{ .port }}, protocol: TCP}
{{- end }}
{{- range .asks }}
- to:
    - podSelector:
        matchLabels:
          app.kubernetes.io/name: {{ . }}
  ports:
    - {port: 8080, protocol: TCP}
{{- end }}
{{- if .ownVersion }}
- to:
    - podSelector:
        matchLabels:
          {{- include "microservice.selectorLabels" (dict "root" .root) | nindent 10 }}
  ports:
    - {port: 8080, protocol: TCP}
{{- end }}
{{- end }}
