/** A listener that writes down what a watch tells: `+name`, `~name`, `-name`, and `synced`. */
import type { KubeObject, WatchListener } from '../../src/cluster/index.ts';

export interface HeardChanges<T extends KubeObject> {
  readonly heard: string[];
  readonly listener: WatchListener<T>;
}

/** `detail` adds to a line, such as a value of the object. */
export function hearChanges<T extends KubeObject>(detail: (object: T) => string = () => ''): HeardChanges<T> {
  const heard: string[] = [];
  const line = (sign: string, object: T) => {
    const { name } = object.metadata;
    if (!isClustersOwn(name)) heard.push(sign + name + detail(object));
  };
  return {
    heard,
    listener: {
      added: (object) => line('+', object),
      updated: (object) => line('~', object),
      removed: (object) => line('-', object),
      synced: () => heard.push('synced'),
    },
  };
}

/** A real cluster puts one object into every namespace by itself. */
export function isClustersOwn(name: string): boolean {
  return name === 'kube-root-ca.crt';
}
