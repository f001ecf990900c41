/**
 * Exit codes of the `kubehaus` command, one for each domain of failure, so that a script knows whether trying again can
 * help. `docs/cli.md` and `kubehaus --help` show this table.
 */
export const exitCodes = {
  ok: { code: 0, meaning: 'done' },
  bug: { code: 1, meaning: 'a bug in kubehaus' },
  usage: { code: 2, meaning: 'wrong arguments, or a question that cannot be asked without a terminal' },
  cluster: {
    code: 3,
    meaning: 'cluster.yaml or cluster.lock.yaml is missing or invalid, or servers have not been made yet',
  },
  terraform: { code: 4, meaning: 'Terraform or Hetzner refused or failed' },
  ssh: { code: 5, meaning: 'a node does not answer over SSH, or lets nobody in' },
  ansible: { code: 6, meaning: 'a task failed on a node' },
  environment: {
    code: 7,
    meaning: 'a tool, the token, a permission or Terraform’s state is missing on this machine',
  },
  hostKey: { code: 8, meaning: 'a node shows another SSH host key than before' },
  check: { code: 9, meaning: 'the check found something: unhealthy cluster, rendered files out of date' },
  busy: { code: 10, meaning: 'another kubehaus works on the same cluster' },
  stopped: { code: 130, meaning: 'stopped by you: Ctrl-C, or "no" to a question' },
} as const;

export type ExitName = keyof typeof exitCodes;
