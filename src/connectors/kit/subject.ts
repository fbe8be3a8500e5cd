import type { CalendarDate, Connector, ConnectorDescriptor, Decimal, LookupKind } from '../contract.js';
import type { World } from './world.js';

/**
 * What a connector package gives to the conformance suite, exported as `conformance` from `<package>/conformance`: its simulator.
 * It stays out of the package's main entry, so that no simulator is loaded in production.
 */
export interface ConformanceSubject {
  /**
   * Starts the simulator, seeded with this world, its clock frozen at `world.now`. Called once a run. It must be a server that
   * the connector calls over HTTP, on loopback; the kit breaks the calls on their way by itself.
   */
  start(world: World): Promise<Simulation>;
  /** Seed so many records that the vendor needs more than one page for them. Absent = 60. */
  readonly pageOverflow?: number;
  /** Decimals the vendor keeps of a unit price. Absent = 4. */
  readonly priceDecimals?: number;
  /** Cases that cannot run on this vendor, by id, each with the reason in a sentence; the reason is part of every report. */
  readonly skip?: { readonly [caseId: string]: string };
  /** The descriptor of the last published version, so that nothing is broken without a new major version. */
  readonly published?: ConnectorDescriptor;
}

/** A running simulator. */
export interface Simulation {
  /** The connector, made with the options that lead it to this simulator. */
  readonly connector: Connector;
  /** Values of `descriptor.credentials` that it accepts, and ones that it refuses. Secret values of 8 characters or more. */
  readonly credentials: { readonly [name: string]: string };
  readonly wrongCredentials: { readonly [name: string]: string };
  readonly settings?: { readonly [name: string]: string };
  /** The vendor's id of a seeded record. */
  id(kind: LookupKind, key: string): string;
  /**
   * API requests that arrived since the last reset: all, and those that would change something, whatever became of them. Counted
   * by the server, so that a connector cannot hide one. What `billed` and `edit` do is not counted.
   */
  received(): { readonly requests: number; readonly writes: number };
  /** What the vendor bills for a line on a day. The truth of its database, not what its API tells. */
  billed(line: LineKey, date: CalendarDate): Billed | Promise<Billed>;
  /** Somebody sets the units of a line in the vendor's own screens, from a day on. */
  edit(line: LineKey, units: number, from: CalendarDate): void | Promise<void>;
  /** Back to the world it was started with; a locked user is unlocked. Called before every case, so it should be quick. */
  reset(): void | Promise<void>;
  close(): Promise<void>;
}

/** A line, by the keys of the world. */
export interface LineKey {
  readonly contract: string;
  readonly service: string;
}

/** No line at all is 0 units; its amounts do not matter then. */
export interface Billed {
  readonly units: number;
  readonly unitPrice: Decimal | null;
  readonly unitCost: Decimal | null;
}
