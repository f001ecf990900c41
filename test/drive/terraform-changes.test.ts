import { describe, expect, it } from 'vitest';
import { describeChanges, plannedChanges } from '../../drive/terraform-changes.ts';

const resource = (
  address: string,
  actions: readonly string[],
  before: object | null,
  after: object | null,
) => {
  const [type = '', name = ''] = address.split('.');
  return { address, mode: 'managed', type, name, change: { actions, before, after } };
};

const shown = (...resource_changes: object[]) => JSON.stringify({ format_version: '1.2', resource_changes });

describe('what terraform would do', () => {
  it('puts servers that go first, in words that cannot be overlooked', () => {
    const changes = plannedChanges(
      shown(
        resource(
          'hcloud_server.prod-master-1',
          ['no-op'],
          { name: 'prod-master-1' },
          { name: 'prod-master-1' },
        ),
        resource('hcloud_server.prod-worker-1', ['delete', 'create'], { name: 'prod-worker-1' }, {}),
        resource('hcloud_server._1-worker-2', ['delete'], { name: '1-worker-2' }, null),
        resource('hcloud_ssh_key.key', ['create', 'delete'], { name: 'key' }, { name: 'key' }),
        resource('hcloud_server.prod-worker-3', ['create'], null, { name: 'prod-worker-3' }),
        resource(
          'hcloud_server.prod-worker-4',
          ['update'],
          { name: 'b', labels: { a: '1' } },
          { name: 'b', labels: {} },
        ),
        { ...resource('hcloud_ssh_keys.project', ['read'], null, {}), mode: 'data' },
      ),
    );
    expect(describeChanges(changes)).toEqual([
      'Terraform: 1 to create, 1 to change in place, 2 to replace, 1 to destroy.',
      '  REPLACE  hcloud_server   prod-worker-1: it is made anew, and all data on its disk is lost',
      '  DESTROY  hcloud_server   1-worker-2: all data on its disk is lost',
      '  REPLACE  hcloud_ssh_key  key',
      '  change   hcloud_server   b (labels)',
      '  create   hcloud_server   prod-worker-3',
    ]);
  });

  it('is short for a large cluster, and says when there is nothing to do', () => {
    const servers = Array.from({ length: 500 }, (_, index) =>
      resource(`hcloud_server.w-${index}`, ['create'], null, { name: `w-${index}` }),
    );
    const lines = describeChanges(plannedChanges(shown(...servers)));
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/w-0, w-1, .* and 494 more$/);
    expect(describeChanges(plannedChanges(shown()))).toEqual([
      'Terraform changes nothing: what is at Hetzner is as cluster.yaml says.',
    ]);
  });
});
