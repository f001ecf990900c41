import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { loadFolder } from '../../drive/load-folder.ts';
import { madeNames, readHosts, writeAddresses } from '../../drive/inventory.ts';
import { lockPlan } from '../../drive/render-folder.ts';
import { CLUSTER_YAML, folderWith } from './cluster-in-a-folder.ts';

const servers = new Map([
  ['prod-worker-1', { id: '14', ipv4: '203.0.113.14', ipv6: '2001:db8::14' }],
  ['prod-master-1', { id: '11', ipv4: '203.0.113.11', ipv6: '2001:db8::11' }],
  ['prod-master-2', { id: '12', ipv4: '203.0.113.12', ipv6: '2001:db8::12' }],
  ['prod-master-3', { id: '13', ipv4: '203.0.113.13', ipv6: '2001:db8::13' }],
]);

describe('the inventory of addresses', () => {
  it('gives Ansible each host’s address and server id, in the order of the plan', async () => {
    const folder = await folderWith();
    const { plan } = await loadFolder(folder);

    expect(await writeAddresses(folder, plan, servers)).toBe(true);

    const inventory = parse(await readFile(folder.addresses, 'utf8')) as {
      all: { hosts: Record<string, unknown> };
    };
    expect(Object.keys(inventory.all.hosts)).toEqual(plan.nodes.map(({ name }) => name));
    expect(inventory.all.hosts['prod-master-2']).toEqual({
      ansible_host: '203.0.113.12',
      node_public_address: '203.0.113.12',
      node_server_id: '12',
    });
  });

  it('is not touched when no address changed', async () => {
    const folder = await folderWith();
    const { plan } = await loadFolder(folder);
    await writeAddresses(folder, plan, servers);
    await utimes(folder.addresses, 1, 1);

    expect(await writeAddresses(folder, plan, new Map([...servers].reverse()))).toBe(false);
    expect((await stat(folder.addresses)).mtimeMs).toBe(1000);
  });

  it('leaves out servers that the plan no longer has', async () => {
    const folder = await folderWith();
    const { plan } = await loadFolder(folder);
    await writeAddresses(
      folder,
      plan,
      new Map([...servers, ['prod-worker-2', { id: '15', ipv4: '203.0.113.15', ipv6: '2001:db8::15' }]]),
    );
    expect(await readFile(folder.addresses, 'utf8')).not.toContain('prod-worker-2');
  });

  it('is read back as the plan’s nodes with their addresses', async () => {
    const folder = await folderWith();
    const { plan } = await loadFolder(folder);
    await writeAddresses(folder, plan, servers);
    expect(
      (await readHosts(folder, plan)).map(({ node, address, serverId }) => [node.name, address, serverId]),
    ).toEqual([
      ['prod-master-1', '203.0.113.11', '11'],
      ['prod-master-2', '203.0.113.12', '12'],
      ['prod-master-3', '203.0.113.13', '13'],
      ['prod-worker-1', '203.0.113.14', '14'],
    ]);
  });

  it('names the nodes that have no server yet', async () => {
    const folder = await folderWith();
    const { plan } = await loadFolder(folder);
    await writeAddresses(folder, plan, new Map([...servers].slice(1)));
    await expect(readHosts(folder, plan)).rejects.toThrow('No address is known of prod-worker-1');
    expect(await readHosts(folder, plan, ['prod-master-1'])).toHaveLength(1);
  });

  it.each([
    [
      'a merge conflict',
      (text: string) => `<<<<<<< HEAD\n${text}`,
      'addresses.yml:1: two versions',
      'Take either side',
    ],
    [
      'a host without its server’s id',
      (text: string) => text.replace(/ +node_server_id: "11"\n/, ''),
      'addresses.yml:5 all.hosts.prod-master-1.node_server_id: ',
      'Restore the file from version control',
    ],
    ['no YAML', () => 'all: [', 'addresses.yml:1: is not valid YAML', 'Restore the file'],
  ])('with %s is refused with file, line and what to do', async (_what, broken, problem, remedy) => {
    const folder = await folderWith();
    const plan = await lockPlan(folder);
    await writeAddresses(folder, plan, servers);
    await writeFile(folder.addresses, broken(await readFile(folder.addresses, 'utf8')));
    const refusal = {
      exit: 'cluster',
      details: [expect.stringContaining(problem)],
    };
    for (const read of [() => loadFolder(folder), () => madeNames(folder), () => readHosts(folder, plan)]) {
      await expect(read()).rejects.toMatchObject(refusal);
      await expect(read()).rejects.toMatchObject({
        details: [expect.stringMatching(new RegExp(`${remedy}.*\`kubehaus up\` writes it anew`))],
      });
    }
  });

  it('is reason enough to refuse when cluster.lock.yaml is missing', async () => {
    const folder = await folderWith();
    const plan = await lockPlan(folder);
    await rm(folder.lockYaml);
    await loadFolder(folder);
    await writeAddresses(folder, plan, servers);
    await expect(loadFolder(folder)).rejects.toMatchObject({
      exit: 'cluster',
      details: [
        expect.stringMatching(
          /^cluster\.lock\.yaml: is missing, although servers were made: prod-master-1.*Restore it from version control/,
        ),
      ],
    });
  });

  it('keeps a refusal from advising to remove cluster.lock.yaml', async () => {
    const folder = await folderWith();
    const plan = await lockPlan(folder);
    await writeFile(folder.clusterYaml, `${CLUSTER_YAML}network: { cni: flannel }\n`);
    const remedy = async () => {
      const failure: unknown = await loadFolder(folder).catch((error: unknown) => error);
      return /Keep native.*/.exec((failure as { details: readonly string[] }).details.join('\n'))?.[0];
    };
    expect(await remedy()).toBe(
      'Keep native, or remove cluster.lock.yaml if the cluster was never brought up.',
    );
    await writeAddresses(folder, plan, servers);
    expect(await remedy()).toBe('Keep native.');
  });
});
