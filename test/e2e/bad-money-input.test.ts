import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { addDays, addMonths } from '../../src/delivery/period.js';
import { done, entries, entryOf, pushSubscription, settled, subscriptionRow, unique } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { CONTRACT_END, CONTRACT_START, NEXT_MONTH, nextMonth, TODAY } from '../support/dates.js';
import { type Entry, mutation } from '../support/documents.js';
import { type Person, personOf } from '../support/person.js';
import { createStage, type Stage, type Staged, standing } from '../support/stage.js';
import { monthlyService, testWorld } from '../support/world.js';

/**
 * What a marketplace, or a person in the PSA, can get wrong with units, dates, money and the things a mapping points at. Each is
 * refused with a reason that names its cure, writes nothing, and leaves the lane in such a state that the next change arrives.
 */
let app: TestApp;
let stage: Stage;
let person: Person;
beforeAll(async () => {
  app = await createTestApp();
  stage = await createStage(app);
  person = personOf(app);
});
afterEach(() => {
  app.simulator.admin.faults.clear();
  app.simulator.admin.switches.patch({ inactiveContractAcceptsAdjustments: true });
});
afterAll(() => app?.close());

const CLOUD = 'query ($id: ID!) { node(id: $id) { ... on CloudSubscription { quantity syncState } } }';
const cloud = async ({ id }: { id: string }) =>
  (await app.csp.query<{ node: { quantity: number; syncState: string | null } }>(CLOUD, { id })).node;

const quantity = (value: number, effectiveDate: string) => ({ kind: 'QUANTITY', quantity: value, effectiveDate });
const price = (unitPrice: string, effectiveDate = NEXT_MONTH) => ({ kind: 'PRICE', unitPrice, effectiveDate });

/** The next change arrives: the PSA bills what the marketplace says, and the badge is green. */
async function arrives(sold: Staged, units: number, day: string, own: Stage = stage): Promise<void> {
  const [entry, ...more] = await own.changed(sold, quantity(units, day));
  expect(more).toEqual([]);
  expect(entry?.error ?? entry?.status).toBe('SUCCEEDED');
  expect(standing(app, sold.contractId, day)).toMatchObject({ units });
  expect(await cloud(sold)).toEqual({ quantity: units, syncState: 'SYNCED' });
}

/** A refusal by delivery: nothing was sent, the lane stops there, and its entry says why and what helps. */
async function refused(sold: Staged, change: object, code: string, own: Stage = stage): Promise<Entry> {
  const before = own.posts(sold).length;
  const [entry] = await own.changed(sold, change);
  expect(entry).toMatchObject({ status: 'FAILED', outcome: 'FAILED', error: { code, retryable: false } });
  expect(entry?.error?.hint ?? '').toMatch(/^[A-Z].{15,}\.$/);
  expect(own.posts(sold)).toHaveLength(before);
  expect((await cloud(sold)).syncState).toBe('OUT_OF_SYNC');
  return entry as Entry;
}

/** What was wrong is mended; manual sync carries out the change that had failed. */
async function resynced(sold: Staged, units: number, day: string): Promise<void> {
  const filter = { operations: ['UpdateSubscriptionOnConnection'], targetIds: [sold.id] };
  const failed = await entries(app.csp, filter);
  await done(app.csp, 'resyncSubscription', { cloudSubscriptionId: sold.id });
  const [again] = (await entries(app.csp, filter)).slice(failed.length);
  const ended = await settled(app.csp, again?.id ?? '');
  expect(ended.error ?? ended.status).toBe('SUCCEEDED');
  expect(standing(app, sold.contractId, day)).toMatchObject({ units });
  expect((await cloud(sold)).syncState).toBe('SYNCED');
}

const skip = ({ id }: Entry) =>
  done(app.csp, 'skipSubscriptionOperation', { auditLogId: id, reason: 'Entered by mistake.' });

