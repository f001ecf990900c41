import { Command, InvalidArgumentError } from 'commander';
import { startMirror } from './server.ts';

const command = new Command('mirror')
  .description(
    'Serves a built mirror until it is told to end: files and the apt repository, and the image registry.',
  )
  .requiredOption('--mirror <folder>', 'folder of the mirror, as `buildMirror` answers it')
  .option('--address <address>', 'address to listen on', '192.0.2.2')
  .option('--port <port>', 'port of /files and /apt', port, 80)
  .option('--registry-port <port>', 'port of the registry', port, 5000)
  .parse();

const running = await startMirror(
  command.opts<{ mirror: string; address: string; port: number; registryPort: number }>(),
);
process.stdout.write(`mirror: ${running.url}/files/ ${running.url}/apt/ http://${running.registry}/v2/\n`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void running.stop());
await running.ended;

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65535)
    throw new InvalidArgumentError('a port is 0 to 65535');
  return value;
}
