import { createServer, type Server, type ServerOptions } from 'node:https';
import type { Socket } from 'node:net';

/** Who waits says nothing of its readiness, and answers everything else: as an API server does whose etcd is silent. */
export type Behaviour = 'ready' | 'unready' | 'waits' | 'hangs';

/** A server of the fleet, and what it was asked. */
export interface Answering {
  behaviour: Behaviour;
  questions: number;
  connections: number;
  readonly server: Server;
  /** Raw ones: a handshake that is under way is no connection to node:https yet. */
  readonly sockets: Set<Socket>;
}

/** HTTPS servers that stand for API servers or members of etcd: on addresses of their own, all on one port, ready or not on `path`. */
export function answeringServers(path: string) {
  const servers = new Map<string, Answering>();
  let port = 0;
  const stop = async (address: string): Promise<void> => {
    const one = servers.get(address);
    servers.delete(address);
    if (one === undefined) return;
    const closed = new Promise((resolve) => one.server.close(resolve));
    for (const socket of one.sockets) socket.destroy();
    await closed;
  };
  return {
    port: () => port,
    stop,
    stopAll: async (): Promise<void> => {
      for (const address of [...servers.keys()]) await stop(address);
      port = 0;
    },
    start: async (address: string, behaviour: Behaviour, options: ServerOptions): Promise<Answering> => {
      const server = createServer(options);
      const one: Answering = { behaviour, questions: 0, connections: 0, server, sockets: new Set() };
      server.on('connection', (socket: Socket) => {
        one.connections += 1;
        one.sockets.add(socket);
        socket.on('close', () => one.sockets.delete(socket)).on('error', () => undefined);
      });
      server.on('tlsClientError', () => undefined);
      server.on('request', (request, response) => {
        one.questions += 1;
        // As a check of an etcd without a leader does: it answers when there is one again.
        const asked = request.url === path;
        const answer = (): unknown => {
          const { behaviour } = one;
          if (behaviour === 'hangs' || (behaviour === 'waits' && asked)) return server.listening && setTimeout(answer, 20);
          const well = asked ? behaviour === 'ready' : behaviour === 'waits';
          return response.writeHead(well ? 200 : 500).end('.');
        };
        answer();
      });
      await new Promise<void>((resolve) => server.listen(port, address, resolve));
      port = (server.address() as { port: number }).port;
      servers.set(address, one);
      return one;
    },
  };
}
