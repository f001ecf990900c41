import fastifyStatic from '@fastify/static';
import { fastify, type FastifyInstance } from 'fastify';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';

/** The web server for the folders `files` and `apt` of a mirror, not listening yet. */
export async function filesServer(mirror: string): Promise<FastifyInstance> {
  const server = fastify({ forceCloseConnections: true });
  for (const part of ['files', 'apt']) {
    // A scope of its own for each, as the plugin keeps one root in each.
    await server.register(async (scope) => {
      await scope.register(fastifyStatic, { root: await realpath(join(mirror, part)), serve: false });
      // The plugin's own route would not find `a+b` when it is asked for `a%2bb`, as apt does.
      scope.get<{ Params: { '*': string } }>(`/${part}/*`, (request, reply) =>
        reply.sendFile(request.params['*']),
      );
    });
  }
  return server;
}
