import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { ownUserData, userDataText } from '../../stacks/user-data.ts';
import { clusterOf, terraformOf } from './terraform.ts';

it('holds kubehaus’s part and then the user’s, as cloud-init’s archive', () => {
  expect(userDataText('root', undefined)).toBe(ownUserData('root'));
  const script = '#!/bin/sh\necho "${HOSTNAME}"\n';
  const text = userDataText('root', script);
  expect(text.split('\n')[0]).toBe('#cloud-config-archive');
  expect(parse(text)).toEqual([
    { type: 'text/cloud-config', content: ownUserData('root') },
    { type: 'text/x-shellscript', content: script },
  ]);
});

it('lets root in, or makes another user whom cloud-init gives the keys, and lets root in no more', () => {
  expect(parse(ownUserData('root'))).toEqual({
    disable_root: false,
    ssh_pwauth: false,
    manage_etc_hosts: false,
  });
  expect(parse(ownUserData('ops'))).toMatchObject({
    user: { name: 'ops', sudo: ['ALL=(ALL) NOPASSWD:ALL'], lock_passwd: true },
    disable_root: true,
    ssh_pwauth: false,
  });
});

it('is one value for the cluster, and one for each pool that has its own', () => {
  const own = '#cloud-config\npackages: [htop]\n';
  const { plan } = clusterOf({ workers: [{ count: 1 }, { name: 'batch', count: 2, cloudInit: own }] });
  const { locals, resource } = terraformOf(plan);
  expect(Object.keys(locals).filter((name) => name.startsWith('user_data'))).toEqual([
    'user_data',
    'user_data_batch',
  ]);
  const of = (name: string) => resource.hcloud_server[name]?.['user_data'];
  expect([of('prod-master-1'), of('prod-worker-1'), of('prod-batch-2')]).toEqual([
    '${local.user_data}',
    '${local.user_data}',
    '${local.user_data_batch}',
  ]);
});
