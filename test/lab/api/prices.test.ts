import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fileStore } from '../../../lab/api/state/store.ts';
import { apiUnderTest, serverRequest, type ApiUnderTest } from './api-under-test.ts';

/** Net prices a month and an hour, by location, as one who asks for the type of server is told them. */
async function pricesOf({ call }: ApiUnderTest, type: string) {
  const [{ prices }] = (await call('GET', `/server_types?name=${type}`)).body.server_types;
  return Object.fromEntries(
    prices.map(({ location, price_monthly, price_hourly }: Record<string, { net: string }>) => [
      location,
      [Number(price_monthly?.net), Number(price_hourly?.net)],
    ]),
  );
}

test('a server costs what the lab was told last, everywhere or at one location', async () => {
  const lab = apiUnderTest();
  const { call } = lab;
  const tell = (told: object) =>
    call('PUT', '//_lab/prices', { kind: 'server', serverType: 'cx33', ...told });
  const before = await pricesOf(lab, 'cx33');
  const other = await pricesOf(lab, 'cx43');
  expect(await tell({ location: 'nbg1', monthly: 20.01, hourly: 0.05 })).toMatchObject({ status: 200 });
  expect(await pricesOf(lab, 'cx33')).toEqual({ ...before, nbg1: [20.01, 0.05] });

  await tell({ monthly: 12.48 });
  expect(await pricesOf(lab, 'cx33')).toEqual({
    fsn1: [12.48, 0.02],
    nbg1: [12.48, 0.02],
    hel1: [12.48, 0.02],
  });
  await tell({ location: 'hel1', monthly: 6.24 });
  expect((await pricesOf(lab, 'cx33'))['hel1']).toEqual([6.24, 0.01]);
  expect((await call('GET', '//_lab/prices')).body.prices).toHaveLength(2);
  expect(await pricesOf(lab, 'cx43')).toEqual(other);

  expect(await call('DELETE', '//_lab/prices')).toMatchObject({ status: 204 });
  expect(await pricesOf(lab, 'cx33')).toEqual(before);
});

test('the list of prices and a server that was made say the same', async () => {
  const { call, done } = apiUnderTest();
  await call('PUT', '//_lab/prices', { kind: 'server', serverType: 'cx23', monthly: 1.25 });
  await call('PUT', '//_lab/prices', { kind: 'primary-ip', type: 'ipv4', location: 'fsn1', monthly: 0.75 });
  const { pricing } = (await call('GET', '/pricing')).body;
  const named = (name: string) => pricing.server_types.find((type: { name: string }) => type.name === name);
  const paid = { price_monthly: { net: '1.2500000000', gross: '1.4875000000000000' } };
  expect(named('cx23').prices[0]).toMatchObject(paid);
  const [{ type, prices }] = pricing.primary_ips;
  expect(type).toBe('ipv4');
  expect(
    prices.map(({ location, price_monthly }: never) => [
      location,
      Number((price_monthly as { net: string }).net),
    ]),
  ).toEqual(
    expect.arrayContaining([
      ['fsn1', 0.75],
      ['nbg1', 0.5],
    ]),
  );
  const { server } = await done('/servers', serverRequest('node'));
  expect(server.server_type.prices[0]).toMatchObject(paid);
});

test('what is not sold has no price', async () => {
  const { call } = apiUnderTest();
  for (const [told, field] of [
    [{ kind: 'server', serverType: 'xx99', monthly: 1 }, 'serverType'],
    [{ kind: 'server', serverType: 'cx33', location: 'ash', monthly: 1 }, 'location'],
    [{ kind: 'primary-ip', type: 'ipv4', location: 'nowhere', monthly: 1 }, 'location'],
    [{ kind: 'server', serverType: 'cx33', monthly: -1 }, 'monthly'],
  ] as const)
    expect(await call('PUT', '//_lab/prices', told)).toMatchObject({
      status: 422,
      body: { error: { code: 'invalid_input', details: { fields: [{ name: field }] } } },
    });
  expect((await call('GET', '//_lab/prices')).body).toEqual({ prices: [] });
});

test('prices that were told outlive the process', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'lab-api-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'state.json');
  const before = apiUnderTest({ state: fileStore(file) });
  await before.call('PUT', '//_lab/prices', { kind: 'server', serverType: 'cx33', monthly: 12.48 });
  await before.api.close();
  expect((await pricesOf(apiUnderTest({ state: fileStore(file) }), 'cx33'))['nbg1']).toEqual([12.48, 0.02]);
});
