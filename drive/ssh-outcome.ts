/** What became of an `ssh` command. */
export type SshOutcome =
  /** The remote command ran and ended with this exit code. */
  | { readonly kind: 'ran'; readonly exitCode: number }
  /** The pinned host key is another one. */
  | { readonly kind: 'host-key-changed' }
  /** sshd answers, but lets nobody in. */
  | { readonly kind: 'denied'; readonly message: string }
  /** No connection, or it broke. */
  | { readonly kind: 'unreachable'; readonly message: string };

/** ssh's own exit code for its own errors; anything else is the remote command's (ssh(1), EXIT STATUS). */
const SSH_FAILED = 255;

/** Reads ssh's exit code and what it wrote to stderr. */
export function sshOutcome(exitCode: number, stderr: string): SshOutcome {
  if (showsChangedHostKey(stderr)) return { kind: 'host-key-changed' };
  if (exitCode !== SSH_FAILED) return { kind: 'ran', exitCode };
  const message = lastLine(stderr);
  return /permission denied|too many authentication failures/i.test(stderr)
    ? { kind: 'denied', message }
    : { kind: 'unreachable', message };
}

/** OpenSSH's words for a host key that is not the pinned one, also when Ansible quotes them. */
export function showsChangedHostKey(text: string): boolean {
  return /REMOTE HOST IDENTIFICATION HAS CHANGED|Host key verification failed/.test(text);
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() || 'the connection ended without a word';
}
