import type { Work, WorkNeeds } from '../actions/work.ts';
import { effectiveRules } from './effective-rules.ts';

/** Makes the wire of a server hold what its firewalls say by then. */
export const holdFirewall = (id: number, { store, machines }: WorkNeeds): Work => ({
  steps: [
    async () => {
      const server = store.state.servers.find((candidate) => candidate.id === id);
      if (server) await machines.firewall(id, effectiveRules(store.state, server));
    },
  ],
});
