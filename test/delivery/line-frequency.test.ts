import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANNUAL, act, MONTHLY, settled, variantOf } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { day, driftWorld, reconciled, setPolicy, standing } from '../support/drift.js';
import { personOf } from '../support/person.js';
import { root } from '../support/root.js';
import { createStage, type Stage, type Staged } from '../support/stage.js';
import { monthlyService } from '../support/world.js';

/** A line is billed as often as when it was mapped, whatever the marketplace says by now and whatever is mapped beside it (R52). */
let app: TestApp;
let services = 0;
beforeAll(async () => {
  app = await createTestApp({ world: driftWorld() });
});
afterAll(() => app?.close());

const ofAYear = { kind: 'PRICE', unitCost: '96', unitPrice: '120' };
const CHANGED = { status: 'FAILED', error: { code: 'BILLING_FREQUENCY_CHANGED' } };

/** A monthly line of a subscription that is billed once a year by now. */
async function changedToYearly(): Promise<{ stage: Stage; staged: Staged }> {
  const offer = { variants: [MONTHLY, ANNUAL] };
  const stage = await createStage(app, app.csp, { serviceId: monthlyService(services++), offer });
  const staged = await stage.subscribe({ quantity: 5 });
  await stage.change(staged, { kind: 'BILLING_FREQUENCY', billingFrequency: 'ANNUAL' });
  return { stage, staged };
}

const uuid = (globalId: string) => globalId.slice(-32);
const remember = (mappingId: string, frequency: string | null) =>
  app.database.sql('UPDATE "Mapping" SET "billingFrequency" = $2::"BillingFrequency" WHERE "id" = $1', [
    uuid(mappingId),
    frequency,
  ]);
const remembered = async (mappingId: string) =>
  (
    await app.database.sql<{ frequency: string | null }>(
      'SELECT "billingFrequency"::text AS "frequency" FROM "Mapping" WHERE "id" = $1',
      [uuid(mappingId)],
    )
  )[0]?.frequency;

describe('the mapping of the service that a line stands on', () => {
  it('is not deleted while the line is mapped, though its subscription is of another variant by now (R48)', async () => {
    const { stage, staged } = await changedToYearly();
    const refused = await act(app.csp, 'deleteConnectionOfferMapping', { id: stage.mappings.offer });
    expect(refused.userErrors).toMatchObject([
      { __typename: 'InUseError', code: 'MAPPING_IN_USE', count: 1, mappings: [{ id: staged.mappingId }] },
    ]);
    await act(app.csp, 'deleteConnectionSubscriptionMapping', { id: staged.mappingId });
    expect((await act(app.csp, 'deleteConnectionOfferMapping', { id: stage.mappings.offer })).userErrors).toEqual([]);
  });

  it('of another connection with a service of that id is none of its business', async () => {
    const serviceId = monthlyService(services++);
    const [one, other] = [
      await createStage(app, app.csp, { serviceId }),
      await createStage(app, app.csp, { serviceId }),
    ];
    await one.subscribe();
    expect((await act(app.csp, 'deleteConnectionOfferMapping', { id: other.mappings.offer })).userErrors).toEqual([]);
  });
});

describe('a price of another billing frequency', () => {
  it('is not written to the line, even where that mapping is gone', async () => {
    const { stage, staged } = await changedToYearly();
    await app.database.sql('UPDATE "Mapping" SET "deletedAt" = now() WHERE "id" = $1', [uuid(stage.mappings.offer)]);
    const posts = stage.posts(staged).length;
    expect(await stage.change(staged, ofAYear)).toMatchObject([CHANGED]);
    expect(stage.posts(staged)).toHaveLength(posts);
    expect(await stage.mapping(staged)).toMatchObject({ syncState: 'SYNCED' });
  });

  it('is not taken for drift of the amount', async () => {
    const { stage, staged } = await changedToYearly();
    await stage.change(staged, ofAYear);
    await reconciled(app.csp, stage.connectionId);
    expect((await standing(app.csp, staged.mappingId)).map(({ field }) => field)).not.toContain('UNIT_PRICE');
  });

  it('nor is any where nobody knows how often the line is billed', async () => {
    const stage = await createStage(app, app.csp, { serviceId: monthlyService(services++) });
    const staged = await stage.subscribe({ quantity: 5 });
    await remember(staged.mappingId, null);
    const [entry] = await stage.change(staged, { kind: 'PRICE', unitCost: '9', unitPrice: '11' });
    expect(entry).toMatchObject({ status: 'FAILED', error: { code: 'BILLING_FREQUENCY_UNKNOWN' } });
    expect(entry?.error?.message).toContain('Map the cloud subscription again');
  });
});

