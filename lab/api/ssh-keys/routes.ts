import { z } from 'zod';
import { timestamp } from '../clock.ts';
import { invalidField, notFound, notUnique } from '../errors.ts';
import type { Api, ApiContext } from '../http/api.ts';
import { IdParams, ResourceName } from '../identity.ts';
import { Labels } from '../labels.ts';
import { Meta, pageOf } from '../listing/page.ts';
import { listQuery } from '../listing/query.ts';
import { newId, type State } from '../state/state.ts';
import { fingerprintOf } from './fingerprint.ts';
import { SshKeyRecord } from './record.ts';

const One = z.strictObject({ ssh_key: SshKeyRecord });

function existing(state: State, id: number): SshKeyRecord {
  const key = state.sshKeys.find((candidate) => candidate.id === id);
  if (!key) throw notFound('SSH key', id);
  return key;
}

function refuseTakenName(state: State, name: string, self?: number): void {
  if (state.sshKeys.some((key) => key.name === name && key.id !== self))
    throw notUnique('SSH key name is already used', 'name');
}

/** /ssh_keys: https://docs.hetzner.cloud/reference/cloud#tag/ssh-keys */
export function sshKeyRoutes(api: Api, { store, clock }: ApiContext): void {
  api.get(
    '/ssh_keys',
    {
      schema: {
        querystring: listQuery('id', 'name').extend({ fingerprint: z.string().optional() }),
        response: { 200: z.strictObject({ ssh_keys: z.array(SshKeyRecord), meta: Meta }) },
      },
    },
    (request) => {
      const { fingerprint } = request.query;
      const { items, meta } = pageOf(
        store.state.sshKeys.filter((key) => fingerprint === undefined || key.fingerprint === fingerprint),
        request.query,
      );
      return { ssh_keys: items, meta };
    },
  );

  api.post(
    '/ssh_keys',
    {
      schema: {
        body: z.object({ name: ResourceName, public_key: z.string(), labels: Labels.default({}) }),
        response: { 201: One },
      },
    },
    (request) => {
      const { name, labels } = request.body;
      const public_key = request.body.public_key.trim();
      const fingerprint = fingerprintOf(public_key);
      if (fingerprint === undefined) throw invalidField('public_key', 'is not an OpenSSH public key');
      const ssh_key = store.update((draft) => {
        refuseTakenName(draft, name);
        if (draft.sshKeys.some((key) => key.fingerprint === fingerprint))
          throw notUnique('SSH key with the same fingerprint already exists', 'public_key');
        const key = { id: newId(draft), name, fingerprint, public_key, labels, created: timestamp(clock) };
        draft.sshKeys.push(key);
        return key;
      });
      return { ssh_key };
    },
  );

  api.get('/ssh_keys/:id', { schema: { params: IdParams, response: { 200: One } } }, (request) => ({
    ssh_key: existing(store.state, request.params.id),
  }));

  api.put(
    '/ssh_keys/:id',
    {
      schema: {
        params: IdParams,
        body: z.object({ name: ResourceName.optional(), labels: Labels.optional() }),
        response: { 200: One },
      },
    },
    (request) => ({
      ssh_key: store.update((draft) => {
        const key = existing(draft, request.params.id);
        const { name, labels } = request.body;
        if (name !== undefined) refuseTakenName(draft, name, key.id);
        return Object.assign(key, name !== undefined && { name }, labels && { labels });
      }),
    }),
  );

  api.delete('/ssh_keys/:id', { schema: { params: IdParams } }, (request, reply) => {
    store.update((draft) => {
      const { id } = existing(draft, request.params.id);
      draft.sshKeys = draft.sshKeys.filter((key) => key.id !== id);
    });
    return reply.code(204).send();
  });
}
