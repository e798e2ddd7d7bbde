{{/* Metrics of a HorizontalPodAutoscaler. */}}

{{- define "spectral.cpuMetric" -}}
- type: Resource
  resource:
    name: cpu
    target: { type: Utilization, averageUtilization: {{ . }} }
{{- end -}}

{{/* Average over the pods: (list "metric" value). */}}
{{- define "spectral.podsMetric" -}}
- type: Pods
  pods:
    metric: { name: {{ index . 0 }} }
    target: { type: AverageValue, averageValue: {{ index . 1 | toString | quote }} }
{{- end -}}
