import { createServer } from 'node:http';
import { onTestFinished } from 'vitest';

/**
 * A service that keeps one state as Terraform's http backend wants it, with its lock at the same URL, or, as GitLab has it, at
 * `/lock` below it, where POST locks and DELETE unlocks.
 */
export async function stateService() {
  const kept = { state: '', locked: '', calls: [] as string[] };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      kept.calls.push(`${request.method} ${request.url}`);
      if (request.method === 'GET')
        return void response.writeHead(kept.state === '' ? 404 : 200).end(kept.state);
      const isLock = request.url?.split('?')[0]?.endsWith('/lock') === true;
      if (request.method === (isLock ? 'POST' : 'LOCK')) kept.locked = body;
      else if (request.method === (isLock ? 'DELETE' : 'UNLOCK')) kept.locked = '';
      else if (request.method === 'POST') kept.state = body;
      else return void response.writeHead(405).end();
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { kept, url: `http://127.0.0.1:${(server.address() as { port: number }).port}/state` };
}
