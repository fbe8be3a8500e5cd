import type { InputFieldBuilder } from '@pothos/core';
import type { LineState, Step } from '../connectors/contract.js';
import { previewSubscriptionChange } from '../operations/preview-subscription-change.js';
import type { Preview } from '../operations/rehearsal.js';
import type { Builder } from './builder.js';
import type { EnumTypes } from './enums.js';
import { decodeId } from './ids.js';

type Types = Builder extends PothosSchemaTypes.SchemaBuilder<infer T> ? T : never;

/** What a mutation that writes to a PSA takes besides its own input. */
export function planFields(t: InputFieldBuilder<Types, 'InputObject'>) {
  return {
    dryRun: t.boolean({
      description: 'Only tell what would be written, in `preview`; nothing is stored and nothing is sent.',
    }),
    fingerprint: t.string({
      description: 'Carry out only the plan with this fingerprint, as a preview told it; another one is refused.',
    }),
  };
}

/** Plans that are shown and not carried out. */
export function previewTypes(builder: Builder, enums: EnumTypes): void {
  const state = builder.objectRef<LineState>('PlannedState').implement({
    description: 'What the PSA bills for a contract line from a day on.',
    fields: (t) => ({
      date: t.field({ type: 'Date', description: 'From this day.', resolve: ({ date }) => date }),
      units: t.exposeInt('units', { description: 'Units.' }),
      unitPrice: t.field({
        type: 'Decimal',
        nullable: true,
        description: 'Price of one unit; null where the PSA does not tell.',
        resolve: ({ unitPrice }) => unitPrice,
      }),
    }),
  });
  const step = builder.objectRef<Step>('PlannedStep').implement({
    description: 'One write to the PSA, exactly as it would be sent.',
    fields: (t) => ({
      key: t.exposeString('key', { description: 'Tells the steps of a plan apart.' }),
      label: t.exposeString('label', { description: 'What it does, for people.' }),
      effectiveDate: t.field({ type: 'Date', description: 'From this day.', resolve: ({ after }) => after.date }),
      before: t.field({ type: state, description: 'The state it is computed from.', resolve: (row) => row.before }),
      after: t.field({ type: state, description: 'The state it leads to.', resolve: (row) => row.after }),
      payload: t.field({ type: 'JSON', description: 'What is sent.', resolve: ({ payload }) => payload }),
    }),
  });
  const decision = builder.enumType('PlanDecision', {
    description: 'What becomes of a change.',
    values: {
      WRITE: { description: 'Its steps are sent.' },
      NOTHING: { description: 'The PSA is so already, or the change is none of its business; the notes say which.' },
      HOLD: { description: 'It is planned, but the policy says watch only.' },
      REVIEW: { description: 'The policy lets a person approve it first.' },
      REFUSE: { description: 'It cannot be written; the refusal says why and what to do.' },
    } as const,
  });
  const refusal = builder.objectRef<NonNullable<Preview['refusal']>>('PlanRefusal').implement({
    description: 'Why a change cannot be written, or not by itself.',
    fields: (t) => ({
      code: t.exposeString('code', { description: 'Stable upper-case reason.' }),
      message: t.exposeString('message', { description: 'What is wrong, for people.' }),
      hint: t.exposeString('hint', { nullable: true, description: 'What to do about it.' }),
    }),
  });
  const preview = builder.objectRef<Preview>('SubscriptionChangePreview').implement({
    description:
      'What a change would write to the PSA as it is now: policy and plan by the same code as the real run. Changes that still wait before it are not counted in.',
    fields: (t) => ({
      decision: t.field({ type: decision, description: 'What becomes of it.', resolve: (row) => row.decision }),
      effectiveDate: t.field({
        type: 'Date',
        nullable: true,
        description: 'The day it counts from after the policy was applied.',
        resolve: (row) => row.effectiveDate,
      }),
      steps: t.field({ type: [step], description: 'The writes, in their order.', resolve: (row) => [...row.steps] }),
      before: t.field({
        type: state,
        nullable: true,
        description: 'What is billed now.',
        resolve: (row) => row.before,
      }),
      after: t.field({ type: state, nullable: true, description: 'What would be.', resolve: (row) => row.after }),
      fingerprint: t.exposeString('fingerprint', {
        nullable: true,
        description: 'Names this plan on this state of the PSA; give it back to carry out just this one.',
      }),
      warnings: t.stringList({ description: 'Worth knowing, no reason to stop.', resolve: (row) => [...row.warnings] }),
      notes: t.stringList({
        description: 'How the policy came to the day and the amounts.',
        resolve: (row) => [...row.notes],
      }),
      refusal: t.field({ type: refusal, nullable: true, description: 'Why not.', resolve: (row) => row.refusal }),
      vendorCalls: t.exposeInt('vendorCalls', { description: 'Calls to the vendor that this preview took.' }),
    }),
  });

  const input = builder.inputType('PreviewSubscriptionChangeInput', {
    description: 'Input of previewSubscriptionChange: an event as recordSubscriptionChange takes it, without its id.',
    fields: (t) => ({
      subscriptionId: t.id({ description: 'The cloud subscription; or externalId.' }),
      externalId: t.string({ description: "The marketplace's id of it; or subscriptionId." }),
      kind: t.field({ type: enums.changeKind, required: true, description: 'What would happen.' }),
      effectiveDate: t.field({ type: 'Date', description: 'From when it would count. Absent: today (UTC).' }),
      quantity: t.int({ description: 'For QUANTITY: the units after it.' }),
      unitCost: t.field({ type: 'Decimal', description: 'For PRICE and PROMOTION, in the basis that is stored.' }),
      unitPrice: t.field({ type: 'Decimal', description: 'For PRICE and PROMOTION, in the basis that is stored.' }),
    }),
  });
  builder.queryField('previewSubscriptionChange', (t) =>
    t.field({
      type: preview,
      description: 'Reads the PSA and tells what a change would write; records nothing and writes nothing.',
      args: { input: t.arg({ type: input, required: true, description: 'The change.' }) },
      resolve: (_root, { input: { subscriptionId, ...given } }, { services, caller }) =>
        previewSubscriptionChange(services.operations, caller, {
          ...given,
          ...(subscriptionId && { subscriptionId: decodeId(subscriptionId, 'CloudSubscription') }),
        }),
    }),
  );
}
