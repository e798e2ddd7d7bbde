{{/* What all our pods have in common. */}}

{{- define "spectral.podSecurity" -}}
runAsNonRoot: true
{{- if not .Values.podSecurity.userFromPlatform }}
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
{{- end }}
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "spectral.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* Head of a pod template: (list $ "relay"). */}}
{{- define "spectral.podMetadata" -}}
{{- $root := index . 0 -}}
{{- $part := index $root.Values (index . 1) -}}
labels:
  {{- include "spectral.labels" . | nindent 2 }}
  {{- with $part.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
annotations:
  checksum/secrets: {{ include "spectral.secretsChecksum" $root }}
  {{- with merge (dict) $part.podAnnotations $root.Values.commonAnnotations }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* Where a pod runs: (list $ "relay"). */}}
{{- define "spectral.placement" -}}
{{- $root := index . 0 -}}
{{- $part := index $root.Values (index . 1) -}}
{{- with $part.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $part.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $part.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $part.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if $part.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- range $part.topologySpreadConstraints }}
  {{- $selector := dict "labelSelector" (dict "matchLabels" (include "spectral.selector" $ | fromYaml)) }}
  - {{- toYaml (merge (dict) . $selector) | nindent 4 }}
  {{- end }}
{{- else if $part.topologySpread }}
topologySpreadConstraints:
  {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "spectral.selector" $ | nindent 8 }}
  {{- end }}
{{- end }}
{{- end -}}

{{- define "spectral.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* Time in which load balancers forget the pod, before SIGTERM: (list $ seconds). */}}
{{- define "spectral.preStop" -}}
{{- $root := index . 0 -}}
{{- with index . 1 }}
lifecycle:
  preStop:
    {{- if semverCompare ">=1.30.0-0" $root.Capabilities.KubeVersion.Version }}
    sleep:
      seconds: {{ . }}
    {{- else }}
    exec:
      command: [sleep, {{ . | quote }}]
    {{- end }}
{{- end }}
{{- end -}}

{{/*
Three questions. Has it started: it may take long while the schema is brought up to date. Does it live: only a process
that answers nothing for a minute is restarted. Does it take work: at once no longer when it drains or misses what it needs.
*/}}
{{- define "spectral.probes" -}}
startupProbe:
  httpGet: { path: /health, port: http }
  periodSeconds: 2
  failureThreshold: 150
livenessProbe:
  httpGet: { path: /health, port: http }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: { path: /ready, port: http }
  periodSeconds: 3
  timeoutSeconds: 4
  failureThreshold: 2
{{- end -}}

{{/* Variables all three services read: (list $ "relay"). */}}
{{- define "spectral.commonEnv" -}}
{{- $root := index . 0 -}}
- name: SPECTRAL_HOST
  value: {{ $root.Values.listenAddress | quote }}
- name: SPECTRAL_PORT
  value: {{ (index $root.Values (index . 1)).service.port | quote }}
- name: SPECTRAL_LOG_LEVEL
  value: {{ $root.Values.logLevel }}
{{- if $root.Values.trustedCertificates.configMap }}
- name: NODE_EXTRA_CA_CERTS
  value: /etc/spectral/trusted-certificates/ca.crt
{{- end }}
{{- end -}}

{{- define "spectral.redisEnv" -}}
{{- if .Values.eval.enabled -}}
{{ include "spectral.secretVariable" (list "REDIS_URL" (include "spectral.name" (list . "eval")) "redis-url") }}
{{- else -}}
{{ include "spectral.givenSecret" (list . "REDIS_URL" .Values.redis.existingSecret .Values.redis.url "redis-url") }}
{{- end -}}
{{- end -}}

{{/* Authorities: (list $ "database" "redis"), those the process uses. */}}
{{- define "spectral.certificateVolumes" -}}
{{- $root := index . 0 -}}
{{- range rest . }}
{{- $ca := (index $root.Values .).ca }}
{{- if $ca.secretName }}
- name: {{ . }}-ca
  secret:
    secretName: {{ $ca.secretName }}
    items: [{ key: {{ $ca.key | quote }}, path: ca.crt }]
{{- end }}
{{- end }}
{{- with $root.Values.trustedCertificates }}
{{- if .configMap }}
- name: trusted-certificates
  configMap:
    name: {{ .configMap }}
    items: [{ key: {{ .key | quote }}, path: ca.crt }]
{{- end }}
{{- end }}
{{- end -}}

{{- define "spectral.certificateMounts" -}}
{{- $root := index . 0 -}}
{{- range rest . }}
{{- if (index $root.Values .).ca.secretName }}
- name: {{ . }}-ca
  mountPath: /etc/spectral/{{ . }}-ca
  readOnly: true
{{- end }}
{{- end }}
{{- if $root.Values.trustedCertificates.configMap }}
- name: trusted-certificates
  mountPath: /etc/spectral/trusted-certificates
  readOnly: true
{{- end }}
{{- end -}}
