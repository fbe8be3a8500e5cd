import type { ConnectorDescriptor, Field } from '../contract.js';

/**
 * What a new version of a connector takes away from those who use the published one, each a sentence. Empty after a new major
 * version: then it may.
 */
export function breakingChanges(published: ConnectorDescriptor, now: ConnectorDescriptor): string[] {
  if (published.id !== now.id)
    return [`Its id was "${published.id}" and is "${now.id}"; stored connections name the old one.`];
  if (majorOf(now.version) > majorOf(published.version)) return [];
  return [
    ...fieldChanges('credential', published.credentials, now.credentials),
    ...fieldChanges('setting', published.settings, now.settings),
    ...lost('look-up', Object.keys(published.capabilities.lookups), Object.keys(now.capabilities.lookups)),
    ...lost('kind of change', Object.keys(published.capabilities.changes), Object.keys(now.capabilities.changes)),
    ...lost('billing frequency', published.capabilities.billingFrequencies, now.capabilities.billingFrequencies),
    ...lost('permission', idsOf(published.permissions), idsOf(now.permissions)),
    ...lost('action', namesOf(published.actions), namesOf(now.actions)),
    ...lost('write detail', namesOf(published.writeDetails), namesOf(now.writeDetails)),
    ...(['company', 'service', 'contract'] as const).flatMap((kind) =>
      lost(`${kind} column`, namesOf(published.lookupColumns?.[kind]), namesOf(now.lookupColumns?.[kind])),
    ),
  ];
}

/** Not a number where the version is none: then nothing is greater. */
const majorOf = (version: string) => Number(/^(\d+)\./.exec(version)?.[1]);
const idsOf = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);
const namesOf = (list: readonly { readonly name: string }[] | undefined) => (list ?? []).map(({ name }) => name);

function lost(what: string, before: readonly string[], now: readonly string[]): string[] {
  return before.filter((each) => !now.includes(each)).map((each) => `The ${what} "${each}" is gone.`);
}

function fieldChanges(what: string, before: readonly Field[], now: readonly Field[]): string[] {
  const known = new Map(before.map((field) => [field.name, field]));
  const changes = lost(what, namesOf(before), namesOf(now));
  for (const field of now) {
    const old = known.get(field.name);
    const said = (how: string) => changes.push(`The ${what} "${field.name}" ${how}.`);
    if (!old) {
      if (field.required) said('is new and required');
      continue;
    }
    if (field.required && !old.required) said('is required now');
    if (field.secret !== old.secret) said(field.secret ? 'is secret now' : 'is no longer secret');
    if ((field.maxLength ?? 1000) < (old.maxLength ?? 1000)) said('takes fewer characters');
    if (field.pattern !== undefined && field.pattern !== old.pattern) said('has another pattern');
  }
  return changes;
}
