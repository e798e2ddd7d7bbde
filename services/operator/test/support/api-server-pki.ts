/** Throw-away certificates for a control plane on loopback, made with openssl. */
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const SERVER_NAMES =
  'subjectAltName=DNS:localhost,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:10.96.0.1\nextendedKeyUsage=serverAuth';
const CLIENT = 'extendedKeyUsage=clientAuth';

/** Who there is: subject as the API server reads it (`O` is a group, `CN` the user). */
const LEAVES = {
  server: { authority: 'ca', subject: '/CN=kube-apiserver', extensions: SERVER_NAMES },
  admin: { authority: 'ca', subject: '/O=system:masters/CN=admin', extensions: CLIENT },
  'controller-manager': {
    authority: 'ca',
    subject: '/CN=system:kube-controller-manager',
    extensions: CLIENT,
  },
  scheduler: { authority: 'ca', subject: '/CN=system:kube-scheduler', extensions: CLIENT },
  'front-proxy': { authority: 'front-proxy-ca', subject: '/CN=front-proxy-client', extensions: CLIENT },
} as const;

export interface Pki {
  /** Path of the certificate (`.crt`) or private key (`.key`) of `name`: an authority, a leaf, or `service-account`. */
  file(name: 'ca' | 'front-proxy-ca' | keyof typeof LEAVES, kind: 'crt' | 'key'): string;
  /** Private and public key that service account tokens are signed and checked with. */
  readonly serviceAccountKeys: { readonly private: string; readonly public: string };
}

/** Makes all of it in `folder`, in well under a second. */
export async function makePki(folder: string): Promise<Pki> {
  mkdirSync(folder, { recursive: true });
  const keys = {
    private: join(folder, 'service-account.key'),
    public: join(folder, 'service-account.pub'),
  };
  await Promise.all([
    makeAuthority(folder, 'ca'),
    makeAuthority(folder, 'front-proxy-ca'),
    run('openssl', ['genrsa', '-out', keys.private, '2048']),
  ]);
  await Promise.all([
    ...Object.entries(LEAVES).map(([name, leaf]) => makeLeaf(folder, name, leaf)),
    run('openssl', ['rsa', '-in', keys.private, '-pubout', '-out', keys.public]),
  ]);
  return { file: (name, kind) => join(folder, `${name}.${kind}`), serviceAccountKeys: keys };
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30'];

async function makeAuthority(folder: string, name: string): Promise<void> {
  const files = ['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.crt`)];
  await run('openssl', ['req', '-x509', ...NEW_KEY, ...files, '-subj', `/CN=${name}`]);
}

async function makeLeaf(
  folder: string,
  name: string,
  leaf: { readonly authority: string; readonly subject: string; readonly extensions: string },
): Promise<void> {
  const authority = join(folder, leaf.authority);
  const signedBy = ['-CA', `${authority}.crt`, '-CAkey', `${authority}.key`];
  const files = ['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.crt`)];
  const extensions = ['basicConstraints=critical,CA:FALSE', ...leaf.extensions.split('\n')];
  const what = ['-subj', leaf.subject, ...extensions.flatMap((extension) => ['-addext', extension])];
  await run('openssl', ['req', '-x509', ...NEW_KEY, ...signedBy, ...files, ...what]);
}