describe('an event that cannot be', () => {
  let sold: Staged;
  beforeAll(async () => {
    sold = await stage.subscribe({ quantity: 5 });
  });

  const leap = (year: number) => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const noLeapYear = [2027, 2100, 1900].filter((year) => !leap(year));
  const cases: readonly (readonly [name: string, input: object])[] = [
    ...['2026-02-30', '2026-13-01', '2026-00-10', '2026-04-31', '0000-01-01', '20261125', '2026-1-5', ''].map(
      (day) => [`the day "${day}"`, quantity(6, day)] as const,
    ),
    ...noLeapYear.map((year) => [`29 February ${year}`, quantity(6, `${year}-02-29`)] as const),
    ['a day with a time', quantity(6, `${TODAY}T00:00:00Z`)],
    ...['0001-01-01', '1969-12-31', '2200-01-01', '9999-12-15', '9999-12-31'].map(
      (day) => [`the day ${day}, which no bill has`, quantity(6, day)] as const,
    ),
    ['an end that none is', { kind: 'RENEWAL', endDate: '9999-12-31' }],
    ['a cancellation that never comes', { kind: 'CANCEL', effectiveDate: '9999-12-15' }],
    ['a number as a day', { ...quantity(6, ''), effectiveDate: 20261125 }],
    ...[1.5, -1, 2 ** 31, 1e21, '6', null, [6]].map(
      (seats) => [`${JSON.stringify(seats)} seats`, { ...quantity(6, NEXT_MONTH), quantity: seats }] as const,
    ),
    ...['-1', '1e3', '1,50', '1.1234567', '1234567890123', 'NaN', ' ', 10].map(
      (amount) => [`the price ${JSON.stringify(amount)}`, { ...price('1'), unitPrice: amount }] as const,
    ),
    ['seats and no kind', { quantity: 6 }],
    ['a price with the seats', { ...quantity(6, NEXT_MONTH), unitPrice: '9.00' }],
    ['a currency with the price', { ...price('9.00'), currency: 'EUR' }],
    ['a renewal before the start', { kind: 'RENEWAL', endDate: '2001-01-01' }],
  ];

  it.each(cases)('is refused: %s', async (_name, change) => {
    const input = { eventId: unique('impossible'), externalId: sold.externalId, ...change };
    const since = (await entries(app.csp, { targetIds: [sold.id] })).length;
    const correlationId = crypto.randomUUID();
    const { status, body } = await app.csp.ask(mutation('recordSubscriptionChange'), { input }, { correlationId });
    const entriesMade = await entries(app.csp, { correlationId });
    if (body.errors) {
      // It is no input of this schema: nothing began, so there is nothing to log.
      expect([status, body.errors[0]?.extensions?.code]).toEqual([
        400,
        expect.stringMatching(/BAD_USER_INPUT|VALIDATION/),
      ]);
      expect(entriesMade).toEqual([]);
    } else {
      const { userErrors } = (body.data as { result: { userErrors: { code: string; message: string }[] } }).result;
      expect(userErrors[0]).toMatchObject({
        code: expect.stringMatching(/^[A-Z_]+$/),
        message: expect.stringMatching(/\.$/),
      });
      expect(entriesMade.map((entry) => [entry.operation, entry.status])).toEqual([
        ['RecordSubscriptionChange', 'FAILED'],
      ]);
    }
    expect((await entries(app.csp, { targetIds: [sold.id] })).length - since).toBeLessThanOrEqual(1);
    expect(await cloud(sold)).toEqual({ quantity: 5, syncState: 'SYNCED' });
  });

  it.each(['0000-01-01', '0001-01-01', '9999-12-31'])('has no figure of %s either', async (month) => {
    const document = `query ($id: ID!, $month: Date!) {
      node(id: $id) { ... on CloudSubscription { azureUsage(month: $month) { cost } } } }`;
    const { status, body } = await app.csp.ask(document, { id: sold.id, month });
    if (month === '0000-01-01') expect([status, body.data]).toEqual([400, undefined]);
    else expect([status, body.data]).toEqual([200, { node: { azureUsage: null } }]);
  });

  it('leaves the lane as it was: the next one arrives, and its first line was the only write so far', async () => {
    expect(stage.posts(sold)).toHaveLength(1);
    await arrives(sold, 7, nextMonth(3));
  });

  it('is no event of the largest number of seats, which is written exactly', async () => {
    await arrives(sold, 2 ** 31 - 1, nextMonth(5));
    await arrives(sold, 3, nextMonth(7));
  });
});

