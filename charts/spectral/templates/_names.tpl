{{/* Names and labels. */}}

{{- define "spectral.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Name of a part: (list $ "relay"). */}}
{{- define "spectral.name" -}}
{{- printf "%s-%s" (include "spectral.fullname" (index . 0)) (index . 1) -}}
{{- end -}}

{{/* What never changes, for selectors: (list $ "relay"). */}}
{{- define "spectral.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ default $root.Chart.Name $root.Values.nameOverride | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{/* Labels of an object: (list $ "relay"). */}}
{{- define "spectral.labels" -}}
{{- $root := index . 0 -}}
{{ include "spectral.selector" . }}
app.kubernetes.io/part-of: spectral
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version }}
{{- with $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* `annotations:` of an object, if it has any: (list $ own-annotations more…). */}}
{{- define "spectral.annotations" -}}
{{- $all := dict -}}
{{- range rest . -}}{{- $all = merge $all (default dict .) -}}{{- end -}}
{{- $all = merge $all (index . 0).Values.commonAnnotations -}}
{{- with $all -}}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end -}}
{{- end -}}

{{/* Head of an object: (list $ "relay" "name" annotations labels), the last two if there are any. */}}
{{- define "spectral.metadata" -}}
{{- $root := index . 0 -}}
name: {{ index . 2 }}
namespace: {{ $root.Release.Namespace }}
labels:
  {{- include "spectral.labels" (list $root (index . 1)) | nindent 2 }}
{{- if gt (len .) 4 }}
{{- with index . 4 }}
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- $annotations := dict }}
{{- if gt (len .) 3 }}{{ $annotations = default dict (index . 3) }}{{ end }}
{{- with include "spectral.annotations" (list $root $annotations) }}
{{ . }}
{{- end }}
{{- end -}}

{{/* (list $ "relay") */}}
{{- define "spectral.serviceAccountName" -}}
{{- $root := index . 0 -}}
{{- $account := (index $root.Values (index . 1)).serviceAccount -}}
{{- if $account.create -}}
{{- default (include "spectral.name" .) $account.name -}}
{{- else -}}
{{- default "default" $account.name -}}
{{- end -}}
{{- end -}}

{{/* Number of pods that is asked for: (list $ "relay"). */}}
{{- define "spectral.replicas" -}}
{{- $root := index . 0 -}}
{{- if $root.Values.eval.enabled -}}1
{{- else -}}{{ (index $root.Values (index . 1)).replicas }}
{{- end -}}
{{- end -}}
