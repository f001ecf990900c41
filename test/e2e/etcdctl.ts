/** etcdctl's command on a host of a member, as that member and of it alone unless `--cluster` is among the arguments. */
export function etcdctlCommand(...args: readonly string[]): readonly string[] {
  const pki = '/etc/etcd/pki';
  const files = [`--cacert=${pki}/ca.crt`, `--cert=${pki}/member.crt`, `--key=${pki}/member.key`];
  return ['etcdctl', '--endpoints=https://127.0.0.1:2379', ...files, ...args];
}
