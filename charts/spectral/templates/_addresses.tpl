{{/* Where the parts find each other. */}}

{{- define "spectral.publicUrl" -}}
{{- default "http://localhost:8080" .Values.publicUrl | trimSuffix "/" -}}
{{- end -}}

{{- define "spectral.relayPublicUrl" -}}
{{- if .Values.relayPublicUrl -}}
{{- .Values.relayPublicUrl | trimSuffix "/" -}}
{{- else if .Values.publicUrl -}}
{{- include "spectral.publicUrl" . -}}
{{- else -}}
http://localhost:8081
{{- end -}}
{{- end -}}

{{/* The host in an address: its port is the entrance's own business. */}}
{{- define "spectral.hostOf" -}}
{{- regexReplaceAll ":[0-9]+$" (urlParse .).host "" -}}
{{- end -}}

{{/* Inside the cluster: (list $ "relay"). */}}
{{- define "spectral.internalUrl" -}}
{{- $root := index . 0 -}}
http://{{ include "spectral.name" . }}.{{ $root.Release.Namespace }}.svc:{{ (index $root.Values (index . 1)).service.port }}
{{- end -}}

{{- define "spectral.agentRelayUrl" -}}
{{- $internal := printf "%s/agent-connection" (include "spectral.internalUrl" (list . "relay") | replace "http://" "ws://") -}}
{{- default $internal .Values.agent.relayUrl -}}
{{- end -}}

{{- define "spectral.watchNamespaces" -}}
{{- default (list .Release.Namespace) .Values.operator.watchNamespaces | uniq | sortAlpha | toJson -}}
{{- end -}}

{{/* Image of one of our processes: (list $ "relay"). */}}
{{- define "spectral.image" -}}
{{- $root := index . 0 -}}
{{- $image := (index $root.Values (index . 1)).image -}}
{{- $name := printf "%s/%s" ($root.Values.image.registry | trimSuffix "/") $image.repository | trimPrefix "/" -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $name $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $name (coalesce $image.tag $root.Values.image.tag $root.Chart.AppVersion) -}}
{{- end -}}
{{- end -}}
