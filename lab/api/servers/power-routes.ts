import { ApiError } from '../errors.ts';
import type { Api, ApiContext } from '../http/api.ts';
import { IdParams } from '../identity.ts';
import { runs } from './answer.ts';
import { existingServer } from './existing.ts';

/**
 * /_lab/servers/{id}/power-off, power-on and reboot: what happens to a server without its owner having asked Hetzner for it. So
 * there is no action of it; answered when it is done. What a server's status is, its machine knows.
 */
export function powerRoutes(api: Api, { store, machines }: Pick<ApiContext, 'store' | 'machines'>): void {
  const deed = (name: string, act: (id: number) => Promise<void>) =>
    api.post(`/servers/:id/${name}`, { schema: { params: IdParams } }, async (request, reply) => {
      const { id, made } = existingServer(store.state, request.params.id);
      if (!made) throw new ApiError('conflict', `server ${id} has never been on: start it as its owner does`);
      await act(id);
      return reply.code(204).send();
    });

  deed('power-off', (id) => machines.powerOff(id));
  deed('power-on', (id) => machines.powerOn(id));
  deed('reboot', async (id) => {
    if (!(await runs(machines, existingServer(store.state, id))))
      throw new ApiError('conflict', `server ${id} is off: power it on`);
    await machines.reboot(id);
  });
}
