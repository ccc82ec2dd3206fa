"""A chart for the contract tests against a cluster: a ConfigMap, a Deployment and hooks, as values say."""

from __future__ import annotations

from pathlib import Path

_CHART = 'apiVersion: v2\nname: contract\nversion: 0.0.7\nappVersion: "0.0.7"\n'

_CONFIG = """apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}{{ .Values.suffix }}
data:
  text: {{ .Values.text | quote }}
"""

_POD = """{{- define "contract.pod" -}}
terminationGracePeriodSeconds: {{ .grace | default 1 }}
automountServiceAccountToken: false
securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: RuntimeDefault } }
{{- if .node }}
nodeSelector: { contract.test/node: {{ .node | quote }} }
{{- end }}
containers:
  - name: main
    image: {{ .image | quote }}
    command: ["sh", "-c", {{ .script | quote }}]
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }
    resources: { requests: { cpu: 5m, memory: {{ .memory | default "16Mi" }} } }
    {{- if .ready }}
    readinessProbe: { exec: { command: ["sh", "-c", {{ .ready | quote }}] }, periodSeconds: 1 }
    {{- end }}
{{- end }}
"""

_DEPLOYMENT = """{{- if .Values.run }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  labels: { app.kubernetes.io/instance: {{ .Release.Name }} }
  annotations: { kubernetes.io/change-cause: {{ .Values.text | quote }} }
spec:
  replicas: {{ .Values.replicas }}
  selector: { matchLabels: { app.kubernetes.io/instance: {{ .Release.Name }} } }
  template:
    metadata: { labels: { app.kubernetes.io/instance: {{ .Release.Name }} } }
    spec: {{- include "contract.pod" .Values.run | nindent 6 }}
{{- end }}
"""

_SERVICE = """{{- if .Values.run }}
apiVersion: v1
kind: Service
metadata: { name: {{ .Release.Name }} }
spec:
  selector: { app.kubernetes.io/instance: {{ .Release.Name }} }
  ports: [{ port: 80, targetPort: 8080 }]
{{- end }}
"""

_HOOKS = """{{- range $name, $hook := .Values.hooks }}
---
apiVersion: v1
kind: Pod
metadata:
  name: {{ $.Release.Name }}-{{ $name }}
  annotations: { helm.sh/hook: {{ $hook.on | quote }}, helm.sh/hook-delete-policy: before-hook-creation }
spec:
  restartPolicy: Never
  {{- include "contract.pod" $hook | nindent 2 }}
{{- end }}
"""


def write_app_chart(folder: Path) -> Path:
    """Values: ``text``; ``suffix`` of the ConfigMap's name; ``run`` and each of ``hooks`` describe a pod."""
    templates = folder / "templates"
    templates.mkdir(parents=True)
    (folder / "Chart.yaml").write_text(_CHART)
    (folder / "values.yaml").write_text('text: ""\nsuffix: ""\nreplicas: 1\nrun: {}\nhooks: {}\n')
    for name, text in {
        "_pod.tpl": _POD,
        "config.yaml": _CONFIG,
        "deployment.yaml": _DEPLOYMENT,
        "service.yaml": _SERVICE,
        "hooks.yaml": _HOOKS,
    }.items():
        (templates / name).write_text(text)
    return folder
