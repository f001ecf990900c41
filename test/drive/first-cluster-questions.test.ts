import { describe, expect, it } from 'vitest';
import { loadCluster } from '../../cluster/load.ts';
import { firstClusterYaml } from '../../drive/first-cluster.ts';
import {
  accepted,
  acceptedNumber,
  clusterOfLevel,
  LEVEL_CHOICES,
  LOCATION_CHOICES,
  type LevelChoice,
} from '../../drive/first-cluster-questions.ts';
import { PUBLIC_KEY } from '../cluster/configurations.ts';

const stacked = LEVEL_CHOICES[0] as LevelChoice;
const prod = clusterOfLevel('prod', stacked, [PUBLIC_KEY]);

describe('questions for a first cluster', () => {
  it.each(LEVEL_CHOICES)('propose for level $level a cluster that is of that level', (choice) => {
    const loaded = loadCluster({
      clusterYaml: firstClusterYaml(clusterOfLevel('prod', choice, [PUBLIC_KEY])),
    });
    expect(loaded.ok && loaded.value.plan.level).toBe(choice.level);
  });

  it('offer every level once, and the one that is recommended first', () => {
    expect(LEVEL_CHOICES.map(({ level }) => level).sort()).toEqual([0, 1, 2, 3, 4]);
    expect(LEVEL_CHOICES.filter(({ name }) => name.includes('recommended'))).toEqual([stacked]);
  });

  it.each(Object.keys(LOCATION_CHOICES))('offer %s, where a cluster can be', (location) => {
    expect(accepted({ ...prod, locations: [location] }, 'locations')).toBe(true);
  });

  it('refuse an answer by the rules of cluster.yaml, with what to do', () => {
    expect(accepted({ ...prod, name: 'Prod' }, 'name')).toMatch(
      /^"Prod" is not a DNS label\. Use lower-case/,
    );
    expect(accepted({ ...prod, name: 'Prod' }, 'controlPlane.count')).toBe(true);
  });

  it.each([
    ['3', true],
    [' 5 ', true],
    ['three', 'Type a whole number.'],
    ['', 'Type a whole number.'],
    ['1', 'This level needs at least 3.'],
    [
      '4',
      '4 etcd members survive no more failures than 3. Use 3 or 5 masters, or put etcd on machines of its own with the level that has them.',
    ],
  ])('take %j masters that also run etcd: %s', (text, answer) => {
    expect(acceptedNumber(text, 3, 'controlPlane.count', (masters) => ({ ...prod, masters }))).toBe(answer);
  });
});