describe('a person who takes the marketplace for the units of such a line', () => {
  const taken = (driftId = '') => act(app.csp, 'correctDrift', { driftId, take: 'MARKETPLACE' });
  /** The drift of its units after somebody took some away. */
  async function drifted(stage: Stage, staged: Staged, unitChange: number) {
    const { adjust } = personOf(app);
    await adjust(staged.contractId, stage.serviceId, { unitChange, effectiveDate: day(-5) });
    // Later: a read that shows no units can no longer be one of before the first line.
    await app.database.sql(`UPDATE "Step" SET "sentAt" = "sentAt" - interval '20 seconds'`);
    await reconciled(app.csp, stage.connectionId);
    return (await standing(app.csp, staged.mappingId)).find(({ field }) => field === 'QUANTITY');
  }

  it('is refused where it bills nothing: units that begin bring amounts along', async () => {
    const { stage, staged } = await changedToYearly();
    await stage.change(staged, ofAYear);
    const drift = await drifted(stage, staged, -5);
    expect(drift).toMatchObject({ marketplaceValue: '5', psaValue: '0' });
    const posts = stage.posts(staged).length;
    expect((await taken(drift?.id)).userErrors).toMatchObject([{ code: 'MAPPING_STALE', rule: 'R52' }]);
    expect(stage.posts(staged)).toHaveLength(posts);
  });

  it('is refused also where nobody looked at the line since', async () => {
    const stage = await createStage(app, app.csp, {
      ...{ serviceId: monthlyService(services++), offer: { variants: [MONTHLY, ANNUAL] } },
    });
    const staged = await stage.subscribe({ quantity: 5 });
    const drift = await drifted(stage, staged, -5);
    await stage.change(staged, { kind: 'BILLING_FREQUENCY', billingFrequency: 'ANNUAL' });
    expect((await taken(drift?.id)).userErrors).toMatchObject([{ code: 'BILLING_FREQUENCY_CHANGED' }]);
  });

  it('gets them where the line still bills some, at the amounts that it has', async () => {
    const { stage, staged } = await changedToYearly();
    const drift = await drifted(stage, staged, -2);
    const { userErrors, auditLog } = await taken(drift?.id);
    expect(userErrors).toEqual([]);
    expect((await settled(app.csp, auditLog.id)).status).toBe('SUCCEEDED');
    const sent = stage.posts(staged).at(-1)?.body;
    expect([sent?.unitChange, sent?.adjustedUnitPrice]).toEqual([2, undefined]);
  });

  it('may take them where prices are kept in the PSA', async () => {
    const { stage, staged } = await changedToYearly();
    await setPolicy(app, stage.connectionId, { priceSource: 'PSA' });
    const { userErrors, auditLog } = await taken((await drifted(stage, staged, -5))?.id);
    expect(userErrors).toEqual([]);
    expect((await settled(app.csp, auditLog.id)).status).toBe('SUCCEEDED');
    expect(stage.posts(staged).at(-1)?.body).not.toHaveProperty('adjustedUnitPrice');
  });
});

describe('the migration', () => {
  it('remembers for lines of before what the mapping of their service said when they were mapped', async () => {
    const { stage, staged } = await changedToYearly();
    expect(await remembered(staged.mappingId)).toBe('MONTHLY');
    // The mapping of before was deleted, and the service stands for something else since.
    const own = uuid(stage.mappings.offer);
    await app.database.sql('UPDATE "Mapping" SET "deletedAt" = now() WHERE "id" = $1', [own]);
    const columns = '"tenantId", "organizationId", "connectionId", "kind", "remoteId", "remoteName"';
    await app.database.sql(
      `INSERT INTO "Mapping" ("id", "offerVariantId", ${columns}) SELECT gen_random_uuid(), v."id", ${columns
        .split(', ')
        .map((name) => `m.${name}`)
        .join(', ')} FROM "Mapping" m, "OfferVariant" v WHERE m."id" = $1 AND v."id" = $2`,
      [own, uuid(await variantOf(app.csp, stage.offer.externalId, 'ANNUAL'))],
    );
    await remember(staged.mappingId, null);
    const file = `${root}/prisma/migrations/20261126160000_line_frequency/migration.sql`;
    const [, fill = ''] = (await readFile(file, 'utf8')).split(/^(?=UPDATE)/m);
    await app.database.sql(fill);
    expect(await remembered(staged.mappingId)).toBe('MONTHLY');
  });
});
