import { describe, expect, it } from 'vitest';
import { parseOutputs } from '../../stacks/outputs.ts';
import { clusterOf, terraformOf } from './terraform.ts';

describe('the outputs', () => {
  it('have the id and the public addresses of every node, by its name', () => {
    const { plan } = clusterOf({ controlPlane: { count: 1 } });
    expect(terraformOf(plan).output.nodes.value).toEqual({
      'prod-master-1': {
        id: '${hcloud_server.prod-master-1.id}',
        ipv4: '${hcloud_server.prod-master-1.ipv4_address}',
        ipv6: '${hcloud_server.prod-master-1.ipv6_address}',
      },
    });
  });

  it('are read from what `terraform output -json` prints', () => {
    const node = { id: '42', ipv4: '203.0.113.10', ipv6: '2001:db8::1' };
    const printed = { nodes: { sensitive: false, type: ['object', {}], value: { 'prod-master-1': node } } };
    expect(parseOutputs(JSON.stringify(printed))).toEqual(new Map([['prod-master-1', node]]));
  });

  it('are refused when they are of another configuration', () => {
    expect(() => parseOutputs('{}')).toThrow(/apply its configuration first[^]*nodes/);
    const printed = { nodes: { value: { 'prod-master-1': { id: '42', ipv4: '' } } } };
    expect(() => parseOutputs(JSON.stringify(printed))).toThrow(/prod-master-1/);
  });
});
