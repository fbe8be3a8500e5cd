import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MONTHLY, mappingOf } from '../../support/acts.js';
import { createTestApp, type TestApp } from '../../support/app.js';
import { reconciled, standing } from '../../support/drift.js';
import { createStage, type Stage, type Staged } from '../../support/stage.js';
import { API_USER, monthlyService, PSA } from '../../support/world.js';

/** A mapping whose PSA object vanished, went inactive, changed type or gained a price is STALE until it is right again (1.8). */
let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app?.close());

const PLAN = { offerType: 'AZURE_PLAN', variants: [{ ...MONTHLY, term: 'NO_TERM' }] };

/** The states of the three mappings: customer, offer, cloud subscription. */
async function states({ mappings }: Stage, { mappingId }: Staged): Promise<(string | undefined)[]> {
  const all = await Promise.all([mappings.customer, mappings.offer, mappingId].map((id) => mappingOf(app.csp, id)));
  return all.map(({ state }) => state);
}

interface About {
  readonly stage: Stage;
  readonly staged: Staged;
}

interface Case {
  readonly what: string;
  readonly stage: () => Promise<About>;
  readonly spoil: (about: About) => void;
  readonly mend: (about: About) => void;
  readonly stale: readonly string[];
  readonly drift: object;
  readonly reason?: string;
}

let services = 1;
async function licences() {
  const stage = await createStage(app, app.csp, { serviceId: monthlyService(services++) });
  return { stage, staged: await stage.subscribe({ quantity: 5 }) };
}
async function azure() {
  const stage = await createStage(app, app.csp, { serviceId: PSA.service.azure, offer: PLAN });
  return { stage, staged: await stage.subscribe({ term: 'NO_TERM', quantity: 1 }) };
}
/** An administrator changes a record, also in what the API lets nobody change. */
function edit(part: 'companies' | 'contracts' | 'services', table: string, id: string, fields: object): void {
  const row = app.simulator.admin.state().tables[table]?.find((each) => String(each.id) === id);
  app.simulator.admin.seed({ users: [], [part]: [{ ...row, ...fields }] }, { merge: true });
}
const company = (fields: object) => () => edit('companies', 'Companies', PSA.company.contoso, fields);
const service =
  (fields: object) =>
  ({ stage }: About) =>
    edit('services', 'Services', stage.serviceId, fields);
const contract =
  (fields: object) =>
  ({ staged }: About) =>
    edit('contracts', 'Contracts', staged.contractId, fields);
const [MAPPED, STALE] = ['MAPPED', 'STALE'];

const cases: readonly Case[] = [
  {
    what: 'a company that is no customer any more (R17)',
    stage: licences,
    spoil: company({ companyType: 5 }),
    mend: company({ companyType: 1 }),
    stale: [STALE, MAPPED, STALE],
    drift: { field: 'CONTRACT', cause: 'MAPPING_STALE', marketplaceValue: 'Customer', psaValue: expect.any(String) },
    reason: 'COMPANY_NOT_A_CUSTOMER',
  },
  {
    what: 'a company made inactive (R17)',
    stage: licences,
    spoil: company({ isActive: false }),
    mend: company({ isActive: true }),
    stale: [STALE, MAPPED, STALE],
    drift: { field: 'CONTRACT', cause: 'MAPPING_STALE', psaValue: 'COMPANY_INACTIVE' },
    reason: 'COMPANY_INACTIVE',
  },
  {
    what: "an Azure plan's service that gained a price (R33)",
    stage: azure,
    spoil: service({ unitPrice: 0.01 }),
    mend: service({ unitPrice: 0 }),
    stale: [MAPPED, STALE, STALE],
    drift: { field: 'SERVICE', cause: 'MAPPING_STALE', marketplaceValue: '0', psaValue: '0.01 / 0' },
    reason: 'AZURE_PLAN_SERVICE_NOT_FREE',
  },
  {
    what: 'a service made inactive (R26)',
    stage: licences,
    spoil: service({ isActive: false }),
    mend: service({ isActive: true }),
    stale: [MAPPED, STALE, STALE],
    drift: { field: 'SERVICE', cause: 'SERVICE_INACTIVE' },
    reason: 'SERVICE_INACTIVE',
  },
  {
    what: 'a contract that is not recurring any more (R40)',
    stage: licences,
    spoil: contract({ contractType: 1 }),
    mend: contract({ contractType: 7 }),
    stale: [MAPPED, MAPPED, STALE],
    drift: { field: 'CONTRACT', cause: 'MAPPING_STALE', psaValue: 'not recurring' },
  },
];

describe('a mapping is STALE, and MAPPED again', () => {
  it.each(cases)('with $what', async ({ stage: made, spoil, mend, stale, drift, reason }) => {
    const about = await made();
    const { stage, staged } = about;
    await reconciled(app.csp, stage.connectionId);
    expect(await states(stage, staged)).toEqual([MAPPED, MAPPED, MAPPED]);
    spoil(about);
    try {
      const { entry } = await reconciled(app.csp, stage.connectionId);
      expect(entry.error ?? entry.status).toBe('SUCCEEDED');
      expect(await states(stage, staged)).toEqual(stale);
      expect(await standing(app.csp, staged.mappingId)).toEqual([expect.objectContaining(drift)]);
      expect(entry.details.stale).toBe(stale.filter((state) => state === STALE).length);
      const told = (entry.details.staleMappings ?? []) as { code: string }[];
      expect(told.map(({ code }) => code)).toEqual(reason ? [reason] : []);
    } finally {
      mend(about);
    }
    const { entry } = await reconciled(app.csp, stage.connectionId);
    expect(await states(stage, staged)).toEqual([MAPPED, MAPPED, MAPPED]);
    expect(await standing(app.csp, staged.mappingId)).toEqual([]);
    expect(entry.details.stale).toBe(0);
  });

  it('also where nothing is billed on it yet', async () => {
    const stage = await createStage(app, app.csp, { serviceId: monthlyService(services++) });
    edit('services', 'Services', stage.serviceId, { isActive: false });
    await reconciled(app.csp, stage.connectionId);
    expect(await mappingOf(app.csp, stage.mappings.offer)).toMatchObject({ state: STALE });
    expect(await mappingOf(app.csp, stage.mappings.customer)).toMatchObject({ state: MAPPED });
  });

  it('not where the API user may not read companies: nobody knows', async () => {
    const { stage, staged } = await licences();
    const permit = (permissions: Record<string, object>) =>
      app.simulator.admin.users.patch(API_USER.username, { permissions });
    permit({ Companies: { query: 'None' } });
    try {
      const { entry } = await reconciled(app.csp, stage.connectionId);
      expect(entry.error ?? entry.status).toBe('SUCCEEDED');
      expect(await states(stage, staged)).toEqual([MAPPED, MAPPED, MAPPED]);
    } finally {
      permit({});
    }
  });
});
