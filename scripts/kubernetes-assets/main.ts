// `npm run k8s:assets`: obtains the programs of Kubernetes and tells where they are.

import { runMain, say } from '../launcher/say.mjs';
import { kubernetesAssets } from './assets.ts';

await runMain(async () => {
  const startedAt = Date.now();
  const assets = await kubernetesAssets(process.env);
  say(`the programs of Kubernetes are here (${((Date.now() - startedAt) / 1000).toFixed(0)} s):`);
  for (const [name, path] of Object.entries(assets)) console.log(`${name}: ${path}`);
});
