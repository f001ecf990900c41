import type { Work, WorkNeeds } from '../actions/work.ts';
import { nicsOf } from './attachments.ts';

/** Gives the machine of a server the private networks that it is attached to by then. */
export const holdNetworks = (id: number, { store, machines }: WorkNeeds): Work => ({
  steps: [
    async () => {
      if (store.state.servers.some((server) => server.id === id))
        await machines.privateNetworks(id, nicsOf(store.state, id));
    },
  ],
});
