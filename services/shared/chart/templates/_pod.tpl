{{/*
A pod of one container that runs the version's image, under the "restricted" Pod Security Standard.
Parameters: root; container (its name); command (optional, a list; without it the image's own); env (optional, a
rendered list); serving (optional, rendered: ports and probes).
*/}}
{{- define "microservice.podSpec" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  {{- include "microservice.podSecurityContext" . | nindent 2 }}
containers:
  - name: {{ .container }}
    image: {{ include "microservice.image" .root }}
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    {{- with .command }}
    command:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- with .env }}
    env:
      {{- . | trim | nindent 6 }}
    {{- end }}
    {{- with .serving }}
    {{- . | nindent 4 }}
    {{- end }}
    resources:
      {{- toYaml .root.Values.resources | nindent 6 }}
    securityContext:
      {{- include "microservice.containerSecurityContext" . | nindent 6 }}
    volumeMounts:
      - name: tmp
        mountPath: /tmp
volumes:
  - name: tmp
    emptyDir:
      sizeLimit: 16Mi
{{- end }}

{{/*
A Pod that `helm test` runs once and judges by its exit status.
Parameters: root; component; part; command (a list); env (optional, a rendered list); weight (optional, a number:
tests run in its order).
*/}}
{{- define "microservice.testPod" -}}
{{- $annotations := dict "helm.sh/hook" "test" "helm.sh/hook-delete-policy" "before-hook-creation" }}
{{- with .weight }}{{ $_ := set $annotations "helm.sh/hook-weight" (toString .) }}{{ end -}}
apiVersion: v1
kind: Pod
{{ include "microservice.metadata" (merge (dict "annotations" $annotations) .) }}
spec:
  restartPolicy: Never
  serviceAccountName: {{ .root.Release.Name }}
  activeDeadlineSeconds: 120
  terminationGracePeriodSeconds: 1
  {{- include "microservice.podSpec" (merge (dict "container" .part) .) | nindent 2 }}
{{- end }}
