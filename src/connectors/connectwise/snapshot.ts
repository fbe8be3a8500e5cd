import type { LineFact, LineProblem, LineSnapshot, MappedTarget, SnapshotQuery } from '../contract.js';
import { type Addition, additionOf, edges, isBillable, liveFrom, ordered, standingOn } from './additions.js';
import { AGREEMENT_FIELDS, AGREEMENTS } from './agreements.js';
import { chunks, readByIds } from './by-ids.js';
import { oneOf } from './conditions.js';
import { lineEvidence } from './evidence.js';
import { type AgreementFacts, agreementFacts, knownFacts, type ProductFacts, productFacts } from './line-facts.js';
import type { Tools } from './lookups.js';
import { problems } from './problems.js';
import { PRODUCT_FIELDS, PRODUCTS } from './products.js';
import { isId, type Row } from './wire.js';

const ADDITION_FIELDS = 'id,product,quantity,unitPrice,unitCost,effectiveDate,cancelledDate,billCustomer';

/**
 * What ConnectWise shows of some lines: agreements and products 80 in a call, then the additions of each agreement. The
 * vendor lists additions below their agreement only, so the number of calls grows with the number of agreements, not of lines.
 */
export async function readSnapshots(
  tools: Tools,
  query: SnapshotQuery,
  signal?: AbortSignal,
): Promise<readonly LineSnapshot[]> {
  const targets = query.targets.filter(isPossible);
  const known = knownFacts(query.known ?? []);
  // Alone: keys that are refused must cost one call, not as many as go side by side.
  const agreementIds = targets.map(({ contractId }) => contractId).filter((id) => !known.agreements.has(id));
  const agreements = new Map([
    ...known.agreements,
    ...(await readByIds(
      tools,
      AGREEMENTS,
      AGREEMENT_FIELDS,
      agreementIds,
      'permission.agreements',
      (row) => agreementFacts(row, tools.cycles),
      signal,
    )),
  ]);
  const productIds = targets.map(({ serviceId }) => serviceId).filter((id) => !known.products.has(id));
  const products = new Map([
    ...known.products,
    ...(await readByIds(tools, PRODUCTS, PRODUCT_FIELDS, productIds, 'permission.catalog', productFacts, signal)),
  ]);
  const found = targets.filter(({ contractId }) => agreements.has(contractId));
  const contractIds = [...new Set(found.map(({ contractId }) => contractId))];
  const additions = new Map(
    await Promise.all(
      contractIds.map(async (contractId) => {
        const productIds = found.filter((each) => each.contractId === contractId).map(({ serviceId }) => serviceId);
        return [contractId, await readAdditions(tools, contractId, productIds, signal)] as const;
      }),
    ),
  );
  const today = tools.context.now().toISOString().slice(0, 10);
  return query.targets.map((target) => {
    if (!isPossible(target)) return bare(target, problems.targetInvalid);
    const agreement = agreements.get(target.contractId);
    if (!agreement) return bare(target, agreement === null ? problems.agreementUnusable : problems.agreementNotFound);
    const rows = (additions.get(target.contractId) ?? []).filter(
      (each) => each.row('product')?.id('id') === target.serviceId,
    );
    return snapshotOf(target, agreement, products.get(target.serviceId) ?? null, rows, { ...query, today });
  });
}

function snapshotOf(
  target: MappedTarget,
  { contract, cancelled }: NonNullable<AgreementFacts>,
  product: ProductFacts | null,
  rows: readonly Row[],
  days: Pick<SnapshotQuery, 'from' | 'until'> & { readonly today: string },
): LineSnapshot {
  const read = rows.filter(isBillable).map(additionOf);
  const additions = ordered(read.filter((each) => each !== null));
  const { startDate, endDate } = contract;
  const complete = additions.length === read.length;
  return {
    target,
    problem: problemOf(target, contract, product, complete ? additions : null, days.from ?? days.today),
    contract,
    service: product?.service ?? null,
    lineRef: additions.findLast(({ units }) => units > 0)?.id ?? null,
    // ConnectWise: nothing is approved period by period; what is added late is billed with the next invoice.
    periods: [],
    facts: factsOf(additions, days.until),
    evidence: complete
      ? lineEvidence({
          ...{ startDate, endDate, additions },
          ...{ cancelled, taxable: product?.taxable ?? null },
        })
      : null,
  };
}

/** What is billed as a step function, from the first addition on. */
function factsOf(additions: readonly Addition[], until: string | undefined): LineFact[] {
  const facts: LineFact[] = [];
  for (const date of edges(additions).filter((day) => until === undefined || day <= until)) {
    const { units, price, cost } = standingOn(additions, date);
    const last = facts.at(-1);
    if (last && last.units === units && last.unitPrice === price && last.unitCost === cost) continue;
    facts.push({ date, units, unitPrice: price, unitCost: cost });
  }
  return facts;
}

function problemOf(
  target: MappedTarget,
  contract: NonNullable<LineSnapshot['contract']>,
  product: ProductFacts | null,
  additions: readonly Addition[] | null,
  day: string,
): LineProblem | null {
  if (contract.companyId !== target.companyId) return problems.agreementOfOtherCompany;
  if (!product) return problems.productNotFound;
  if (additions === null) return problems.additionUnusable;
  // None is begun for one that somebody deleted.
  if (target.lineRef !== null && !additions.some(({ id }) => id === target.lineRef)) return problems.lineGone;
  return target.lineRef === null && overlap(liveFrom(additions, day)) ? problems.productTwice : null;
}

function overlap(live: readonly Addition[]): boolean {
  return live.some(({ until }, at) => {
    const next = live[at + 1];
    return next !== undefined && (until === null || until >= next.from);
  });
}

async function readAdditions(
  { client }: Tools,
  contractId: string,
  productIds: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Row[]> {
  const all: Row[] = [];
  for (const some of chunks([...new Set(productIds)])) {
    const { rows } = await client.list(`${AGREEMENTS}/${contractId}/additions`, {
      conditions: [oneOf('product/id', some)],
      orderBy: 'id asc',
      fields: ADDITION_FIELDS,
      permissionId: 'permission.agreements',
      signal,
    });
    all.push(...rows);
  }
  return all;
}

/** The line's reference says which addition was the newest; any id may have been one. */
function isPossible({ companyId, contractId, serviceId }: MappedTarget): boolean {
  return [companyId, contractId, serviceId].every(isId);
}

/** A line of which nothing could be read. */
function bare(target: MappedTarget, problem: LineProblem): LineSnapshot {
  const nothing = { contract: null, service: null, lineRef: null, periods: [], facts: [], evidence: null };
  return { target, problem, ...nothing };
}
