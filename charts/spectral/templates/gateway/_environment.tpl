{{/* Variables of the gateway; the job that migrates has the same. */}}
{{- define "spectral.gatewayEnv" -}}
{{- $v := .Values -}}
{{ include "spectral.commonEnv" (list . "gateway") }}
- name: SPECTRAL_PUBLIC_URL
  value: {{ include "spectral.publicUrl" . | quote }}
- name: SPECTRAL_RELAY_PUBLIC_URL
  value: {{ include "spectral.relayPublicUrl" . | quote }}
- name: SPECTRAL_TRUST_PROXY
  value: {{ $v.gateway.trustProxy | quote }}
- name: SPECTRAL_DRAIN_MS
  value: {{ mul $v.gateway.drainSeconds 1000 | quote }}
{{ if $v.eval.enabled }}
{{- include "spectral.secretVariable" (list "DATABASE_URL" (include "spectral.name" (list . "eval")) "database-url") }}
{{- else }}
{{- include "spectral.givenSecret" (list . "DATABASE_URL" $v.database.existingSecret $v.database.url "database-url") }}
{{- end }}
- name: SPECTRAL_DATABASE_CONNECTIONS
  value: {{ $v.database.connections | quote }}
{{ include "spectral.redisEnv" . }}
{{ include "spectral.ownSecret" (list . "SPECTRAL_SERVICE_SECRET" "service" "service-secret") }}
{{- if $v.operator.enabled }}
{{ include "spectral.ownSecret" (list . "SPECTRAL_OPERATOR_SECRET" "operator" "operator-secret") }}
{{- end }}
{{ include "spectral.ownSecret" (list . "SPECTRAL_MASTER_KEY" "masterKey" "master-key") }}
- name: SPECTRAL_DEMO
  value: {{ $v.providers.demo | quote }}
{{- with include "spectral.givenSecret" (list . "ANTHROPIC_API_KEY" $v.providers.anthropic.existingSecret $v.providers.anthropic.apiKey "anthropic-api-key") }}
{{ . }}
{{- end }}
{{- with $v.providers.anthropic.baseUrl }}
- name: ANTHROPIC_BASE_URL
  value: {{ . | quote }}
{{- end }}
{{- with include "spectral.givenSecret" (list . "OPENAI_API_KEY" $v.providers.openai.existingSecret $v.providers.openai.apiKey "openai-api-key") }}
{{ . }}
{{- end }}
{{- with $v.providers.openai.baseUrl }}
- name: OPENAI_BASE_URL
  value: {{ . | quote }}
{{- end }}
{{- with $v.providers.modelHosts }}
- name: SPECTRAL_MODEL_HOSTS
  value: {{ join "," . | quote }}
{{- end }}
{{- if $v.providers.privateModels }}
- name: SPECTRAL_PRIVATE_MODELS
  value: "true"
{{- end }}
{{- with $v.gateway.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}
