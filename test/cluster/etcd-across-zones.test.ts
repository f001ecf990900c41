import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadCluster } from '../../cluster/load.ts';
import { formatLock } from '../../cluster/lock.ts';
import { PUBLIC_KEY } from './configurations.ts';

const RAISED = { heartbeatMs: 150, electionMs: 1500 };

function load(cluster: object, lockYaml?: string) {
  const clusterYaml = stringify({ name: 'prod', ssh: { publicKeys: [PUBLIC_KEY] }, ...cluster });
  return loadCluster({ clusterYaml, lockYaml });
}

function refusedPaths(cluster: object, lockYaml?: string): string[] {
  const loaded = load(cluster, lockYaml);
  return loaded.ok ? [] : loaded.problems.map(({ path }) => path);
}

const stacked = (settings: object = {}) => ({ placement: 'stacked', ...settings });
const isolated = (settings: object = {}) => ({ placement: 'isolated', count: 3, ...settings });

describe('etcd members in several network zones', () => {
  it.each([
    ['masters with etcd', { locations: ['fsn1', 'ash'] }, 'locations'],
    [
      'masters of their own locations',
      { controlPlane: { count: 3, locations: ['ash', 'hil'] } },
      'controlPlane.locations',
    ],
    ['etcd machines', { etcd: isolated({ locations: ['hel1', 'sin'] }) }, 'etcd.locations'],
    [
      'a fallback that would be far away',
      {
        locations: ['fsn1', 'nbg1', 'hel1', 'ash'],
        controlPlane: { count: 3, serverType: ['cx33', 'cpx31'] },
      },
      'locations',
    ],
    [
      'only the heartbeat raised',
      { locations: ['fsn1', 'ash'], etcd: stacked({ ...RAISED, electionMs: 1000 }) },
      'locations',
    ],
    [
      'only the election timeout raised',
      { locations: ['fsn1', 'ash'], etcd: stacked({ ...RAISED, heartbeatMs: 100 }) },
      'locations',
    ],
  ])('are refused: %s', (_what, cluster, path) => {
    expect(refusedPaths(cluster)).toEqual([path]);
  });

  it.each([
    ['both settings raised', { locations: ['fsn1', 'ash', 'sin'], etcd: stacked(RAISED) }],
    ['one member', { locations: ['fsn1', 'ash'], controlPlane: { count: 1 } }],
    [
      'one member, wherever it may go',
      { locations: ['fsn1', 'ash'], controlPlane: { count: 1, serverType: ['cx33', 'cpx31'] } },
    ],
    ['fewer members than locations', { locations: ['fsn1', 'nbg1', 'hel1', 'ash'] }],
    [
      'masters elsewhere than their etcd machines',
      { locations: ['ash', 'hil'], etcd: isolated({ locations: ['fsn1', 'nbg1'] }) },
    ],
    ['workers elsewhere', { locations: ['fsn1'], workers: [{ count: 1, locations: ['sin'] }] }],
  ])('are no matter where there are none, or etcd is told: %s', (_what, cluster) => {
    expect(refusedPaths(cluster)).toEqual([]);
  });

  it('are those that run, whatever the list says for new servers', () => {
    const lockOf = (cluster: object) => {
      const loaded = load(cluster);
      if (!loaded.ok) throw new Error('refused');
      return formatLock(loaded.value.lock);
    };
    const near = lockOf({ locations: ['fsn1'] });
    const far = lockOf({ locations: ['fsn1', 'ash'], etcd: stacked(RAISED) });
    expect(refusedPaths({ locations: ['hil', 'ash'] }, near)).toEqual([]);
    // They can't be moved, so that the timing alone is left to change.
    expect(refusedPaths({ locations: ['fsn1', 'ash'] }, far)).toEqual(['etcd.heartbeatMs']);
    // Those that are to come are put elsewhere by the list alone.
    expect(refusedPaths({ locations: ['ash'], controlPlane: { count: 5 } }, near)).toEqual(['locations']);
    // Where the list does not say that one is there, the line of the lock that does.
    expect(refusedPaths({ locations: ['fsn1'] }, far)).toEqual(['nodes.prod-master-2.location']);
  });
});
