import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { loadCluster } from '../../cluster/load.ts';
import { renderCluster } from '../../render/tree.ts';
import { configurations } from '../cluster/made-up.ts';
import { holds } from '../property.ts';
import { flawsOf } from './flaws.ts';
import { sources } from './scenarios.ts';

vi.setConfig({ testTimeout: 300_000 });

it('whatever is planned can be rendered, into files that can be read and that are about the cluster alone', () => {
  holds(
    fc.property(configurations, (configuration) => {
      const loaded = loadCluster({ clusterYaml: stringify(configuration) });
      fc.pre(loaded.ok);
      const tree = renderCluster(loaded.value.plan, sources);
      // Braces that the user wrote stay: they are no template of ours.
      const braces = JSON.stringify(configuration).includes('{{');
      expect(flawsOf(tree).filter((flaw) => !(braces && flaw.endsWith('has braces')))).toEqual([]);
    }),
    60,
  );
});
