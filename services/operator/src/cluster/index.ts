/** The runtime under the reconcilers. Implementations of Cluster are chosen by main.ts and by tests. */
export * from './cluster-error.ts';
export * from './cluster.ts';
export * from './kube-object.ts';
