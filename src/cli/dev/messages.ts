import type { NamedScope } from '../organizations.js';
import type { ConnectorPackage } from './package.js';

/** What a gateway process is told to work with. */
export interface Begin {
  readonly type: 'begin';
  readonly found: ConnectorPackage;
  readonly dataDir: string;
  readonly databaseUrl: string;
  readonly organization: NamedScope;
}

/** What `dev` tells a gateway process. */
export type Asked =
  | Begin
  /** The one before has ended: the port and the simulator's books are free. */
  | { readonly type: 'serve'; readonly port: number; readonly fault: string | null }
  | { readonly type: 'fault'; readonly fault: string | null }
  | { readonly type: 'seats'; readonly quantity: number }
  /** The steps from the first. */
  | { readonly type: 'again' }
  | { readonly type: 'stop' };

/** One step of what a person would do first, and what came of it. */
export interface StepDone {
  readonly type: 'step';
  readonly step: 'connection' | 'search' | 'mapping' | 'delivery' | 'change';
  /**
   * done; todo: a part of the connector is not written yet; refused: by the gateway, the connector or its PSA; waiting: for an
   * earlier step.
   */
  readonly status: 'done' | 'todo' | 'refused' | 'waiting';
  readonly code: string | null;
  readonly message: string;
}

/** What a gateway process tells `dev`. */
export type Told =
  /** The package can be used. `todo`: parts of its connector that are still to be written. */
  | { readonly type: 'checked'; readonly title: string; readonly todo: readonly string[] }
  | { readonly type: 'listening'; readonly port: number }
  | StepDone
  | { readonly type: 'log'; readonly level: 'warn' | 'error'; readonly message: string }
  /** It cannot go on; the sentence names the fault. The process ends. */
  | { readonly type: 'broken'; readonly reason: string };

/** What `dev --json` prints, one a line. */
export type DevEvent =
  | {
      readonly type: 'started';
      readonly connector: string;
      readonly graphqlUrl: string;
      readonly apiKey: string;
      readonly dataDir: string;
      readonly faults: { readonly [name: string]: string };
    }
  | { readonly type: 'todo'; readonly parts: readonly string[] }
  | StepDone
  | { readonly type: 'audit'; readonly event: { readonly [name: string]: unknown } }
  | { readonly type: 'fault'; readonly fault: string | null }
  | { readonly type: 'changed'; readonly files: readonly string[] }
  | { readonly type: 'reloaded'; readonly milliseconds: number }
  /** `serving`: the last version that worked still answers. */
  | { readonly type: 'broken'; readonly reason: string; readonly serving: boolean }
  | { readonly type: 'log'; readonly level: 'warn' | 'error'; readonly message: string }
  | { readonly type: 'help'; readonly lines: readonly string[] }
  | { readonly type: 'stopped' };
