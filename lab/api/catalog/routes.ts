import { z } from 'zod';
import { notFound } from '../errors.ts';
import type { Api, ApiContext } from '../http/api.ts';
import { IdParams } from '../identity.ts';
import { Meta, pageOf } from '../listing/page.ts';
import { listQuery, repeated } from '../listing/query.ts';
import { ImageAnswer, images } from './images.ts';
import { LocationAnswer, locations } from './locations.ts';
import { offered } from './offered.ts';
import { pricing, PricingAnswer } from './pricing.ts';
import { Architecture, ServerTypeAnswer, serverTypes } from './server-types.ts';

function byId<Item extends { readonly id: number }>(items: readonly Item[], what: string, id: number): Item {
  const item = items.find((candidate) => candidate.id === id);
  if (!item) throw notFound(what, id);
  return item;
}

const truth = z.enum(['true', 'false']).transform((value) => value === 'true');

/** What can be ordered, and what it costs: /locations, /server_types, /images, /pricing. Stock and prices change as the lab is told. */
export function catalogRoutes(api: Api, { architecture, store }: ApiContext): void {
  const types = serverTypes(architecture);
  const now = (type: ServerTypeAnswer) => offered(store.state, type);

  api.get(
    '/locations',
    {
      schema: {
        querystring: listQuery('id', 'name'),
        response: { 200: z.strictObject({ locations: z.array(LocationAnswer), meta: Meta }) },
      },
    },
    (request) => {
      const { items, meta } = pageOf(locations, request.query);
      return { locations: items, meta };
    },
  );

  api.get(
    '/locations/:id',
    { schema: { params: IdParams, response: { 200: z.strictObject({ location: LocationAnswer }) } } },
    (request) => ({ location: byId(locations, 'location', request.params.id) }),
  );

  api.get(
    '/server_types',
    {
      schema: {
        querystring: listQuery('id', 'name'),
        response: { 200: z.strictObject({ server_types: z.array(ServerTypeAnswer), meta: Meta }) },
      },
    },
    (request) => {
      const { items, meta } = pageOf(types, request.query);
      return { server_types: items.map(now), meta };
    },
  );

  api.get(
    '/server_types/:id',
    { schema: { params: IdParams, response: { 200: z.strictObject({ server_type: ServerTypeAnswer }) } } },
    (request) => ({ server_type: now(byId(types, 'server type', request.params.id)) }),
  );

  api.get(
    '/images',
    {
      schema: {
        querystring: listQuery('id', 'name', 'created').extend({
          type: repeated(z.enum(['system', 'app', 'snapshot', 'backup'])),
          status: repeated(z.enum(['available', 'creating', 'unavailable'])),
          architecture: repeated(Architecture),
          bound_to: repeated(z.coerce.number().int()),
          include_deprecated: truth.optional(),
        }),
        response: { 200: z.strictObject({ images: z.array(ImageAnswer), meta: Meta }) },
      },
    },
    (request) => {
      const { type, status, architecture: wanted, bound_to } = request.query;
      const { items, meta } = pageOf(
        images.filter(
          (image) =>
            (type?.includes(image.type) ?? true) &&
            (status?.includes(image.status) ?? true) &&
            (wanted?.includes(image.architecture) ?? true) &&
            bound_to === undefined,
        ),
        request.query,
      );
      return { images: items, meta };
    },
  );

  api.get(
    '/images/:id',
    { schema: { params: IdParams, response: { 200: z.strictObject({ image: ImageAnswer }) } } },
    (request) => ({ image: byId(images, 'image', request.params.id) }),
  );

  api.get('/pricing', { schema: { response: { 200: z.strictObject({ pricing: PricingAnswer }) } } }, () => ({
    pricing: pricing(store.state, types.map(now)),
  }));
}
