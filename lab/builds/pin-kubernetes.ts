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
  const folder = moduleFolder(name);
  const model = kubernetesVersions.at(-1);
  if (model === undefined) throw new Error('versions.ts has no Kubernetes');
  await mkdir(join(folder, 'left-out'), { recursive: true });
  await copyFile(join(moduleFolder(`coredns-${model.coredns}`), 'main.go'), join(folder, 'main.go'));

  // Without a version of Go in a go.mod, go reads those of all that dependencies of dependencies could ever need.
  const go = 'go 1.24.0';
  // What the plugin `trace` needs, which is left out, is a large tree of modules, and the checksum database lacks some of them.
  const leftOut = 'github.com/DataDog/datadog-agent/pkg/trace';
  await writeFile(join(folder, 'left-out', 'go.mod'), `module ${leftOut}\n\n${go}\n`);
  const lines = [
    'module kubehaus.dev/lab/builds/coredns',
    go,
    `require github.com/coredns/coredns v${coredns}`,
    '// Only a plugin that is left out needs it, and not all that it needs in turn can be verified.',
    `replace ${leftOut} => ./left-out`,
  ];
  await pin(name, `${lines.join('\n')}\n`);
}

async function pin(name: string, goMod: string): Promise<void> {
  const folder = moduleFolder(name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'go.mod'), goMod);
  await execa('go', ['mod', 'tidy'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
}
