import { randomBytes } from 'node:crypto';
import fastify, { type FastifyBaseLogger, type FastifyServerOptions } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Machines } from '../hosts/machines.ts';
import { actionRoutes } from './actions/routes.ts';
import { actionRunner } from './actions/run.ts';
import { catalogRoutes } from './catalog/routes.ts';
import type { Architecture } from './catalog/server-types.ts';
import { systemClock, type Clock } from './clock.ts';
import { ApiError } from './errors.ts';
import { errorFor } from './faults/of-calls.ts';
import { faultRoutes } from './faults/routes.ts';
import { firewallRoutes } from './firewalls/routes.ts';
import { answerErrors } from './http/answer-errors.ts';
import type { Api, ApiContext } from './http/api.ts';
import { authenticator } from './http/authenticate.ts';
import { linkPages } from './http/link.ts';
import { rateLimit } from './http/rate-limit.ts';
import { limitsOf, type Limits } from './limits/limits.ts';
import { limitRoutes } from './limits/routes.ts';
import { networkRoutes } from './networks/routes.ts';
import { placementGroupRoutes } from './placement-groups/routes.ts';
import { priceRoutes } from './prices/routes.ts';
import { primaryIpRoutes } from './primary-ips/routes.ts';
import { serverActionRoutes } from './servers/action-routes.ts';
import { powerRoutes } from './servers/power-routes.ts';
import { serverRoutes } from './servers/routes.ts';
import { sshKeyRoutes } from './ssh-keys/routes.ts';
import type { Store } from './state/store.ts';

export interface ApiOptions {
  readonly state: Store;
  readonly machines: Machines;
  /** The tokens that are let in. All are of the same project. */
  readonly tokens: readonly string[];
  /** @default the machine's own */
  readonly clock?: Clock;
  /** What the machines can boot. @default x86, or arm on such a machine */
  readonly architecture?: Architecture;
  /** @default Hetzner's */
  readonly limits?: Partial<Limits>;
  /** Requests an hour. @default 3600, as at Hetzner */
  readonly requestsPerHour?: number;
  readonly logger?: FastifyServerOptions['logger'];
}

const routes = [
  sshKeyRoutes,
  placementGroupRoutes,
  firewallRoutes,
  primaryIpRoutes,
  networkRoutes,
  serverRoutes,
  serverActionRoutes,
  actionRoutes,
  catalogRoutes,
];

/** Clients send `content-type: application/json` with an empty body, too; that is no body, not wrong JSON. */
function readJson(api: Api): void {
  api.removeContentTypeParser('application/json');
  api.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? undefined : JSON.parse(String(body)));
    } catch (error) {
      done(error as SyntaxError);
    }
  });
}

/**
 * The lab's Hetzner Cloud API, below /v1. Actions that an earlier process left running are taken up when the server is
 * ready. Closing it ends no machine and forgets no action.
 */
export function buildApi(options: ApiOptions): Api {
  const { state: store, machines, tokens, clock = systemClock } = options;
  const api = fastify({
    logger: options.logger ?? false,
    forceCloseConnections: true,
  }).withTypeProvider<ZodTypeProvider>() as Api;
  api.setValidatorCompiler(validatorCompiler);
  api.setSerializerCompiler(serializerCompiler);
  readJson(api);
  answerErrors(api);
  linkPages(api);

  const log: FastifyBaseLogger = api.log;
  const runner = actionRunner({
    store,
    machines,
    clock,
    failed: (action, error) =>
      log.error({ err: error, action: action.id, command: action.command }, 'action failed'),
  });
  api.addHook('onReady', async () => runner.kick());
  // Not before the answer is out, so that it always shows the action running, as the real API's does.
  api.addHook('onResponse', async () => runner.kick());
  api.addHook('onClose', async () => runner.stop());

  // Every POST is answered with 201, be it for a resource or for an action.
  api.addHook('preHandler', async (request, reply) => {
    if (request.method === 'POST') void reply.code(201);
  });

  const takeOne = rateLimit(clock, options.requestsPerHour);
  const isKnown = authenticator(tokens);
  api.addHook('onRequest', async (request, reply) => {
    void reply.header('x-correlation-id', randomBytes(8).toString('hex'));
    if (request.url.startsWith('/v1')) {
      const budget = takeOne();
      void reply.headers({
        'ratelimit-limit': budget.limit,
        'ratelimit-remaining': budget.remaining,
        'ratelimit-reset': budget.reset,
      });
      if (budget.exceeded)
        throw new ApiError('rate_limit_exceeded', `limit of ${budget.limit} requests per hour reached`);
    }
    if (!isKnown(request.headers.authorization)) throw new ApiError('unauthorized', 'unable to authenticate');
    const path = request.url.split('?')[0] ?? '';
    const fault = path.startsWith('/v1/') && errorFor(store, request.method, path.slice('/v1'.length));
    if (fault) throw fault;
  });

  const context: ApiContext = {
    store,
    machines,
    clock,
    architecture: options.architecture ?? (process.arch === 'arm64' ? 'arm' : 'x86'),
    limits: limitsOf(store, options.limits),
  };
  void api.register(
    async (v1: Api) => {
      for (const add of routes) add(v1, context);
    },
    { prefix: '/v1' },
  );
  void api.register(
    async (lab: Api) => {
      faultRoutes(lab, context);
      limitRoutes(lab, context);
      priceRoutes(lab, context);
      powerRoutes(lab, context);
    },
    { prefix: '/_lab' },
  );
  return api;
}
