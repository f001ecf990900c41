import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { renderCluster } from '../../../render/tree.ts';
import { planOf, sources } from '../../render/scenarios.ts';
import { manifestTask } from './manifest-task.ts';

describe('Cilium’s chart', () => {
  it('is rendered with the values of the tree, which come along', () => {
    const { command, files } = manifestTask(renderCluster(planOf('cni-cilium'), sources), 'cni_cilium');
    const values = command.flatMap((argument) => /^--values=(.+)$/.exec(argument)?.[1] ?? []);
    expect(values).toEqual([...files.keys()]);
    expect(parse(files.get(values[0] ?? '') ?? '')).toMatchObject({ routingMode: 'native', k8sServicePort: 16443 });
  });
});
