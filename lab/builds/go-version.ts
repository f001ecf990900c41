import { execa } from 'execa';

/** The Go toolchain on this machine, as `go version` names it. It decides the bytes of what is built. */
export async function goVersion(): Promise<string> {
  const { stdout } = await execa('go', ['env', 'GOVERSION']);
  return stdout;
}
