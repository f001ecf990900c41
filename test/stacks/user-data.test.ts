import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { userDataText, USER_DATA } from '../../stacks/user-data.ts';
import { clusterOf, terraformOf } from './terraform.ts';

it('holds kubehaus’s part and then the user’s, as cloud-init’s archive', () => {
  expect(userDataText(undefined)).toBe(USER_DATA);
  const script = '#!/bin/sh\necho "${HOSTNAME}"\n';
  const text = userDataText(script);
  expect(text.split('\n')[0]).toBe('#cloud-config-archive');
  expect(parse(text)).toEqual([
    { type: 'text/cloud-config', content: USER_DATA },
    { type: 'text/x-shellscript', content: script },
  ]);
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
