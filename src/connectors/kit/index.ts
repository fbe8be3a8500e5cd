/**
 * The kit for authors of connectors, `connector-gateway/kit`. What a reader finds where:
 *   subject, world          what a package gives to the suite: its simulator, seeded with a neutral tenant
 *   cases/                  the rules, level by level
 *   bench, watched, wire    what a case works with: the host's part, a session under watch, calls that are counted
 *   breakage                what can happen to a call on its way
 *   run, report, suite      running them: as a report, as tests
 *   compatibility           what a new version takes away
 *   unimplemented           which parts of a connector are still to be written
 *   reference/              the smallest complete connector and its PSA
 *   skeleton/               the same with its parts still to be written: what `new-connector` begins with
 */
export { type ConformanceCase, LEVELS, type Level } from './cases/case.js';
export { breakingChanges } from './compatibility.js';
export { addDays, addMonths, isDate } from './days.js';
export { canonical, sameDecimal } from './decimal.js';
export { reference } from './reference/index.js';
export { referenceSubject } from './reference/simulator.js';
export { type Line, levelOf, linesOf, runConformance, toMarkdown } from './report.js';
export { type CaseResult, conformanceCases, type Report, type RunOptions } from './run.js';
export type { Billed, ConformanceSubject, LineKey, Simulation } from './subject.js';
export { conformanceSuite, type Runner } from './suite.js';
export { type Part, partsToWrite, unimplementedParts } from './unimplemented.js';
export {
  createWorld,
  type World,
  type WorldCompany,
  type WorldContract,
  type WorldLine,
  type WorldService,
} from './world.js';
