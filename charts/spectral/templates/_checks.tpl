{{/* What the schema cannot say: faults that span several values. All are told at once. */}}

{{- define "spectral.checks" -}}
{{- $faults := list -}}
{{- $v := .Values -}}
{{- if not $v.eval.enabled -}}
{{- if not $v.publicUrl -}}
{{- $faults = append $faults "publicUrl is not set; give the address people open, such as https://spectral.example.com" -}}
{{- end -}}
{{- if not (or $v.database.url $v.database.existingSecret.name) -}}
{{- $faults = append $faults "there is no database; give database.url or database.existingSecret.name (or eval.enabled=true for a look)" -}}
{{- end -}}
{{- if not (or $v.redis.url $v.redis.existingSecret.name) -}}
{{- $faults = append $faults "there is no Redis; give redis.url or redis.existingSecret.name (or eval.enabled=true for a look)" -}}
{{- end -}}
{{- end -}}
{{- if and $v.eval.enabled (or $v.database.url $v.database.existingSecret.name $v.redis.url $v.redis.existingSecret.name) -}}
{{- $faults = append $faults "eval.enabled runs a Postgres and a Redis of its own; leave database and redis out, or eval" -}}
{{- end -}}
{{- range list "gateway" "relay" -}}
{{- $part := index $v . -}}
{{- if and $v.eval.enabled $part.autoscaling.enabled -}}
{{- $faults = append $faults (printf "%s.autoscaling is for a database and a Redis of your own, not for eval.enabled" .) -}}
{{- end -}}
{{- if gt (int $part.autoscaling.minReplicas) (int $part.autoscaling.maxReplicas) -}}
{{- $faults = append $faults (printf "%s.autoscaling.minReplicas is above maxReplicas" .) -}}
{{- end -}}
{{- end -}}
{{- if and $v.relay.autoscaling.enabled (not (or $v.relay.autoscaling.cpuUtilization $v.relay.autoscaling.machineLinks $v.relay.autoscaling.browserConnections $v.relay.autoscaling.eventLoopDelay)) -}}
{{- $faults = append $faults "relay.autoscaling has nothing to look at; give cpuUtilization, machineLinks, browserConnections or eventLoopDelay" -}}
{{- end -}}
{{- if and $v.gateway.autoscaling.enabled (not (or $v.gateway.autoscaling.cpuUtilization $v.gateway.autoscaling.eventLoopDelay)) -}}
{{- $faults = append $faults "gateway.autoscaling has nothing to look at; give cpuUtilization or eventLoopDelay" -}}
{{- end -}}
{{- range list "database" "redis" -}}
{{- $part := index $v . -}}
{{- if and $part.url $part.existingSecret.name -}}
{{- $faults = append $faults (printf "%s.url and %s.existingSecret.name are both given; leave one out" . .) -}}
{{- end -}}
{{- end -}}
{{- if and $v.httpRoute.enabled (not $v.httpRoute.parentRefs) -}}
{{- $faults = append $faults "httpRoute.parentRefs is empty; name the Gateway the routes belong to" -}}
{{- end -}}
{{- if and (or $v.ingress.enabled $v.httpRoute.enabled) (not $v.publicUrl) -}}
{{- $faults = append $faults "an entrance needs publicUrl, which names its host" -}}
{{- end -}}
{{- if and $v.monitoring.serviceMonitor.enabled $v.monitoring.podMonitor.enabled -}}
{{- $faults = append $faults "monitoring.serviceMonitor and podMonitor together count everything twice; enable one" -}}
{{- end -}}
{{- if and $v.busyGuard.enabled (not (semverCompare ">=1.30.0-0" .Capabilities.KubeVersion.Version)) -}}
{{- $faults = append $faults (printf "busyGuard needs Kubernetes 1.30; this cluster has %s" .Capabilities.KubeVersion.Version) -}}
{{- end -}}
{{- if and (or $v.agentTemplates $v.agentPools $v.modelPolicies) (not $v.operator.enabled) -}}
{{- $faults = append $faults "agentTemplates, agentPools and modelPolicies need operator.enabled" -}}
{{- end -}}
{{- $watched := include "spectral.watchNamespaces" . | fromJsonArray -}}
{{- range $kind := list "agentTemplates" "agentPools" "modelPolicies" -}}
{{- range $name, $item := index $v $kind -}}
{{- $namespace := default (first $watched) $item.namespace -}}
{{- if not (has $namespace $watched) -}}
{{- $faults = append $faults (printf "%s.%s is in namespace %s, which operator.watchNamespaces does not have" $kind $name $namespace) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if $faults -}}
{{- fail (printf "\n\nvalues of chart spectral cannot be used:\n  - %s\n" (join "\n  - " $faults)) -}}
{{- end -}}
{{- end -}}
