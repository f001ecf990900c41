import { expect, test } from 'vitest';
import { settledEdits } from '../../render/settled-edits.ts';
import { renderCluster } from '../../render/tree.ts';
import { clusterOf } from '../stacks/terraform.ts';
import { sources } from './scenarios.ts';

const KEYS = [1, 2].map(
  (number) => `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExample${number}`,
);
const FIELDS = {
  controlPlane: { count: 1 },
  workers: [{ name: 'big', count: 2, serverType: ['cx33'] as string[] }],
  ssh: { publicKeys: KEYS, projectKeys: ['ops'] },
};
const BIG = ['prod-big-1', 'prod-big-2'];
const ALL = ['prod-master-1', ...BIG];
const first = clusterOf(FIELDS);
const before = renderCluster(first.plan, sources);

/** What an edit does not bring to the servers that are there. */
function editOf(fields: object) {
  const { plan } = clusterOf({ ...FIELDS, ...fields }, first.lock);
  return settledEdits(plan, before, renderCluster(plan, sources), ALL);
}

test.each<[string, object, object[]]>([
  ['nothing', {}, []],
  [
    'more nodes of another type',
    { workers: [{ name: 'big', count: 3, serverType: 'cx43' }] },
    [{ what: 'serverType cx43', nodes: BIG }],
  ],
  [
    'a list of types with that of the servers in it',
    { workers: [{ name: 'big', count: 2, serverType: ['cx43', 'cx33'] }] },
    [],
  ],
  ['an image', { image: 'debian-13' }, [{ what: 'image debian-13', nodes: ALL }]],
  [
    'a key less',
    { ssh: { publicKeys: KEYS.slice(1), projectKeys: ['ops'] } },
    [{ what: 'ssh.publicKeys, ssh.projectKeys', nodes: ALL }],
  ],
  [
    'a key of the project that Terraform does not make',
    { ssh: { publicKeys: KEYS, projectKeys: ['ops', 'more'] } },
    [{ what: 'ssh.publicKeys, ssh.projectKeys', nodes: ALL }],
  ],
  ['keys in another order', { ssh: { publicKeys: [...KEYS].reverse(), projectKeys: ['ops'] } }, []],
  [
    'cloud-init of one pool',
    { workers: [{ ...FIELDS.workers[0], cloudInit: '#!/bin/sh\ntrue\n' }] },
    [{ what: 'cloudInit', nodes: BIG }],
  ],
])('an edit that servers do not get is told: %s', (_what, fields, edits) => {
  expect(editOf(fields)).toEqual(edits);
});
