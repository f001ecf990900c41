import { execa } from 'execa';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { moduleFolder } from './go-module.ts';
import { goModOf, imageVersionsOf } from './kubernetes-sources.ts';
import { kubernetesVersions } from './versions.ts';

// npx tsx lab/builds/pin-kubernetes.ts 1.36.4
// Writes the modules from which that version of Kubernetes and its CoreDNS build, with the checksums of all their sources, and
// prints the line that then goes into versions.ts.
const version = process.argv[2];
if (version === undefined) throw new Error('Which version of Kubernetes? For example 1.36.4');

const { stdout } = await execa('go', ['mod', 'download', '-json', `k8s.io/kubernetes@v${version}`], {
  cwd: '/',
});
const sources = (JSON.parse(stdout) as { Dir: string }).Dir;
const source = (path: string): Promise<string> => readFile(join(sources, path), 'utf8');

const { coredns, pause } = imageVersionsOf(await source('cmd/kubeadm/app/constants/constants.go'));
await pin(`kubernetes-${version}`, goModOf(version, await source('go.mod')));
if (kubernetesVersions.every((known) => known.coredns !== coredns)) await pinCoredns(coredns);
process.stdout.write(`  { kubernetes: '${version}', coredns: '${coredns}', pause: '${pause}' },\n`);

async function pinCoredns(coredns: string): Promise<void> {
  const name = `coredns-${coredns}`;
  const model = kubernetesVersions.at(-1);
  if (model === undefined) throw new Error('versions.ts has no Kubernetes');
  await mkdir(moduleFolder(name), { recursive: true });
  await copyFile(
    join(moduleFolder(`coredns-${model.coredns}`), 'main.go'),
    join(moduleFolder(name), 'main.go'),
  );
  await pin(
    name,
    `module kubehaus.dev/lab/builds/coredns\n\nrequire github.com/coredns/coredns v${coredns}\n`,
  );
}

async function pin(name: string, goMod: string): Promise<void> {
  const folder = moduleFolder(name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'go.mod'), goMod);
  await execa('go', ['mod', 'tidy'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
}
