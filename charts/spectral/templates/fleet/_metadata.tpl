{{/* Head of an object of the fleet: (list $ "name" item "namespace where the item names none"). */}}
{{- define "spectral.fleetMetadata" -}}
{{- $root := index . 0 -}}
{{- $item := index . 2 -}}
name: {{ index . 1 }}
namespace: {{ default (index . 3) $item.namespace }}
labels:
  {{- include "spectral.labels" (list $root "fleet") | nindent 2 }}
  {{- with $item.labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with include "spectral.annotations" (list $root $item.annotations) }}
{{ . }}
{{- end }}
{{- end -}}
