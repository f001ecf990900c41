import type { FastifyRequest } from 'fastify';
import { Meta } from '../listing/page.ts';
import { z } from 'zod';
import type { Api } from './api.ts';

const Page = z.object({ meta: Meta });

function linkHeader(url: URL, { pagination }: z.infer<typeof Meta>): string {
  const to = (page: number, rel: string) => {
    const target = new URL(url);
    target.searchParams.set('page', String(page));
    return `<${target.href}>; rel="${rel}"`;
  };
  return [
    pagination.previous_page === null ? [] : to(pagination.previous_page, 'prev'),
    pagination.next_page === null ? [] : to(pagination.next_page, 'next'),
    to(pagination.last_page, 'last'),
  ]
    .flat()
    .join(', ');
}

const urlOf = (request: FastifyRequest): URL => new URL(request.url, `http://${request.host || 'localhost'}`);

/** Every page of a list names its neighbours in a `Link` header, too. */
export function linkPages(api: Api): void {
  api.addHook('preSerialization', async (request, reply, payload) => {
    const page = Page.safeParse(payload);
    if (page.success) void reply.header('link', linkHeader(urlOf(request), page.data.meta));
    return payload;
  });
}
