import {
  OTHER_PUBLIC_KEY,
  PUBLIC_KEY,
  serverRequest,
  type Answer,
  type ApiUnderTest,
} from './api-under-test.ts';

/** One request, as it was sent, and its answer. */
export interface Exchange {
  readonly method: string;
  /** Below /v1, with the query. */
  readonly path: string;
  readonly request?: object;
  readonly answer: Answer;
}

/** Calls every route of the API at least once, with errors among them, and tells all that was said. */
export async function walkThrough(lab: ApiUnderTest): Promise<Exchange[]> {
  const exchanges: Exchange[] = [];
  const call = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, request?: object) => {
    const answer = await lab.call(method, path, request);
    exchanges.push({ method, path, ...(request && { request }), answer });
    const { action, actions = [], next_actions = [] } = answer.body ?? {};
    if (method !== 'GET')
      for (const { id } of [...(action ? [action] : []), ...next_actions, ...actions]) await lab.settled(id);
    return answer.body;
  };

  for (const path of ['/locations', '/server_types', '/images']) {
    await call('GET', path);
    await call('GET', `${path}/4711`);
  }
  await call('GET', '/locations/1');
  await call('GET', '/server_types/1');
  await call('GET', '/images?architecture=x86&type=system&sort=name:asc');
  await call('GET', '/images/114690387');
  await call('GET', '/pricing');

  const { ssh_key } = await call('POST', '/ssh_keys', { name: 'operator', public_key: PUBLIC_KEY });
  await call('POST', '/ssh_keys', { name: 'again', public_key: PUBLIC_KEY });
  await call('POST', '/ssh_keys', { name: 'other', public_key: OTHER_PUBLIC_KEY, labels: { a: 'b' } });
  await call('GET', '/ssh_keys?label_selector=a');
  await call('GET', `/ssh_keys/${ssh_key.id}`);
  await call('PUT', `/ssh_keys/${ssh_key.id}`, { name: 'renamed' });

  const { placement_group } = await call('POST', '/placement_groups', { name: 'group', type: 'spread' });
  await call('GET', '/placement_groups?sort=created:desc&type=spread');
  await call('GET', `/placement_groups/${placement_group.id}`);
  await call('PUT', `/placement_groups/${placement_group.id}`, { labels: { a: 'b' } });

  const rules = [
    { direction: 'in', protocol: 'tcp', port: '80-85', source_ips: ['0.0.0.0/0'], description: 'web' },
    { direction: 'out', protocol: 'icmp', destination_ips: ['::/0'] },
  ];
  const { firewall } = await call('POST', '/firewalls', { name: 'nodes', rules, labels: { a: 'b' } });
  await call('POST', '/firewalls', { name: 'nodes' });
  await call('PUT', `/firewalls/${firewall.id}`, { name: 'renamed' });

  const { server } = await call(
    'POST',
    '/servers',
    serverRequest('node', {
      location: 'fsn1',
      ssh_keys: ['renamed'],
      user_data: '#cloud-config\n',
      labels: { role: 'master' },
      placement_group: placement_group.id,
      firewalls: [{ firewall: firewall.id }],
      public_net: { enable_ipv4: true, enable_ipv6: true },
    }),
  );
  await call('POST', '/servers', serverRequest('node'));
  await call('POST', '/servers', { name: 'a_b', server_type: 'cx23', image: 'debian-12' });
  await call('GET', '/servers?status=running&sort=name:desc&page=1&per_page=10');
  await call('GET', `/servers/${server.id}`);
  await call('GET', '/servers/4711');
  await call('PUT', `/servers/${server.id}`, { name: 'renamed', labels: { role: 'etcd' } });

  const apply_to = [{ type: 'label_selector', label_selector: { selector: 'role=etcd' } }];
  await call('POST', `/firewalls/${firewall.id}/actions/apply_to_resources`, { apply_to });
  await call('GET', '/firewalls');
  await call('GET', `/firewalls/${firewall.id}`);
  await call('POST', `/firewalls/${firewall.id}/actions/set_rules`, { rules: [] });
  await call('POST', `/firewalls/${firewall.id}/actions/remove_from_resources`, { remove_from: apply_to });

  const act = (name: string, request?: object) =>
    call('POST', `/servers/${server.id}/actions/${name}`, request);
  for (const name of ['reboot', 'reset', 'shutdown', 'poweron', 'poweroff']) await act(name);
  await act('remove_from_placement_group');
  await act('add_to_placement_group', { placement_group: placement_group.id });
  await act('change_type', { server_type: 'cx33', upgrade_disk: true });
  await act('rebuild', { image: 'debian-12' });
  await act('change_dns_ptr', { ip: '203.0.113.10', dns_ptr: 'node.example.com' });
  await act('change_protection', { delete: true, rebuild: true });
  await act('rebuild', { image: 'debian-12' });
  await call('DELETE', `/servers/${server.id}`);
  await act('change_protection', { delete: false, rebuild: false });

  const { primary_ip } = await call('POST', '/primary_ips', {
    ...{ name: 'kept', type: 'ipv4', location: 'fsn1', assignee_type: 'server' },
  });
  await call('GET', '/primary_ips?ip=203.0.113.10');
  await call('GET', '/primary_ips');
  await call('GET', `/primary_ips/${primary_ip.id}`);
  await call('PUT', `/primary_ips/${primary_ip.id}`, { name: 'renamed' });
  const onIp = `/primary_ips/${primary_ip.id}/actions`;
  await call('POST', `${onIp}/change_dns_ptr`, { ip: primary_ip.ip, dns_ptr: 'kept.example.com' });
  await call('POST', `${onIp}/change_protection`, { delete: true });
  await call('DELETE', `/primary_ips/${primary_ip.id}`);
  await call('POST', `${onIp}/change_protection`, { delete: false });
  await call('POST', `${onIp}/assign`, { assignee_id: server.id, assignee_type: 'server' });
  await call('POST', `${onIp}/unassign`);

  const subnet = { type: 'cloud', network_zone: 'eu-central', ip_range: '10.0.1.0/24' };
  const route = { destination: '192.168.0.0/24', gateway: '10.0.1.2' };
  const { network } = await call('POST', '/networks', { name: 'mesh', ip_range: '10.0.0.0/16' });
  const onNetwork = `/networks/${network.id}/actions`;
  await call('POST', `${onNetwork}/add_subnet`, subnet);
  await call('POST', `${onNetwork}/add_route`, route);
  await call('POST', `${onNetwork}/change_ip_range`, { ip_range: '10.0.0.0/8' });
  await call('GET', '/networks');
  await call('GET', `/networks/${network.id}`);
  await call('PUT', `/networks/${network.id}`, { labels: { a: 'b' } });
  await act('attach_to_network', { network: network.id, ip: '10.0.1.5' });
  await act('attach_to_network', { network: network.id });
  await call('GET', `/servers/${server.id}`);
  await call('GET', `/networks/${network.id}`);
  await call('POST', `${onNetwork}/delete_subnet`, { ip_range: subnet.ip_range });
  await act('detach_from_network', { network: network.id });
  await act('change_alias_ips', { network: network.id, alias_ips: [] });
  await call('POST', `${onNetwork}/delete_route`, route);
  await call('POST', `${onNetwork}/delete_subnet`, { ip_range: subnet.ip_range });
  await call('POST', `${onNetwork}/change_protection`, { delete: false });

  for (const [kind, id] of [
    ['servers', server.id],
    ['firewalls', firewall.id],
    ['networks', network.id],
    ['primary_ips', primary_ip.id],
  ]) {
    const { actions } = await call('GET', `/${kind}/${id}/actions?sort=started:desc`);
    await call('GET', `/${kind}/actions?status=success&per_page=2`);
    await call('GET', `/${kind}/actions/${actions[0].id}`);
    await call('GET', `/${kind}/${id}/actions/${actions[0].id}`);
    await call('GET', `/actions?id=${actions[0].id}&id=${actions[1].id}`);
    await call('GET', `/actions/${actions[0].id}`);
  }

  await call('DELETE', `/servers/${server.id}`);
  await call('DELETE', `/primary_ips/${primary_ip.id}`);
  await call('DELETE', `/networks/${network.id}`);
  await call('DELETE', `/firewalls/${firewall.id}`);
  await call('DELETE', `/placement_groups/${placement_group.id}`);
  await call('DELETE', `/ssh_keys/${ssh_key.id}`);
  await call('GET', '/volumes');
  return exchanges;
}