describe('an event that the contract does not allow', () => {
  const YEAR_LATER = addMonths(addDays(CONTRACT_END, 1), 12);
  const extend = ({ contractId }: Staged) =>
    person.edit('Contracts', contractId, { endDate: `${addDays(YEAR_LATER, -1)}T00:00:00Z` });
  const post = ({ contractId }: Staged, throughDate: string) =>
    app.simulator.admin.postPeriod({ contractID: Number(contractId), throughDate });
  const set = ({ contractId }: Staged, fields: object) => person.edit('Contracts', contractId, fields);
  const AFTER = addDays(CONTRACT_END, 10);

  interface Case {
    readonly name: string;
    readonly code: string;
    readonly change: object;
    readonly spoil?: (sold: Staged) => unknown;
    readonly mend: (sold: Staged) => unknown;
    /** The units and a day on which they are billed once it is mended. */
    readonly ends: readonly [units: number, day: string];
  }
  const cases: readonly Case[] = [
    {
      name: 'a day after its end',
      code: 'EFFECTIVE_DATE_OUTSIDE_CONTRACT',
      change: quantity(7, AFTER),
      mend: extend,
      ends: [7, AFTER],
    },
    {
      name: 'a day when it has ended',
      code: 'CONTRACT_ENDED',
      change: quantity(7, nextMonth(3)),
      spoil: (sold) => set(sold, { endDate: `${addDays(TODAY, -1)}T00:00:00Z` }),
      mend: extend,
      ends: [7, nextMonth(3)],
    },
    {
      name: 'a price when all its periods are approved',
      code: 'NO_OPEN_PERIOD',
      change: price('12.00', nextMonth(20)),
      spoil: (sold) => post(sold, CONTRACT_END),
      mend: extend,
      ends: [5, addDays(CONTRACT_END, 1)],
    },
  ];

  it.each(cases)('is refused: $name; extended or mended, manual sync carries it out', async (each) => {
    const sold = await stage.subscribe({ quantity: 5 });
    await each.spoil?.(sold);
    await refused(sold, each.change, each.code);
    await each.mend(sold);
    await resynced(sold, ...each.ends);
    await arrives(sold, 9, addDays(each.ends[1], 3));
  });

  it('counts from the first line on when it is dated before its start, and says so', async () => {
    const sold = await stage.subscribe({ quantity: 5 });
    const [entry] = await stage.changed(sold, quantity(7, addDays(CONTRACT_START, -1)));
    const { effectiveDate } = stage.posts(sold)[0]?.body ?? {};
    expect(entry).toMatchObject({
      status: 'SUCCEEDED',
      details: { warnings: expect.arrayContaining([expect.stringContaining(`Dated ${effectiveDate} and not`)]) },
    });
    expect(standing(app, sold.contractId, String(effectiveDate))).toMatchObject({ units: 7 });
    await arrives(sold, 9, nextMonth(3));
  });

  it('is refused: a price of more digits than the PSA carries; skipped, the next ones arrive', async () => {
    const sold = await stage.subscribe({ quantity: 5 });
    await skip(await refused(sold, price('123456789012.123456'), 'AMOUNT_NOT_EXACT'));
    const [entry] = await stage.changed(sold, price('12.00'));
    expect(entry?.status).toBe('SUCCEEDED');
    await arrives(sold, 9, nextMonth(3));
  });

  it('is written with a warning where its period is approved: the PSA adds a line of its own', async () => {
    const sold = await stage.subscribe({ quantity: 5 });
    post(sold, NEXT_MONTH);
    const [entry] = await stage.changed(sold, quantity(7, nextMonth(10)));
    expect(entry).toMatchObject({
      status: 'SUCCEEDED',
      details: { warnings: [expect.stringContaining('approved and posted')] },
    });
    expect(standing(app, sold.contractId, addMonths(NEXT_MONTH, 1))).toMatchObject({ units: 7 });
    await arrives(sold, 9, addDays(addMonths(NEXT_MONTH, 1), 3));
  });

  it('is refused by the PSA itself: an inactive contract that takes no changes; activated, manual sync does it', async () => {
    const sold = await stage.subscribe({ quantity: 5 });
    app.simulator.admin.switches.patch({ inactiveContractAcceptsAdjustments: false });
    await set(sold, { status: 0 });
    const [entry] = await stage.changed(sold, quantity(7, nextMonth(3)));
    expect(entry).toMatchObject({ status: 'FAILED', error: { code: 'CONTRACT_INACTIVE', hint: expect.any(String) } });
    expect(stage.posts(sold).filter(({ committed }) => committed)).toHaveLength(1);
    await set(sold, { status: 1 });
    await resynced(sold, 7, nextMonth(3));
    await arrives(sold, 9, nextMonth(6));
  });
});

