import { execa } from 'execa';
import { expect } from 'vitest';
import { eventually } from './waiting.ts';

/** Packets that are being written down. */
export interface Capture {
  /** Ends it; a line a packet, as tcpdump prints them. */
  readonly stop: () => Promise<readonly string[]>;
}

/** Writes down what passes a network namespace of the lab on any of its interfaces, from when it is fulfilled. */
export async function capture(namespace: string, filter: string): Promise<Capture> {
  const tcpdump = execa(
    'nsenter',
    [`--net=/run/netns/${namespace}`, '--', 'tcpdump', '-i', 'any', '-n', '-l', '-q', filter],
    { reject: false, maxBuffer: 1 << 28 },
  );
  let said = '';
  tcpdump.stderr.on('data', (text: Buffer) => {
    said += text.toString();
  });
  await eventually(10, async () => {
    expect(said).toContain('listening on');
  });
  return {
    stop: async () => {
      tcpdump.kill('SIGTERM');
      return (await tcpdump).stdout.split('\n').filter((line) => line.includes(' IP'));
    },
  };
}
