import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadCluster } from '../../cluster/load.ts';
import { formatLock } from '../../cluster/lock.ts';
import { clusterYaml, configurations, type Configuration } from '../cluster/configurations.ts';
import { clusterOf, terraformOf, type Terraform } from './terraform.ts';
import { holds } from '../property.ts';

function planned(configuration: Configuration, lockYaml?: string) {
  const loaded = loadCluster({ clusterYaml: clusterYaml(configuration), lockYaml });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return { terraform: terraformOf(loaded.value.plan), lockYaml: formatLock(loaded.value.lock) };
}

/** Everything that Terraform addresses by a name, and the outputs, by address. */
function byAddress({ resource, output }: Terraform): Map<string, string> {
  const entries = Object.entries({ ...resource, output: output.nodes.value }).flatMap(([type, named]) =>
    Object.entries(named).map(([name, body]) => [`${type}.${name}`, JSON.stringify(body)] as const),
  );
  return new Map(entries);
}

describe('the servers of a plan', () => {
  it('stay as they are, byte for byte, when a pool or a node comes or goes', () => {
    holds(
      fc.property(configurations, fc.integer({ min: 1, max: 12 }), (configuration, count) => {
        const before = planned(configuration);
        const grown = {
          ...configuration,
          pools: [
            { name: 'added', count },
            ...configuration.pools.map((pool) => ({ ...pool, count: pool.count + 1 })),
          ],
        };
        const after = planned(grown, before.lockYaml);
        const [old, now] = [byAddress(before.terraform), byAddress(after.terraform)];
        for (const [address, body] of old) expect(now.get(address), address).toBe(body);

        const shrunkAgain = planned(configuration, after.lockYaml);
        expect(byAddress(shrunkAgain.terraform)).toEqual(old);
      }),
      10,
    );
  });

  it('are at most ten in a placement group, as Hetzner allows', () => {
    holds(
      fc.property(configurations, (configuration) => {
        const { resource } = planned(configuration).terraform;
        const members = new Map<unknown, number>();
        for (const { placement_group_id: group } of Object.values(resource.hcloud_server)) {
          members.set(group, (members.get(group) ?? 0) + 1);
        }
        expect(Math.max(...members.values())).toBeLessThanOrEqual(10);
        expect([...members.keys()].sort()).toEqual(
          Object.keys(resource.hcloud_placement_group)
            .map((name) => `\${hcloud_placement_group.${name}.id}`)
            .sort(),
        );
      }),
      10,
    );
  });

  it('are protected from deletion and rebuilding where data of the cluster is, and only there', () => {
    const { plan } = clusterOf({
      controlPlane: { count: 2 },
      etcd: { placement: 'isolated', count: 3 },
      workers: [{ count: 1 }],
    });
    const protections = Object.entries(terraformOf(plan).resource.hcloud_server).map(
      ([name, { delete_protection, rebuild_protection }]) => [name, delete_protection, rebuild_protection],
    );
    expect(protections).toEqual([
      ['prod-etcd-1', true, true],
      ['prod-etcd-2', true, true],
      ['prod-etcd-3', true, true],
      ['prod-master-1', true, true],
      ['prod-master-2', true, true],
      ['prod-worker-1', false, false],
    ]);
  });

  it('are known to Hetzner by cluster, role and pool', () => {
    const { plan } = clusterOf({ workers: [{ name: 'big', count: 1 }] });
    const servers = terraformOf(plan).resource.hcloud_server;
    expect(servers['prod-master-1']?.labels).toEqual({
      cluster: 'prod',
      role: 'control-plane',
      pool: 'master',
    });
    expect(servers['prod-big-1']?.labels).toEqual({ cluster: 'prod', role: 'worker', pool: 'big' });
  });

  it('have names that Terraform takes when the cluster’s begins with a digit', () => {
    const { plan } = clusterOf({ name: '3d', controlPlane: { count: 1 } });
    const { resource, output } = terraformOf(plan);
    expect(resource.hcloud_server['_3d-master-1']?.name).toBe('3d-master-1');
    expect(output.nodes.value['3d-master-1']?.id).toBe('${hcloud_server._3d-master-1.id}');
  });

  it('all get the same user_data', () => {
    const { plan } = clusterOf({ workers: [{ count: 2 }] });
    const { resource, locals } = terraformOf(plan);
    const given = new Set(Object.values(resource.hcloud_server).map(({ user_data }) => user_data));
    expect([...given]).toEqual(['${local.user_data}']);
    expect(locals.user_data).toMatch(/^#cloud-config\n/);
  });
});
