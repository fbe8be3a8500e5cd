import { conformanceCases, openRig, type Rig } from './run.js';
import type { ConformanceSubject } from './subject.js';

/** What the suite needs of a test runner; vitest and `node:test` have it. */
export interface Runner {
  describe(name: string, body: () => void): unknown;
  test(name: string, body: (context: { skip(reason?: string): unknown }) => Promise<void>): unknown;
  afterAll?(work: () => Promise<void>): unknown;
  after?(work: () => Promise<void>): unknown;
}

/**
 * The conformance suite as tests, one for each case: `conformanceSuite({ describe, test, afterAll }, conformance)` is a whole
 * test file. A case that does not apply to the connector, or needs a part that is not written yet, is skipped with its reason.
 */
export function conformanceSuite(runner: Runner, subject: ConformanceSubject): void {
  let opening: Promise<Rig> | null = null;
  runner.describe('conformance', () => {
    for (const one of conformanceCases) {
      runner.test(`${one.level}, ${one.id}: ${one.title}`, async (context) => {
        opening ??= openRig(subject);
        const { status, reason } = await (await opening).run(one);
        if (status === 'skipped' || status === 'todo') context.skip(reason);
        if (status === 'failed') throw new Error(reason);
      });
    }
    const closed = async () => (await opening)?.close();
    (runner.afterAll ?? runner.after)?.(closed);
  });
}
