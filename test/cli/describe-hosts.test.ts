import { writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { describeHosts } from '../../cli/describe-hosts.ts';
import { previewHosts } from '../../drive/host-preview.ts';
import { writeAddresses } from '../../drive/inventory.ts';
import { renderFolder, renderInMemory } from '../../drive/render-folder.ts';
import { CLUSTER_YAML, folderWith } from '../drive/cluster-in-a-folder.ts';

it('the plan says which edits leave the servers that are there as they are', async () => {
  const folder = await folderWith();
  const { plan } = await renderFolder(folder);
  await writeAddresses(
    folder,
    plan,
    new Map([['prod-worker-1', { id: '14', ipv4: '203.0.113.14', ipv6: '2001:db8::14' }]]),
  );
  const lines = async () =>
    describeHosts(await previewHosts(folder, await renderInMemory(folder)))
      .split('\n')
      .filter((line) => line.startsWith('For new servers only'));
  expect(await lines()).toEqual([]);

  await writeFile(
    folder.clusterYaml,
    `${CLUSTER_YAML.replace('count: 1', 'count: 2\n    serverType: cx43')}image: debian-13\n`,
  );
  // The masters have no server yet: they get the image.
  expect(await lines()).toEqual([
    'For new servers only: serverType cx43. These stay as they were made: prod-worker-1.',
    'For new servers only: image debian-13. These stay as they were made: prod-worker-1.',
  ]);
});
