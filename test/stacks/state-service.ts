import { createServer } from 'node:http';
import { onTestFinished } from 'vitest';

/** A service that keeps one state, with its lock, as Terraform's http backend wants it. */
export async function stateService() {
  const kept = { state: '', locked: '', calls: [] as string[] };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      kept.calls.push(`${request.method} ${request.url}`);
      if (request.method === 'GET')
        return void response.writeHead(kept.state === '' ? 404 : 200).end(kept.state);
      if (request.method === 'LOCK') kept.locked = body;
      else if (request.method === 'UNLOCK') kept.locked = '';
      else kept.state = body;
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { kept, url: `http://127.0.0.1:${(server.address() as { port: number }).port}/state` };
}
