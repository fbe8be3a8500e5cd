import type { Core } from '../core.js';
import { findUser } from '../database.js';
import { errors, json, type Reply } from '../replies.js';
import type { ApiRequest } from './request.js';

export interface ZonedPath {
  readonly zonePath: string;
  /** What follows `/ATServicesRest`, split. */
  readonly segments: string[];
}

/** autotask: the path's casing does not matter. Null for a path that belongs to no zone this tenant ever had. */
export function readZonePath(core: Core, path: string): ZonedPath | null {
  const found = /^((?:\/[^/]+)?)\/atservicesrest(?:\/(.*))?$/i.exec(path);
  const zonePath = (found?.[1] ?? '').toLowerCase();
  if (!found || !core.db.account.knownZones.includes(zonePath)) return null;
  return { zonePath, segments: (found[2] ?? '').split('/').filter(Boolean) };
}

export const zoneBase = (core: Core, request: ApiRequest): string =>
  `${request.origin}${core.db.account.zonePath}/ATServicesRest/`;

/** autotask: the list names V2.0, of which nothing is known to work. */
export const versionInformation = (): Reply => json(200, { apiVersions: ['V1.0', 'V2.0'] });

/** autotask: asked without credentials, so it can never lock a user; a user nobody knows is a 500. */
export function zoneInformation(core: Core, request: ApiRequest, redirect: string | null): Reply {
  const name = [...request.params].find(([key]) => key.toLowerCase() === 'user')?.[1] ?? '';
  if (!findUser(core.db, name)) return errors(['Zone information could not be determined']);
  const { zoneName, webUrl, ci } = core.db.account;
  const own = zoneBase(core, request);
  const url = core.switches.zoneDoubledSlash ? own.replace('/ATServicesRest/', '//ATServicesRest/') : own;
  return json(200, { zoneName, url: redirect ?? core.switches.zoneUrlOverride ?? url, webUrl, ci });
}