describe('a currency that is not the connection’s', () => {
  const pushed = (sold: Staged, own: Stage, more: object) =>
    done(app.csp, 'upsertCloudSubscriptions', {
      items: [subscriptionRow(own.customer.externalId, own.offer.externalId, { externalId: sold.externalId, ...more })],
    });

  it('is never written as the connection’s own: refused, and back in its currency the next ones arrive', async () => {
    const sold = await stage.subscribe({ quantity: 5 });
    const before = await entries(app.csp, { targetIds: [sold.id], operations: ['UpdateSubscriptionOnConnection'] });
    await pushed(sold, stage, { name: 'Euro', currency: 'EUR', unitPrice: '11.00', unitCost: '9.00' });
    const all = await entries(app.csp, { targetIds: [sold.id], operations: ['UpdateSubscriptionOnConnection'] });
    const made = all.slice(before.length).filter(({ error }) => error?.code !== 'UNSUPPORTED_CHANGE');
    const ended = await Promise.all(made.map(({ id }) => settled(app.csp, id)));
    expect(ended.map(({ status, error }) => [status, error?.code])).toEqual([['FAILED', 'WRONG_CURRENCY']]);
    expect(ended[0]?.error?.hint).toContain('own currency');
    expect(stage.posts(sold)).toHaveLength(1);
    await skip(ended[0] as Entry);
    await pushed(sold, stage, { name: 'Dollar', currency: 'USD', unitPrice: '12.00', unitCost: '9.00' });
    await arrives(sold, 9, nextMonth(3));
    expect(stage.posts(sold).at(1)?.body).toMatchObject({ unitChange: 0, adjustedUnitPrice: 12 });
  });

  it('is refused when it is mapped', async () => {
    const { externalId: customer } = stage.customer;
    const inEuro = await pushSubscription(app.csp, customer, stage.offer.externalId, { currency: 'EUR' });
    const { mapping, userErrors, auditLog, contractId } = await stage.map(inEuro);
    expect(mapping).toBeNull();
    expect(userErrors).toEqual([expect.objectContaining({ code: 'CURRENCY_MISMATCH' })]);
    expect(await entryOf(app.csp, auditLog.id)).toMatchObject({ status: 'FAILED' });
    expect(stage.posts({ contractId })).toEqual([]);
  });
});

