import { createRetention, type Removal } from '../audit/proof/retention.js';
import { newId } from '../storage/ids.js';
import { checkpointsOf } from './audit-checkpoint.js';
import { findingAsJson, ofOrganization } from './audit-json.js';
import { type Context, operator } from './context.js';
import { CommandError, EXIT } from './errors.js';
import { organizationsOf } from './organizations.js';
import { withStore } from './store.js';

/** As GATEWAY_AUDIT_RETENTION_MONTHS; much further back there is no calendar. */
const MOST_MONTHS = 9_999;

/** `audit retain`. */
export async function retainLog(context: Context, flags: { months: number; dryRun?: boolean }): Promise<void> {
  if (flags.months < 1)
    throw new CommandError('At least one whole month is kept: give --months 1 or more.', EXIT.wrongUse);
  if (flags.months > MOST_MONTHS) {
    const message = `At most ${MOST_MONTHS} whole months are counted. To keep everything, do not run this command.`;
    throw new CommandError(message, EXIT.wrongUse);
  }
  const { terminal } = context;
  await withStore(context, async ({ db, ...store }) => {
    const names = new Map((await organizationsOf(db)).map(({ organizationId, name }) => [organizationId, name]));
    const { checkpoints, keys } = await checkpointsOf(context, { db, ...store });
    const retention = createRetention({ db, checkpoints, keys: keys.known, now: () => new Date(), newId });
    const { removals, findings } = flags.dryRun
      ? { removals: await retention.plan(flags.months), findings: [] }
      : await retention.apply(flags.months, operator());
    const columns = {
      ORGANIZATION: ({ organizationId }: Removal) => names.get(organizationId) ?? organizationId,
      'UP TO': ({ period }: Removal) => period,
      EVENTS: ({ events }: Removal) => events,
      ENTRIES: ({ entries }: Removal) => entries,
    };
    if (terminal.json) {
      const dryRun = flags.dryRun ?? false;
      terminal.value({ dryRun, removals: removals.map(ofOrganization), findings: findings.map(findingAsJson) });
    } else terminal.rows(removals, columns, 'Nothing is old enough and covered by a checkpoint.');
    if (findings.length === 0) return;
    terminal.line(`${findings.length} findings: nothing was removed from a log that does not verify ("audit verify").`);
    process.exitCode = EXIT.found;
  });
}
