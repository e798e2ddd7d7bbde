{{/* Service and NetworkPolicy of a bundled store: (list $ "redis" 6379). */}}
{{- define "spectral.evalService" -}}
{{- $root := index . 0 -}}
{{- $part := index . 1 -}}
{{- $name := include "spectral.name" (list $root $part) -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "spectral.metadata" (list $root $part $name) | nindent 2 }}
spec:
  selector:
    {{- include "spectral.selector" (list $root $part) | nindent 4 }}
  ports:
    - { name: {{ $part }}, port: {{ index . 2 }}, targetPort: {{ $part }}, protocol: TCP }
{{- if $root.Values.networkPolicy.enabled }}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "spectral.metadata" (list $root $part $name) | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "spectral.selector" (list $root $part) | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    - ports:
        - { port: {{ index . 2 }}, protocol: TCP }
      from:
        - podSelector:
            matchExpressions:
              - { key: app.kubernetes.io/instance, operator: In, values: [{{ $root.Release.Name }}] }
              - { key: app.kubernetes.io/component, operator: In, values: [gateway, migrate, relay] }
  egress: []
{{- end }}
{{- end -}}
