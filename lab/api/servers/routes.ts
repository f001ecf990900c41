import { z } from 'zod';
import { addAction } from '../actions/add.ts';
import { ActionAnswer, presentAction } from '../actions/record.ts';
import { timestamp } from '../clock.ts';
import { isProtected } from '../errors.ts';
import { relabel } from '../firewalls/wire-actions.ts';
import type { Api, ApiContext } from '../http/api.ts';
import { Hostname, IdParams } from '../identity.ts';
import { Labels } from '../labels.ts';
import { Meta, pageOf } from '../listing/page.ts';
import { listQuery, repeated } from '../listing/query.ts';
import { presentServer, runs, ServerAnswer } from './answer.ts';
import { CreateServer, createServer } from './create.ts';
import { existingServer, refuseTakenServerName, unlockedServer } from './existing.ts';
import { serverStatuses } from './status.ts';

const One = z.strictObject({ server: ServerAnswer });

/** /servers: https://docs.hetzner.cloud/reference/cloud#tag/servers */
export function serverRoutes(api: Api, context: ApiContext): void {
  const { store, machines, architecture, clock } = context;

  async function answer(id: number): Promise<ServerAnswer> {
    const running = await runs(machines, existingServer(store.state, id));
    return presentServer(store.state, existingServer(store.state, id), architecture, running);
  }

  api.get(
    '/servers',
    {
      schema: {
        querystring: listQuery('id', 'name', 'created').extend({ status: repeated(z.enum(serverStatuses)) }),
        response: { 200: z.strictObject({ servers: z.array(ServerAnswer), meta: Meta }) },
      },
    },
    async (request) => {
      const { state } = store;
      const servers = await Promise.all(
        state.servers.map(async (server) =>
          presentServer(state, server, architecture, await runs(machines, server)),
        ),
      );
      const { status } = request.query;
      const { items, meta } = pageOf(
        servers.filter((server) => status?.includes(server.status) ?? true),
        request.query,
      );
      return { servers: items, meta };
    },
  );

  api.post(
    '/servers',
    {
      schema: {
        body: CreateServer,
        response: {
          201: z.strictObject({
            server: ServerAnswer,
            action: ActionAnswer,
            next_actions: z.array(ActionAnswer),
            root_password: z.string().nullable(),
          }),
        },
      },
    },
    (request) => {
      const { server, action, next } = store.update((draft) => createServer(draft, request.body, context));
      return {
        server: presentServer(store.state, server, architecture, false),
        action: presentAction(action),
        next_actions: next.map(presentAction),
        // Without SSH keys Hetzner makes a password and mails it; the lab's hosts know no passwords.
        root_password: null,
      };
    },
  );

  api.get('/servers/:id', { schema: { params: IdParams, response: { 200: One } } }, async (request) => ({
    server: await answer(request.params.id),
  }));

  api.put(
    '/servers/:id',
    {
      schema: {
        params: IdParams,
        body: z.object({ name: Hostname.optional(), labels: Labels.optional() }),
        response: { 200: One },
      },
    },
    async (request) => {
      const { name, labels } = request.body;
      store.update((draft) => {
        const server = existingServer(draft, request.params.id);
        if (name !== undefined) {
          refuseTakenServerName(draft, name, server.id);
          server.name = name;
        }
        if (labels) relabel(draft, timestamp(clock), server, labels);
      });
      return { server: await answer(request.params.id) };
    },
  );

  api.delete(
    '/servers/:id',
    { schema: { params: IdParams, response: { 200: z.strictObject({ action: ActionAnswer }) } } },
    (request) => {
      const action = store.update((draft) => {
        const { id, protection } = unlockedServer(draft, request.params.id);
        if (protection.delete) throw isProtected('server deletion');
        return addAction(draft, timestamp(clock), 'delete_server', [{ type: 'server', id }], {
          kind: 'delete_server',
          server: id,
        });
      });
      return { action: presentAction(action) };
    },
  );
}
