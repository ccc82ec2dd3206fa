{{/*
registry/repository:tag@digest, each part required.
Parameter: the context of the chart that includes.
*/}}
{{- define "microservice.image" -}}
{{- $image := .Values.image -}}
{{- $registry := required "image.registry is required: the registry to pull from, such as localhost:5001" $image.registry -}}
{{- $repository := required "image.repository is required: the image's path in the registry" $image.repository -}}
{{- $tag := required "image.tag is required: the version's tag, such as v1.0.2" $image.tag -}}
{{- if eq $tag "latest" }}{{ fail "image.tag is latest, which names no version: give the version's tag, such as v1.0.2" }}{{ end -}}
{{- $digest := required "image.digest is required: sha256:... of the image that was tested" $image.digest -}}
{{- printf "%s/%s:%s@%s" $registry $repository $tag $digest -}}
{{- end }}
