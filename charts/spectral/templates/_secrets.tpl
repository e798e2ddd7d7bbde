{{/* Which Secret has what. */}}

{{- define "spectral.generatedName" -}}{{ include "spectral.name" (list . "secrets") }}{{- end -}}

{{/* A variable from a Secret: (list "NAME" "secret" "key"). */}}
{{- define "spectral.secretVariable" -}}
- name: {{ index . 0 }}
  valueFrom:
    secretKeyRef:
      name: {{ index . 1 }}
      key: {{ index . 2 }}
{{- end -}}

{{/* One of `secrets`, yours or made: (list $ "VARIABLE" "masterKey" "key in the made Secret"). */}}
{{- define "spectral.ownSecret" -}}
{{- $root := index . 0 -}}
{{- $existing := (index $root.Values.secrets (index . 2)).existingSecret -}}
{{- if $existing.name -}}
{{- include "spectral.secretVariable" (list (index . 1) $existing.name $existing.key) -}}
{{- else -}}
{{- include "spectral.secretVariable" (list (index . 1) (include "spectral.generatedName" $root) (index . 3)) -}}
{{- end -}}
{{- end -}}

{{/* What was given in values, kept in a Secret: (list $ "VARIABLE" existingSecret "value" "key"). Nothing when not given. */}}
{{- define "spectral.givenSecret" -}}
{{- $root := index . 0 -}}
{{- $existing := index . 2 -}}
{{- if $existing.name -}}
{{- include "spectral.secretVariable" (list (index . 1) $existing.name $existing.key) -}}
{{- else if index . 3 -}}
{{- include "spectral.secretVariable" (list (index . 1) (include "spectral.name" (list $root "given")) (index . 4)) -}}
{{- end -}}
{{- end -}}

{{/* What the cluster holds under a key, else a fresh value: (list found "key" fresh). Both are base64. */}}
{{- define "spectral.kept" -}}
{{- $data := default dict (index . 0).data -}}
{{- default (index . 2) (index $data (index . 1)) -}}
{{- end -}}

{{/* Changes when values that end in a Secret of ours change, so that pods are made anew. */}}
{{- define "spectral.secretsChecksum" -}}
{{- $v := .Values -}}
{{- list $v.secrets $v.database $v.redis $v.providers $v.eval.enabled | toJson | sha256sum -}}
{{- end -}}