describe('what a mapping points at', () => {
  const remap = async (sold: Staged, own: Stage): Promise<Staged> => {
    await done(app.csp, 'deleteConnectionSubscriptionMapping', { id: sold.mappingId });
    const { mapping, auditLog, contractId, userErrors } = await own.map(sold);
    expect(userErrors).toEqual([]);
    const entry = await settled(app.csp, auditLog.id);
    expect(entry.error ?? entry.status).toBe('SUCCEEDED');
    return { ...sold, mappingId: mapping?.id ?? '', contractId, entry };
  };
  const ownStage = (service: number) => createStage(app, app.csp, { serviceId: monthlyService(service) });
  const activate = ({ serviceId }: Stage, isActive: boolean) => person.edit('Services', serviceId, { isActive });
  /** Holds the next write of a contract: `work` happens between its plan and its arrival in the PSA. */
  async function meanwhile(contractId: string, work: () => Promise<unknown>): Promise<() => Promise<void>> {
    const path = `/contracts/${contractId}/serviceadjustments`;
    const { id } = app.simulator.admin.faults.add({ match: { path, method: 'POST' }, action: 'hold' });
    return async () => {
      await app.simulator.admin.faults.held(id);
      await work();
      app.simulator.admin.faults.clear();
    };
  }

  it('a contract that was deleted: refused; mapped to another one, the subscription is billed there', async () => {
    const sold = await stage.subscribe({ quantity: 5 });
    app.simulator.admin.remove('Contracts', Number(sold.contractId));
    const entry = await refused(sold, quantity(7, nextMonth(3)), 'CONTRACT_NOT_FOUND');
    await skip(entry);
    const moved = await remap(sold, stage);
    expect(standing(app, moved.contractId, nextMonth(3))).toMatchObject({ units: 7 });
    await arrives(moved, 9, nextMonth(6));
  });

  it('a contract that is hidden from the API user: refused; shown again, manual sync carries it out', async () => {
    const sold = await stage.subscribe({ quantity: 5 });
    const lines = [1, 2].map((id) => ({ id, name: `Line ${id}` }));
    app.simulator.admin.seed({ users: [], organizationalLevelAssociations: lines }, { merge: true });
    const user = (linesOfBusiness: number[]) =>
      app.simulator.admin.users.patch('api@psa.test', { linesOfBusiness, canSeeNoLineOfBusiness: true });
    await person.edit('Contracts', sold.contractId, { organizationalLevelAssociationID: 2 });
    user([1]);
    await refused(sold, quantity(7, nextMonth(3)), 'CONTRACT_NOT_FOUND');
    user([1, 2]);
    await resynced(sold, 7, nextMonth(3));
    await arrives(sold, 9, nextMonth(6));
  });

  it('a service that was deleted, and its line with it: refused; made anew and mapped again, it is billed', async () => {
    const own = await ownStage(20);
    const sold = await own.subscribe({ quantity: 5 });
    app.simulator.admin.remove('Services', Number(own.serviceId));
    await refused(sold, quantity(7, nextMonth(3)), 'SERVICE_NOT_FOUND', own);
    const service = testWorld().services?.find(({ id }) => String(id) === own.serviceId);
    app.simulator.admin.seed({ users: [], services: service ? [service] : [] }, { merge: true });
    // No other line takes the place of the one that the mapping had.
    await done(app.csp, 'resyncSubscription', { cloudSubscriptionId: sold.id });
    const [again] = (await entries(app.csp, { targetIds: [sold.id], statuses: ['FAILED'] })).slice(-1);
    await settled(app.csp, again?.id ?? '');
    expect(app.simulator.admin.units(Number(sold.contractId))).toEqual([]);
    const moved = await remap(sold, own);
    expect(standing(app, moved.contractId, nextMonth(3))).toMatchObject({ units: 7 });
    await arrives(moved, 9, nextMonth(6), own);
  });

  it('a service that was made inactive: no more units, but down to 0; active again, the next ones arrive', async () => {
    const own = await ownStage(21);
    const sold = await own.subscribe({ quantity: 5 });
    await activate(own, false);
    await skip(await refused(sold, quantity(7, nextMonth(2)), 'SERVICE_INACTIVE', own));
    await arrives(sold, 2, nextMonth(3), own);
    await arrives(sold, 0, nextMonth(5), own);
    await refused(sold, quantity(1, nextMonth(7)), 'SERVICE_INACTIVE', own);
    await activate(own, true);
    await resynced(sold, 1, nextMonth(7));
    await arrives(sold, 9, nextMonth(9), own);
  });

  it('a service that becomes inactive between plan and write: the PSA’s word counts, and 0 stays possible', async () => {
    const own = await ownStage(22);
    const subscription = await pushSubscription(app.csp, own.customer.externalId, own.offer.externalId);
    const contractId = own.nextContract();
    const becomesInactive = await meanwhile(contractId, () => activate(own, false));
    const first = await own.map(subscription, contractId);
    await becomesInactive();
    expect(await settled(app.csp, first.auditLog.id)).toMatchObject({
      status: 'FAILED',
      error: { code: 'SERVICE_INACTIVE', hint: expect.stringContaining('Activate the service') },
    });
    expect(app.simulator.admin.units(Number(contractId))).toEqual([]);
    expect((await cloud(subscription)).syncState).toBeNull();

    await activate(own, true);
    const sold = await own.subscribe({ quantity: 5 });
    const meantime = await meanwhile(sold.contractId, () => activate(own, false));
    const [entry] = await own.change(sold, quantity(7, nextMonth(3)));
    await meantime();
    // Of a line that exists Autotask takes the change; what counts is what reading shows.
    expect((await settled(app.csp, entry?.id ?? '')).status).toBe('SUCCEEDED');
    expect(own.posts(sold)).toHaveLength(2);
    await arrives(sold, 0, nextMonth(5), own);
  });

  it('a contract with a second line of the service: its own line is known and the only one that is written', async () => {
    const sold = await stage.subscribe({ quantity: 5 });
    await person.adjust(sold.contractId, stage.serviceId, {
      ...{ unitChange: 3, effectiveDate: NEXT_MONTH },
      ...{ allowRepeatService: true },
    });
    const [entry] = await stage.changed(sold, quantity(7, nextMonth(3)));
    expect(entry?.error ?? entry?.status).toBe('SUCCEEDED');
    const { remoteLineId } = await stage.mapping(sold);
    const rows = app.simulator.admin.units(Number(sold.contractId));
    const unitsOf = (own: boolean) =>
      rows
        .filter(({ contractServiceID }) => (String(contractServiceID) === remoteLineId) === own)
        .findLast(({ startDate }) => String(startDate).slice(0, 10) <= addMonths(NEXT_MONTH, 1))?.units;
    expect([unitsOf(true), unitsOf(false)]).toEqual([7, 3]);
  });

  it('a contract with two lines of the service and neither known: refused, and mapped elsewhere', async () => {
    const subscription = await pushSubscription(app.csp, stage.customer.externalId, stage.offer.externalId);
    const contractId = stage.nextContract();
    for (const allowRepeatService of [false, true]) {
      const line = { unitChange: 1, effectiveDate: NEXT_MONTH, allowRepeatService };
      await person.adjust(contractId, stage.serviceId, line);
    }
    const before = stage.posts({ contractId }).length;
    const { auditLog } = await stage.map(subscription, contractId);
    const entry = await settled(app.csp, auditLog.id);
    expect(entry).toMatchObject({
      status: 'FAILED',
      error: { code: 'SERVICE_TWICE_ON_CONTRACT', hint: expect.stringContaining('Leave one line') },
    });
    expect(stage.posts({ contractId })).toHaveLength(before);
    const mapped = await stage.map(subscription);
    expect((await settled(app.csp, mapped.auditLog.id)).status).toBe('SUCCEEDED');
    const { id, externalId } = subscription;
    const sold = { id, externalId, mappingId: mapped.mapping?.id ?? '', contractId: mapped.contractId, entry };
    await arrives(sold, 9, nextMonth(3));
  });
});
