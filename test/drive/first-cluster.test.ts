import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { FIRST_CLUSTER, firstClusterYaml, type FirstCluster } from '../../drive/first-cluster.ts';
import { PUBLIC_KEY } from '../cluster/configurations.ts';
import { holds } from '../property.ts';

const first: FirstCluster = { ...FIRST_CLUSTER, name: 'prod', publicKeys: [PUBLIC_KEY], projectKeys: [] };

describe('the first cluster.yaml', () => {
  it('says masters’, workers’ and etcd machines’ types each for itself', () => {
    const yaml = parse(
      firstClusterYaml({
        ...first,
        etcdMachines: 3,
        serverTypes: { master: 'cx33', worker: 'cx43', etcd: 'cx23' },
      }),
    ) as Record<string, unknown>;
    expect(yaml).toMatchObject({
      controlPlane: { serverType: 'cx33' },
      etcd: { placement: 'isolated', count: 3, serverType: 'cx23' },
      workers: [{ serverType: 'cx43' }],
    });
  });

  it.each([
    [3, 0, '3 masters: the API survives the loss of any of them.'],
    [5, 0, '5 masters: the API survives the loss of any 2 of them.'],
    [4, 3, '4 masters: the API survives the loss of any 3 of them.'],
  ])('says how many of %i masters may be lost, with %i etcd machines', (masters, etcdMachines, comment) => {
    expect(firstClusterYaml({ ...first, masters, etcdMachines })).toContain(comment);
  });

  it('says nothing of what was not asked for', () => {
    expect(Object.keys(parse(firstClusterYaml(first)) as object)).toEqual([
      'name',
      'locations',
      'controlPlane',
      'workers',
      'ssh',
      'deleteProtection',
    ]);
  });

  it('carries the mesh’s network, keys of the project and the protection', () => {
    expect(
      parse(
        firstClusterYaml({
          ...first,
          nodeCidr: '10.9.0.0/16',
          publicKeys: [],
          projectKeys: ['my key', 'b7:2f:30:a0:2f:6c:58:6c:21:04:58:61:ba:06:3b:2f'],
          deleteProtection: false,
        }),
      ),
    ).toMatchObject({
      network: { nodeCidr: '10.9.0.0/16' },
      ssh: { projectKeys: ['my key', 'b7:2f:30:a0:2f:6c:58:6c:21:04:58:61:ba:06:3b:2f'] },
      deleteProtection: false,
    });
  });

  it('carries a cloud-config to the byte, whatever is in it', () => {
    const line = fc.oneof(
      fc.constantFrom(
        '#cloud-config',
        'runcmd:',
        ' - [sh, -c, "echo $HOME"]',
        '\ttab',
        'ends in spaces  ',
        '---',
        '',
      ),
      fc.string(),
    );
    holds(
      fc.property(fc.array(line, { minLength: 1 }), fc.boolean(), (lines, ended) => {
        const cloudInit = `#cloud-config\n${lines.join('\n')}${ended ? '\n' : ''}`;
        expect(parse(firstClusterYaml({ ...first, cloudInit }))).toMatchObject({ cloudInit });
      }),
    );
  });

  it('shows a cloud-config as the block of lines that it is', () => {
    expect(firstClusterYaml({ ...first, cloudInit: '#cloud-config\npackages:\n  - htop\n' })).toContain(
      'cloudInit: |\n  #cloud-config\n  packages:\n    - htop\n',
    );
  });
});
