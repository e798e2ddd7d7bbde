{{/* Parts of NetworkPolicies. */}}

{{/* One rule: (list "to" peers ports protocols). */}}
{{- define "spectral.networkRule" -}}
- ports:
    {{- $protocols := index . 3 }}
    {{- range $port := index . 2 }}
    {{- range $protocols }}
    - { port: {{ $port }}, protocol: {{ . }} }
    {{- end }}
    {{- end }}
  {{- with index . 1 }}
  {{ index $ 0 }}:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "spectral.ownPeer" -}}
- podSelector:
    matchLabels:
      {{- include "spectral.selector" . | nindent 6 }}
{{- end -}}
